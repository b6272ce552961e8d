#include "net/steering.h"

#include <stdint.h>
#include <string.h>

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define BY_HASH UINT32_MAX /* no socket has this number */

size_t steering_cpu(const cpu_set_t *cpus, size_t worker)
{
    size_t left = worker % (size_t)CPU_COUNT(cpus), cpu = 0;
    while (!CPU_ISSET(cpu, cpus) || left-- > 0)
        cpu++;
    return cpu;
}

/* The receive queues of an interface that is up; 0: it is not, or it does not say, as loopback and bridges do
 * not, nor cards that have only one. */
static size_t count_queues(int fd, const char *name)
{
    struct ethtool_channels channels = { .cmd = ETHTOOL_GCHANNELS };
    struct ifreq request = { 0 };
    strncpy(request.ifr_name, name, sizeof(request.ifr_name) - 1);
    if (ioctl(fd, SIOCGIFFLAGS, &request) != 0 || (request.ifr_flags & IFF_UP) == 0)
        return 0;
    request.ifr_data = (char *)&channels;
    return ioctl(fd, SIOCETHTOOL, &request) == 0 ? channels.rx_count + channels.combined_count : 0;
}

static void find_interfaces(struct steering *s)
{
    struct if_nameindex *all = if_nameindex();
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    for (size_t i = 0; all != NULL && all[i].if_index != 0; i++)
        if (s->interfaces_count < STEERING_INTERFACES_MAX && count_queues(fd, all[i].if_name) >= s->workers)
            s->interfaces[s->interfaces_count++] = all[i].if_index;
    if (fd >= 0)
        close(fd);
    if_freenameindex(all);
}

bool steering_find(enum steering_mode mode, size_t workers, struct steering *out)
{
    struct steering s = { .workers = workers, .all = mode == STEERING_ON };
    if (mode == STEERING_OFF || workers < 2 || sched_getaffinity(0, sizeof(s.cpus), &s.cpus) != 0 ||
        workers > (size_t)CPU_COUNT(&s.cpus))
        return false;
    if (mode == STEERING_AUTO)
        find_interfaces(&s);
    *out = s;
    return s.all || s.interfaces_count > 0;
}

size_t steering_program(const struct steering *s, struct sock_filter program[STEERING_PROGRAM_MAX])
{
    struct sock_filter *p = program;
    if (!s->all) {
        *p++ =
            (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_IFINDEX));
        for (size_t left = s->interfaces_count; left > 0; left--) /* skips the rest and the return */
            *p++ = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, s->interfaces[left - 1],
                                                (uint8_t)left, 0);
        *p++ = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, BY_HASH);
    }
    *p++ = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_CPU));
    for (size_t worker = 0; worker < s->workers; worker++) {
        size_t cpu = steering_cpu(&s->cpus, worker);
        if (cpu % s->workers == worker)
            continue;
        *p++ = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)cpu, 0, 1);
        *p++ = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, (uint32_t)worker);
    }
    *p++ = (struct sock_filter)BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, (uint32_t)s->workers);
    *p++ = (struct sock_filter)BPF_STMT(BPF_RET | BPF_A, 0);
    return (size_t)(p - program);
}

bool steering_attach(const struct steering *s, int fd)
{
    struct sock_filter program[STEERING_PROGRAM_MAX];
    struct sock_fprog attach = { .filter = program };
    attach.len = (unsigned short)steering_program(s, program);
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &attach, sizeof(attach)) == 0;
}
