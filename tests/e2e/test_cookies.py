"""DNS cookies (RFC 7873, RFC 9018)."""
import socket
import struct
import time

import dns.edns
import dns.message
import dns.query
import pytest

from server import SOA, Server, answers, poll, rcode

FILES = {"v4": SOA + "192.0.2.1 :2:text\n"}
ZONES = ["bl.test:ip4set:v4"]
NAME = "1.2.0.192.bl.test"
CLIENT = b"clientck"
SECRETS = ["e5e973e5a6b2a43f48e7dc849e37bfcf", "dd3bdf9344b678b185a6f5cb60fca715", "445536bcd2513298075a5d379663c962"]


def siphash(key, data):
    """SipHash-2-4, written here once more to have a second opinion."""
    mask = (1 << 64) - 1
    rotate = lambda x, b: ((x << b) | (x >> (64 - b))) & mask  # noqa: E731
    k0, k1 = struct.unpack("<QQ", key)
    v = [k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573]

    def rounds(n):
        for _ in range(n):
            v[0] = (v[0] + v[1]) & mask
            v[2] = (v[2] + v[3]) & mask
            v[1], v[3] = rotate(v[1], 13) ^ v[0], rotate(v[3], 16) ^ v[2]
            v[0] = rotate(v[0], 32)
            v[2] = (v[2] + v[1]) & mask
            v[0] = (v[0] + v[3]) & mask
            v[1], v[3] = rotate(v[1], 17) ^ v[2], rotate(v[3], 21) ^ v[0]
            v[2] = rotate(v[2], 32)

    data += b"\0" * (7 - len(data) % 8) + bytes([len(data) & 255])
    for (word,) in struct.iter_unpack("<Q", data):
        v[3] ^= word
        rounds(2)
        v[0] ^= word
    v[2] ^= 0xff
    rounds(4)
    return struct.pack("<Q", v[0] ^ v[1] ^ v[2] ^ v[3])


def server_cookie(secret, when, address="127.0.0.1"):
    start = b"\1\0\0\0" + struct.pack(">I", when)
    return start + siphash(bytes.fromhex(secret), CLIENT + start + socket.inet_aton(address))


def ask(server, cookie, **kw):
    return server.ask(NAME, edns=0, options=[dns.edns.GenericOption(10, cookie)], **kw)


def cookie_of(reply):
    found = [option.data for option in reply.options if option.otype == 10]
    assert len(found) <= 1
    return found[0] if found else None


def is_made_with(reply, secret):
    """Whether the reply's server cookie is of now and made with this secret."""
    cookie = cookie_of(reply)
    when = struct.unpack(">I", cookie[12:16])[0]
    assert cookie[:8] == CLIENT and abs(when - time.time()) < 5 and len(cookie) == 24
    return cookie[8:] == server_cookie(secret, when)


@pytest.fixture
def shared(start, folder):
    """A server whose secret is in a file."""
    return start({**FILES, "secret": SECRETS[0] + "\n", "c.yaml": "cookie_secret: secret\n"}, "--config", f"{folder}/c.yaml",
                 zones=ZONES)


def test_a_cookie_comes_back_with_a_server_cookie(start):
    server = start(FILES, zones=ZONES)
    reply = ask(server, CLIENT)
    assert answers(reply) == {"127.0.0.2"} and len(cookie_of(reply)) == 24 and cookie_of(reply)[:8] == CLIENT
    again = ask(server, cookie_of(reply))
    assert answers(again) == {"127.0.0.2"} and cookie_of(again)[:8] == CLIENT
    assert cookie_of(server.ask(NAME, edns=0)) is None
    assert cookie_of(server.ask("9.2.0.192.bl.test", edns=0, options=[dns.edns.GenericOption(10, CLIENT)]))


def test_a_wrong_server_cookie_changes_nothing(start):
    server = start(FILES, zones=ZONES)
    reply = ask(server, CLIENT + b"x" * 16)
    assert answers(reply) == {"127.0.0.2"} and len(cookie_of(reply)) == 24


@pytest.mark.parametrize("cookie", [b"", b"1234567", b"123456789", b"x" * 15, b"x" * 41])
def test_malformed_cookies_are_formerr(start, cookie):
    assert rcode(ask(start(FILES, zones=ZONES), cookie)) == "FORMERR"


def test_cookies_can_be_off(start, folder):
    server = start({**FILES, "c.yaml": "cookies: false\n"}, "--config", f"{folder}/c.yaml", zones=ZONES)
    reply = ask(server, CLIENT)
    assert answers(reply) == {"127.0.0.2"} and cookie_of(reply) is None


def test_tcp(start):
    server = start(FILES, zones=ZONES)
    query = dns.message.make_query(NAME, "A", use_edns=0, options=[dns.edns.GenericOption(10, CLIENT)])
    assert len(cookie_of(dns.query.tcp(query, "127.0.0.1", timeout=3, port=server.port))) == 24


def test_other_servers_with_the_secret_make_the_same(shared):
    assert is_made_with(ask(shared, CLIENT), SECRETS[0])


def test_a_new_secret_and_the_one_before(shared):
    shared.write("secret", SECRETS[1] + "\n" + SECRETS[0] + "\n")
    assert poll(lambda: is_made_with(ask(shared, CLIENT), SECRETS[1]))
    shared.write("secret", "not hexadecimal\n")
    assert poll(lambda: "32 hexadecimal digits expected" in shared.log())
    assert is_made_with(ask(shared, CLIENT), SECRETS[1])
    shared.write("secret", SECRETS[2] + "\n")
    assert poll(lambda: is_made_with(ask(shared, CLIENT), SECRETS[2]))


def test_a_secret_that_cannot_be_read_stops_the_start(binary, folder):
    files = {**FILES, "c.yaml": "cookie_secret: no-such-file\n"}
    with pytest.raises(AssertionError, match="no-such-file: cannot be read"):
        Server(binary, folder, "--config", f"{folder}/c.yaml", files=files, zones=ZONES).start()
