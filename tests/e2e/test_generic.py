"""generic sets: every type that is accepted is answered as its RFC has it, aliases as RFC 1034 section 4.3.2 says."""
import shutil
import struct
import subprocess

import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rdata
import dns.rdatatype
import dns.zone
import pytest

from server import answers, rcode
from test_dump import dump

# Type, data as the list has it, the data in the answer: written from the RFC that defines the type.
TYPES = [
    ("A", "192.0.2.80", "c0000250"),
    ("AAAA", "2001:db8::80", "20010db8000000000000000000000080"),
    ("PTR", "host.example.", b"\4host\7example\0"),
    ("MX", "10 mx.example.", b"\0\x0a\2mx\7example\0"),
    ("MX", "0 .", b"\0\0\0"),  # RFC 7505
    ("HINFO", '"a b" c', b"\3a b\1c"),
    ("RP", "mail.example. txt.example.", b"\4mail\7example\0\3txt\7example\0"),
    ("TXT", '"a b"', b"\3a b"),
    ("TXT", '"a b" "" c', b"\3a b\0\1c"),
    ("TXT", r'"\"\065\\"', b'\3"A\\'),
    ("SPF", '"v=spf1" "-all"', b"\6v=spf1\4-all"),
    ("SRV", "1 2 5060 sip.example.", b"\0\1\0\2\x13\xc4\3sip\7example\0"),
    ("NAPTR", '100 10 "u" "E2U+sip" "!^.*$!sip:a@b.example!" .',
     b"\0\x64\0\x0a\1u\7E2U+sip\x16!^.*$!sip:a@b.example!\0"),
    ("NAPTR", '1 2 "s" "" "" _sip._udp.example.', b"\0\1\0\2\1s\0\0\4_sip\4_udp\7example\0"),
    ("LOC", "42 21 54 N 71 06 18 W -24m 30m",  # RFC 1876 section 2: the angles in milliseconds of arc
     struct.pack(">BBBBIII", 0, 0x33, 0x16, 0x13, 2**31 + 152514000, 2**31 - 255978000, 10000000 - 2400)),
    ("SSHFP", "2 1 123456789abcdef67890123456789abcdef67890", "0201123456789abcdef67890123456789abcdef67890"),
    ("TLSA", "3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
     "0301010123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
    ("SMIMEA", "3 0 0 0123abcd", "0300000123abcd"),
    ("OPENPGPKEY", "AQIDBA==", "01020304"),
    ("SVCB", "0 other.example.", b"\0\0\5other\7example\0"),  # RFC 9460 appendix D.1
    ("SVCB", "1 . port=53", b"\0\1\0\0\3\0\2\0\x35"),
    ("HTTPS", "1 . alpn=h2,h3 ipv4hint=192.0.2.1", b"\0\1\0" b"\0\1\0\6\2h2\2h3" b"\0\4\0\4\xc0\0\2\1"),
    ("HTTPS", "16 foo.example.org. alpn=h2 mandatory=alpn",
     b"\0\x10\3foo\7example\3org\0" b"\0\0\0\2\0\1" b"\0\1\0\3\2h2"),  # keys in ascending order
    ("URI", '10 1 "ftp://ftp.example/"', b"\0\x0a\0\1ftp://ftp.example/"),
    ("CAA", '0 issue "ca.example; a=b"', b"\0\5issueca.example; a=b"),
    ("CAA", '128 tbs "x"', b"\x80\3tbsx"),
    ("DS", r"\# 24 ec450501 2bb183af5f22588179a53b0a98631fad1a292118",
     "ec4505012bb183af5f22588179a53b0a98631fad1a292118"),
    ("TYPE1", r"\# 4 7f000002", "7f000002"),
    ("TYPE15", r"\# 6 000a 026d78 00", b"\0\x0a\2mx\0"),
    ("TYPE16", r"\# 4 03616263", b"\3abc"),
    ("TYPE45", r"\# 4 00000201", "00000201"),
    ("TYPE999", r"\# 3 010203", "010203"),
    ("TYPE65280", r"\# 0", ""),
]

# Lines that rbldnsd does not know and that cannot be served; --check says so.
BAD = ["x NS ns.example", "@ NS ns.example", "x DNAME y.example", "@ CNAME y.example", "@ SOA a b 1 2 3 4 5", "x ANY x",
       r"x TYPE39 \# 3 016100", r"x TYPE41 \# 0", r"x TYPE46 \# 0", r"x TYPE1 \# 3 010203", r"x TYPE15 \# 4 000ac00c",
       r"x TYPE12 \# 4 01610000", r"x TYPE64 \# 5 0001000001", "x NAPTR 1", "x HINFO " + "y" * 256 + " z",
       "x CNAME gr\xc3\xb6.z.test", "x MX 10 gr\xc3\xb6.example", "x SRV 1 2 3 gr\xc3\xb6.example"]

ALIASES = """
www CNAME web.z.test
web CNAME Host.Z.test.
host 60 A 192.0.2.80
host A 192.0.2.81
out CNAME web.example.org
loop1 CNAME loop2.z.test
loop2 CNAME loop1.z.test
self CNAME self.z.test
apex CNAME z.test
@ A 192.0.2.1
gone CNAME nothing.z.test
listed CNAME 2.0.0.127.z.test
2.0.0.127.long CNAME 2.0.0.127.z.test
empty CNAME above.z.test
below.above A 192.0.2.2
other CNAME host.sub.z.test
""" + "".join(f"c{i} CNAME c{i + 1}.z.test\n" for i in range(20)) + "c20 A 192.0.2.20\n"
SUB = "$DATASET generic sub\nhost A 192.0.2.3\n"


@pytest.fixture(scope="module")
def server(start_once):
    lines = [f"n{i} {qtype} {data}\n" for i, (qtype, data, _) in enumerate(TYPES)]
    files = {"types": "".join(lines), "aliases": ALIASES, "v4": "127.0.0.2 :5:why $\n", "sub": SUB}
    return start_once(files, zones=["t.test:generic:types", "z.test:generic:aliases", "z.test:ip4set:v4",
                                      "z.test:combined:sub"])


@pytest.mark.parametrize("row", range(len(TYPES)), ids=[f"{t} {d}"[:40] for t, d, _ in TYPES])
def test_types(server, row):
    qtype, data, wire = TYPES[row]
    wire = bytes.fromhex(wire) if isinstance(wire, str) else wire
    rdtype = dns.rdatatype.from_text(qtype)
    reply = server.ask(f"n{row}.t.test", rdtype)
    assert rcode(reply) == "NOERROR" and len(reply.answer) == 1
    [rdata] = reply.answer[0]
    assert reply.answer[0].rdtype == rdtype and rdata.to_wire() == wire
    if qtype != "TYPE45":  # another parser reads the text as we do; this type it knows only by its own form
        assert dns.rdata.from_text("IN", rdtype, data).to_wire() == wire
    [any_rdata] = server.ask(f"n{row}.t.test", "ANY").answer[0]
    assert any_rdata.to_wire() == wire
    other = server.ask(f"n{row}.t.test", "TYPE64000")
    assert rcode(other) == "NOERROR" and not other.answer and other.authority


@pytest.mark.parametrize("line", BAD, ids=[line[:30] for line in BAD])
def test_what_cannot_be_served_is_a_bad_line(binary, folder, line):
    with open(f"{folder}/g", "w", encoding="latin-1") as f:
        f.write(f"ok A 192.0.2.1\n{line}\n")
    done = subprocess.run([binary, "-w", folder, "--check", "z.test:generic:g"], capture_output=True, text=True,
                          timeout=20, check=False)
    assert done.returncode == 2 and "g(2): " in done.stdout


def chain(reply):
    """Owners and data of the answer in order, in lower case without the zone."""
    return [f"{r.name} {rdata}".lower().replace(".z.test.", "") for r in reply.answer for rdata in r]


@pytest.mark.parametrize("question, expected, code, authority", [
    ("www A", ["www web", "web host", "host 192.0.2.80", "host 192.0.2.81"], "NOERROR", 0),
    ("WWW TXT", ["www web", "web host"], "NOERROR", 1),
    ("www CNAME", ["www web"], "NOERROR", 0),
    ("www ANY", ["www web"], "NOERROR", 0),
    ("out A", ["out web.example.org."], "NOERROR", 0),
    ("loop1 A", ["loop1 loop2", "loop2 loop1"], "NOERROR", 0),
    ("self A", ["self self"], "NOERROR", 0),
    ("apex A", ["apex z.test.", "z.test. 192.0.2.1"], "NOERROR", 0),
    ("apex MX", ["apex z.test."], "NOERROR", 1),
    ("gone A", ["gone nothing"], "NXDOMAIN", 1),
    ("listed A", ["listed 2.0.0.127", "2.0.0.127 127.0.0.5"], "NOERROR", 0),
    ("2.0.0.127.long TXT", ["2.0.0.127.long 2.0.0.127", '2.0.0.127 "why 127.0.0.2"'], "NOERROR", 0),
    ("empty A", ["empty above"], "NOERROR", 1),
    ("other A", ["other host.sub"], "NOERROR", 0),  # a place of its own: the client asks on
    ("c0 A", [f"c{i} c{i + 1}" for i in range(8)], "NOERROR", 0),
    ("c13 A", [f"c{i} c{i + 1}" for i in range(13, 20)] + ["c20 192.0.2.20"], "NOERROR", 0),
])
def test_aliases(server, question, expected, code, authority):
    label, qtype = question.split()
    reply = server.ask(f"{label}.z.test", qtype)
    assert chain(reply) == expected
    assert rcode(reply) == code and reply.flags & dns.flags.AA
    assert len(reply.authority) == authority and all(r.rdtype == dns.rdatatype.SOA for r in reply.authority)


def test_an_alias_that_does_not_fit_is_truncated(start):
    server = start({"g": "a CNAME b.z.test\n" + "".join(f"b A 192.0.2.{i}\n" for i in range(60))},
                   zones=["z.test:generic:g"])
    assert server.ask("a.z.test").flags & dns.flags.TC
    query = dns.message.make_query("a.z.test", "A")
    reply = dns.query.tcp(query, "127.0.0.1", port=server.port, timeout=3)
    assert len(answers(reply)) == 60


def test_long_texts_are_split(start):
    """RFC 1035 section 3.3.14: a TXT record is one or more character-strings, each of at most 255 bytes."""
    long = "".join(chr(33 + i % 90) for i in range(700)).replace('"', "q").replace("\\", "b").replace("$", "d")
    server = start({"g": f'a TXT "{long}"\nb TXT {long}\nc TXT "{long}" "x"\nd TXT "{long[:255]}"\ne TXT "{long[:256]}"\n'},
                   zones=["z.test:generic:g"])
    parts = [long[i:i + 255].encode() for i in (0, 255, 510)]
    for name, expected in (("a", parts), ("b", parts), ("c", [*parts, b"x"]), ("d", parts[:1]),
                           ("e", [parts[0], long[255:256].encode()])):
        [rdata] = server.ask(f"{name}.z.test", "TXT", edns=True).answer[0]
        assert list(rdata.strings) == expected


@pytest.mark.parametrize("zone", ["t.test:generic:types", "z.test:generic:aliases"])
def test_the_dump_of_every_type(server, binary, zone):
    """As another parser of zone files reads it, and BIND."""
    name = zone.split(":", maxsplit=1)[0]
    text = dump(binary, server.folder, [zone])
    loaded = dns.zone.from_text(text, origin=name, check_origin=False, relativize=False)
    expected = TYPES if name == "t.test" else []
    for row, (qtype, _, wire) in enumerate(expected):
        wire = bytes.fromhex(wire) if isinstance(wire, str) else wire
        [rdata] = loaded.get_rdataset(f"n{row}.t.test.", dns.rdatatype.from_text(qtype))
        assert rdata.to_wire() == wire, qtype
    if name == "z.test":
        [rdata] = loaded.get_rdataset("out.z.test.", "CNAME")
        assert rdata.to_text() == "web.example.org."
    if shutil.which("named-checkzone"):
        done = subprocess.run(["named-checkzone", "-i", "none", name, "/dev/stdin"], input=text, capture_output=True, text=True,
                              timeout=60, check=False)
        assert done.returncode == 0, done.stdout
