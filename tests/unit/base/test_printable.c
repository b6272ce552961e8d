/* What of a text stays as it is in a message. */
#include "base/attr.h"
#include "base/printable.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void texts(void **state)
{
    static const struct {
        const char *text, *printable;
    } table[] = {
        { "", "" },
        { "plain ~", "plain ~" },
        { "m\xc3\xbcller.example", "m\xc3\xbcller.example" },
        { "\xe4\xbe\x8b\xe3\x81\x88 \xf0\x9f\x98\x80", "\xe4\xbe\x8b\xe3\x81\x88 \xf0\x9f\x98\x80" },
        { "m\xfcller", "m?ller" }, /* Latin-1 */
        { "cut \xe3\x81", "cut ??" },
        { "a\x1b[31mb\nc\td\x7f", "a?[31mb?c?d?" },
        { "c1 \xc2\x9b"
          "m \xc2\xa0",
          "c1 ?m \xc2\xa0" }, /* CSI; a blank that is none */
        { "\xe2\x80\xae"
          "evil\xe2\x81\xa9",
          "?evil?" }, /* right to left */
        { "line\xe2\x80\xa8"
          "end",
          "line?end" },
        { "\xef\xbb\xbf"
          "mark",
          "?mark" },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        char text[64];
        strcpy(text, table[i].text);
        printable_make(text);
        assert_string_equal(text, table[i].printable);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(texts) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
