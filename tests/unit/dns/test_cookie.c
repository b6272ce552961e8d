#include "dns/cookie.h"

#include "base/attr.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static size_t from_hex(const char *hex, uint8_t *out)
{
    size_t size = 0;
    for (unsigned byte; sscanf(hex, "%2x", &byte) == 1; hex += 2)
        out[size++] = (uint8_t)byte;
    return size;
}

static struct cookie_client acl_client_of(const char *text)
{
    struct cookie_client client = { .size = strchr(text, ':') != NULL ? 16 : 4 };
    assert_int_equal(inet_pton(client.size == 16 ? AF_INET6 : AF_INET, text, client.address), 1);
    return client;
}

#define OLD_SECRET   "e5e973e5a6b2a43f48e7dc849e37bfcf"
#define FIRST_SECRET "dd3bdf9344b678b185a6f5cb60fca715"
#define NEXT_SECRET  "445536bcd2513298075a5d379663c962"

/* RFC 9018, appendix A. */
static void appendix(void **state)
{
    (void)state;
    static const struct {
        const char *client, *current, *previous, *asked;
        int64_t now;
        const char *answered;
        bool valid;
    } table[] = {
        { "198.51.100.100", OLD_SECRET, OLD_SECRET, "2464c4abcf10c957", 1559731985,
          "2464c4abcf10c957010000005cf79f111f8130c3eee29480", false },
        { "198.51.100.100", OLD_SECRET, OLD_SECRET, "2464c4abcf10c957010000005cf79f111f8130c3eee29480",
          1559734385, "2464c4abcf10c957010000005cf7a871d4a564a1442aca77", true },
        { "203.0.113.203", OLD_SECRET, OLD_SECRET, "fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5",
          1559734700, "fc93fc62807ddb86010000005cf7a9acf73a7810aca2381e", false }, /* too old */
        { "203.0.113.203", OLD_SECRET, OLD_SECRET, "fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5",
          1559728000, NULL, true }, /* its reserved bytes are signed too */
        { "2001:db8:220:1:59de:d0f4:8769:82b8", NEXT_SECRET, FIRST_SECRET,
          "22681ab97d52c298010000005cf7c57926556bd0934c72f8", 1559741961,
          "22681ab97d52c298010000005cf7c609a6bb79d16625507a", true },
        { "2001:db8:220:1:59de:d0f4:8769:82b8", NEXT_SECRET, NEXT_SECRET,
          "22681ab97d52c298010000005cf7c57926556bd0934c72f8", 1559741961, NULL, false },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct cookie_secrets secrets;
        uint8_t cookie[EDNS_COOKIE_MAX], expected[COOKIE_SIZE];
        struct cookie_client client = acl_client_of(table[i].client);
        from_hex(table[i].current, secrets.current);
        from_hex(table[i].previous, secrets.previous);
        size_t size = from_hex(table[i].asked, cookie);
        print_message("row %zu\n", i);
        assert_int_equal(cookie_valid(&secrets, &client, table[i].now, cookie, size), table[i].valid);
        cookie_make(&secrets, &client, table[i].now, cookie);
        assert_true(cookie_valid(&secrets, &client, table[i].now, cookie, COOKIE_SIZE));
        if (table[i].answered == NULL)
            continue;
        from_hex(table[i].answered, expected);
        assert_memory_equal(cookie, expected, COOKIE_SIZE);
    }
}

static void what_is_signed(void **state)
{
    (void)state;
    const struct cookie_secrets secrets = { "0123456789abcde", "another secret." };
    const struct cookie_client client = acl_client_of("192.0.2.1"), other = acl_client_of("192.0.2.2");
    const int64_t made = 4294967000; /* an hour later the 32 bits have wrapped */
    uint8_t cookie[COOKIE_SIZE] = "client's";
    cookie_make(&secrets, &client, made, cookie);

    assert_true(cookie_valid(&secrets, &client, made - COOKIE_AHEAD_MAX, cookie, COOKIE_SIZE));
    assert_true(cookie_valid(&secrets, &client, made + COOKIE_AGE_MAX, cookie, COOKIE_SIZE));
    assert_false(cookie_valid(&secrets, &client, made - COOKIE_AHEAD_MAX - 1, cookie, COOKIE_SIZE));
    assert_false(cookie_valid(&secrets, &client, made + COOKIE_AGE_MAX + 1, cookie, COOKIE_SIZE));
    assert_false(cookie_valid(&secrets, &other, made, cookie, COOKIE_SIZE));
    for (size_t size = 0; size < COOKIE_SIZE; size++)
        assert_false(cookie_valid(&secrets, &client, made, cookie, size));
    for (size_t i = 0; i < COOKIE_SIZE; i++) {
        if (i >= EDNS_COOKIE_CLIENT + 4 && i < EDNS_COOKIE_CLIENT + 6)
            continue; /* the time's upper half: too old anyway */
        cookie[i] ^= 1;
        assert_false(cookie_valid(&secrets, &client, made, cookie, COOKIE_SIZE));
        cookie[i] ^= 1;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(appendix), cmocka_unit_test(what_is_signed) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
