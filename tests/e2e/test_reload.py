"""Changed files: seen soon, never served half, never worse than what was there; memory."""
import gzip
import os
import time

from server import SOA, answers, kind, poll, rcode

ZONES = ["bl.test:ip4set:v4", "other.test:ip4set:other"]
OTHER = SOA + "10.0.0.1\n"


def listing(code, *more):
    return SOA + f"192.0.2.1 :{code}:\n" + "".join(line + "\n" for line in more)


def code(server, name="1.2.0.192.bl.test"):
    """The last octet that is answered, "NXDOMAIN", or another rcode."""
    reply = server.ask(name)
    found = answers(reply)
    return int(found.pop().split(".")[-1]) if found else rcode(reply)


def soon(server, expected, seconds=5, **kw):
    assert poll(lambda: code(server, **kw) == expected, seconds), f"still {code(server, **kw)}\n{server.log()}"


def stays(server, expected, seconds=1.5, **kw):
    """The answer is the same over a time in which the server surely has looked at the file."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert code(server, **kw) == expected, server.log()
        time.sleep(0.05)


def refused(server, content, expected=2, name="v4"):
    """Content that must not be served: refused with a line in the log, and the server goes on with the old."""
    before = len(server.log())
    server.write(name, content)
    server.reload()
    assert poll(lambda: name in server.log()[before:]), "the log says nothing"
    stays(server, expected, 0.5)
    assert code(server, "1.0.0.10.other.test") == 2
    return server.log()[before:]


def test_replaced_file_is_seen_within_a_second(start, sanitized):
    server = start({"v4": listing(2), "other": OTHER}, zones=ZONES)
    for n in (3, 4, 5):
        server.write("v4", listing(n))
        soon(server, n, 5 if sanitized else 1)


def test_sighup(start):
    """With checks switched off, a signal still makes it look."""
    server = start({"v4": listing(2), "other": OTHER}, "-c", "0", zones=ZONES)
    server.write("v4", listing(3))
    server.reload()
    soon(server, 3)


def test_same_second_same_size(start):
    server = start({"v4": listing(2), "other": OTHER}, zones=ZONES)
    before = os.stat(server.path("v4"))
    server.write("v4", listing(3))
    os.utime(server.path("v4"), ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    server.reload()
    soon(server, 3)


def test_rewritten_in_place(start):
    server = start({"v4": listing(2), "other": OTHER}, zones=ZONES)
    with open(server.path("v4"), "w") as f:
        f.write(listing(3, "192.0.2.2"))
    soon(server, 3)


def test_half_written_file_is_never_served(start):
    server = start({"v4": listing(2, "192.0.2.9"), "other": OTHER}, zones=ZONES)
    with open(server.path("v4"), "w") as f:
        f.write(SOA)
        f.flush()
        stays(server, 2, 1)
        f.write("192.0.2.1 :3:\n")
        f.flush()
        stays(server, 2, 1, name="9.2.0.192.bl.test")
        f.write("192.0.2.9\n")
    soon(server, 3)
    assert code(server, "9.2.0.192.bl.test") == 2


def test_file_that_goes_and_comes_back(start):
    server = start({"v4": listing(2), "other": OTHER}, zones=ZONES)
    os.unlink(server.path("v4"))
    server.reload()
    stays(server, 2, 1)
    assert code(server, "1.0.0.10.other.test") == 2
    server.write("v4", listing(3))
    soon(server, 3)


def test_future_timestamp(start):
    server = start({"v4": listing(2), "other": OTHER}, zones=ZONES)
    refused(server, listing(3, "$TIMESTAMP 2099:01:01"))
    server.write("v4", listing(4, "$TIMESTAMP 2020:01:01"))
    soon(server, 4)


def test_truncated_gzip(start):
    server = start({"v4": gzip.compress(listing(2).encode()), "other": OTHER}, zones=ZONES)
    assert code(server) == 2
    whole = gzip.compress((listing(3) + "".join(f"10.0.{n}.0/24\n" for n in range(250))).encode())
    refused(server, whole[: len(whole) * 2 // 3])
    refused(server, whole[:-8] + b"\0" * 8)
    server.write("v4", whole)
    soon(server, 3)


def test_expired_timestamp_is_servfail(start):
    stamp = "$TIMESTAMP 2020:01:01 +1h"
    server = start({"v4": listing(2), "other": OTHER}, zones=ZONES)
    server.write("v4", listing(3, stamp))
    soon(server, "SERVFAIL")
    assert rcode(server.ask("bl.test", "SOA")) == "SERVFAIL"
    assert code(server, "1.0.0.10.other.test") == 2
    server.write("v4", listing(4))
    soon(server, 4)


def hosts(count, first="10"):
    return [f"{first}.{n >> 16}.{n >> 8 & 255}.{n & 255}" for n in range(count)]


def test_bad_lines_do_not_stop_a_load(start):
    server = start({"v4": listing(2), "other": OTHER}, zones=ZONES)
    server.write("v4", listing(3, "hello", "1.2.3.4/99"))
    soon(server, 3)


def test_loads_of_several_sets_of_a_zone(start):
    """A set that cannot be loaded keeps its old data while its neighbour in the zone gets new."""
    server = start({"v4": listing(2), "w4": "192.0.2.2 :2:\n"}, zones=["bl.test:ip4set:v4", "bl.test:ip4set:w4"])
    server.write("v4", listing(3, "$TIMESTAMP 2099:01:01"))
    server.write("w4", "192.0.2.2 :4:\n")
    soon(server, 4, name="2.2.0.192.bl.test")
    assert code(server) == 2


def test_many_changes_under_load(start):
    """Every answer during 30 reloads is of one of the versions, in order, and none is missing."""
    server = start({"v4": listing(1, *hosts(3000)), "other": OTHER}, zones=ZONES)
    last = 1
    for n in range(2, 31):
        server.write("v4", listing(n, *hosts(3000 + n)))
        server.reload()
        for _ in range(20):
            now = code(server)
            assert last <= now <= n
            last = now
    soon(server, 30)


def test_memory_settles(start, sanitized):
    count = 20000 if sanitized else 200000
    rest = "".join(f"{n >> 10 & 127}.{n * 7 & 255}.{n >> 3 & 255}.{n * 31 & 255} :9:text {n % 1000}\n" for n in range(1, count))
    server = start({"v4": listing(100) + rest, "other": OTHER}, zones=ZONES)
    settled = 0
    for n in range(1, 21):
        server.write("v4", listing(n) + rest)
        server.reload()
        soon(server, n, 20)
        if n == 5:
            settled = server.rss()
    if sanitized:
        return
    assert poll(lambda: server.rss() < settled * 1.2, 3), f"{server.rss()} KiB after 20 loads, {settled} after 5"


def test_a_zone_answers_its_negative_soa_after_a_reload(start):
    server = start({"v4": listing(2), "other": OTHER}, zones=ZONES)
    server.write("v4", "$SOA 20 a.example b.example 77 1 1 1 90\n192.0.2.1 :3:\n")
    soon(server, 3)
    reply = server.ask("9.2.0.192.bl.test")
    assert kind(reply) == "NXDOMAIN"
    assert reply.authority[0].to_text().startswith("bl.test. 20 IN SOA a.example. b.example. 77 1 1 1 90")
