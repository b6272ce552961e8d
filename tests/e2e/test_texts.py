"""Texts of lists: of any length, with `$` and `$=`, over UDP and TCP and in the dump."""
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.zone
import pytest

from server import answers, rcode, reverse
from test_dump import dump, found, lookup

LONG = "".join(chr(48 + i % 70) for i in range(300)).replace("=", "e")
LIST = f""":2:default
192.0.2.1 {LONG}
192.0.2.2 {LONG} $ {LONG}
192.0.2.3 $=
192.0.2.4 a $= b
192.0.2.5 =$= b
192.0.2.6 $1
192.0.2.7 {"x" * 255}
192.0.2.8 {"x" * 256}
192.0.2.9 {"x" * 4080}
192.0.2.10 {"x" * 4081}
192.0.2.11 {"$1" * 20}
192.0.2.12 {"$" * 255}
$1 {LONG}
"""
TEXTS = {
    1: LONG,
    2: f"{LONG} 192.0.2.2 {LONG}",
    3: "$=",
    4: "a a $= b b",
    5: "$= b b",
    6: LONG,
    7: "x" * 255,
    8: "x" * 256,
    9: "x" * 4080,
    12: "$" * 127 + "192.0.2.12",
}


@pytest.fixture(scope="module")
def server(start_once):
    files = {"v4": LIST, "acl": f"127.0.0.2 :9:{LONG} $\n", "t": f"192.0.2.1 {LONG}\n192.0.2.2\n192.0.2.3 =$=\n$= <$=|$>\n"}
    return start_once(files, zones=["a.test:ip4set:v4", "b.test:ip4set:t", "c.test:ip4set:v4", "c.test:acl:acl"])


def strings(server, number, zone="a.test", **options):
    query = dns.message.make_query(reverse(f"192.0.2.{number}", zone), "TXT")
    reply = dns.query.tcp(query, "127.0.0.1", port=server.port, timeout=3, **options)
    return [list(rdata.strings) for rrset in reply.answer for rdata in rrset]


@pytest.mark.parametrize("number", TEXTS)
def test_texts(server, number):
    """In as few character-strings as hold it (RFC 1035 section 3.3)."""
    [parts] = strings(server, number)
    assert b"".join(parts).decode() == TEXTS[number]
    assert [len(part) for part in parts[:-1]] == [255] * (len(parts) - 1) and 0 < len(parts[-1]) <= 255


def test_a_text_that_cannot_be_served_is_a_bad_line(server):
    assert rcode(server.ask(reverse("192.0.2.10", "a.test"))) == "NXDOMAIN"
    assert "v4(11): " in server.log() and "4080" in server.log()


def test_a_text_that_becomes_too_long_is_no_answer(server):
    """6,000 bytes once expanded: nothing is cut, TC says that something is missing; the A record is there."""
    query = dns.message.make_query(reverse("192.0.2.11", "a.test"), "TXT")
    reply = dns.query.tcp(query, "127.0.0.1", port=server.port, timeout=3)
    assert reply.flags & dns.flags.TC and not reply.answer
    assert answers(server.ask(reverse("192.0.2.11", "a.test"))) == {"127.0.0.2"}


def test_templates(server):
    assert strings(server, 1, "b.test") == [[f"<{LONG}|192.0.2.1>"[:255].encode(), f"<{LONG}|192.0.2.1>"[255:].encode()]]
    assert strings(server, 2, "b.test") == [[b"<192.0.2.2|192.0.2.2>"]]
    assert strings(server, 3, "b.test") == [[b"$="]]


def test_of_an_access_list(server):
    [parts] = strings(server, 200, "c.test", source="127.0.0.2")
    assert b"".join(parts).decode() == LONG + " 127.0.0.2"


def test_a_long_text_does_not_fit_into_a_small_reply(server):
    reply = server.ask(reverse("192.0.2.9", "a.test"), "TXT")
    assert reply.flags & dns.flags.TC and not reply.answer


def test_in_the_dump(server, binary):
    zone = dns.zone.from_text(dump(binary, server.folder, ["a.test:ip4set:v4"]), origin="a.test", check_origin=False)
    for number, text in TEXTS.items():
        node = lookup(zone, dns.name.from_text(reverse(f"192.0.2.{number}", "")[:-1], None))
        assert found(node, "TXT") == {text}, number
