/* Which resolvers are asked; look-ups that nobody answers. What answers say: test_records.c. */
#include "base/clock.h"
#include "resolve/resolver.h"
#include "support/temp.h"
#include "support/text_range.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <semaphore.h>
#include <unistd.h>

static struct error error;

/* The addresses, with blanks between them. */
static const char *joined(const struct listen_address_list *list)
{
    static char text[LISTEN_ADDRESS_MAX * SOCKET_ADDRESS_TEXT];
    char *end = text;
    *text = '\0';
    for (size_t i = 0; i < list->count; i++) {
        char address[SOCKET_ADDRESS_TEXT];
        socket_address_format(&list->address[i], address);
        end += sprintf(end, "%s%s", i > 0 ? " " : "", address);
    }
    return text;
}

static void resolvers_of_a_file(void **state)
{
    static const struct {
        const char *content, *expected; /* NULL: none */
    } rows[] = {
        { "nameserver 192.0.2.1\n", "192.0.2.1/53" },
        { "# by hand\nsearch example.org\nnameserver 192.0.2.1\nnameserver 2001:db8::1\n",
          "192.0.2.1/53 2001:db8::1/53" },
        { "domain example.org\noptions edns0 trust-ad\nnameserver 127.0.0.53\n", "127.0.0.53/53" },
        { "nameserver 192.0.2.1", "192.0.2.1/53" },
        { "", NULL },
        { "search example.org\n", NULL },
        { "nameserver example.org\n", NULL },
        { "\xff\xfe\n\n", NULL },
    };
    const char *path = temp_dir_path(state, "resolv.conf");
    struct listen_address_list found;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fputs(rows[i].content, file);
        fclose(file);
        enum err err = resolver_find_servers(NULL, 0, path, &found, &error);
        if ((err == OK) != (rows[i].expected != NULL))
            fail_msg("\"%s\": %s", rows[i].content, err == OK ? joined(&found) : error.text);
        if (err == OK)
            assert_string_equal(joined(&found), rows[i].expected);
        else
            assert_non_null(strstr(error.text, "set resolver.addresses"));
    }
    unlink(path);
    assert_int_equal(resolver_find_servers(NULL, 0, path, &found, &error), ERR_SYSTEM);
}

static void resolvers_of_the_configuration(void **state)
{
    static const char *const good[] = { "192.0.2.1", "192.0.2.2/5353", "::1", "::1/54", "192.0.2.1/53" };
    static const char *const bad[] = { "192.0.2.1", "192.0.2.2/x/y" };
    struct listen_address_list found;

    (void)state;
    assert_int_equal(resolver_find_servers(good, ARRAY_SIZE(good), NULL, &found, &error), OK);
    assert_string_equal(joined(&found), "192.0.2.1/53 192.0.2.2/5353 ::1/53 ::1/54");
    assert_int_equal(resolver_find_servers(bad, ARRAY_SIZE(bad), NULL, &found, &error), ERR_SYNTAX);
    assert_non_null(strstr(error.text, "resolver.addresses"));
    assert_non_null(strstr(error.text, "192.0.2.2/x/y"));
}

/* ---- Look-ups ---- */

enum { MANY = RESOLVER_THREADS + RESOLVER_QUEUE + 1 };

static struct many {
    struct resolver_lookup lookup[MANY];
    struct proof_evidence evidence[MANY];
    sem_t done;
} many;

static void count_done(struct resolver_lookup *lookup)
{
    (void)lookup;
    sem_post(&many.done);
}

static bool look_up(struct resolver *r, unsigned number, unsigned client)
{
    struct resolver_lookup *l = &many.lookup[number];
    many.evidence[number] = (struct proof_evidence){ .kind = PROOF_DNS };
    *l = (struct resolver_lookup){ .evidence = &many.evidence[number], .done = count_done };
    l->client.key.hi = (uint64_t)client << 32;
    strcpy(l->name, "_dnsbld.example.com");
    return resolver_look_up(r, l);
}

/* A resolver at a socket that nobody reads. */
static struct resolver *start(uint32_t timeout_ms, int *socket_fd)
{
    struct listen_address_list servers = { .count = 1 };
    struct resolver *r;
    *socket_fd = socket(AF_INET, SOCK_DGRAM, 0);
    servers.address[0].v4 =
        (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    servers.address[0].length = sizeof(servers.address[0].v4);
    assert_int_equal(bind(*socket_fd, &servers.address[0].sa, servers.address[0].length), 0);
    assert_true(socket_get_address(*socket_fd, &servers.address[0]));
    assert_int_equal(resolver_start(&servers, timeout_ms, &r, &error), OK);
    sem_init(&many.done, 0, 0);
    return r;
}

static void nobody_answers(void **state)
{
    int silent;
    struct resolver *r = start(200, &silent);
    struct resolver_facts facts;
    int64_t before = clock_ms();

    (void)state;
    assert_true(look_up(r, 0, 1));
    sem_wait(&many.done);
    assert_int_equal(many.evidence[0].finding, PROOF_NO_ANSWER);
    assert_true(clock_ms() - before >= 190);
    resolver_inspect(r, &facts);
    assert_int_equal(facts.found[PROOF_NO_ANSWER], 1);
    resolver_stop(r);
    close(silent);
}

/* Two of a client; as many as there is room for in all. At the end all are done, in no time. */
static void bounds(void **state)
{
    int silent;
    struct resolver *r = start(60000, &silent);
    int64_t before = clock_ms();
    unsigned taken = 0;

    (void)state;
    assert_true(look_up(r, 0, 1));
    assert_true(look_up(r, 1, 1));
    assert_false(look_up(r, 2, 1));
    for (taken = 2; taken < MANY && look_up(r, taken, taken); taken++)
        ;
    assert_true(taken >= RESOLVER_QUEUE && taken < MANY); /* the threads may not have begun yet */
    resolver_stop(r);
    for (unsigned i = 0; i < taken; i++) {
        assert_int_equal(sem_trywait(&many.done), 0);
        assert_int_equal(many.evidence[i].finding, PROOF_NO_ANSWER);
    }
    assert_int_not_equal(sem_trywait(&many.done), 0);
    assert_true(clock_ms() - before < 20000);
    resolver_stop(NULL);
    close(silent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(resolvers_of_a_file, temp_dir_setup, temp_dir_teardown),
        cmocka_unit_test(resolvers_of_the_configuration),
        cmocka_unit_test(nobody_answers),
        cmocka_unit_test(bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
