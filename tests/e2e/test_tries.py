"""Tries: the longest prefix decides, in whatever order and at whatever depth the lines have it."""
import ipaddress
import random

import pytest

from server import SOA, answers, free_port, kind, rcode, reverse

LENGTHS = {32: [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 23, 24, 25, 30, 31, 32],
           128: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 16, 17, 31, 32, 33, 56, 57, 63, 64, 65, 95, 96, 121, 126, 127, 128]}
ADDRESS = {32: ipaddress.IPv4Address, 128: ipaddress.IPv6Address}


def nested(bits, base):
    """A prefix of every length around one address."""
    return [(base >> bits - length << bits - length, length) for length in LENGTHS[bits]]


def siblings(bits):
    """All prefixes of five bits, below one that holds for everything; and all of the last three bits of a /29 or /125."""
    top = [(number << bits - 5, 5) for number in range(32)]
    return [(0, 0), *top, (0, bits - 3), *[(number, bits) for number in range(8)]]


def scattered(bits, rnd):
    lines = {}
    for _ in range(60):
        length = rnd.choice(LENGTHS[bits])
        value = rnd.choice([rnd.getrandbits(bits), rnd.getrandbits(8) << bits - 8, rnd.getrandbits(8)])
        lines[value >> bits - length << bits - length, length] = None
    return list(lines)


def make():
    """Zones: name -> (bits, [(address, length, excluded)])."""
    zones, rnd = {}, random.Random(5)
    for bits in (32, 128):
        shapes = {"zeros": nested(bits, 0), "ones": nested(bits, (1 << bits) - 1), "mixed": nested(bits, rnd.getrandbits(bits)),
                  "siblings": siblings(bits), "one": [(1 << bits - 2, 2)], "none": [],
                  **{f"scattered{i}": scattered(bits, rnd) for i in range(4)}}
        for name, prefixes in shapes.items():
            for order in ("up", "down", "any"):
                lines = sorted(prefixes, key=lambda prefix: prefix[1], reverse=order == "down")
                if order == "any":
                    rnd.shuffle(lines)
                zones[f"{name}-{order}-{bits}.test"] = (bits, [(a, n, rnd.random() < 0.1) for a, n in lines])
    return zones


ZONES = make()


@pytest.fixture(scope="module")
def server(start_once):
    files, arguments = {}, []
    for zone, (bits, lines) in ZONES.items():
        files[zone] = SOA + "".join(f"{'!' if excluded else ''}{ADDRESS[bits](a).exploded}/{n} :{1 + n}:length {n}\n"
                                    for a, n, excluded in lines)
        arguments.append(f"{zone}:ip{4 if bits == 32 else 6}trie:{zone}")
    return start_once(files, zones=arguments)


@pytest.mark.parametrize("zone", ZONES)
def test_the_longest_prefix_decides(server, zone):
    bits, lines = ZONES[zone]
    edges = {0, (1 << bits) - 1}
    for a, n, _ in lines:
        size = 1 << bits - n
        edges |= {a, a + size - 1, max(a - 1, 0), min(a + size, (1 << bits) - 1)}
    for edge in sorted(edges):
        holding = max(((n, excluded) for a, n, excluded in lines if edge >> bits - n == a >> bits - n), default=(0, True))
        name = reverse(str(ADDRESS[bits](edge)), zone)
        if bits == 128 and (edge >> 32 == 0xffff or edge >> 112 == 0x2002):
            continue  # IPv4 within IPv6
        if holding[1]:
            assert kind(server.ask(name)) in ("NXDOMAIN", "NODATA"), name  # 0.0.0.0 begins IPv6 names too
        else:
            assert answers(server.ask(name)) == {f"127.0.0.{1 + holding[0]}"}, name
            assert answers(server.ask(name, "TXT"), "TXT") == {f"length {holding[0]}"}, name


@pytest.mark.parametrize("rules, address, expected", [
    ("127.0.0.1 :refuse\n", "127.0.0.1", "REFUSED"),
    ("127.0.0.1 :refuse\n", "::1", "NOERROR"),
    ("0.0.0.0/0 :refuse\n127.0.0.1 :pass\n", "127.0.0.1", "NOERROR"),
    ("::1 :refuse\n", "::1", "REFUSED"),
    ("0/0 :refuse\n0::1 :pass\n", "::1", "NOERROR"),
    ("::/0 :refuse\n", "127.0.0.1", "NOERROR"),
    ("::/0 :refuse\n0:0::1/128 :pass\n", "::1", "NOERROR"),
])
def test_access_lists_by_the_longest_prefix(start, rules, address, expected):
    port = free_port()
    server = start({"acl": rules, "g": SOA + 'test TXT "Success"\n'}, zones=["z.test:acl:acl", "z.test:generic:g"],
                   port=port, bind=[f"{address}/{port}"], ready=address)
    assert rcode(server.ask("test.z.test", "TXT")) == expected
