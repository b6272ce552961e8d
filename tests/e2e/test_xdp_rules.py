"""The operator's rules and the statistics on the fast path, over lo. That the kernel applies them is shown by asking
while the server's process is stopped."""
import os
import re
import signal
import socket

import dns.flags
import dns.message
import dns.query
import pytest

from server import SOA, answers, kind, poll, reverse
from test_xdp import metric
from xdp import PORT, inside, namespaces, silent, start  # noqa: F401 (fixtures)

NAME = reverse("192.0.2.1", "zen.test")
CLEAN = reverse("192.0.2.22", "zen.test")
COUNT = 40


@pytest.fixture
def on_lo(namespaces, start, folder):  # noqa: F811
    """on_lo(text of the configuration, other arguments...) -> the server; the test is in its namespace."""
    at = namespaces[0]
    with inside(at):
        os.chmod(folder, 0o777)  # for -s, as nobody

        def begin(text="", *args):
            with open(os.path.join(folder, "c.yaml"), "w", encoding="ascii") as f:
                f.write("workers: 1\n" + text)
            return start(at, "lo", "127.0.0.1", args=("--config", f"{folder}/c.yaml", *args))
        yield begin


def outcomes(server, *names):
    return [metric(server, f'dnsbld_xdp_packets_total{{outcome="{name}"}}') for name in names]


