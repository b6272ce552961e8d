"""The fast path on interfaces: between two network namespaces over veth (native), and on lo (generic). That the
program in the kernel answers is shown by asking while the server's process is stopped."""
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
    if not shutil.which("ip") or not shutil.which("setpriv") or not shutil.which("clang"):
        pytest.skip("ip, setpriv and clang are needed")
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
        source, program = os.path.join(folder, "pass.c"), os.path.join(folder, "pass.o")
        with open(source, "w", encoding="ascii") as f:
            f.write(PASS)
        run("clang", "-target", "bpf", "-O2", "-g", "-c", "-o", program, source)
        run("ip", "-n", client, "link", "set", "dev", theirs, "xdpdrv", "obj", program, "sec", "xdp")
        yield server, client, ours
    finally:
        run("ip", "netns", "del", server)
        run("ip", "netns", "del", client)


class XdpServer(Api):
    """A server in a namespace, with the capabilities that the fast path needs."""

    capabilities = CAPABILITIES

    def command(self):
        return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", f"--inh-caps={self.capabilities}",
                f"--ambient-caps={self.capabilities}", *super().command()]

    def spawn(self):
        with open(self.path("stderr"), "ab") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        return self

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


@pytest.fixture
def start(binary, folder):
    """start(namespace, interface, address...) -> the server, which answers."""
    running = []

    def start(namespace, interface, *addresses, capabilities=CAPABILITIES, args=(), ready=None):
        server = XdpServer(binary, folder, "--xdp", interface, *args, state="", zones=ZONES, files=FILES, port=PORT,
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


def test_native(namespaces, start):
    at, client, interface = namespaces
    server = start(at, interface, "10.9.0.1", "fd09::1")
    assert "fast path in the driver" in server.log()
    with inside(client):
        check_answers(server, "10.9.0.1")
        check_answers(server, "fd09::1")


def test_wildcard(namespaces, start):
    at, client, interface = namespaces
    server = start(at, interface, "0.0.0.0", "::", ready="10.9.0.1")
    with inside(client):
        check_answers(server, "10.9.0.1")
        check_answers(server, "fd09::1")


def test_generic(namespaces, start):
    at, _, _ = namespaces
    server = start(at, "lo", "127.0.0.1")
    assert "fast path in the kernel's generic hook" in server.log()
    with inside(at):
        check_answers(server, "127.0.0.1")


def test_reload(namespaces, start):
    """A new snapshot takes the place of the old one as a whole."""
    at, client, interface = namespaces
    server = start(at, interface, "10.9.0.1")
    name = reverse("192.0.2.9", "zen.test")
    with inside(client):
        assert kind(server.ask(name)) == "NXDOMAIN"
        server.write("list.zone", SOA + "192.0.2.9 :9:\n")
        server.reload()
        assert poll(lambda: answers(server.ask(name)) == {"127.0.0.9"})
        with server.stopped():
            assert answers(server.ask(name)) == {"127.0.0.9"}
            assert kind(server.ask(reverse("192.0.2.1", "zen.test"))) == "NXDOMAIN"


def test_exchanges(namespaces, start):
    """While snapshots follow one another, every query is answered, by the last one published or the one before it."""
    at, client, interface = namespaces
    server = start(at, interface, "10.9.0.1")
    name = reverse("192.0.2.1", "zen.test")
    with inside(client):
        for code in range(10, 20):
            server.write("list.zone", SOA + f"192.0.2.1 :{code}:\n")
            server.reload()
            seen = [answers(server.ask(name)) for _ in range(50)]

            def published():
                seen.append(answers(server.ask(name)))
                return seen[-1] == {f"127.0.0.{code}"}
            assert poll(published, step=0)
            codes = [int(next(iter(s)).rsplit(".", 1)[1]) for s in seen]
            assert codes == sorted(codes) and set(codes) <= {2 if code == 10 else code - 1, code}
        with server.stopped():
            assert answers(server.ask(name)) == {"127.0.0.19"}


def test_delisting(namespaces, start):
    """What the overlay may change is left to the sockets, from the acknowledgement on."""
    at, client, interface = namespaces
    server = start(at, interface, "10.9.0.1")
    name = reverse("192.0.2.1", "zen.test")
    with inside(client):
        assert kind(server.ask(name)) == "LISTED"
    with inside(at):
        made = server.post("/v1/delistings", {"range": "192.0.2.1", "lists": ["list"], "reason": "test"})
        assert made.status == 201, made
    with inside(client):
        assert kind(server.ask(name)) == "NXDOMAIN"
        assert kind(server.ask(reverse("198.51.100.9", "zen.test"))) == "LISTED"
        with server.stopped():
            assert silent(server, reverse("198.51.100.9", "zen.test"))
            assert kind(server.ask("www.bad.example.dbl.test")) == "LISTED"


def metric(server, name):
    lines = [line for line in server.get("/metrics", role="reader").text.split("\n") if line.startswith(name + " ")]
    return int(lines[0].split()[1])


def test_counters(namespaces, start):
    """Queries are counted as if the sockets had answered them; packets by what became of them."""
    at, client, interface = namespaces
    server = start(at, interface, "10.9.0.1")
    with inside(at):
        before = metric(server, "dnsbld_queries_total")
    with inside(client):
        for _ in range(10):
            server.ask(reverse("192.0.2.1", "zen.test"))
        for _ in range(5):
            server.ask(reverse("192.0.2.22", "zen.test"))
        server.ask(reverse("192.0.2.1", "zen.test"), "TXT")
    with inside(at):
        assert metric(server, "dnsbld_xdp_attached") == 1
        assert metric(server, "dnsbld_xdp_native") == 1
        assert metric(server, 'dnsbld_xdp_packets_total{outcome="listed"}') == 10
        assert metric(server, 'dnsbld_xdp_packets_total{outcome="nxdomain"}') == 5
        assert metric(server, 'dnsbld_xdp_packets_total{outcome="type"}') == 1
        assert metric(server, "dnsbld_queries_total") == before + 16
        zone = metric(server, 'dnsbld_zone_queries_total{zone="zen.test"}')
        state = server.get("/v1/status").json["fast_path"]
    assert zone == 16
    assert (state["mode"], state["answered"]) == ("driver", 15) and state["passed"] > 0 and state["table_bytes"] > 0


@pytest.mark.parametrize("capabilities, args, reason", [
    ("-all", (), "CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON are needed"),
    (CAPABILITIES, ("-A",), "no fast path: it does not know authority"),
])
def test_without(namespaces, start, capabilities, args, reason):
    """Without the rights, or with rules that the program does not know, the sockets answer all queries."""
    at, client, interface = namespaces
    server = start(at, interface, "10.9.0.1", capabilities=capabilities, args=args)
    assert reason in server.log()
    with inside(client):
        assert kind(server.ask(reverse("192.0.2.1", "zen.test"))) == "LISTED"
        with server.stopped():
            assert silent(server, reverse("192.0.2.1", "zen.test"))


def test_no_interface(namespaces, start):
    at, _, _ = namespaces
    server = start(at, "nosuch0", "127.0.0.1")
    assert "fast path: nosuch0: No such device" in server.log()
    with inside(at):
        assert kind(server.ask(reverse("192.0.2.1", "zen.test"))) == "LISTED"


def test_interface_returns(namespaces, start):
    """Without the interface the server goes on; when it is back, the next load attaches to it."""
    at, client, interface = namespaces
    server = start(at, interface, "10.9.0.1", "127.0.0.1", ready="127.0.0.1")
    run("ip", "-n", at, "link", "del", interface)

    def load(code, words):
        server.write("list.zone", f"192.0.2.1 :{code}:\n")
        server.reload()
        with inside(at):
            assert poll(lambda: answers(server.ask(reverse("192.0.2.1", "zen.test"))) == {f"127.0.0.{code}"})
        assert words in server.log()
    load(7, f"fast path: {interface}: No such device; the sockets answer all queries")
    run("ip", "-n", at, "link", "add", interface, "type", "veth", "peer", "name", "other", "netns", client)
    run("ip", "-n", at, "address", "add", "10.9.0.1/24", "dev", interface)
    run("ip", "-n", at, "link", "set", interface, "up")
    load(8, "")
    assert poll(lambda: server.log().count("fast path in the driver") == 2)


def test_killed(namespaces, start):
    """Nothing is left on the interface, however the process ends."""
    at, _, interface = namespaces
    server = start(at, interface, "10.9.0.1")

    def attached():
        return "prog/xdp" in subprocess.run(["ip", "-n", at, "link", "show", interface], check=True,
                                            capture_output=True, text=True).stdout
    assert attached()
    server.kill()
    server.process = None
    assert poll(lambda: not attached())
