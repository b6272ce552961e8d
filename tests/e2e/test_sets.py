"""Every set type, line form and directive of rbldnsd.md 1.1 to 1.6, from file to answer."""
import gzip

import pytest

from server import SOA, answers, kind, rcode, reverse

# name: (set type, lines, {question: expected}); a question is an address or a name, with " TXT" for its text.
# Expected: codes' last octet(s) or texts; () is "not listed", None "listed without data of the type".
CASES = {
    "ip4set-forms": ("ip4set", """
192.0.2.1
192.0.3
10.20
198.51.100.0/24 ; comment
203.0.113.8-15
203.0.113.20-203.0.113.22
172.16.1-172.16.2
127.16-31
11/8
012.034.056.078
192.0.4.128/25
""", {"192.0.2.1": 2, "192.0.2.2": (), "192.0.3.255": 2, "10.20.9.9": 2, "10.21.0.0": (), "198.51.100.77": 2,
      "203.0.113.7": (), "203.0.113.8": 2, "203.0.113.15": 2, "203.0.113.16": (), "203.0.113.20": 2, "203.0.113.22": 2,
      "203.0.113.23": (), "172.16.0.255": (), "172.16.1.0": 2, "172.16.2.255": 2, "172.16.3.0": (), "127.15.0.0": (),
      "127.16.0.0": 2, "127.31.255.255": 2, "127.32.0.0": (), "11.9.9.9": 2, "12.34.56.78": 2, "192.0.4.127": (),
      "192.0.4.128": 2}),
    "ip4set-bad": ("ip4set", """
12
0/0
1.2-1.2.3.4
1.2.3.9-1.2.3.4
1.2.3.4/33
1.2.256.4
1.2.3.4x
1.2.3.5/24
hello
$nonsense
:999:
192.0.2.1
""", {"12.0.0.0": (), "1.2.3.4": (), "1.2.3.5": (), "1.2.0.0": (), "192.0.2.1": 2}),
    "ip4set-levels": ("ip4set", """
10.0.0.0/8 :8
10.1.0.0/16 :16
10.1.1.0/24 :24
10.1.1.1 :32
10.1.1.1 :33
10.1.2.0/24 :24
!10.1.2.0/24
2.0.0.0/25 :25
2.0.0.0/26 :26
6.0.0.0/9 :9
6.0.0.0/10 :10
6.1.0.0/16 :16
!3.0.0.0/25
3.0.0.0/26 :3
""", {"10.2.0.0": 8, "10.1.0.0": 16, "10.1.1.0": 24, "10.1.1.1": (32, 33), "10.1.2.9": (), "2.0.0.1": (25, 26),
      "2.0.0.64": 25, "6.1.0.1": (9, 10, 16), "3.0.0.1": ()}),
    "values": ("ip4set", """
10.0.0.0
:7:Default text $
10.0.0.1
10.0.0.2 :5
10.0.0.3 :6:
10.0.0.4 own text
10.0.0.5 :127.0.0.9:both
10.0.0.6 :1.2:x
10.0.0.7 :1.2.3:x
10.0.0.8 :5 junk
10.0.0.9 text # no comment
10.0.0.10:8:close
10.0.0.11# comment
10.0.0.12 =literal
10.0.0.13 :0:
10.0.0.14 ::x
""", {"10.0.0.0": 2, "10.0.0.0 TXT": None, "10.0.0.1": 7, "10.0.0.1 TXT": "Default text 10.0.0.1", "10.0.0.2": 5,
      "10.0.0.2 TXT": "Default text 10.0.0.2", "10.0.0.3": 6, "10.0.0.3 TXT": None, "10.0.0.4": 7,
      "10.0.0.4 TXT": "own text", "10.0.0.5": 9, "10.0.0.5 TXT": "both", "10.0.0.6": "1.0.0.2", "10.0.0.7": "1.2.0.3",
      "10.0.0.8": (), "10.0.0.9 TXT": "text # no comment", "10.0.0.10": 8, "10.0.0.10 TXT": "close", "10.0.0.11": 7,
      "10.0.0.12 TXT": "literal", "10.0.0.13": (), "10.0.0.14": ()}),
    "templates": ("ip4set", """
$1 http://ex.test/bl
$= See $1?$= ($) $$ $2 costs
10.0.0.1 r123
10.0.0.2 :6:
10.0.0.3 =alone $1 $
10.0.0.4 a $ b
""", {"10.0.0.1 TXT": "See http://ex.test/bl?r123 (10.0.0.1) $ $2 costs",
      "10.0.0.2 TXT": "See http://ex.test/bl?10.0.0.2 (10.0.0.2) $ $2 costs", "10.0.0.2": 6,
      "10.0.0.3 TXT": "alone http://ex.test/bl 10.0.0.3",
      "10.0.0.4 TXT": "See http://ex.test/bl?a $ b (10.0.0.4) $ $2 costs"}),
    "long-text": ("ip4set", f"10.0.0.1 {'a' * 300}\n10.0.0.2 :2:{'b' * 250}$\n", {
        "10.0.0.1 TXT": "a" * 300, "10.0.0.2 TXT": "b" * 250 + "10.0.0.2"}),
    "maxrange": ("ip4set", "10.0.0.0/16\n$MAXRANGE4 /24\n11.0.0.0/24\n12.0.0.0/23\n$MAXRANGE4 1\n13.0.0.1\n14.0.0.0/31\n",
                 {"10.0.0.1": 2, "11.0.0.1": 2, "12.0.0.1": (), "13.0.0.1": 2, "14.0.0.0": ()}),
    "rbldns-directives": ("ip4set", "#$TTL 77\n;$1 var\n:$= t $1\n10.0.0.1\n", {"10.0.0.1 TXT": "t var"}),
    "unfinished-last-line": ("ip4set", "10.0.0.1\n10.0.0.2", {"10.0.0.1": 2, "10.0.0.2": 2}),
    "crlf": ("ip4set", ":3:text\r\n10.0.0.1\r\n10.0.0.2 own\r\n", {"10.0.0.1": 3, "10.0.0.2 TXT": "own"}),
    "ip4tset": ("ip4tset", """
10.0.0.1 ignored text
10.0.0.2
:4:first $
:5:second
10.0.0.0/24
!10.0.0.2
10.0.3
""", {"10.0.0.1": 4, "10.0.0.1 TXT": "first 10.0.0.1", "10.0.0.2": 4, "10.0.0.0": (), "10.0.0.3": (), "10.0.3.0": ()}),
    "ip4trie": ("ip4trie", """
10.0.0.0/8 :8:eight
10.1 :16
10.2.3 :24
10.2.3.0/25 :25
!10.2.3.64/26
10.2.3.65/32 :32:$
10.1.0.0/16 :99:duplicate
20.0.0.1-20.0.0.9
!30.0.0.0/24
30.0.0.0/24
""", {"10.9.9.9": 8, "10.1.0.1": 16, "10.2.3.200": 24, "10.2.3.1": 25, "10.2.3.64": (), "10.2.3.65": 32,
      "10.2.3.65 TXT": "10.2.3.65", "20.0.0.1": (), "30.0.0.1": (), "11.0.0.0": ()}),
    "ip4trie-all": ("ip4trie", "0/0 :9:\n!127.0.0.0/8\n127.0.0.2/32\n", {"8.8.8.8": 9, "127.0.0.1": (), "127.0.0.2": 2}),
    "ip6trie": ("ip6trie", """
2001:db8::/32 :32:$
2001:DB8:1:2 :64
!2001:db8:1:2::5
2001:db9
fe80::/10 :10
2001
::ffff:1.2.3.4
2001:dba::1/64
2001:db8:8000::/33 :33
2001:db8:8000::/33 :34
""", {"2001:db8:5::1": 32, "2001:db8:5::1 TXT": "2001:db8:5::1", "2001:db8:1:2::4": 64, "2001:db8:1:2::5": (),
      "2001:db9:1::": 2, "febf::1": 10, "fec0::1": (), "2001:dba::1": (), "2001:db8:8000::1": 33}),
    "ip6tset": ("ip6tset", """
2001:db8:1:2 ignored
:4:set text
:5:other
!2001:db8:1:2::5
!2001:db8:1:2:0:0:0:6
2001:db8:1:3::/64
""", {"2001:db8:1:2::4": 4, "2001:db8:1:2::4 TXT": "set text", "2001:db8:1:2::5": (), "2001:db8:1:2::6": (),
      "2001:db8:1:3::1": ()}),
    "dnset": ("dnset", """
:2:$ is listed
exact.com
*.wild.com
.both.com :3:also $
!ok.both.com
!*.deep.both.com
multi.com :4:
multi.com :5:
UPPER.Com
! spaced.both.com
.
*
esc\\097pe.com
dot.com.
""", {"exact.com": 2, "x.exact.com": (), "wild.com": (), "a.b.wild.com TXT": "wild.com is listed", "both.com": 3,
      "x.both.com TXT": "also both.com", "ok.both.com": (), "y.ok.both.com": 3, "deep.both.com": 3, "x.deep.both.com": (),
      "multi.com": (4, 5), "upper.com TXT": "upper.com is listed", "spaced.both.com": (), "escape.com": 2, "dot.com": 2}),
    "generic": ("generic", """
@ A 127.0.0.8
@ MX 10 mx.ex.com
www 3000 A 127.0.0.1
WWW TXT "quoted text"
about IN TXT bare text $
*.w A 127.0.0.2
1.2.3.4 A 127.0.0.3
multi A 127.0.0.1
multi A 127.0.0.2
bad NS ns.example
""", {"@": 8, "www": "127.0.0.1", "www TXT": "quoted text", "about TXT": "bare text $", "about": None, "x.w": (),
      "multi": ("127.0.0.1", "127.0.0.2"), "bad": (), "x.www": (), "1.2.3.4": 3}),
    "combined": ("combined", """
$TTL 99
$1 var
$DATASET ip4set:a one @ # the base, too
:4:in $1
10.0.0.1
$DATASET ip4trie two
10.0.0.0/24 :5:
$DATASET dnset names
evil.example
$DATASET generic @
host A 127.0.0.7
""", {"10.0.0.1": 4, "10.0.0.1 TXT": "in var", "10.0.0.2": (), "1.0.0.10.one": 4, "2.0.0.10.two": 5,
      "1.0.0.10.two": 5, "2.0.0.10.one": (), "evil.example.names": 2, "evil.example": (), "host": 7, "one": None,
      "names": None, "three": ()}),
}


