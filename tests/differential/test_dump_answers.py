"""The dump (-d): a name server answers the same from rbldnsd's and from ours, which is about as long."""
import ipaddress
import subprocess

import dns.name
import dns.rdataclass
import dns.rdatatype
import dns.zone
import pytest

from compare import RBLDNSD
from generate import Generator
from server import SOA, answers, reverse

WIDE = "10.0.0.0/8 :2:x\n10.1.2.3 :3:y\n"
FIXED = {
    "a host inside a /8": ("ip4set", WIDE),
    "a hole": ("ip4set", WIDE + "!10.7.0.0/16\n!10.8.1.1\n"),
    "a /9": ("ip4trie", "192.0.0.0/9 :2:x\n192.0.2.0/24 :3:y\n!192.0.2.128/25\n192.0.2.200 :4:z\n"),
    "everything but": ("ip4trie", "172.16.0.0/12 :2:x\n!172.16.5.0/24\n172.16.5.7 :3:\n"),
    "hosts": ("ip4set", "".join(f"192.0.2.{i}\n" for i in range(0, 256, 3))),
    "a full /24 of two kinds": ("ip4set", "".join(f"192.0.2.{i} :{2 + i // 128}:\n" for i in range(256))),
}


def dump(program, folder, spec):
    done = subprocess.run([program, "-d", "-w", folder, spec], capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode("latin-1")


def load(text):
    zone = dns.zone.from_text(text, origin="z.test", check_origin=False, relativize=True)
    zone.existing = {dns.name.empty}
    for owner in zone.nodes:
        while owner not in zone.existing:
            zone.existing.add(owner)
            owner = owner.parent()
    return zone


def codes(zone, name):
    """What the zone has for a name: the codes at it or at the wildcard below its closest encloser (RFC 4592)."""
    node = zone.nodes.get(name)
    if name not in zone.existing:
        while name not in zone.existing:
            name = name.parent()
        node = zone.nodes.get(dns.name.Name((b"*",) + name.labels))
    rdataset = node and node.get_rdataset(dns.rdataclass.IN, dns.rdatatype.A)
    return {rr.to_text() for rr in rdataset or ()}


def octets(address):
    return ".".join(str(address >> shift & 255) for shift in (24, 16, 8, 0))


def compare_dumps(binary, folder, kind, addresses):
    """Returns the lines of both."""
    ours, theirs = (dump(program, folder, f"z.test:{kind}:list") for program in (binary, RBLDNSD))
    a, b = load(ours), load(theirs)
    for address in addresses:
        name = dns.name.from_text(reverse(address, "")[:-1], None)
        assert codes(a, name) == codes(b, name), address
    return ours.count("\n"), theirs.count("\n")


def write(folder, text):
    with open(f"{folder}/list", "w", encoding="latin-1") as f:
        f.write(text)


@pytest.fixture(autouse=True)
def needs_rbldnsd():
    if not RBLDNSD:
        pytest.skip("rbldnsd is not installed")


@pytest.mark.parametrize("name", FIXED)
def test_ranges(binary, folder, name):
    kind, text = FIXED[name]
    write(folder, SOA + text)
    addresses = [f"{first}.{b}.{c}.{d}" for first in (9, 10, 172, 192) for b in (0, 1, 7, 8, 16, 31, 32, 127, 128)
                 for c in (0, 1, 2, 5) for d in (0, 1, 3, 7, 127, 128, 200, 255)]
    ours, theirs = compare_dumps(binary, folder, kind, addresses)
    assert ours <= theirs + 3  # SOA and NS, which a zone must have


@pytest.mark.parametrize("kind", ["ip4set", "ip4trie", "ip6trie"])
@pytest.mark.parametrize("seed", range(3))
def test_the_dump_answers_as_rbldnsd_serves(binary, reference, folder, kind, seed):
    """Not as its dump does, which loses prefixes within others of a trie."""
    generator = Generator(seed)
    text = SOA + "".join(f"{'!' if generator.rng.random() < 0.1 else ''}{getattr(generator, 'entry_' + kind)()} :{code}:\n"
                         for code in range(2, 60))
    server = reference({"list": text}, [f"z.test:{kind}:list"])
    zone = load(dump(binary, folder, f"z.test:{kind}:list"))
    edges = [str(ipaddress.IPv6Address(a & (1 << 128) - 1)) for a in generator.v6]
    for address in edges or [octets(a & 0xffffffff) for a in generator.v4]:
        if address.startswith(("::ffff:", "2002:")):
            continue  # IPv4 within IPv6 is not in the dump
        name = dns.name.from_text(reverse(address, "")[:-1], None)
        assert codes(zone, name) == answers(server.ask(reverse(address, "z.test"))), address
