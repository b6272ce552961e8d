"""-d: master files that a name server loads, and that answer as the server does."""
import os
import random
import shutil
import subprocess

import dns.name
import dns.rdatatype
import dns.zone
import pytest

from server import SOA, answers, kind, reverse

V4 = """:2:v4 $
10.0.0.0/8 :3:ten
!10.1.0.0/16
!10.2.3.4
10.9.9.9 :9:nine $
192.0.2.0/25
192.0.2.200-192.0.2.210 :7:seven "quoted" \\ and ; more
2.0.0.0/15 :5:two
1.0.0.1
20.0.0.0/9 :6:half
"""
V6 = """:4:v6
2001:db8::/32
2001:db8:1::/49 :3:x
!2001:db8:1:2::5
2001:db8:5::/64 :8:eight $
3000::/5 :6:short
2a00::1/128
"""
NAMES = """:2:named $
evil.com
*.wild.com
.both.com :3:also
!ok.both.com
!*.deep.wild.com
!not.wild.com
we\\032ird.com
"""
GENERIC = """@ A 127.0.0.8
@ MX 10 mx.ex.com
www 3000 A 127.0.0.1
about TXT "combined list"
"""
FILES = {"v4": SOA + "$NS 1d ns1.example ns2.example\n" + V4, "v6": V6, "n": SOA + NAMES, "g": GENERIC}
ZONES = {
    "four.test": ["four.test:ip4set:v4"],
    "both.test": ["both.test:ip4set:v4", "both.test:ip6trie:v6"],
    "six.test": ["six.test:ip6trie:v6"],
    "names.test": ["names.test:dnset:n"],
    "meta.test": ["meta.test:ip4trie:v4trie", "meta.test:generic:g"],
}
FILES["v4trie"] = SOA + "10.0.0.0/9 :3:x\n10.1.0.0/16 :4:y\n!10.1.2.0/25\n10.1.2.5 :6:six $\n"


