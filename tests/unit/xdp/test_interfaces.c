/* The slots of interfaces: what a packet meets before, during and after a change. */
#include "xdp/interfaces.h"
#include "xdp/work.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct xdp_table table;

static struct xdp_interface interface(uint32_t number, uint32_t index, uint8_t mark)
{
    struct xdp_interface i = { .index = index, .number = number, .addresses_count = 1 };
    memset(i.mac, mark, sizeof(i.mac));
    i.addresses[0].word[0] = mark;
    return i;
}

/* The mark of the interface with this index; -1: it is not known. */
static int mark_of(uint32_t index)
{
    struct xdp_work w = { .interface = index, .table = &table };
    const struct xdp_interface *found = xdp_find_interface(&w);
    if (found == NULL)
        return -1;
    assert_int_equal(found->mac[5], found->addresses[0].word[0]);
    return found->mac[5];
}

static void put(uint32_t number, uint32_t index, uint8_t mark)
{
    struct xdp_interface new = interface(number, index, mark);
    xdp_interface_put(table.interfaces, &new);
}

static void changes(void **state)
{
    (void)state;
    put(0, 7, 1);
    put(1, 9, 2);
    assert_int_equal(mark_of(7), 1);
    assert_int_equal(mark_of(9), 2);
    assert_int_equal(mark_of(8), -1);
    put(0, 7, 3); /* the same interface */
    assert_int_equal(mark_of(7), 3);
    put(0, 12, 4); /* it came back as another one */
    assert_int_equal(mark_of(7), -1);
    assert_int_equal(mark_of(12), 4);
    put(0, 0, 5); /* it is gone */
    assert_int_equal(mark_of(12), -1);
    assert_int_equal(mark_of(9), 2);
    put(1, 0, 0);
    for (unsigned i = 0; i < XDP_INTERFACE_SLOTS; i++)
        assert_int_equal(table.interfaces[i].index, 0);
}

/* With as many interfaces as possible there is always a slot for a change, and what a packet has found before
 * it is whole after it. */
static void all(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < XDP_INTERFACES_MAX; i++)
        put(i, 100 + i, 1);
    for (unsigned round = 2; round < 100; round++)
        for (uint32_t i = 0; i < XDP_INTERFACES_MAX; i++) {
            struct xdp_work w = { .interface = 100 + i, .table = &table };
            const struct xdp_interface *before = xdp_find_interface(&w);
            put(i, 100 + i, (uint8_t)round);
            assert_int_equal(mark_of(100 + i), round);
            assert_int_equal(before->mac[0], round - 1);
            assert_int_equal(before->addresses[0].word[0], round - 1);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(changes), cmocka_unit_test(all) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