@pytest.fixture(scope="module")
def server(start_once, known_types):
    cases = {name: case for name, case in CASES.items() if case[0] in known_types}
    return start_once({name: SOA + lines for name, (_, lines, _) in cases.items()},
                      zones=[f"{name}.test:{kind_}:{name}" for name, (kind_, _, _) in cases.items()])


@pytest.fixture
def needs(known_types):
    """needs(TYPE...) skips a test of types that the server does not know yet."""
    def check(*types):
        for name in types:
            if name not in known_types:
                pytest.skip(f"sets of type {name} are not there yet")
    return check


def question(subject, zone):
    """The name to ask, and the type, for a question of the table."""
    subject, _, qtype = subject.partition(" ")
    address = ":" in subject or subject.count(".") == 3 and subject.replace(".", "").isdigit()
    if subject == "@":
        name = zone
    elif address and not zone.startswith("generic"):
        name = reverse(subject, zone)
    else:
        name = subject + "." + zone
    return name, qtype or "A"


@pytest.mark.parametrize("case, subject", [(case, s) for case, (_, _, table) in CASES.items() for s in table])
def test_set(server, needs, case, subject):
    needs(CASES[case][0])
    expected = CASES[case][2][subject]
    name, qtype = question(subject, case + ".test")
    reply = server.ask(name, qtype)
    if expected is None:
        assert kind(reply) == "NODATA"
    elif expected == ():
        assert kind(reply) in ("NXDOMAIN", "NODATA") and not reply.answer
    else:
        expected = expected if isinstance(expected, tuple) else (expected,)
        expected = {f"127.0.0.{e}" if isinstance(e, int) else e for e in expected}
        assert answers(reply, qtype) == expected


