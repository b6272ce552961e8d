"""Addresses and ports: several -b, both families at once, where a reply comes from, a second server."""
import os
import re
import socket
import subprocess

import dns.exception
import dns.message
import dns.query
import pytest

from server import SOA, Server, answers, free_port, poll

FILES = {"v4": SOA + "192.0.2.1\n"}
ZONES = ["bl.test:ip4set:v4"]
NAME = "1.2.0.192.bl.test"


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as s:
            s.bind(("::1", 0))
        return True
    except OSError:
        return False


needs_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="no IPv6 on this machine")


@needs_ipv6
def test_both_wildcards_at_once(start):
    port = free_port()
    server = start(FILES, zones=ZONES, port=port, bind=[f"0.0.0.0/{port}", f"::/{port}"])
    for address in ("127.0.0.1", "127.0.0.5", "::1"):
        # dnspython fails when the reply comes from another address than the one asked.
        assert answers(server.ask(NAME, address=address)) == {"127.0.0.2"}


@needs_ipv6
@pytest.mark.parametrize("wildcard", ["::", "::0", "*"])
def test_a_wildcard_serves_both_families(start, wildcard):
    """As rbldnsd does, on UDP, and on TCP, which it has not."""
    port = free_port()
    server = start(FILES, zones=ZONES, port=port, bind=[f"{wildcard}/{port}"], ready="::1")
    for address in ("127.0.0.1", "127.0.0.5", "::1"):
        assert answers(server.ask(NAME, address=address)) == {"127.0.0.2"}
        query = dns.message.make_query(NAME, "A")
        assert answers(dns.query.tcp(query, address, timeout=3, port=port)) == {"127.0.0.2"}


@needs_ipv6
@pytest.mark.parametrize("first, second", [("::", "127.0.0.1"), ("127.0.0.1", "::"), ("::", "0.0.0.0")])
def test_an_ipv4_address_beside_the_ipv6_wildcard(start, first, second):
    port = free_port()
    server = start(FILES, zones=ZONES, port=port, bind=[f"{first}/{port}", f"{second}/{port}"])
    for address in ("127.0.0.1", "::1"):
        assert answers(server.ask(NAME, address=address)) == {"127.0.0.2"}
    if "127.0.0.1" in (first, second):
        with pytest.raises((dns.exception.Timeout, OSError)):
            server.ask(NAME, address="127.0.0.3", timeout=0.3)


@needs_ipv6
def test_an_ipv4_client_of_an_ipv6_socket_is_an_ipv4_client(start):
    """Access lists and the query log know it by its IPv4 address."""
    port = free_port()
    files = {**FILES, "acl": "127.0.0.0/8 :9:$\n::/0 :pass\n"}
    server = start(files, "-l", "+-", "--workers", "1", zones=[*ZONES, "bl.test:acl:acl"], port=port,
                   bind=[f"::/{port}"], ready="::1")
    reply = server.ask(NAME, "TXT", address="127.0.0.1")
    assert [r.to_text() for r in reply.answer[0]] == ['"127.0.0.1"']
    assert answers(server.ask(NAME, address="::1")) == {"127.0.0.2"}
    assert poll(lambda: f" ::1 {NAME} A IN" in server.log()) and f" 127.0.0.1 {NAME} TXT IN" in server.log()


@needs_ipv6
def test_ipv4_clients_of_an_ipv6_socket_are_counted_one_by_one(start):
    """One client has at most 20 TCP connections; those of another are its own."""
    port = free_port()
    server = start(FILES, "--workers", "1", zones=ZONES, port=port, bind=[f"::/{port}"], ready="::1")
    held = [socket.create_connection(("127.0.0.1", port), source_address=("127.0.0.2", 0)) for _ in range(20)]
    query = dns.message.make_query(NAME, "A")
    reply = dns.query.tcp(query, "127.0.0.1", timeout=3, port=port, source="127.0.0.3")
    assert answers(reply) == {"127.0.0.2"}
    for connection in held:
        connection.close()


