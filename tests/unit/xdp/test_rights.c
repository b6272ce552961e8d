/* The process that has the rights of the fast path, over its socket: what it does, and what ends it. */
#include "xdp/message.h"
#include "xdp/process.h"
#include "xdp/rights.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <cmocka.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { NOBODY = 65534, LINE = sizeof(struct xdp_line) };

static const struct xdp_map_spec one = { .entries = 1, .value_bytes = LINE };
static const char *const names[] = { "lo", "nosuch0" };

static void run(void *context, int socket, pid_t server)
{
    const bool *rightless = context;
    (void)server;
    if (*rightless && setresuid(NOBODY, NOBODY, NOBODY) != 0)
        _exit(1);
    xdp_process_run(names, 2, socket, false);
}

static struct child start(bool rightless)
{
    struct child child;
    struct error error;
    assert_int_equal(child_start(run, &rightless, &child, &error), OK);
    return child;
}

/* Arrays like `array`, which is put among them; and a ring, whose size must be right. */
static void make_others(struct xdp_rights *rights, int array)
{
    struct xdp_map_spec arrays = { .kind = XDP_KIND_ARRAYS, .entries = 3, .inner = array };
    struct xdp_map_spec ring = { .kind = XDP_KIND_RING, .entries = 1 << 16 };
    struct error error;
    int map;

    assert_int_equal(xdp_rights_map(rights, &arrays, &map, &error), OK);
    assert_int_equal(bpf_map_update_elem(map, &(uint32_t){ 2 }, &array, BPF_ANY), 0);
    close(map);
    arrays.inner = STDERR_FILENO; /* no map */
    assert_int_equal(xdp_rights_map(rights, &arrays, &map, &error), ERR_SYSTEM);
    assert_int_equal(xdp_rights_map(rights, &ring, &map, &error), OK);
    close(map);
    ring.entries = 1000;
    assert_int_equal(xdp_rights_map(rights, &ring, &map, &error), ERR_SYSTEM);
}

static void maps(void **state)
{
    struct child child = start(false);
    struct xdp_rights *rights = xdp_rights_new(&child);
    struct error error;
    int map, socket;
    (void)state;
    const struct xdp_map_spec lines_spec = { .entries = 65, .value_bytes = LINE };
    if (xdp_rights_map(rights, &lines_spec, &map, &error) != OK) {
        print_message("skipped: %s\n", error.text);
        xdp_rights_free(rights);
        skip();
    }
    uint64_t *lines = mmap(NULL, 65 * LINE, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
    assert_ptr_not_equal(lines, MAP_FAILED);
    for (unsigned i = 0; i < 65 * LINE / 8; i++)
        assert_int_equal(lines[i]++, 0);
    munmap(lines, 65 * LINE);
    make_others(rights, map);
    close(map);
    uint32_t attached, index;
    enum xdp_mode mode;
    assert_int_equal(xdp_rights_use(rights, &attached, &error), ERR_REFUSED);
    assert_string_equal(error.text, "no program is loaded");
    assert_int_equal(xdp_rights_attach(rights, 0, XDP_MODE_GENERIC, &mode, &index, &error), ERR_REFUSED);
    assert_string_equal(error.text, "no program is in use");
    assert_int_equal(xdp_rights_attach(rights, 1, XDP_MODE_GENERIC, &mode, &index, &error), ERR_REFUSED);
    assert_string_equal(error.text, "there is no such interface");
    int none[XDP_MAPS] = { 0 }; /* descriptors, but of no maps */
    assert_int_equal(xdp_rights_load(rights, &(struct xdp_layout){ 0 }, none, &error), ERR_SYSTEM);
    xdp_rights_detach(rights, 0);
    assert_false(xdp_rights_has_ended(rights, &socket));
    xdp_rights_free(rights);
}

static void no_rights(void **state)
{
    struct child child = start(geteuid() == 0);
    struct xdp_rights *rights = xdp_rights_new(&child);
    struct error error;
    int map;
    (void)state;
    if (geteuid() != 0)
        skip();
    assert_int_equal(xdp_rights_map(rights, &one, &map, &error), ERR_SYSTEM);
    assert_non_null(strstr(error.text, "CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON are needed"));
    xdp_rights_free(rights);
}

/* What is no request ends the process, with an answer to none. */
static void invalid(void **state)
{
    static const struct {
        struct xdp_request request;
        size_t bytes;
        unsigned descriptors;
    } table[] = {
        { { .kind = XDP_REQUEST_KINDS }, sizeof(struct xdp_request), 0 },
        { { .kind = XDP_REQUEST_DETACH, .number = 2 }, sizeof(struct xdp_request), 0 },
        { { .kind = XDP_REQUEST_ATTACH, .number = UINT32_MAX }, sizeof(struct xdp_request), 0 },
        { { .kind = XDP_REQUEST_MAP, .value_bytes = LINE }, sizeof(struct xdp_request), 0 },
        { { .kind = XDP_REQUEST_MAP, .value_bytes = LINE - 1, .entries = 1 }, sizeof(struct xdp_request), 0 },
        { { .kind = XDP_REQUEST_MAP, .entries = 1 }, sizeof(struct xdp_request), 0 },
        { { .kind = XDP_REQUEST_MAP, .value_bytes = 1 << 20, .entries = 1 }, sizeof(struct xdp_request), 0 },
        { { .kind = XDP_REQUEST_MAP, .value_bytes = LINE, .entries = 1 }, sizeof(struct xdp_request), 1 },
        { { .kind = XDP_REQUEST_MAP, .map_kind = XDP_KINDS, .entries = 1 }, sizeof(struct xdp_request), 0 },
        { { .kind = XDP_REQUEST_MAP, .map_kind = XDP_KIND_ARRAYS, .entries = 1 },
          sizeof(struct xdp_request),
          0 },
        { { .kind = XDP_REQUEST_MAP, .map_kind = XDP_KIND_RING }, sizeof(struct xdp_request), 0 },
        { { .kind = XDP_REQUEST_LOAD }, sizeof(struct xdp_request), XDP_MAPS - 1 },
        { { .kind = XDP_REQUEST_DETACH }, sizeof(struct xdp_request) - 1, 0 },
        { { .kind = XDP_REQUEST_DETACH }, 0, 0 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct child child = start(false);
        struct xdp_response response;
        int descriptors[XDP_MAPS] = { 0 };
        unsigned count;
        assert_true(xdp_message_send(child.socket, &table[i].request, table[i].bytes, descriptors,
                                     table[i].descriptors, 0));
        assert_false(xdp_message_receive(child.socket, &response, sizeof(response), descriptors, &count));
        child_end(&child, false);
    }
}

static void killed(void **state)
{
    struct child child = start(false);
    struct xdp_rights *rights = xdp_rights_new(&child);
    struct error error;
    int map, socket;
    (void)state;
    assert_false(xdp_rights_has_ended(rights, &socket));
    kill(child.pid, SIGKILL);
    assert_int_equal(xdp_rights_map(rights, &one, &map, &error), ERR_SYSTEM);
    assert_string_equal(error.text, "the process dnsbld-xdp has ended");
    assert_true(xdp_rights_has_ended(rights, &socket));
    xdp_rights_detach(rights, 0);
    xdp_rights_free(rights);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(maps), cmocka_unit_test(no_rights),
                                        cmocka_unit_test(invalid), cmocka_unit_test(killed) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
