"""Fixtures of the resolver tests: a network of their own, one dnsbld in it, and every resolver in front of that."""
import ctypes
import os
import subprocess
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from resolver import RESOLVERS, Resolver  # noqa: E402  (needs the path above)
from server import Server  # noqa: E402
from zones import FILES, ZONES  # noqa: E402

CLONE_NEWNET = 0x40000000


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
