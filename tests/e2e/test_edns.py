"""EDNS (RFC 6891): OPT, version, sizes, truncation."""
import socket

import dns.edns
import dns.flags
import dns.message
import dns.query
import pytest

from server import SOA, answers, rcode

NAME = "1.2.0.192.bl.test"
# Texts that make an answer of some 600, 1,000 and 3,000 bytes.
FILES = {"v4": SOA + "192.0.2.1 :2:small\n" + "".join(
    f"192.0.2.{host} :2:{n:03d} {'x' * 180}\n" for host, count in ((3, 3), (5, 5), (15, 15)) for n in range(count))}


@pytest.fixture(scope="module")
def server(start_once):
    return start_once(FILES, zones=["bl.test:ip4set:v4"])


def ask_wire(server, wire):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(3)
        s.sendto(wire, ("127.0.0.1", server.port))
        return dns.message.from_wire(s.recv(65535))


def size(reply):
    return len(reply.to_wire(max_size=65535))


def test_opt_is_answered_with_opt_and_only_then(server):
    reply = server.ask(NAME, edns=0, payload=4096)
    assert reply.edns == 0 and reply.payload == 1232 and answers(reply) == {"127.0.0.2"}
    assert server.ask(NAME).edns == -1


@pytest.mark.parametrize("name", ["9.2.0.192.bl.test", "2.0.192.bl.test", "other.test"])
def test_opt_in_negative_answers(server, name):
    assert server.ask(name, edns=0).edns == 0


def test_do_bit_is_copied(server):
    assert server.ask(NAME, edns=0, want_dnssec=True).ednsflags & dns.flags.DO
    assert not server.ask(NAME, edns=0).ednsflags & dns.flags.DO


def test_unknown_options_are_ignored(server):
    reply = server.ask(NAME, edns=0, options=[dns.edns.GenericOption(12, b"12345678"), dns.edns.GenericOption(65001, b"")])
    assert answers(reply) == {"127.0.0.2"} and not reply.options


@pytest.mark.parametrize("version", [1, 255])
def test_other_versions_are_badvers(server, version):
    wire = bytearray(dns.message.make_query(NAME, "A", use_edns=0).to_wire())
    wire[-5] = version
    reply = ask_wire(server, bytes(wire))
    assert rcode(reply) == "BADVERS" and reply.edns == 0 and not reply.answer


@pytest.mark.parametrize("host, edns, payload, cut", [
    (3, False, 0, True),       # 600 bytes, no EDNS: 512 are allowed
    (3, 0, 512, True),
    (3, 0, 100, True),         # RFC 6891: less than 512 means 512
    (3, 0, 1232, False),
    (5, 0, 800, True),
    (5, 0, 1232, False),
    (15, 0, 1232, True),
    (15, 0, 65535, True),      # our own limit, 1232, holds
])
def test_truncation(server, host, edns, payload, cut):
    reply = server.ask(f"{host}.2.0.192.bl.test", "TXT", edns=edns, payload=payload)
    assert bool(reply.flags & dns.flags.TC) == cut
    limit = 512 if edns is False else min(1232, max(512, payload))
    assert size(reply) <= limit
    if not cut:
        assert len(answers(reply, "TXT")) == host
    assert rcode(reply) == "NOERROR"


def test_a_fits_where_texts_do_not(server):
    reply = server.ask("15.2.0.192.bl.test", "A")
    assert answers(reply) == {"127.0.0.2"} and not reply.flags & dns.flags.TC


def test_two_opts_are_formerr(server):
    query = dns.message.make_query(NAME, "A", use_edns=0)
    wire = bytearray(query.to_wire())
    wire += wire[-11:]
    wire[11] = 2
    reply = ask_wire(server, bytes(wire))
    assert rcode(reply) == "FORMERR"
