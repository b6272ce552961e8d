"""Which worker gets which query, over veth with as many queues as workers, on which the sender's CPU receives; and what
the sockets drop. Shown by the workers' counters in /metrics."""
import os
import re
import shutil
import signal
import socket
import subprocess
import uuid

import dns.message
import pytest

from api import Api
from server import SOA, answers, poll, reverse
from xdp import inside, run

FILES = {"list": SOA + "192.0.2.1\n"}
ZONES = ["bl.test:ip4set:list"]
PORT = 5353
CPUS = sorted(os.sched_getaffinity(0))[:2]
ALL = {"10.9.0.1", "10.9.0.3", "fd09::1"}
QUERY = dns.message.make_query(reverse("192.0.2.1", "bl.test"), "A", use_edns=False).to_wire()


@pytest.fixture
def namespaces():
    """make(queues) -> the server's namespace, which has ALL, and the client's."""
    if os.getuid() != 0 or not shutil.which("ip"):
        pytest.skip("network namespaces need root and ip")
    if len(CPUS) < 2:
        pytest.skip("two CPUs are needed")
    made = []

    def make(queues):
        tag = uuid.uuid4().hex[:6]
        names = server, client = f"ss{tag}", f"sc{tag}"
        for name in names:
            try:
                run("ip", "netns", "add", name)
            except subprocess.CalledProcessError as e:
                pytest.skip(f"no network namespaces: {e.stderr.decode()}")
            made.append(name)
            run("ip", "-n", name, "link", "set", "lo", "up")
        words = ["numrxqueues", str(queues), "numtxqueues", str(queues)]
        peer = ["peer", "name", "there", "netns", client, *words]
        run("ip", "link", "add", "here", "netns", server, *words, "type", "veth", *peer)
        for namespace, link, addresses in ((server, "here", ALL), (client, "there", {"10.9.0.2", "fd09::2"})):
            for address in addresses:
                word = ["/64", "nodad"] if ":" in address else ["/24"]
                run("ip", "-n", namespace, "address", "add", address + word[0], "dev", link, *word[1:])
            run("ip", "-n", namespace, "link", "set", link, "up")
        return names

    yield make
    for name in made:
        run("ip", "netns", "del", name)


@pytest.fixture
def start(binary, folder):
    """start(namespace, config, *addresses) -> a server with two workers."""
    running = []

    def start(namespace, config, *addresses):
        server = Api(binary, folder, "--workers", "2", state="", config=config, zones=ZONES, files=FILES, port=PORT,
                     bind=[f"{address}/{PORT}" for address in addresses], ready="10.9.0.1")
        running.append((namespace, server))
        with inside(namespace):
            return server.start()

    yield start
    for namespace, server in running:
        with inside(namespace):
            server.stop()


def metric(server, namespace, name):
    """The values of a metric, by what its labels say."""
    with inside(namespace):
        text = server.get("/metrics", role="reader").text
    return {labels: int(value) for labels, value in re.findall(rf"^{name}{{(.*)}} (\d+)$", text, re.MULTILINE)}


def took(server, namespace):
    queries = metric(server, namespace, "dnsbld_worker_queries_total")
    assert len(queries) == 2
    return [queries[f'worker="{worker}"'] for worker in range(2)]


def ask(address, cpu, count=20):
    """Queries from so many ports, sent and received on one CPU, all answered."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {cpu})
    try:
        for _ in range(count):
            with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as s:
                s.settimeout(3)
                s.connect((address, PORT))
                s.send(QUERY)
                assert answers(dns.message.from_wire(s.recv(512))) == {"127.0.0.2"}
    finally:
        os.sched_setaffinity(0, before)


def shares(server, namespace, client, address):
    """By CPU, how many of 20 queries each worker took."""
    found = []
    for cpu in CPUS:
        before = took(server, namespace)
        with inside(client):
            ask(address, cpu)
        found.append([after - earlier for after, earlier in zip(took(server, namespace), before)])
    return found


STEERED = [[20, 0], [0, 20]]


@pytest.mark.parametrize("config", [None, "steering: on\n"])
def test_each_worker_has_the_queries_of_its_cpu(namespaces, start, config):
    at, client = namespaces(2)
    server = start(at, config, *sorted(ALL))
    assert "answered by the worker on the CPU that receives them" in server.log()
    for address in ALL:
        assert shares(server, at, client, address) == STEERED, address


@pytest.mark.parametrize("wildcard", ["0.0.0.0", "::"])
def test_wildcards(namespaces, start, wildcard):
    at, client = namespaces(2)
    server = start(at, None, wildcard)
    assert shares(server, at, client, "10.9.0.1") == STEERED
    if wildcard == "::":
        assert shares(server, at, client, "fd09::1") == STEERED


@pytest.mark.parametrize("queues, config", [(2, "steering: off\n"), (1, None)])
def test_hashed(namespaces, start, queues, config):
    """Switched off, or with fewer queues than workers: each CPU's queries go to both."""
    at, client = namespaces(queues)
    server = start(at, config, "10.9.0.1")
    assert "on the CPU that receives them" not in server.log()
    for share in shares(server, at, client, "10.9.0.1"):
        assert sum(share) == 20 and min(share) > 0


def test_loopback_is_hashed(namespaces, start):
    """A client of this machine would have one worker only, though other interfaces are steered."""
    at, client = namespaces(2)
    server = start(at, None, "0.0.0.0")
    for share in shares(server, at, at, "127.0.0.1"):
        assert sum(share) == 20 and min(share) > 0
    assert shares(server, at, client, "10.9.0.1") == STEERED


def test_what_a_full_buffer_drops_is_counted(namespaces, start):
    """While the process is stopped. What was sent was dropped by its socket, or is answered afterwards."""
    at, client = namespaces(2)
    server = start(at, None, "10.9.0.1", "fd09::1")
    before, sent = took(server, at), 30000
    own = f'address="10.9.0.1/{PORT}",worker="1"'
    assert metric(server, at, "dnsbld_socket_dropped_total")[own] == 0
    server.process.send_signal(signal.SIGSTOP)
    cpus = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {CPUS[1]})
        with inside(client), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.connect(("10.9.0.1", PORT))
            for _ in range(sent):
                s.send(QUERY)
    finally:
        os.sched_setaffinity(0, cpus)
        server.process.send_signal(signal.SIGCONT)
    dropped = metric(server, at, "dnsbld_socket_dropped_total")
    assert set(dropped) == {f'address="{a}/{PORT}",worker="{w}"' for a in ("10.9.0.1", "fd09::1") for w in range(2)}
    assert 0 < dropped.pop(own) < sent and set(dropped.values()) == {0}
    dropped = metric(server, at, "dnsbld_socket_dropped_total")[own]
    assert poll(lambda: took(server, at) == [before[0], before[1] + sent - dropped])