def dump(binary, folder, specs):
    done = subprocess.run([binary, "-d", "-w", folder, *specs], capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


def lookup(zone, name):
    """The node that answers for a relative name: itself, none if it exists, else the wildcard at its closest encloser
    (RFC 4592)."""
    existing = getattr(zone, "existing", None)
    if existing is None:
        existing = zone.existing = {dns.name.empty}
        for owner in zone.nodes:
            while owner != dns.name.empty and owner not in existing:
                existing.add(owner)
                owner = owner.parent()
    if name in existing:
        return zone.nodes.get(name)
    while name not in existing:
        name = name.parent()
    return zone.nodes.get(dns.name.Name((b"*",) + name.labels))


def found(node, qtype):
    if node is None or node.get_rdataset(dns.rdataclass.IN, dns.rdatatype.CNAME):
        return set()
    rdataset = node.get_rdataset(dns.rdataclass.IN, dns.rdatatype.from_text(qtype))
    return {b"".join(rr.strings).decode("latin-1") if qtype == "TXT" else rr.to_text() for rr in rdataset or ()}


def addresses(rnd):
    """IPv4 and IPv6 addresses around everything that the lists name."""
    yield from ("10.2.3.4", "10.1.2.3", "10.9.9.9", "192.0.2.127", "192.0.2.128", "192.0.2.200", "192.0.2.211", "1.0.0.1",
                "1.0.0.2", "2.0.0.1", "2.1.2.3", "2.10.2.3", "2.1.20.3", "20.127.255.255", "20.128.0.0", "10.1.2.5", "10.1.2.128")
    yield from ("2001:db8::1", "2001:db8:1:2::5", "2001:db8:1:2::4", "2001:db8:1:8000::", "2001:db8:5::7", "2a00::1", "2a00::2",
                "3000::1", "37ff::", "3800::", "2f00::2", "2000::", "1001::2", "2222::1")
    for _ in range(150):
        yield f"{rnd.choice([10, 2, 20, 192])}.{rnd.choice([0, 1, 2, rnd.randrange(256)])}." \
              f"{rnd.choice([2, 3, rnd.randrange(256)])}.{rnd.randrange(256)}"
        yield f"2001:db8:{rnd.choice([0, 1, 2, 5]):x}:{rnd.randrange(65536):x}::{rnd.randrange(9):x}"


@pytest.fixture(scope="module")
def server(start_once, known_types):
    specs = [s for specs in ZONES.values() for s in specs if s.split(":")[1] in known_types]
    return start_once(FILES, zones=specs)


def specs_of(name, known_types):
    if not all(s.split(":")[1] in known_types for s in ZONES[name]):
        pytest.skip("a type is not there")
    return ZONES[name]


@pytest.mark.skipif(not shutil.which("named-checkzone"), reason="no named-checkzone (bind9-utils)")
@pytest.mark.parametrize("name", ZONES)
def test_bind_loads_it(server, binary, known_types, name):
    text = dump(binary, server.folder, specs_of(name, known_types))
    path = server.path(f"{name}.zone")
    with open(path, "w") as f:
        f.write(text)
    done = subprocess.run(["named-checkzone", "-i", "local", name, path], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0 and "OK" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["four.test", "both.test", "six.test", "meta.test"])
def test_addresses_answer_as_the_server_does(server, binary, known_types, name):
    zone = dns.zone.from_text(dump(binary, server.folder, specs_of(name, known_types)), origin=name, check_origin=False)
    seed = int(os.environ.get("SEED", random.randrange(1000000)))
    for address in addresses(random.Random(seed)):
        node = lookup(zone, dns.name.from_text(reverse(address, "")[:-1], None))
        reply = server.ask(reverse(address, name))
        assert found(node, "A") == answers(reply), f"{address} SEED={seed}"
        texts = answers(server.ask(reverse(address, name), "TXT"), "TXT")
        # The texts of a range are those of its first address: compare what stands before it.
        assert {t.split(" ")[0] for t in found(node, "TXT")} == {t.split(" ")[0] for t in texts}, f"{address} SEED={seed}"


def test_names_answer_as_the_server_does(server, binary):
    zone = dns.zone.from_text(dump(binary, server.folder, ZONES["names.test"]), origin="names.test", check_origin=False)
    for text in ("evil.com", "x.evil.com", "wild.com", "a.wild.com", "b.a.wild.com", "deep.wild.com", "x.deep.wild.com",
                 "not.wild.com", "x.not.wild.com", "both.com", "a.both.com", "ok.both.com", "x.ok.both.com", "com", "other.org",
                 "we\\032ird.com"):
        node = lookup(zone, dns.name.from_text(text, None))
        for qtype in ("A", "TXT"):
            assert found(node, qtype) == answers(server.ask(f"{text}.names.test", qtype), qtype), text


def test_apex_and_generic(server, binary, known_types):
    text = dump(binary, server.folder, specs_of("meta.test", known_types))
    zone = dns.zone.from_text(text, origin="meta.test", check_origin=False)
    apex = zone.nodes[dns.name.empty]
    assert found(apex, "A") == {"127.0.0.8"} and found(apex, "MX") == {"10 mx.ex.com."}
    assert found(zone.nodes[dns.name.from_text("about", None)], "TXT") == {"combined list"}
    four = dns.zone.from_text(dump(binary, server.folder, ZONES["four.test"]), origin="four.test", check_origin=False)
    assert found(four.nodes[dns.name.empty], "NS") == {"ns1.example.", "ns2.example."}
    assert kind(server.ask("four.test", "SOA")) == "LISTED"


def test_what_is_protected_is_left_out(binary, folder):
    """As the server answers: nobody lists it."""
    for name, text in {"v4": ":2:\n192.0.2.0/24\n", "n": ".evil.com\n",
                       "never": "192.0.2.7\nok.evil.com\n",
                       "dnsbld.yaml": "never_list: never\nzones: [{name: a.test, lists: ['ip4set:v4', 'dnset:n']}]\n"}.items():
        with open(os.path.join(folder, name), "w") as f:
            f.write(text)
    text = dump(binary, folder, ["--config", os.path.join(folder, "dnsbld.yaml")])
    zone = dns.zone.from_text(text, origin="a.test", check_origin=False)
    for name, listed in {"7.2.0.192": False, "8.2.0.192": True, "ok.evil.com": False, "no.evil.com": True}.items():
        assert bool(found(lookup(zone, dns.name.from_text(name, None)), "A")) == listed, name


def test_what_cannot_be_loaded(binary, folder):
    done = subprocess.run([binary, "-d", "-w", folder, "a.test:ip4set:missing"], capture_output=True, timeout=20, check=False)
    assert done.returncode == 1 and not done.stdout and b"missing" in done.stderr


def test_the_store_is_said_to_be_left_out(binary, folder):
    """What the API has delisted is in no list file."""
    with open(os.path.join(folder, "v4"), "w") as f:
        f.write("192.0.2.1\n")
    assert "without the delistings" in dump(binary, folder, ["--state", folder, "a.test:ip4set:v4"]).splitlines()[0]
    assert "delistings" not in dump(binary, folder, ["a.test:ip4set:v4"])


@pytest.mark.parametrize("kind, text, lines", [
    # A wildcard of two records (A, TXT) for each label down to the host, the host, and the head of 4 lines.
    ("ip4set", "10.0.0.0/8 :2:x\n10.1.2.3 :3:y\n", 4 + 2 * 4),
    ("ip4trie", "10.0.0.0/8 :2:x\n10.1.2.3 :2:x\n", 4 + 2),  # the same: nothing to tell apart
    ("ip4trie", "10.0.0.0/8 :2:x\n!10.1.2.3\n", 4 + 2 * 3 + 1),
    ("ip4trie", "10.0.0.0/8 :2:x\n!10.1.0.0/16\n", 4 + 2 + 1),
    ("ip4trie", "10.0.0.0/9 :2:x\n", 4 + 2 * 128),
    ("ip6trie", "2001:db8::/32 :2:x\n2001:db8::1 :3:y\n", 4 + 2 * (128 - 32) // 4 + 2),
    ("ip6trie", "2001:db8::/32 :2:x\n!2001:db8:1::/48\n", 4 + 2 * 4 + 1),
])
def test_a_wide_range_is_wildcards(binary, folder, kind, text, lines):
    with open(os.path.join(folder, "list"), "w") as f:
        f.write(text)
    assert dump(binary, folder, [f"a.test:{kind}:list"]).count("\n") == lines


def test_other_zones_split_no_range(binary, folder):
    """Lists share one structure: what another zone has within a range is nothing to this one."""
    with open(os.path.join(folder, "wide"), "w") as f:
        f.write("10.0.0.0/8 :2:x\n")
    with open(os.path.join(folder, "hosts"), "w") as f:
        f.write("".join(f"10.{i}.2.3 :3:y\n" for i in range(256)))
    text = dump(binary, folder, ["a.test:ip4set:wide", "b.test:ip4set:hosts"])
    assert text.split("$ORIGIN\tb.test.")[0].count("\n") == 4 + 2