def test_mx_and_ttl_of_generic(server, needs):
    needs("generic")
    assert answers(server.ask("generic.test", "MX"), "MX") == {"10 mx.ex.com."}
    assert server.ask("www.generic.test").answer[0].ttl == 3000


def test_ttl_of_combined(server, needs):
    needs("combined")
    assert server.ask("1.0.0.10.combined.test").answer[0].ttl == 99


def test_bad_lines_are_named(server):
    """Every kind of bad line is reported with file and line, and the count of all of them."""
    log = server.log()
    assert "ip4set-bad" in log and "(" in log
    line = CASES["ip4set-bad"][1].split("\n").index("12") + 2
    assert f"ip4set-bad({line})" in log or f"ip4set-bad:{line}" in log, log


def test_gzip(start):
    whole = gzip.compress(b":4:zipped\n10.0.0.1\n")
    server = start({"a": whole, "b": gzip.compress(b"10.0.0.2\n") + gzip.compress(b"10.0.0.3\n")}, zones=["z.test:ip4set:a,b"])
    assert answers(server.ask("1.0.0.10.z.test", "TXT"), "TXT") == {"zipped"}
    assert answers(server.ask("2.0.0.10.z.test")) == {"127.0.0.2"}


def test_several_files_are_one_set(start):
    """The default value starts anew in every file; an exclusion holds for the whole set."""
    server = start({"a": ":4:a\n10.0.0.1\n10.0.0.2\n", "b": "10.0.0.3\n!10.0.0.2\n", "c": "10.0.0.2\n"},
                   zones=["z.test:ip4set:a,b:c", "other.test:ip4set:c", "other.test:ip4set:b"])
    assert answers(server.ask("1.0.0.10.z.test")) == {"127.0.0.4"}
    assert answers(server.ask("3.0.0.10.z.test")) == {"127.0.0.2"}
    assert kind(server.ask("2.0.0.10.z.test")) == "NXDOMAIN"
    assert answers(server.ask("2.0.0.10.other.test")) == {"127.0.0.2"}


