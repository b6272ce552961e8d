"""The fast path between two network namespaces over veth, in the driver and in the generic hook, as others use it: dig,
dnsperf, resolvers; and octet by octet beside a server that has sockets only."""
import os
import re
import shutil
import socket
import struct
import subprocess
import sys

import dns.message
import dns.query
import pytest

from server import ROOT, answers, poll, rcode
from xdp import RootServer, inside, namespaces, run  # noqa: F401

sys.path.insert(0, os.path.join(ROOT, "tests", "resolvers"))

from resolver import RESOLVERS, Resolver  # noqa: E402  (needs the path above)
from zones import FILES, QUESTIONS, ZONES  # noqa: E402

PORT = 5353
FAST, PLAIN = ("10.9.0.1", "fd09::1"), ("10.9.0.3", "fd09::3")  # addresses of the two servers
MODES = {"native": "fast path in the driver", "generic": "fast path in the kernel's generic hook"}
ETHERTYPES = {socket.AF_INET: 0x0800, socket.AF_INET6: 0x86DD}
VLAN, VLAN_TAG = 0x8100, 0x2007  # priority 1, network 7
ETH_P_ALL, SOL_PACKET, PACKET_AUXDATA = 3, 263, 8


@pytest.fixture(params=MODES)
def veth(request, namespaces, binary, folder):
    """The server with the fast path in one namespace, beside the other one; and the client's namespace, where all of it
    is asked from."""
    at, client, interface = namespaces
    there = subprocess.run(["ip", "-n", client, "-o", "link", "show", "type", "veth"], check=True, capture_output=True,
                           text=True).stdout.split(": ")[1].split("@")[0]
    run("ip", "-n", client, "link", "set", "lo", "up")  # for resolvers
    if request.param == "generic":  # veth's driver takes no program while the other end sends longer packets
        run("ip", "-n", client, "link", "set", there, "mtu", "9000")
    for address, rest in zip(PLAIN, (["/24"], ["/64", "nodad"])):
        run("ip", "-n", at, "address", "add", address + rest[0], "dev", interface, *rest[1:])
    servers = []
    try:
        for name, addresses, more in (("fast", FAST, ["--xdp", interface]), ("plain", PLAIN, [])):
            os.mkdir(os.path.join(folder, name), 0o755)
            server = RootServer(binary, os.path.join(folder, name), *more, "-u", "nobody", state="", zones=ZONES, files=FILES, port=PORT,
                               bind=[f"{address}/{PORT}" for address in addresses], ready=addresses[0])
            with inside(at):
                servers.append(server.start())
        if "built without it" in servers[0].log() or "not permitted" in servers[0].log():
            pytest.skip(servers[0].log())
        assert MODES[request.param] in servers[0].log()
        servers[0].at, servers[0].there = at, there
        with inside(client):
            yield servers[0]
    finally:
        for server in servers:
            server.stop()


def answered(server):
    """How many packets the kernel has answered."""
    with inside(server.at):
        return server.get("/v1/status").json["fast_path"]["answered"]


def program(name):
    if not shutil.which(name):
        pytest.skip(f"{name} is not installed")
    return name


