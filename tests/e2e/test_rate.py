"""Limits of the replies over UDP."""
import time

import dns.edns
import dns.exception
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
    """COUNT queries within one second: how many were answered, truncated, told BADCOOKIE, not answered."""
    while time.time() % 1 > 0.1:
        time.sleep(0.01)
    got = {"full": 0, "tc": 0, "BADCOOKIE": 0, "none": 0}
    for _ in range(COUNT):
        try:
            reply = server.ask(NAME, timeout=0.01, **kw)
        except dns.exception.Timeout:
            got["none"] += 1
            continue
        if rcode(reply) == "BADCOOKIE":
            got["BADCOOKIE"] += 1
        elif reply.flags & dns.flags.TC:
            assert not reply.answer and rcode(reply) == "NOERROR"
            got["tc"] += 1
        else:
            assert answers(reply) == {"127.0.0.2"}
            got["full"] += 1
    return got


def test_no_limit_unless_asked_for(start):
    assert burst(start(FILES, zones=["bl.test:ip4set:v4"]))["full"] == COUNT


def test_every_second_slips(start, folder):
    server = limited(start, folder, "")
    got = burst(server)
    # The burst may reach into the next second, which brings five more.
    assert 5 <= got["full"] <= 15 and got["tc"] > 0 and abs(got["tc"] - got["none"]) <= 3
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
    assert burst(server, edns=0, options=[dns.edns.GenericOption(10, cookie)])["full"] == COUNT


def test_badcookie_for_those_who_know_cookies(start, folder):
    server = limited(start, folder, "  slip: 1\n")
    got = burst(server, edns=0, options=[dns.edns.GenericOption(10, b"clientck")])
    assert got["BADCOOKIE"] >= COUNT - 15 and got["tc"] == got["none"] == 0


def test_bad_prefixes_are_found(binary, folder):
    def start(files, *args, **kw):
        return Server(binary, folder, *args, files=files, **kw).start()

    with pytest.raises(AssertionError, match="c.yaml:4:.*ADDRESS or ADDRESS/LENGTH"):
        limited(start, folder, "  exempt: [192.0.2.0/33]\n")
