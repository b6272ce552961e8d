#include "xdp/kernel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#define OLDEST_MAJOR 6 /* of the kernels that it is tested with */
#define OLDEST_MINOR 1
#define WAIT_MS      100 /* where the kernel cannot say: a packet takes microseconds */

/* The BPF object of program.bpf.c, embedded when the program was built; nothing in a build without clang. */
__asm__(".pushsection .rodata\n"
        ".balign 8\n"
        "xdp_object:\n"
        ".incbin \"" XDP_OBJECT "\"\n"
        "xdp_object_end:\n"
        ".balign 8\n"
        "xdp_object_size: .quad xdp_object_end - xdp_object\n"
        ".popsection\n");
extern const char xdp_object[];
extern const uint64_t xdp_object_size;

static const char *const names[XDP_MAPS] = {
    [XDP_MAP_TABLE] = "table",
    [XDP_MAP_CONTROL] = "control",
    [XDP_MAP_COUNTERS] = "counters",
    [XDP_MAP_ZONE_COUNTERS] = "zone_counters",
    [XDP_MAP_INTERFACES] = "interfaces",
    [XDP_MAP_OVERLAY] = "overlay",
    [XDP_MAP_OVERLAY_STATE] = "overlay_state",
    [XDP_MAP_RATES] = "rates",
    [XDP_MAP_HITS] = "hits",
};

const void *xdp_kernel_object(size_t *bytes)
{
    *bytes = xdp_object_size;
    return xdp_object;
}

/* ---- Reasons ---- */

static char message[128]; /* what the kernel said of the last call; empty: nothing */

/* For libbpf, which has the kernel's words in its messages only. */
static int keep_message(enum libbpf_print_level level, const char *format, va_list arguments)
{
    static const char kernel[] = "Kernel error message: ";
    char text[256];

    (void)level;
    vsnprintf(text, sizeof(text), format, arguments);
    const char *found = strstr(text, kernel);
    if (found != NULL)
        snprintf(message, sizeof(message), "%.*s", (int)strcspn(found + sizeof(kernel) - 1, "\n"),
                 found + sizeof(kernel) - 1);
    return 0;
}

/* The kernel's release if it is too old, else an empty text. */
static const char *too_old(void)
{
    static struct utsname name;
    char *end;

    if (uname(&name) != 0)
        return "";
    long major = strtol(name.release, &end, 10), minor = *end == '.' ? strtol(end + 1, NULL, 10) : 0;
    return major > OLDEST_MAJOR || (major == OLDEST_MAJOR && minor >= OLDEST_MINOR) ? "" : name.release;
}

/* Says why the kernel refuses `what`, and what to do. */
static enum err refuse(struct error *error, const char *what, int reason)
{
    const char *release = too_old();

    if (reason == EPERM)
        return error_set(error, ERR_SYSTEM,
                         "not permitted: CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON are needed, which root has, "
                         "and in a service of systemd the drop-in file xdp.conf");
    if (*release != '\0')
        return error_set(error, ERR_SYSTEM, "the kernel refuses %s: Linux %d.%d is needed, this is %s", what,
                         OLDEST_MAJOR, OLDEST_MINOR, release);
    if (reason == EACCES)
        return error_set(error, ERR_SYSTEM,
                         "the kernel's verifier refuses %s; please report it, with uname -a", what);
    return error_set(error, ERR_SYSTEM, "the kernel refuses %s: %s%s", what, strerror(reason),
                     reason == ENOMEM ? "; see MemoryMax= of the unit, or free some" : "");
}

/* ---- Maps and programs ---- */

enum err xdp_kernel_map(const struct xdp_map_spec *spec, int *map, struct error *error)
{
    static const struct {
        enum bpf_map_type type;
        uint32_t key_bytes, value_bytes, flags;
    } kinds[XDP_KINDS] = {
        [XDP_KIND_ARRAY] = { BPF_MAP_TYPE_ARRAY, sizeof(uint32_t), 0, BPF_F_MMAPABLE },
        [XDP_KIND_ARRAYS] = { BPF_MAP_TYPE_ARRAY_OF_MAPS, sizeof(uint32_t), sizeof(uint32_t), 0 },
        [XDP_KIND_RING] = { BPF_MAP_TYPE_RINGBUF, 0, 0, 0 },
    };
    bool is_array = spec->kind == XDP_KIND_ARRAY, has_inner = spec->kind == XDP_KIND_ARRAYS;
    struct bpf_map_create_opts options = { .sz = sizeof(options), .map_flags = kinds[spec->kind].flags };
    char what[64];