def ask(wire, address):
    """The reply's octets."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as s:
        s.settimeout(3)
        s.connect((address, PORT))
        s.send(wire)
        return s.recv(4096)


def queries():
    """Each name, as it is asked and cut off at each label, with types, with and without EDNS."""
    names = {".".join(name.split(".")[n:]) for name, _, _ in QUESTIONS for n in range(name.count(".") + 1)}
    for name in sorted(names):
        for qtype in ("A", "TXT", "MX", "ANY"):
            for edns in (False, 0):
                query = dns.message.make_query(name, qtype, use_edns=edns, payload=1232)
                query.id = len(name)
                yield query.to_wire()


def test_the_same_octets_as_sockets(veth):
    before = answered(veth)
    for wire in queries():
        for fast, plain in zip(FAST, PLAIN):
            assert ask(wire, fast) == ask(wire, plain), dns.message.from_wire(wire).to_text()
    # Two types, with and without EDNS, over two families; what a generic record or a part of a name is goes up.
    assert answered(veth) - before >= 8 * 0.7 * len({name for name, _, _ in QUESTIONS})


def test_dig(veth):
    """Also while the process is stopped."""
    program("dig")

    def dig(address, name, *words):
        command = ["dig", f"@{address}", "-p", str(PORT), "+tries=1", "+time=2", "+nocookie", *words, name]
        out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        return sorted(re.findall(r"^(?!;)\S.*$", out, re.MULTILINE)), re.search("status: (.*?),", out).group(1)
    plain = {(name, words): dig(PLAIN[0], name, *words)
             for name in ("1.2.0.192.bl.test", "99.2.0.192.bl.test", "evil.example.com.dbl.test")
             for words in (("A",), ("A", "+noedns"), ("MX",), ("A", "+bufsize=4096"))}
    assert {status for _, status in plain.values()} == {"NOERROR", "NXDOMAIN"}
    with veth.stopped():
        for address in FAST:
            for (name, words), expected in plain.items():
                assert dig(address, name, *words) == expected
    for words in (("TXT",), ("A", "+tcp"), ("SOA", "+tcp")):
        assert dig(FAST[0], "1.2.0.192.bl.test", *words) == dig(PLAIN[0], "1.2.0.192.bl.test", *words)


def test_dnsperf(veth):
    """Thousands of queries at once, none of which is lost; the kernel answers those of type A."""
    program("dnsperf")
    listed, times = [name for name, qtype, data in QUESTIONS if qtype == "A" and data], 50
    veth.write("asked", "".join(f"{name} A\n99.2.0.192.bl.test A\n1.2.0.192.bl.test TXT\n" for name in listed))
    before = answered(veth)
    command = ["dnsperf", "-s", FAST[0], "-p", str(PORT), "-d", veth.path("asked"), "-n", str(times), "-q", "20"]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    count = times * len(listed)
    assert re.search(r"Queries lost: +(\d+)", out).group(1) == "0", out
    assert re.search(r"Response codes: +(.*)", out).group(1) == (
        f"NOERROR {2 * count} (66.67%), NXDOMAIN {count} (33.33%)"), out
    assert 1.9 * count <= answered(veth) - before <= 2 * count  # one name has a generic record


@pytest.mark.parametrize("name, more, helps", [
    ("bind-strict", "", False),  # it sends cookies, which are the sockets'
    ("bind-strict", f"server {FAST[0]} {{ send-cookie no; }};\n", True),
    ("unbound", "", True),
    ("unbound-strict", "", True),
])
def test_every_listed_name_is_found_by_a_resolver(veth, name, more, helps):
    """As in tests/resolvers, over veth; a part of what the resolver asks is answered by the kernel."""
    if not Resolver.installed(name):
        pytest.skip(f"{RESOLVERS[name][0]} is not installed")
    before = answered(veth)
    resolver = Resolver(name, veth.path(name), PORT, sorted({zone.split(":")[0] for zone in ZONES}), FAST[0], more)
    try:
        resolver.wait()
        for question, qtype, data in QUESTIONS:
            reply = resolver.ask(question, qtype)
            assert answers(reply, qtype) == (data or set()), (question, reply.to_text())
            assert rcode(reply) == ("NXDOMAIN" if data == set() else "NOERROR"), (question, reply.to_text())
    finally:
        resolver.stop()
    assert (answered(veth) > before) == helps


# ---- One VLAN tag: frames of our own, as the kernel may have no VLAN interfaces ----

def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def packet(family, source, to, message):
    """An IP packet with a DNS message from port 4242."""
    ends = socket.inet_pton(family, source) + socket.inet_pton(family, to)
    udp = struct.pack("!HHHH", 4242, PORT, 8 + len(message), 0)
    pseudo = ends + struct.pack("!II", len(udp) + len(message), socket.IPPROTO_UDP)
    udp = udp[:6] + struct.pack("!H", checksum(pseudo + udp + message)) + message
    if family == socket.AF_INET6:
        return struct.pack("!IHBB", 6 << 28, len(udp), socket.IPPROTO_UDP, 64) + ends + udp
    head = struct.pack("!BBHIBBH", 0x45, 0, 20 + len(udp), 0, 64, socket.IPPROTO_UDP, 0)
    return head[:10] + struct.pack("!H", checksum(head + ends)) + ends + udp


def mac(namespace, interface):
    """Of an interface in a namespace."""
    out = subprocess.run(["ip", "-n", namespace, "link", "show", interface], check=True, capture_output=True, text=True)
    return bytes.fromhex(re.search("link/ether (\\S+)", out.stdout).group(1).replace(":", ""))


def exchange(s, frame, ethertype):
    """Sends a frame; the payload and the tag of the first one that comes back with this type and a tag."""
    s.send(frame)
    while True:
        data, control, _, sender = s.recvmsg(2048, 256)
        tags = [struct.unpack_from("=H", aux, 16)[0] for level, kind, aux in control
                if (level, kind) == (SOL_PACKET, PACKET_AUXDATA)]
        if sender[2] != socket.PACKET_OUTGOING and data[12:14] == struct.pack("!H", ethertype) and tags and tags[0]:
            return data[:12], data[14:], tags[0]


@pytest.mark.parametrize("family", ETHERTYPES)
def test_one_vlan_tag(veth, namespaces, family):
    """The reply has the tag, goes to where the query came from, and is that of the sockets. The process is stopped."""
    at, client, interface = namespaces
    ours, theirs = mac(client, veth.there), mac(at, interface)
    source, to = ("10.9.0.2", FAST[0]) if family == socket.AF_INET else ("fd09::2", FAST[1])
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL)) as s, veth.stopped():
        s.bind((veth.there, ETH_P_ALL))
        s.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
        s.settimeout(3)
        for name in ("1.2.0.192.bl.test", "99.2.0.192.bl.test", "evil.example.com.dbl.test"):
            query = dns.message.make_query(name, "A", use_edns=0, payload=1232).to_wire()
            frame = theirs + ours + struct.pack("!HHH", VLAN, VLAN_TAG, ETHERTYPES[family])
            ends, reply, tag = exchange(s, frame + packet(family, source, to, query), ETHERTYPES[family])
            head = 20 if family == socket.AF_INET else 40
            assert (ends, tag) == (ours + theirs, VLAN_TAG)
            assert struct.unpack("!HH", reply[head:head + 4]) == (PORT, 4242)
            assert reply[head - 8 if family == socket.AF_INET else 8:][:4 if family == socket.AF_INET else 16] == (
                socket.inet_pton(family, to))
            assert reply[head + 8:] == ask(query, PLAIN[0])
