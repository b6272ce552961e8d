#include "support/assert.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

void assert_ok(enum err err, const struct error *error)
{
    if (err != OK)
        fail_msg("error %d: %s", err, error->text);
}

void assert_refusal(const struct refusal *refusal, enum refusal_kind kind, const char *code)
{
    if (refusal->kind != kind || strcmp(refusal->code, code) != 0)
        fail_msg("expected %d %s, got %d %s (%s)", kind, code, refusal->kind, refusal->code,
                 refusal->message);
}