def test_several_sets_of_a_zone(start):
    """All sets answer; equal codes are given once, different texts all."""
    server = start({"a": SOA + "$NS 1d a.example\n$TTL 300\n:2:one\n10.0.0.1\n", "b": "$SOA 1 b.example b.example 1 1 1 1 1\n"
                    "$NS 2d b.example\n$TTL 200\n:2:two\n10.0.0.1\n10.0.0.2 :3:three\n", "c": ":2:one\n10.0.0.1\n"},
                   zones=["z.test:ip4set:a", "z.test:ip4trie:b", "z.test:ip4tset:c"])
    reply = server.ask("1.0.0.10.z.test", "ANY")
    assert answers(reply) == {"127.0.0.2"} and answers(reply, "TXT") == {"one", "two"}
    assert {s.ttl for s in reply.answer} == {200}
    assert answers(server.ask("z.test", "SOA"), "SOA") == {"ns1.example. hostmaster.example. 7 600 300 86400 60"}
    assert answers(server.ask("z.test", "NS"), "NS") == {"a.example."}


def test_one_set_in_two_zones_and_a_zone_in_a_zone(start):
    server = start({"a": SOA + "10.0.0.1\n", "b": "10.0.0.2\n"},
                   zones=["z.test:ip4set:a", "other.test:ip4set:a", "sub.z.test:ip4set:b"])
    assert answers(server.ask("1.0.0.10.z.test")) == answers(server.ask("1.0.0.10.other.test")) == {"127.0.0.2"}
    assert answers(server.ask("2.0.0.10.sub.z.test")) == {"127.0.0.2"}
    assert kind(server.ask("1.0.0.10.sub.z.test")) == "NXDOMAIN"
    assert kind(server.ask("sub.z.test")) == "NODATA"


def test_glue(start, needs):
    """The address of a name server that a zone of our own knows."""
    needs("generic")
    server = start({"a": SOA + "$NS 1d ns1.z.test\n10.0.0.1\n", "g": "ns1 A 192.0.2.53\n"},
                   "-A", zones=["z.test:ip4set:a", "z.test:generic:g"])
    reply = server.ask("z.test", "NS")
    assert [rr.to_text() for s in reply.additional for rr in s] == ["192.0.2.53"]


def test_host_bits_with_e(start):
    files = {"a": "10.0.0.5/24\n", "t": "11.0.0.5/24\n"}
    zones = ["a.test:ip4set:a", "t.test:ip4trie:t"]
    server = start(files, "-e", zones=zones)
    assert answers(server.ask("77.0.0.10.a.test")) == answers(server.ask("77.0.0.11.t.test")) == {"127.0.0.2"}


def test_ttl_bounds_with_t(start):
    server = start({"a": "10.0.0.1\n", "b": "$TTL 10\n10.0.0.1\n", "c": "$TTL 1d\n10.0.0.1\n"}, "-t", "500:100:1000",
                   zones=["a.test:ip4set:a", "b.test:ip4set:b", "c.test:ip4set:c"])
    assert [server.ask(f"1.0.0.10.{z}.test").answer[0].ttl for z in "abc"] == [500, 100, 1000]


def test_zero_serial_is_the_newest_file_time(start, folder):
    import os
    server = start({"a": "$SOA 0 a.example b.example 0 1 1 1 60\n10.0.0.1\n", "b": "10.0.0.2\n"}, zones=["z.test:ip4set:a,b"])
    newest = max(int(os.stat(os.path.join(folder, name)).st_mtime) for name in "ab")
    reply = server.ask("z.test", "SOA")
    assert reply.answer[0][0].serial == newest and reply.answer[0].ttl == 2100


def test_too_many_ns_names_are_left_out(start):
    names = " ".join(f"ns{'x' * 40}{i}.example" for i in range(20))
    server = start({"a": SOA + f"$NS 1d {names}\n10.0.0.1\n"}, zones=["z.test:ip4set:a"])
    assert rcode(server.ask("z.test", "NS")) == "NOERROR"
    assert answers(server.ask("1.0.0.10.z.test")) == {"127.0.0.2"}