    options.inner_map_fd = has_inner ? (uint32_t)spec->inner : 0;
    int fd =
        bpf_map_create(kinds[spec->kind].type, NULL, kinds[spec->kind].key_bytes,
                       is_array ? spec->value_bytes : kinds[spec->kind].value_bytes, spec->entries, &options);
    if (fd < 0) {
        snprintf(what, sizeof(what), "a table of %.1f MB",
                 (double)spec->entries * (is_array ? spec->value_bytes : 1) / 1e6);
        return refuse(error, what, errno);
    }
    *map = fd;
    return OK;
}

/* Gives the object its maps, and its layout, which is its only read-only data. */
static bool prepare(struct bpf_object *object, const struct xdp_layout *layout, const int maps[XDP_MAPS])
{
    struct bpf_map *data = bpf_object__find_map_by_name(object, ".rodata");

    for (unsigned i = 0; i < XDP_MAPS; i++) {
        struct bpf_map *map = bpf_object__find_map_by_name(object, names[i]);
        if (map == NULL || (maps[i] >= 0 && bpf_map__reuse_fd(map, maps[i]) != 0))
            return false;
    }
    return data != NULL && bpf_map__set_initial_value(data, layout, sizeof(*layout)) == 0;
}

enum err xdp_kernel_load(const void *object, size_t bytes, const struct xdp_layout *layout,
                         const int maps[XDP_MAPS], struct bpf_object **out, struct error *error)
{
    libbpf_set_print(keep_message);
    if (bytes == 0)
        return error_set(error, ERR_REFUSED, "this program was built without the fast path");
    struct bpf_object *o = bpf_object__open_mem(object, bytes, NULL);
    if (o == NULL || !prepare(o, layout, maps)) {
        bpf_object__close(o);
        return error_set(error, ERR_SYSTEM, "the program does not fit its loader");
    }
    int result = bpf_object__load(o);
    if (result != 0) {
        bpf_object__close(o);
        return refuse(error, "the program", -result);
    }
    *out = o;
    return OK;
}

int xdp_kernel_program(const struct bpf_object *object)
{
    return bpf_program__fd(bpf_object__find_program_by_name(object, "xdp_dnsbld"));
}

/* ---- Interfaces ---- */

/* The link's descriptor, or a negative errno value. */
static int attach(unsigned index, int program, uint32_t mode)
{
    struct bpf_link_create_opts options = { .sz = sizeof(options), .flags = mode };
    int link = bpf_link_create(program, (int)index, BPF_XDP, &options);

    return link >= 0 ? link : -errno;
}

/* Has the kernel say why the program cannot be on the interface: only the older interface does, which must
 * not leave it there. */
static const char *find_reason(unsigned index, int program, uint32_t mode, int result)
{
    mode |= XDP_FLAGS_UPDATE_IF_NOEXIST;
    message[0] = '\0';
    if (result == -EBUSY || result == -EEXIST)
        return "another XDP program is there (ip link show); the server attaches when it is gone";
    if (result == -EPERM)
        return "not permitted: CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON are needed";
    if (bpf_xdp_attach((int)index, program, mode, NULL) == 0)
        bpf_xdp_detach((int)index, mode, NULL);
    return message[0] != '\0' ? message : strerror(-result);
}

enum err xdp_kernel_attach(unsigned index, const struct bpf_object *object, unsigned modes, int *link,
                           enum xdp_mode *mode, struct error *error)
{
    static const struct {
        enum xdp_mode mode;
        uint32_t flag;
    } ways[] = { { XDP_MODE_NATIVE, XDP_FLAGS_DRV_MODE }, { XDP_MODE_GENERIC, XDP_FLAGS_SKB_MODE } };
    int program = xdp_kernel_program(object);

    error_set(error, OK, "%s", "");
    for (unsigned i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        if (!(modes & ways[i].mode))
            continue;
        int result = attach(index, program, ways[i].flag);
        if (result >= 0) {
            *link = result;
            *mode = ways[i].mode;
            return OK;
        }
        error_set(error, ERR_SYSTEM, "%s", find_reason(index, program, ways[i].flag, result));
    }
    return ERR_SYSTEM;
}

bool xdp_kernel_exchange(int link, const struct bpf_object *object)
{
    return bpf_link_update(link, xdp_kernel_program(object), NULL) == 0;
}

void xdp_kernel_wait(void)
{
    if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) != 0) /* not with nohz_full */
        nanosleep(&(struct timespec){ .tv_nsec = WAIT_MS * 1000000 }, NULL);
}
