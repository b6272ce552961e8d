"""Servers with the fast path, in network namespaces of their own."""
import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import uuid

import dns.exception
import dns.message
import dns.query
import pytest

from api import Api
from server import SOA, answers, kind, poll, reverse

CAPABILITIES = "+bpf,+net_admin,+perfmon"
PASS = """
__attribute__((section("xdp"))) int pass(void *context) { (void)context; return 2; }
char text[] __attribute__((section("license"))) = "BSD";
"""
ZONES = ["zen.test:ip4set:list.zone", "zen.test:ip6trie:list6.zone", "dbl.test:dnset:names.zone"]
FILES = {"list.zone": SOA + ":2:Listed $\n192.0.2.1\n198.51.100.0/24 :3:\n", "list6.zone": "2001:db8::/32\n",
         "names.zone": SOA + ".bad.example :5:\n"}
CLONE_NEWNET = 0x40000000
PORT = 5353
libc = ctypes.CDLL(None, use_errno=True)


@contextlib.contextmanager
def inside(namespace):
    """What is started and opened within is in the network namespace."""
    with open("/proc/thread-self/ns/net", "rb") as here, open(f"/run/netns/{namespace}", "rb") as there:
        assert libc.setns(there.fileno(), CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
        try:
            yield
        finally:
            assert libc.setns(here.fileno(), CLONE_NEWNET) == 0


def run(*words):
    subprocess.run(words, check=True, capture_output=True)


@pytest.fixture
def namespaces(folder):
    """Two namespaces, joined by veth: the server's with 10.9.0.1 and fd09::1, and the client's. Its end has a program
    that lets all pass, without which veth takes no frames from one."""
    if os.getuid() != 0:
        pytest.skip("network namespaces need root")
    if not all(shutil.which(program) for program in ("ip", "ethtool", "setpriv", "clang")):
        pytest.skip("ip, ethtool, setpriv and clang are needed")
    tag = uuid.uuid4().hex[:6]
    server, client, ours, theirs = f"xs{tag}", f"xc{tag}", f"vs{tag}", f"vc{tag}"
    try:
        run("ip", "netns", "add", server)
        run("ip", "netns", "add", client)
    except subprocess.CalledProcessError as e:
        pytest.skip(f"no network namespaces: {e.stderr.decode()}")
    try:
        run("ip", "-n", server, "link", "set", "lo", "up")
        run("ip", "link", "add", ours, "netns", server, "type", "veth", "peer", "name", theirs, "netns", client)
        for namespace, link, number in ((server, ours, 1), (client, theirs, 2)):
            run("ip", "-n", namespace, "address", "add", f"10.9.0.{number}/24", "dev", link)
            run("ip", "-n", namespace, "address", "add", f"fd09::{number}/64", "dev", link, "nodad")
            run("ip", "-n", namespace, "link", "set", link, "up")
            # Tags stay in the frames.
            run("ip", "netns", "exec", namespace, "ethtool", "-K", link, "rxvlan", "off", "txvlan", "off")
        source, program = os.path.join(folder, "pass.c"), os.path.join(folder, "pass.o")
        with open(source, "w", encoding="ascii") as f:
            f.write(PASS)
        run("clang", "-target", "bpf", "-O2", "-g", "-c", "-o", program, source)
        run("ip", "-n", client, "link", "set", "dev", theirs, "xdpdrv", "obj", program, "sec", "xdp")
        yield server, client, ours
    finally:
        run("ip", "netns", "del", server)
        run("ip", "netns", "del", client)


class RootServer(Api):
    """A server that root starts in a namespace."""

    def spawn(self):
        with open(self.path("stderr"), "ab") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env={**os.environ, "DNSBLD_TEST_CLOCK": self.path("clock")})
        return self

    def rights(self):
        """The process dnsbld-xdp, the server's only child."""
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as f:
            [pid] = f.read().split()
        return int(pid)

    @contextlib.contextmanager
    def stopped(self):
        """Meanwhile only the kernel answers."""
        tasks = f"/proc/{self.process.pid}/task"

        def state(task):
            with open(f"{tasks}/{task}/stat", encoding="ascii", errors="replace") as f:
                return f.read().rsplit(")", 1)[1].split()[0]
        self.process.send_signal(signal.SIGSTOP)
        try:
            assert poll(lambda: {state(task) for task in os.listdir(tasks)} == {"T"})
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)


class XdpServer(RootServer):
    """A server of a user with the capabilities that the fast path needs."""

    capabilities = CAPABILITIES

    def command(self):
        return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", f"--inh-caps={self.capabilities}",
                f"--ambient-caps={self.capabilities}", *super().command()]


@pytest.fixture
def start(binary, folder):
    """start(namespace, interfaces, address...) -> the server, which answers. `interfaces` separated by blanks."""
    running = []

    def start(namespace, interfaces, *addresses, capabilities=CAPABILITIES, args=(), ready=None, kind=XdpServer):
        options = [word for name in interfaces.split() for word in ("--xdp", name)]
        server = kind(binary, folder, *options, *args, state="", zones=ZONES, files=FILES, port=PORT,
                      bind=[f"{a}/{PORT}" for a in addresses], ready=ready or addresses[0])
        server.capabilities = capabilities
        running.append((namespace, server))
        with inside(namespace):
            server.start()
        if "built without it" in server.log():
            pytest.skip("the program was built without the fast path")
        if "not permitted" in server.log() and capabilities == CAPABILITIES:
            pytest.skip("the kernel does not permit BPF")
        return server

    yield start
    for namespace, server in running:
        with inside(namespace):
            server.stop()


def silent(server, name, qtype="A", address=None):
    with pytest.raises(dns.exception.Timeout):
        server.ask(name, qtype, timeout=0.3, address=address)
    return True


def check_answers(server, address):
    """The kernel answers plain questions, alone."""
    with server.stopped():
        for edns in (False, True):
            reply = server.ask(reverse("192.0.2.1", "zen.test"), address=address, edns=edns)
            assert answers(reply) == {"127.0.0.2"}
            assert reply.edns == (0 if edns else -1)
        assert answers(server.ask(reverse("198.51.100.9", "ZEN.test"), address=address)) == {"127.0.0.3"}
        assert kind(server.ask(reverse("192.0.2.1", "zen.test"), "MX", address=address)) == "NODATA"
        assert kind(server.ask(reverse("192.0.2.22", "zen.test"), address=address)) == "NXDOMAIN"
        assert kind(server.ask(reverse("2001:db8::7", "zen.test"), address=address)) == "LISTED"
        assert answers(server.ask("www.bad.example.dbl.test", address=address)) == {"127.0.0.5"}
        assert silent(server, reverse("192.0.2.1", "zen.test"), "TXT", address)
    reply = server.ask(reverse("192.0.2.1", "zen.test"), "TXT", address=address)
    assert answers(reply, "TXT") == {"Listed 192.0.2.1"}
    query = dns.message.make_query(reverse("192.0.2.1", "zen.test"), "A")
    assert answers(dns.query.tcp(query, address or server.ready, 3, PORT)) == {"127.0.0.2"}
