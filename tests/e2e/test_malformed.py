"""Packets that no sane client sends: dropped, FORMERR or NOTIMP, and the server goes on."""
import random
import socket
import struct

import pytest

from server import SOA, answers

NAME = b"\x011\x012\x010\x03192\x02bl\x04test\x00"
QUESTION = NAME + b"\x00\x01\x00\x01"
FORMERR, NOTIMP = 1, 4


def header(flags=0, qd=1, an=0, ns=0, ar=0):
    return struct.pack(">HHHHHH", 0x1234, flags, qd, an, ns, ar)


@pytest.fixture(scope="module")
def server(start_once):
    return start_once({"v4": SOA + "192.0.2.1 :2:x\n"}, zones=["bl.test:ip4set:v4"])


@pytest.fixture
def client(server):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(3)
        s.connect(("127.0.0.1", server.port))
        yield s


def ask(client, packet):
    """The reply to `packet`, or None: known by sending a good query, with another id, behind it."""
    client.send(packet)
    client.send(b"\xff\xff" + (header() + QUESTION)[2:])
    reply = client.recv(65535)
    if reply[:2] == b"\xff\xff":
        return None
    assert client.recv(65535)[:2] == b"\xff\xff"
    return reply


@pytest.mark.parametrize("packet", [
    b"", b"\x00", b"\x12\x34", header()[:11],
    header(flags=0x8000) + QUESTION,                       # a response
    header(flags=0x8000, qd=0),
], ids=["empty", "1 byte", "2 bytes", "11 bytes", "response", "response without question"])
def test_dropped(client, packet):
    assert ask(client, packet) is None


@pytest.mark.parametrize("packet", [
    header(qd=0),
    header(qd=2) + QUESTION + QUESTION,
    header(),                                              # no question where one is announced
    header() + QUESTION[:-1], header() + QUESTION[:-4], header() + NAME[:5], header() + b"\x3f",
    header() + b"\x011\xc0\x0c\x00\x01\x00\x01",           # a compressed question
    header() + b"\xc0\x0c\x00\x01\x00\x01",
    header() + b"\x40" + b"a" * 64 + b"\x00\x00\x01\x00\x01",   # a label of the reserved kind
    header() + b"\x80" + b"a" * 64 + b"\x00\x00\x01\x00\x01",
    header() + (b"\x3f" + b"a" * 63) * 4 + b"\x00\x00\x01\x00\x01",  # a name of 257 bytes
    header() + b"\x01a" * 128 + b"\x00\x00\x01\x00\x01",
], ids=["no question", "two questions", "header only", "short by 1", "short by 4", "cut name", "length only", "pointer",
        "pointer to itself", "label 01", "label 10", "long name", "many labels"])
def test_formerr(client, packet):
    reply = ask(client, packet)
    assert reply is not None and reply[:2] == b"\x12\x34"
    assert reply[2] & 0x80 and reply[3] & 15 == FORMERR
    assert len(reply) <= max(len(packet), 12)              # nothing to gain for who forges a sender


@pytest.mark.parametrize("opcode", [1, 2, 3, 4, 5, 6, 9, 15])
def test_other_opcodes_are_echoed_with_notimp(client, opcode):
    reply = ask(client, header(flags=opcode << 11) + QUESTION)
    assert reply[2] & 0x80 and reply[2] >> 3 & 15 == opcode and reply[3] & 15 == NOTIMP


def test_aa_in_a_query_is_notimp(client):
    assert ask(client, header(flags=0x0400) + QUESTION)[3] & 15 == NOTIMP


def test_trailing_bytes_are_ignored(client):
    reply = ask(client, header() + QUESTION + b"junk")
    assert reply[3] & 15 == 0 and struct.unpack(">H", reply[6:8]) == (1,)


def test_a_label_of_63_and_a_name_of_255_are_fine(client):
    for first in (b"\x3f" + b"a" * 63, (b"\x3f" + b"a" * 63) * 3 + b"\x33" + b"a" * 51):
        reply = ask(client, header() + first + b"\x02bl\x04test\x00\x00\x01\x00\x01")
        assert reply[3] & 15 == 3                          # NXDOMAIN


def test_bytes_of_any_value_in_a_label(client):
    reply = ask(client, header() + b"\x04\x00.\xff\\" + b"\x02bl\x04test\x00\x00\x01\x00\x01")
    assert reply[3] & 15 == 3


def test_broken_opt(client):
    opt = b"\x00\x00\x29\x04\xd0\x00\x00\x00\x00"
    assert ask(client, header(ar=1) + QUESTION + opt + b"\x00\x05ab")[3] & 15 == FORMERR
    assert ask(client, header(ar=1) + QUESTION + opt)[3] & 15 == FORMERR


def test_noise(server, client):
    """Random changes to a good query: whatever comes back, the server stays."""
    rng = random.Random(4)
    good = bytearray(header(ar=1) + QUESTION + b"\x00\x00\x29\x04\xd0\x00\x00\x00\x00\x00\x00")
    for _ in range(2000):
        packet = bytearray(good)
        for _ in range(rng.randrange(1, 6)):
            packet[rng.randrange(2, len(packet))] = rng.randrange(256)
        client.send(bytes(packet[:rng.randrange(len(packet) + 1)] if rng.random() < 0.3 else packet))
    assert answers(server.ask("1.2.0.192.bl.test")) == {"127.0.0.2"}
