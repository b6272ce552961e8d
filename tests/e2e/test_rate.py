"""Limits of the replies over UDP."""
import socket
import time

import dns.edns
import dns.flags
import dns.message
import dns.query
import pytest

from server import SOA, Server, answers, rcode

FILES = {"v4": SOA + "192.0.2.1 :2:text\n"}
NAME = "1.2.0.192.bl.test"
COUNT = 40


def limited(start, folder, text):
    return start({**FILES, "c.yaml": "workers: 1\nrate_limit:\n  responses_per_second: 5\n" + text}, "--config",
                 f"{folder}/c.yaml", zones=["bl.test:ip4set:v4"])


def burst(server, **kw):
    """COUNT queries at once, early in a new second: how many were answered, truncated, told BADCOOKIE, not answered."""
    wire = dns.message.make_query(NAME, "A", **kw).to_wire()
    time.sleep(1.1 - time.time() % 1)  # the server's clock may be some ms behind
    got = {"full": 0, "tc": 0, "BADCOOKIE": 0, "none": COUNT}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(0.5)
        s.connect(("127.0.0.1", server.port))
        for _ in range(COUNT):
            s.send(wire)
        while got["none"]:
            try:
                reply = dns.message.from_wire(s.recv(4096), ignore_trailing=False)
            except socket.timeout:
                break
            got["none"] -= 1
            got[what(reply)] += 1
    return got


def what(reply):
    if rcode(reply) == "BADCOOKIE":
        return "BADCOOKIE"
    if reply.flags & dns.flags.TC:
        assert not reply.answer and rcode(reply) == "NOERROR"
        return "tc"
    assert answers(reply) == {"127.0.0.2"}
    return "full"


def test_no_limit_unless_asked_for(start):
    assert burst(start(FILES, zones=["bl.test:ip4set:v4"]))["full"] == COUNT


def test_every_second_slips(start, folder):
    server = limited(start, folder, "")
    got = burst(server)
    # A slow machine may reach into the next second, which brings five more.
    assert got["full"] in (5, 10) and got["tc"] > 0 and abs(got["tc"] - got["none"]) <= 2
    query = dns.message.make_query(NAME, "A")
    assert answers(dns.query.tcp(query, "127.0.0.1", timeout=3, port=server.port)) == {"127.0.0.2"}
    time.sleep(1.1)
    assert answers(server.ask(NAME)) == {"127.0.0.2"}


def test_dry_run_only_counts(start, folder):
    server = limited(start, folder, "  dry_run: true\n")
    assert burst(server)["full"] == COUNT
    server.stop()
    assert "over the rate" in server.log()


@pytest.mark.parametrize("exempt", ["127.0.0.0/8", "127.0.0.1"])
def test_exempt(start, folder, exempt):
    assert burst(limited(start, folder, f"  exempt: [192.0.2.0/24, {exempt}]\n"))["full"] == COUNT


def test_valid_cookies_are_exempt(start, folder):
    server = limited(start, folder, "")
    cookie = server.ask(NAME, edns=0, options=[dns.edns.GenericOption(10, b"clientck")]).options[0].data
    assert burst(server, use_edns=0, options=[dns.edns.GenericOption(10, cookie)])["full"] == COUNT


def test_badcookie_for_those_who_know_cookies(start, folder):
    server = limited(start, folder, "  slip: 1\n")
    got = burst(server, use_edns=0, options=[dns.edns.GenericOption(10, b"clientck")])
    assert got["full"] in (5, 10) and got["BADCOOKIE"] == COUNT - got["full"]


def test_bad_prefixes_are_found(binary, folder):
    def start(files, *args, **kw):
        return Server(binary, folder, *args, files=files, **kw).start()

    with pytest.raises(AssertionError, match="c.yaml:4:.*ADDRESS or ADDRESS/LENGTH"):
        limited(start, folder, "  exempt: [192.0.2.0/33]\n")
