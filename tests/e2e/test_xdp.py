"""The fast path on interfaces: between two network namespaces over veth (native), and on lo (generic). That the
program in the kernel answers is shown by asking while the server's process is stopped."""
import time

import dns.message
import pytest

from server import SOA, answers, kind, poll, reverse
from xdp import CAPABILITIES, check_answers, inside, namespaces, run, silent, start  # noqa: F401


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
    """Delistings and listings hold in the kernel from their acknowledgement on."""
    at, client, interface = namespaces
    server = start(at, interface, "10.9.0.1")
    name = reverse("192.0.2.1", "zen.test")

    def change(kind, body):
        with inside(at):
            made = server.post("/v1/" + kind, {"reason": "test", **body})
        assert made.status == 201, made
        return made.json["id"]
    with inside(client):
        assert kind(server.ask(name)) == "LISTED"
    first = change("delistings", {"range": "192.0.2.1", "lists": ["list"], "expires_in": 55})
    with inside(client), server.stopped():
        reply = server.ask(name)
        assert kind(reply) == "NXDOMAIN" and reply.authority[0].ttl <= 55  # the zone has 60
        assert kind(server.ask(reverse("198.51.100.9", "zen.test"))) == "LISTED"
        assert kind(server.ask("www.bad.example.dbl.test")) == "LISTED"
    change("listings", {"range": "203.0.113.0/24", "list": "list", "expires_in": 300})
    change("delistings", {"range": "bad.example", "include_subdomains": True, "lists": ["names"]})
    with inside(client), server.stopped():
        reply = server.ask(reverse("203.0.113.77", "zen.test"))
        assert answers(reply) == {"127.0.0.2"} and 290 < reply.answer[0].ttl <= 300
        assert silent(server, "www.bad.example.dbl.test")  # NODATA or NXDOMAIN: the sockets say
    with inside(client):
        assert not answers(server.ask("www.bad.example.dbl.test"))
    with inside(at):
        assert server.call("DELETE", f"/v1/delistings/{first}").status == 200
    with inside(client), server.stopped():
        assert kind(server.ask(name)) == "LISTED"


def test_many_delistings(namespaces, start):
    """However many delistings are made and ended, each holds at once: the overlay's memory is used again and again."""
    at, client, interface = namespaces
    server = start(at, interface, "10.9.0.1")
    for i in range(60):
        address = f"198.51.100.{i}"
        with inside(at):
            made = server.post("/v1/delistings", {"range": address, "lists": ["list"], "reason": "test"})
            assert made.status == 201, made
        with inside(client):
            assert kind(server.ask(reverse(address, "zen.test"))) == "NXDOMAIN"
        if i % 2:
            with inside(at):
                server.call("DELETE", f"/v1/delistings/{made.json['id']}")
            with inside(client):
                assert kind(server.ask(reverse(address, "zen.test"))) == "LISTED"
    with inside(client), server.stopped():
        for i in range(60):
            assert kind(server.ask(reverse(f"198.51.100.{i}", "zen.test"))) == ("LISTED" if i % 2 else "NXDOMAIN")


def test_expiry(namespaces, start):
    """Items end in the kernel, too, when their time has come."""
    at, client, interface = namespaces
    server = start(at, interface, "10.9.0.1")
    if not server.has_clock:
        pytest.skip("the clock can be set in a debug build only")
    name = reverse("192.0.2.1", "zen.test")
    with inside(at):
        made = server.post("/v1/delistings",
                           {"range": "192.0.2.1", "lists": ["list"], "reason": "test", "expires_in": 600})
        assert made.status == 201, made

    def answered_by_kernel():
        with server.stopped():
            return kind(server.ask(name))
    with inside(client):
        assert answered_by_kernel() == "NXDOMAIN"
        server.set_clock(580)
        assert poll(lambda: server.ask(name).authority[0].ttl <= 20)
        assert answered_by_kernel() == "NXDOMAIN"
        server.set_clock(601)
        assert poll(lambda: answered_by_kernel() == "LISTED", step=0.3)


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
        assert metric(server, f'dnsbld_xdp_attached{{interface="{interface}"}}') == 1
        assert metric(server, f'dnsbld_xdp_native{{interface="{interface}"}}') == 1
        assert metric(server, 'dnsbld_xdp_packets_total{outcome="listed"}') == 10
        assert metric(server, 'dnsbld_xdp_packets_total{outcome="nxdomain"}') == 5
        assert metric(server, 'dnsbld_xdp_packets_total{outcome="type"}') == 1
        assert metric(server, "dnsbld_queries_total") >= before + 16  # some of those at the start are answered late
        zone = metric(server, 'dnsbld_zone_queries_total{zone="zen.test"}')
        state = server.get("/v1/status").json["fast_path"]
    assert zone == 16
    assert state["interfaces"] == [{"name": interface, "mode": "driver", "reason": None}]
    assert state["answered"] == 15 and state["passed_by_reason"]["type"] == 1 and state["table_bytes"] > 0
    assert state["passed"] == sum(state["passed_by_reason"].values())


@pytest.mark.parametrize("capabilities, args, reason", [
    ("-all", (), "CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON are needed"),
    (CAPABILITIES, ("-l", "queries"), "no fast path: it does not log queries"),
])
def test_without(namespaces, start, capabilities, args, reason):
    """Without the rights, or with a query log, the sockets answer all queries."""
    at, client, interface = namespaces
    server = start(at, interface, "10.9.0.1", capabilities=capabilities, args=args)
    assert reason in server.log()
    with inside(client):
        assert kind(server.ask(reverse("192.0.2.1", "zen.test"))) == "LISTED"
        with server.stopped():
            assert silent(server, reverse("192.0.2.1", "zen.test"))


@pytest.mark.parametrize("later", [False, True])
def test_retired(namespaces, start, folder, later):
    """The kernel has no stale answers of lists that have ended, and leaves the zone's own name to the sockets."""
    at, client, interface = namespaces
    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + (86400 if later else -86400)))
    config = f"{folder}/retired.yaml"
    with open(config, "w", encoding="ascii") as f:
        f.write(f"rules: [{{lists: [list, names], retired: {{since: {since}, text: It has ended.}}}}]\n")
    server = start(at, interface, "10.9.0.1", args=["--config", config])
    with inside(client):
        if later:
            if not server.has_clock:
                pytest.skip("the clock can be set in a debug build only")
            with server.stopped():
                assert answers(server.ask(reverse("192.0.2.1", "zen.test"))) == {"127.0.0.2"}
            server.set_clock(2 * 86400)
            server.reload()
            assert poll(lambda: kind(server.ask(reverse("192.0.2.1", "zen.test"))) == "NXDOMAIN")
        with server.stopped():
            assert kind(server.ask(reverse("192.0.2.1", "zen.test"))) == "NXDOMAIN"
            assert kind(server.ask("www.bad.example.dbl.test")) == "NXDOMAIN"
            assert answers(server.ask(reverse("2001:db8::7", "zen.test"))) == {"127.0.0.2"}
            assert silent(server, "dbl.test")
        assert answers(server.ask("dbl.test", "TXT"), "TXT") == {"It has ended."}
        assert kind(server.ask("zen.test", "TXT")) == "NODATA"