def test_several_addresses(start):
    port, other = free_port(), free_port()
    server = start(FILES, zones=ZONES, port=port, bind=[f"127.0.0.1/{port}", f"127.0.0.2/{port}", f"127.0.0.1/{other}",
                                                      f"127.0.0.1/{port}"])
    assert answers(server.ask(NAME)) == answers(server.ask(NAME, address="127.0.0.2")) == {"127.0.0.2"}
    server.port = other
    assert answers(server.ask(NAME)) == {"127.0.0.2"}
    server.port = port
    with pytest.raises((dns.exception.Timeout, OSError)):
        server.ask(NAME, address="127.0.0.3", timeout=0.3)


def test_replies_come_from_the_address_asked(start):
    port = free_port()
    server = start(FILES, zones=ZONES, port=port, bind=[f"0.0.0.0/{port}"])
    for address in ("127.0.0.1", "127.0.0.5", "127.1.2.3"):
        assert answers(server.ask(NAME, address=address)) == {"127.0.0.2"}


@pytest.mark.parametrize("second", ["127.0.0.1", "0.0.0.0"])
def test_a_second_server_is_refused(start, binary, folder, second):
    first = start(FILES, zones=ZONES)
    args = [binary, "-n", "-w", folder, "-b", f"{second}/{first.port}", *ZONES]
    done = subprocess.run(args, capture_output=True, text=True, timeout=20, check=False)
    lines = [line for line in done.stderr.splitlines() if str(first.port) in line]
    assert done.returncode != 0 and len(lines) == 1, done.stderr
    assert answers(first.ask(NAME)) == {"127.0.0.2"}


def test_a_foreign_socket_on_the_port_is_respected(binary, folder):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        s.bind(("127.0.0.1", 0))
        server = Server(binary, folder, zones=ZONES, files=FILES, port=s.getsockname()[1]).spawn()
        assert server.process.wait(20) != 0
        server.process = None


def test_the_port_is_free_again_at_once(start):
    first = start(FILES, zones=ZONES)
    port = first.port
    first.stop()
    assert answers(start(FILES, zones=ZONES, port=port).ask(NAME)) == {"127.0.0.2"}


@pytest.mark.skipif(os.getuid() != 0, reason="needs root")
def test_root_is_given_up(start, binary, folder):
    """Started as root it becomes the user of -u, and can still reload."""
    server = Server(binary, folder, "-u", "nobody", zones=ZONES, files=FILES)
    server.process = subprocess.Popen(server.command(), stdin=subprocess.DEVNULL, stderr=open(server.path("stderr"), "ab"))

    def answer():
        try:
            return answers(server.ask(NAME, timeout=0.2))
        except (dns.exception.Timeout, OSError):
            return None

    try:
        assert poll(answer)
        with open(f"/proc/{server.process.pid}/status") as f:
            status = dict(line.split(":", 1) for line in f if ":" in line)
        assert set(status["Uid"].split()) == {"65534"} and set(status["Gid"].split()) == {"65534"}
        assert not status["Groups"].strip() or status["Groups"].split() == ["65534"]
        assert int(status["CapEff"], 16) == 0
        server.write("v4", SOA + "192.0.2.1 :7:\n")
        assert poll(lambda: answer() == {"127.0.0.7"})
    finally:
        server.process.terminate()
        assert server.process.wait(20) == 0


@pytest.mark.skipif(os.getuid() != 0, reason="needs root")
def test_root_stays_nobody(binary, folder):
    server = Server(binary, folder, "-u", "root", zones=ZONES, files=FILES)
    done = subprocess.run(server.command(), capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1 and done.stderr.strip()


def test_slices(start):
    """Workers have short slices of CPU time, so that one that wakes up does not wait for a thread of HTTP."""
    if tuple(map(int, os.uname().release.split(".")[:2])) < (6, 12):
        pytest.skip("slices of threads need Linux 6.12")
    server = start(FILES, zones=ZONES)
    tasks = f"/proc/{server.process.pid}/task"
    slices = {}
    for task in os.listdir(tasks):
        with open(f"{tasks}/{task}/comm", encoding="ascii") as name, open(f"{tasks}/{task}/sched", encoding="ascii") as facts:
            [length] = re.findall(r"^se\.slice +: +(\d+)$", facts.read(), re.M) or [None]
            slices[name.read().strip()] = length
    if slices["worker-0"] is None:
        pytest.skip("the kernel does not tell")
    assert slices["worker-0"] == "100000" != slices["loader"]