def burst(server, name=NAME):
    """COUNT queries at once from one CPU: how many were answered, truncated, not answered."""
    wire = dns.message.make_query(name, "A").to_wire()
    got = {"full": 0, "tc": 0, "none": COUNT}
    cpus = os.sched_getaffinity(0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(0.3)
        s.connect(("127.0.0.1", PORT))
        os.sched_setaffinity(0, {min(cpus)})
        try:
            for _ in range(COUNT):
                s.send(wire)
            while got["none"]:
                reply = dns.message.from_wire(s.recv(4096), ignore_trailing=False)
                got["none"] -= 1
                got["tc" if reply.flags & dns.flags.TC else "full"] += 1
        except socket.timeout:
            pass
        finally:
            os.sched_setaffinity(0, cpus)
    return got


def test_rate_limit(on_lo):
    server = on_lo("rate_limit: {responses_per_second: 5}\n")
    before = [metric(server, f"dnsbld_{what}_total") for what in ("queries", "dropped", "truncated", "rate_limited")]
    with server.stopped():
        got = burst(server)
    # A burst may reach into the next second, which brings five more.
    assert got["full"] in (5, 10) and got["tc"] > 0 and abs(got["tc"] - got["none"]) <= 2
    assert outcomes(server, "listed", "slipped", "dropped") == [got["full"], got["tc"], got["none"]]
    after = [metric(server, f"dnsbld_{what}_total") for what in ("queries", "dropped", "truncated", "rate_limited")]
    assert [b - a for a, b in zip(before, after)] == [COUNT, got["none"], got["tc"], got["tc"] + got["none"]]
    assert server.get("/v1/status").json["fast_path"]["limited"] == got["tc"] + got["none"]
    query = dns.message.make_query(NAME, "A")
    assert answers(dns.query.tcp(query, "127.0.0.1", 3, PORT)) == {"127.0.0.2"}
    server.stop()
    logged = re.search(r"(\d+) over the rate limit and dropped, (\d+) over it and slipped", server.log())
    assert logged, server.log()
    assert int(logged[1]) >= got["none"] and int(logged[2]) >= got["tc"]


@pytest.mark.parametrize("rule, limited", [("dry_run: true", COUNT - 5), ("exempt: [192.0.2.0/24, 127.0.0.0/8]", 0)])
def test_rate_limit_is_not_applied(on_lo, rule, limited):
    server = on_lo(f"rate_limit: {{responses_per_second: 5, {rule}}}\n")
    before = metric(server, "dnsbld_rate_limited_total")
    with server.stopped():
        assert burst(server)["full"] == COUNT
    assert metric(server, "dnsbld_rate_limited_total") - before in (limited, max(limited - 5, 0))


def test_authority(on_lo):
    """-A: with the name servers."""
    server = on_lo("", "-A")
    server.write("list.zone", SOA + "$NS 1h ns1.example ns2.example\n192.0.2.1\n")
    server.reload()
    assert poll(lambda: len(server.ask(NAME).authority) == 1)
    with server.stopped():
        reply = server.ask(NAME)
        assert {rdata.to_text() for rdata in reply.authority[0]} == {"ns1.example.", "ns2.example."}
        assert reply.authority[0].name.to_text() == "zen.test."
        assert kind(server.ask(CLEAN)) == "NXDOMAIN"


def test_public_resolvers(on_lo):
    """They are told what they are by the sockets; others are answered at once."""
    server = on_lo("public_resolvers: {prefixes: [127.0.0.9]}\n")
    with server.stopped():
        assert answers(server.ask(NAME)) == {"127.0.0.2"}
        server.source = "127.0.0.9"
        assert silent(server, NAME)
    assert answers(server.ask(NAME)) == {"127.255.255.254"}
    assert outcomes(server, "public_resolver") == [2]


def test_access_list(on_lo, folder):
    """Of all zones: clients with a rule are the sockets', others are not."""
    with open(os.path.join(folder, "who"), "w", encoding="ascii") as f:
        f.write("127.0.0.9 :refuse\n")
    server = on_lo('acls: ["acl:who"]\n')
    with server.stopped():
        assert answers(server.ask(NAME)) == {"127.0.0.2"}
        server.source = "127.0.0.9"
        assert silent(server, NAME)
    assert kind(server.ask(NAME)) == "REFUSED"
    assert outcomes(server, "acl") == [2]


def test_hits(on_lo):
    """They are in the API as those of the workers are."""
    server = on_lo()
    seen = server.get("/v1/hits").json["seen"]
    with server.stopped():
        for _ in range(10):
            assert answers(server.ask(NAME)) == {"127.0.0.2"}
            assert kind(server.ask(CLEAN)) == "NXDOMAIN"
        assert answers(server.ask("www.bad.example.dbl.test")) == {"127.0.0.5"}
    assert poll(lambda: len(server.get("/v1/hits").json["hits"]) == 11)
    found = server.get("/v1/hits").json
    assert found["seen"] == seen + 11 and found["estimated"] == 11
    assert {(h["client"], h["query"], h["zone"], h["code"]) for h in found["hits"]} == {
        ("127.0.0.1", "192.0.2.1", "zen.test", "127.0.0.2"),
        ("127.0.0.1", "www.bad.example", "dbl.test", "127.0.0.5")}
    assert len(server.get("/v1/hits?within=192.0.2.0/24").json["hits"]) == 10


def test_statistics(on_lo):
    """-s, the log and /metrics have the fast path's queries; the bytes are those of the messages."""
    server = on_lo("", "-s", "stats")
    queries = [dns.message.make_query(name, "A").to_wire() for name in 7 * [NAME] + 3 * [CLEAN]]
    before = metric(server, 'dnsbld_zone_queries_total{zone="zen.test"}')
    with server.stopped(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.connect(("127.0.0.1", PORT))
        bytes_in = sum(s.send(query) for query in queries)
        bytes_out = sum(len(s.recv(4096)) for _ in queries)
    assert metric(server, 'dnsbld_zone_queries_total{zone="zen.test"}') == before + 10
    server.process.send_signal(signal.SIGUSR1)
    assert poll(lambda: "zone zen.test: tot=10 ok=7 nxd=3 err=0" in server.log()) or server.log()
    assert f"zone zen.test: tot=10 ok=7 nxd=3 err=0 in={bytes_in} out={bytes_out}" in server.log()
    with open(server.path("stats"), encoding="ascii") as f:
        assert f" zen.test:10:7:3:{bytes_in}:{bytes_out} " in f.read()


def test_time_of_a_packet(on_lo):
    """One packet in 1021 of a CPU is timed."""
    server = on_lo()
    assert server.get("/v1/status").json["fast_path"]["nanoseconds"] is None
    wire = dns.message.make_query(NAME, "A").to_wire()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.connect(("127.0.0.1", PORT))
        for _ in range(2 * os.cpu_count() * 1021):
            s.send(wire)
            s.recv(4096)
    timed = metric(server, "dnsbld_xdp_timed_packets_total")
    assert timed >= 1
    mean = metric(server, "dnsbld_xdp_timed_nanoseconds_total") // timed
    assert server.get("/v1/status").json["fast_path"]["nanoseconds"] == mean > 10
