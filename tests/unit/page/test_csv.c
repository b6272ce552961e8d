/* CSV of hostile texts. */
#include "page/csv.h"

#include "base/attr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct {
    const char *cell, *written;
} cells[] = {
    { "", "\"\"" },
    { "192.0.2.1", "\"192.0.2.1\"" },
    { "a,b;c d", "\"a,b;c d\"" },
    { "say \"no\"", "\"say \"\"no\"\"\"" },
    { "two\r\nlines\tand \x1b[0m\x7f", "\"two  lines and  [0m \"" },
    { "=1+1", "\"'=1+1\"" },
    { "+1", "\"'+1\"" },
    { "-1", "\"'-1\"" },
    { "@SUM(A1)", "\"'@SUM(A1)\"" },
    { "  =1", "\"'  =1\"" },
    { "\t=1", "\"' =1\"" },
    { "\r\n+1", "\"'  +1\"" },
    { "＝1", "\"'＝1\"" },
    { "＠x", "\"'＠x\"" },
    { "1=1", "\"1=1\"" },
    { "\",=1", "\"\"\",=1\"" }, /* all of it is one cell */
    { "例え.jp", "\"例え.jp\"" },
};

static void test_cells(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cells); i++) {
        char *text = NULL, expected[256];
        size_t size;
        FILE *to = open_memstream(&text, &size);
        csv_write(to, (const char *const[]){ cells[i].cell, "x" }, 2);
        fclose(to);
        snprintf(expected, sizeof(expected), "%s,\"x\"\r\n", cells[i].written);
        assert_string_equal(text, expected);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_cells) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
