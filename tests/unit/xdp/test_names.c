/* The fast path's look-ups of names: labels of all lengths, and hashes that are the same. */
#include "support/dns_client.h"
#include "support/text_view.h"
#include "support/xdp_peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void load(const char *text, struct xdp_peer **peer, void (*forge)(struct names *n))
{
    struct text_set set = { "dbl.test", "dnset", text };
    struct view *view = text_view_build(&set, NULL, 1);

    if (forge != NULL)
        forge((struct names *)&view->snapshot->names);
    xdp_peer_new(view, NULL, peer);
}

static void unload(struct xdp_peer *peer)
{
    struct view *view = (struct view *)peer->view;

    xdp_peer_free(peer);
    view_free(view);
}

/* What becomes of a question for `name`.dbl.test; the kernel and the sockets answer the same. */
static enum xdp_outcome ask(struct xdp_peer *p, const char *name)
{
    char full[300];
    uint8_t message[512];

    snprintf(full, sizeof(full), "%s.dbl.test", name);
    return xdp_peer_ask(p, 0, message, dns_client_query(message, full, TYPE_A, CLASS_IN, NULL, 0));
}

/* Labels and what follows them are at all places in the words of the table. */
static void labels_of_all_lengths(void **state)
{
    char text[WIRE_LABEL_MAX * (WIRE_LABEL_MAX + 8)], label[WIRE_LABEL_MAX + 8], *end = text;
    struct xdp_peer *p;

    (void)state;
    memset(label, 'y', sizeof(label));
    for (int i = 2; i <= WIRE_LABEL_MAX; i++)
        end += sprintf(end, "%.*s.yy :%d:\n", i, label, 1 + i % 3);
    load(text, &p, NULL);
    for (int i = 2; i <= WIRE_LABEL_MAX; i++) {
        char name[WIRE_LABEL_MAX + 8];
        sprintf(name, "%.*s.yy", i, label);
        assert_int_equal(ask(p, name), XDP_LISTED);
        for (int at = 0; at < i; at++) {
            name[at] = 'z';
            assert_int_equal(ask(p, name), XDP_NXDOMAIN);
            name[at] = 'y';
        }
    }
    unload(p);
}

/* Makes the slot of each name of a pair lead to the other one, as if their hashes were the same. */
static void forge_slots(struct names *n)
{
    static const char *const pairs[][2] = { { "one.com", "two.com" },
                                            { "same.com", "same.net" },
                                            { "deep.org", "deep.deep.org" },
                                            { "abcdefghijklmnopq.com", "abcdefghijklmnopx.com" } };
    uint32_t *slots = n->slots.data, mask = names_entry_mask(n);

    for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
        uint32_t entry[2];
        for (unsigned j = 0; j < 2; j++) {
            uint8_t wire[WIRE_NAME_MAX + NAMES_LABEL_PAD] = { 0 }, offsets[WIRE_LABELS_MAX + 1];
            uint16_t length;
            assert_int_equal(name_from_text(pairs[i][j], wire, &length, NULL), OK);
            entry[j] = names_lookup(n, name_split(wire, offsets)).entry;
            assert_true(entry[j] != NAMES_ROOT);
        }
        for (size_t at = 0; at < VEC_COUNT(&n->slots, uint32_t); at++) {
            uint32_t is = slots[at] & mask;
            if (is == entry[0] || is == entry[1])
                slots[at] = (slots[at] & ~mask) | (is == entry[0] ? entry[1] : entry[0]);
        }
    }
}

static void a_hash_alone_finds_nothing(void **state)
{
    static const char *const gone[] = { "one.com",
                                        "two.com",
                                        "same.com",
                                        "same.net",
                                        "deep.org",
                                        "abcdefghijklmnopq.com",
                                        "abcdefghijklmnopx.com" };
    struct xdp_peer *p;

    (void)state;
    load("one.com\ntwo.com\nsame.com\nsame.net\ndeep.org\ndeep.deep.org\nother.com\n"
         "abcdefghijklmnopq.com\nabcdefghijklmnopx.com\n",
         &p, forge_slots);
    for (size_t i = 0; i < ARRAY_SIZE(gone); i++)
        assert_int_equal(ask(p, gone[i]), XDP_NXDOMAIN);
    assert_int_equal(ask(p, "other.com"), XDP_LISTED);
    unload(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(labels_of_all_lengths),
                                        cmocka_unit_test(a_hash_alone_finds_nothing) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
