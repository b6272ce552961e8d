/* Which connection gives way: tables, and random operations compared with a list that is searched. */
#include "net/crowd.h"

#include "support/random.h"
#include "trie/ip.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct client_address v4(uint32_t address)
{
    return (struct client_address){ false, ip4_key(address) };
}

static struct client_address v6(uint64_t network, uint64_t host)
{
    return (struct client_address){ true, { network, host } };
}

/* The one with most, and of these the one that waits longest. */
static void greediest(void **state)
{
    struct crowd *crowd = crowd_new(8);
    struct crowd_connection a[3], b[2], c;
    struct client_address one = v4(0xc0000201), two = v4(0xc0000202), three = v4(0xc0000203);
    (void)state;
    assert_null(crowd_idlest(crowd));
    assert_true(crowd_add(crowd, &c, &three));
    assert_true(crowd_add(crowd, &b[0], &two) && crowd_add(crowd, &b[1], &two));
    for (int i = 0; i < 3; i++)
        assert_true(crowd_add(crowd, &a[i], &one));
    assert_ptr_equal(crowd_idlest(crowd), &a[0]);
    crowd_wait(crowd, &a[0]); /* it had a query */
    assert_ptr_equal(crowd_idlest(crowd), &a[1]);
    crowd_work(crowd, &a[1]);
    crowd_work(crowd, &a[2]);
    assert_ptr_equal(crowd_idlest(crowd), &b[0]); /* two wait, of the first client one */
    crowd_work(crowd, &b[0]);
    assert_ptr_equal(crowd_idlest(crowd), &c); /* all have one that waits: the least active */
    crowd_work(crowd, &c);
    crowd_work(crowd, &b[1]);
    assert_ptr_equal(crowd_idlest(crowd), &a[0]);
    crowd_work(crowd, &a[0]);
    assert_null(crowd_idlest(crowd)); /* none waits */
    assert_int_equal(crowd_count(crowd, &one), 3);
    for (int i = 0; i < 3; i++)
        crowd_remove(crowd, &a[i]);
    assert_int_equal(crowd_count(crowd, &one), 0);
    crowd_wait(crowd, &b[1]);
    assert_ptr_equal(crowd_idlest(crowd), &b[1]);
    crowd_remove(crowd, &b[0]);
    crowd_remove(crowd, &b[1]);
    crowd_remove(crowd, &c);
    crowd_free(crowd);
}

/* Counted by /64, but a whole /48 is one client when it comes to giving way. */
static void networks(void **state)
{
    struct crowd *crowd = crowd_new(8);
    struct crowd_connection same[3], other[2], unknown[4];
    struct client_address first = v6(0x20010db800010000, 1);
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct client_address far = v6(0x20010db800020000, i);
        assert_true(crowd_add(crowd, &other[i], &far));
    }
    for (unsigned i = 0; i < 4; i++) /* proxies' */
        assert_true(crowd_add(crowd, &unknown[i], NULL));
    for (unsigned i = 0; i < 3; i++) {
        struct client_address near = v6(0x20010db800010000 + i, i);
        assert_true(crowd_add(crowd, &same[i], &near));
    }
    assert_int_equal(crowd_count(crowd, &first), 1);
    assert_ptr_equal(crowd_idlest(crowd), &same[0]);
    crowd_remove(crowd, &same[0]);
    crowd_remove(crowd, &same[1]);
    assert_ptr_equal(crowd_idlest(crowd), &other[0]);
    crowd_remove(crowd, &other[0]);
    assert_ptr_equal(crowd_idlest(crowd), &unknown[0]); /* now all have one */
    crowd_remove(crowd, &other[1]);
    crowd_remove(crowd, &same[2]);
    for (unsigned i = 0; i < 4; i++)
        crowd_remove(crowd, &unknown[i]);
    crowd_free(crowd);
}

enum { CONNECTIONS = 40, CLIENTS = 6 };

struct model {
    bool open, waits;
    unsigned client;
    unsigned since; /* when it began to wait */
};

/* Whether `found` is right: as many of its client wait as of any, and it waits longest of those. */
static bool is_right(const struct model *model, const struct crowd_connection *all,
                     const struct crowd_connection *found)
{
    unsigned waiting[CLIENTS] = { 0 }, most = 0;
    for (unsigned i = 0; i < CONNECTIONS; i++) {
        if (model[i].open && model[i].waits && ++waiting[model[i].client] > most)
            most = waiting[model[i].client];
    }
    if (found == NULL)
        return most == 0;
    const struct model *its = &model[found - all];
    bool right = its->open && its->waits && waiting[its->client] == most;
    for (unsigned i = 0; i < CONNECTIONS; i++)
        right &= !model[i].open || !model[i].waits || model[i].client != its->client ||
                 model[i].since >= its->since;
    return right;
}

static void compared(void **state)
{
    (void)state;
    static const size_t sizes[] = { 1, 7, CONNECTIONS };
    for (size_t s = 0; s < ARRAY_SIZE(sizes); s++) {
        struct crowd *crowd = crowd_new(sizes[s]);
        struct crowd_connection all[CONNECTIONS];
        struct model model[CONNECTIONS] = { { .open = false } };
        uint64_t seed = 7;
        for (unsigned step = 0; step < 20000; step++) {
            unsigned i = (unsigned)(random_next(&seed) % CONNECTIONS);
            struct model *m = &model[i];
            struct client_address client;
            if (!m->open) {
                m->client = (unsigned)(random_next(&seed) % CLIENTS);
                client = v4(m->client);
                assert_true(crowd_add(crowd, &all[i], &client));
                m->open = true;
            } else if (random_next(&seed) % 4 == 0) {
                crowd_remove(crowd, &all[i]);
                m->open = false;
                continue;
            } else if (random_next(&seed) % 2 == 0) {
                crowd_work(crowd, &all[i]);
                m->waits = false;
                continue;
            } else {
                crowd_wait(crowd, &all[i]);
            }
            m->waits = true;
            m->since = step;
            if (sizes[s] == CONNECTIONS && !is_right(model, all, crowd_idlest(crowd)))
                fail_msg("step %u", step);
        }
        for (unsigned i = 0; i < CONNECTIONS; i++)
            if (model[i].open)
                crowd_remove(crowd, &all[i]);
        assert_null(crowd_idlest(crowd));
        crowd_free(crowd);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(greediest), cmocka_unit_test(networks),
                                        cmocka_unit_test(compared) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
