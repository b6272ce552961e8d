"""Fixtures of the resolver tests: a network of their own, one dnsbld in it, and every resolver in front of that."""
import ctypes
import os
import subprocess
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from resolver import CHANGING, RESOLVERS, Resolver  # noqa: E402  (needs the path above)
from server import SOA, Server  # noqa: E402

CLONE_NEWNET = 0x40000000
FILES = {
    "v4": SOA + ":127.0.0.4:Listed, $\n127.0.0.2\n192.0.2.1\n192.0.2.128/25 :9:half\n198.51.100.7 :2:first\n"
    "198.51.100.7 :3:second\n10.0.0.0/8 :5:ten\n" + "".join(f"203.0.113.9 :4:{n:02} {'long ' * 40}\n" for n in range(12)),
    "v6": SOA + ":127.0.0.6:six $\n2001:db8:0:1::/64\n!2001:db8:0:1::5/128\n2001:db8:7::25/128\n",
    "names": SOA + ":127.0.1.2:name $\nevil.example.com\n*.wild.example\n.both.example\n!no.both.example\n"
    "a.b.c.d.e.deep.example\nTEST\n",
    "generic": f"www CNAME web.dbl.test\nweb CNAME host.dbl.test\nhost A 192.0.2.80\ngone CNAME nothing.dbl.test\n"
    f"long TXT \"{'x' * 300}\" \"y\"\n",
    "changing": CHANGING,
}
ZONES = ["bl.test:ip4set:v4", "bl.test:ip6trie:v6", "dbl.test:dnset:names", "dbl.test:generic:generic",
         "ttl.test:ip4set:changing"]


@pytest.fixture(scope="package")
def network():
    """Puts this process, and all that it starts, into a network that has nothing but a loopback interface."""
    if os.geteuid() != 0:
        pytest.skip("not root: no network namespace for the resolvers")
    libc = ctypes.CDLL(None, use_errno=True)
    outside = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        if libc.unshare(CLONE_NEWNET) != 0:
            pytest.skip(f"no network namespace for the resolvers: {os.strerror(ctypes.get_errno())}")
        try:
            subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
            yield
        finally:
            assert libc.setns(outside, CLONE_NEWNET) == 0
    finally:
        os.close(outside)


@pytest.fixture(scope="module")
def server(network, binary, module_folder):
    """The server that all resolvers ask; its log of queries tells what they asked."""
    os.chmod(module_folder, 0o777)
    server = Server(binary, module_folder, "-l", "+log", "--workers", "1", zones=ZONES, files=FILES).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def resolvers(server):
    """All resolvers that are installed, by name. They start with empty caches."""
    zones = sorted({zone.split(":")[0] for zone in ZONES})
    running = {}
    try:
        for name in RESOLVERS:
            if Resolver.installed(name):
                running[name] = Resolver(name, server.path(name), server.port, zones)
        for resolver in running.values():
            resolver.wait()
        yield running
    finally:
        for resolver in running.values():
            resolver.stop()


@pytest.fixture(params=RESOLVERS)
def resolver(request, resolvers):
    if request.param not in resolvers:
        pytest.skip(f"{request.param} is not installed")
    return resolvers[request.param]
