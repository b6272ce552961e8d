#include "serve/interface_facts.h"

#include <errno.h>
#include <ifaddrs.h>
#include <stdio.h>
#include <string.h>

#include <linux/ethtool.h>
#include <linux/if_vlan.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* ---- Addresses ---- */

/* Writes the address as 16 octets, an IPv4 one mapped. False: it is neither. */
static bool get_octets(const struct sockaddr *address, uint8_t octets[16])
{
    static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

    if (address->sa_family == AF_INET) {
        memcpy(octets, mapped, sizeof(mapped));
        memcpy(octets + 12, &((const struct sockaddr_in *)address)->sin_addr, 4);
    } else if (address->sa_family == AF_INET6) {
        memcpy(octets, &((const struct sockaddr_in6 *)address)->sin6_addr, 16);
    }
    return address->sa_family == AF_INET || address->sa_family == AF_INET6;
}

/* Whether the interface is asked at this address of the host. */
static bool is_asked_at(const struct xdp_interface *to, const uint8_t octets[16])
{
    static const uint8_t loopback6[16] = { [15] = 1 };
    const struct in6_addr *v6 = (const struct in6_addr *)octets;
    bool loopback = (IN6_IS_ADDR_V4MAPPED(v6) && octets[12] == 127) || memcmp(octets, loopback6, 16) == 0;

    return !IN6_IS_ADDR_LINKLOCAL(v6) && (to->loopback || !loopback);
}

/* Whether a socket on `listen` gets what is sent to this address of the host. */
static bool is_listened_on(const struct socket_address *listen, const uint8_t octets[16])
{
    bool ip4 = IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)octets);
    uint8_t own[16];

    if (socket_address_is_wildcard(listen))
        return ip4 ? listen->sa.sa_family == AF_INET || !listen->v6_only : listen->sa.sa_family == AF_INET6;
    return get_octets(&listen->sa, own) && memcmp(own, octets, sizeof(own)) == 0;
}

void interface_facts_add(struct xdp_interface *to, const struct listen_address_list *listen,
                         const struct sockaddr *address)
{
    uint8_t octets[16];

    if (address == NULL || !get_octets(address, octets) || !is_asked_at(to, octets))
        return;
    for (size_t i = 0; i < listen->count && to->addresses_count < XDP_ADDRESSES_MAX; i++) {
        struct xdp_address *next = &to->addresses[to->addresses_count];
        if (!is_listened_on(&listen->address[i], octets))
            continue;
        memcpy(next->word, octets, sizeof(octets));
        next->port_be = listen->address[i].v4.sin_port; /* sin6_port is at the same offset */
        to->addresses_count++;
    }
}

/* ---- Modes ---- */

static void find_modes(int fd, const char *name, struct interface_facts *out)
{
    struct ethtool_value flags = { .cmd = ETHTOOL_GFLAGS };
    struct ifreq request = { .ifr_data = (void *)&flags };

    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    out->modes = XDP_MODE_NATIVE | XDP_MODE_GENERIC;
    if (ioctl(fd, SIOCETHTOOL, &request) != 0 || !(flags.data & ETH_FLAG_RXVLAN))
        return;
    out->modes = flags.data & ETH_FLAG_TXVLAN ? XDP_MODE_GENERIC : XDP_MODE_OFF;
    snprintf(out->why_not, sizeof(out->why_not), "the card takes VLAN tags off: ethtool -K %s rxvlan off",
             name);
}

/* ---- An interface ---- */

static bool is_vlan(int fd, const char *name)
{
    struct vlan_ioctl_args request = { .cmd = GET_VLAN_VID_CMD };

    strncpy(request.device1, name, sizeof(request.device1) - 1);
    return ioctl(fd, SIOCGIFVLAN, &request) == 0;
}

enum err interface_facts_find(const char *name, const struct listen_address_list *listen,
                              struct interface_facts *out, struct error *error)
{
    struct xdp_interface *known = &out->known;
    struct ifreq request = { .ifr_ifindex = 0 };
    struct ifaddrs *host = NULL;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    memset(out, 0, sizeof(*out));
    if (fd < 0 || getifaddrs(&host) != 0) {
        enum err err = error_set(error, ERR_SYSTEM, "the addresses are not known: %s", strerror(errno));
        if (fd >= 0)
            close(fd);
        return err;
    }
    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    if (strlen(name) < IFNAMSIZ && ioctl(fd, SIOCGIFINDEX, &request) == 0) {
        known->index = (uint32_t)request.ifr_ifindex;
        known->loopback = ioctl(fd, SIOCGIFFLAGS, &request) == 0 && request.ifr_flags & IFF_LOOPBACK;
        if (ioctl(fd, SIOCGIFHWADDR, &request) == 0)
            memcpy(known->mac, request.ifr_hwaddr.sa_data, sizeof(known->mac));
        for (const struct ifaddrs *h = host; h != NULL; h = h->ifa_next)
            if (!is_vlan(fd, h->ifa_name))
                interface_facts_add(known, listen, h->ifa_addr);
        find_modes(fd, name, out);
    }
    freeifaddrs(host);
    close(fd);
    return OK;
}
