"""The interfaces of the fast path, and the process that has its rights: what comes and goes, and what is left."""
import contextlib
import os
import signal
import socket
import struct
import subprocess

import dns.exception
import dns.message
import pytest

from server import answers, kind, poll, reverse
from xdp import FILES, PORT, ZONES, RootServer, XdpServer, check_answers, inside, namespaces, run, start  # noqa: F401

NAME = reverse("192.0.2.1", "zen.test")
SOL_PACKET, PACKET_AUXDATA, TP_STATUS_VLAN_VALID = 263, 8, 1 << 4
TAG = """
#include <linux/bpf.h>
static long (*push)(void *packet, int protocol, int tag) = (void *)18; /* bpf_skb_vlan_push */
__attribute__((section("tag"))) int add_tag(struct __sk_buff *s)
{
    if (s->protocol == 8)
        push(s, 0x81, 7);
    return 0;
}
char text[] __attribute__((section("license"))) = "GPL";
"""
HOLDER = """
import os, socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[1], int(sys.argv[2])))
os.dup2(os.dup(s.fileno()), 3, inheritable=True)
os.environ["LISTEN_PID"], os.environ["LISTEN_FDS"] = str(os.getpid()), "1"
os.execvp(sys.argv[3], sys.argv[3:])
"""


def is_attached(at, interface):
    done = subprocess.run(["ip", "-n", at, "link", "show", interface], check=True, capture_output=True, text=True)
    return "prog/xdp" in done.stdout


def brief(namespace, *words):
    """What ip says of interfaces, in words; the first is the name."""
    done = subprocess.run(["ip", "-n", namespace, "-br", "link", *words], check=True, capture_output=True, text=True)
    return done.stdout.replace("@", " ").split()


def theirs(client):
    return brief(client, "show", "type", "veth")[0]


def mac_of(namespace, link):
    return next(word for word in brief(namespace, "show", link) if word.count(":") == 5)


def kernel_answers(server, address):
    """Whether the kernel answers alone, at this address."""
    with server.stopped():
        try:
            return answers(server.ask(NAME, timeout=0.2, address=address)) == {"127.0.0.2"}
        except dns.exception.Timeout:
            return False


def state(server, at, number=0):
    with inside(at):
        return server.get("/v1/status").json["fast_path"]["interfaces"][number]


def test_two_interfaces(namespaces, start):
    """One program and one table for all; each has its own mode."""
    at, client, interface = namespaces
    server = start(at, f"{interface} lo", "0.0.0.0", ready="127.0.0.1")
    with inside(client):
        check_answers(server, "10.9.0.1")
    with inside(at):
        check_answers(server, "127.0.0.1")
    assert f"{interface}: fast path in the driver" in server.log()
    assert "lo: fast path in the kernel's generic hook (" in server.log()
    assert state(server, at) == {"name": interface, "mode": "driver", "reason": None}
    assert state(server, at, 1)["mode"] == "generic" and state(server, at, 1)["reason"]


def test_addresses(namespaces, start):
    """An address that comes is answered at, one that goes is not, without a load."""
    at, client, interface = namespaces
    server = start(at, interface, "0.0.0.0", ready="10.9.0.1")
    mac = mac_of(at, interface)
    run("ip", "-n", client, "neighbour", "replace", "10.9.0.7", "lladdr", mac, "dev", theirs(client))
    with inside(client):
        assert not kernel_answers(server, "10.9.0.7")
    run("ip", "-n", at, "address", "add", "10.9.0.7/24", "dev", interface)
    with inside(client):
        assert poll(lambda: kernel_answers(server, "10.9.0.7"))
    run("ip", "-n", at, "address", "del", "10.9.0.7/24", "dev", interface)
    with inside(client):
        assert poll(lambda: not kernel_answers(server, "10.9.0.7"))
        assert kernel_answers(server, "10.9.0.1")


def test_other_mac(namespaces, start):
    at, client, interface = namespaces
    server = start(at, interface, "10.9.0.1")
    run("ip", "-n", at, "link", "set", interface, "address", "02:00:00:00:00:77")
    run("ip", "-n", client, "neighbour", "flush", "dev", theirs(client))
    with inside(client):
        assert answers(server.ask(NAME)) == {"127.0.0.2"}
        assert poll(lambda: kernel_answers(server, "10.9.0.1"))


def test_interface_returns(namespaces, start):
    """Without the interface the server goes on; when it is back, the program is, without a load."""
    at, client, interface = namespaces
    server = start(at, interface, "0.0.0.0", ready="127.0.0.1")
    run("ip", "-n", at, "link", "del", interface)
    assert poll(lambda: f"{interface}: no fast path: there is no such interface" in server.log())
    assert state(server, at)["mode"] == "off"
    with inside(at):
        assert answers(server.ask(NAME)) == {"127.0.0.2"}
    run("ip", "-n", at, "link", "add", interface, "type", "veth", "peer", "name", "other", "netns", client)
    run("ip", "-n", at, "address", "add", "10.9.0.1/24", "dev", interface)
    run("ip", "-n", at, "link", "set", interface, "up")
    assert poll(lambda: is_attached(at, interface))
    assert poll(lambda: state(server, at)["mode"] != "off")


def test_no_interface(namespaces, start):
    """An interface that appears later has the program then."""
    at, client, _ = namespaces
    server = start(at, "late0", "127.0.0.1")
    assert "late0: no fast path: there is no such interface" in server.log()
    with inside(at):
        assert kind(server.ask(NAME)) == "LISTED"
    run("ip", "-n", at, "link", "add", "late0", "type", "veth", "peer", "name", "other", "netns", client)
    assert poll(lambda: is_attached(at, "late0"))


def test_killed(namespaces, start):
    """Nothing is left on the interface, however the server ends."""
    at, _, interface = namespaces
    server = start(at, interface, "10.9.0.1")
    rights = server.rights()
    assert is_attached(at, interface)
    server.kill()
    server.process = None
    assert poll(lambda: not is_attached(at, interface))
    assert poll(lambda: not os.path.exists(f"/proc/{rights}"))


def test_rights_killed(namespaces, start):
    """Without the process that has the rights nothing is on the interface, and the sockets answer."""
    at, client, interface = namespaces
    server = start(at, interface, "10.9.0.1")
    os.kill(server.rights(), signal.SIGKILL)
    assert poll(lambda: not is_attached(at, interface))
    assert poll(lambda: "the process dnsbld-xdp was killed by signal 9; there is no fast path until" in server.log())
    assert poll(lambda: state(server, at)["mode"] == "off")
    with inside(client):
        assert answers(server.ask(NAME)) == {"127.0.0.2"}
        server.write("list.zone", "192.0.2.1 :8:\n")
        server.reload()
        assert poll(lambda: answers(server.ask(NAME)) == {"127.0.0.8"})


def status(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return dict(line.rstrip("\n").split(":\t", 1) for line in f if ":\t" in line)


@pytest.mark.parametrize("made", [RootServer, XdpServer])
def test_rights(namespaces, start, made):
    """The server has no capability, its process three; neither is root, and neither can gain more."""
    at, client, interface = namespaces
    server = start(at, interface, "10.9.0.1", kind=made)
    rights = server.rights()
    ours, theirs = status(server.process.pid), status(rights)
    assert {int(ours[key], 16) for key in ("CapPrm", "CapEff", "CapInh", "CapAmb")} == {0}
    assert int(theirs["CapEff"], 16) == int(theirs["CapPrm"], 16) == 1 << 12 | 1 << 38 | 1 << 39
    assert int(theirs["CapInh"], 16) == int(theirs["CapAmb"], 16) == 0
    assert "0" not in theirs["Uid"].split() and ours["NoNewPrivs"] == theirs["NoNewPrivs"] == "1"
    assert theirs["Name"] == "dnsbld-xdp"
    files = {os.readlink(f"/proc/{rights}/fd/{fd}").split(":")[0] for fd in os.listdir(f"/proc/{rights}/fd")}
    assert files <= {"/dev/null", "socket", "anon_inode", server.path("stderr")}
    with inside(client):
        check_answers(server, "10.9.0.1")


def test_hidden_tags(namespaces, start):
    """A card that takes VLAN tags off would have replies leave without them: then not in the driver."""
    at, client, interface = namespaces
    ethtool = ["ip", "netns", "exec", at, "ethtool", "-K", interface]
    run(*ethtool, "rxvlan", "on", "txvlan", "on")
    server = start(at, interface, "10.9.0.1")
    hint = f"the card takes VLAN tags off: ethtool -K {interface} rxvlan off"
    assert f"{interface}: fast path in the kernel's generic hook ({hint})" in server.log()
    with inside(client):
        check_answers(server, "10.9.0.1")
    run(*ethtool, "rxvlan", "off")
    assert poll(lambda: state(server, at)["mode"] == "driver")
    run(*ethtool, "rxvlan", "on", "txvlan", "off")
    assert poll(lambda: f"{interface}: no fast path: {hint}" in server.log())
    assert poll(lambda: not is_attached(at, interface))


@contextlib.contextmanager
def tagging(client, link, folder):
    """Queries that leave over IPv4 have VLAN tag 7. Gives a function that waits for a reply: its tag, or None."""
    source, program = os.path.join(folder, "tag.c"), os.path.join(folder, "tag.o")
    with open(source, "w", encoding="ascii") as f:
        f.write(TAG)
    run("clang", "-target", "bpf", "-O2", "-g", f"-I/usr/include/{os.uname().machine}-linux-gnu", "-c", "-o", program, source)
    run("tc", "-n", client, "qdisc", "add", "dev", link, "clsact")
    run("tc", "-n", client, "filter", "add", "dev", link, "egress", "bpf", "da", "obj", program, "sec", "tag")
    with inside(client), socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)) as s:
        s.bind((link, 0))
        s.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
        s.settimeout(3)

        def reply():
            while True:
                frame, ancillary, _, address = s.recvmsg(2048, 256)
                if address[2] != socket.PACKET_OUTGOING and frame[12:14] == b"\x08\0" and frame[23] == 17:
                    flags, tag = struct.unpack_from("I12xH", ancillary[0][2])
                    return tag if flags & TP_STATUS_VLAN_VALID else None
        yield reply


@pytest.mark.parametrize("offload, mode", [("off", "driver"), ("on", "generic")])
def test_tags(namespaces, start, folder, offload, mode):
    """A query with a VLAN tag gets its reply with that tag, whether it is in the frame or beside it."""
    at, client, interface = namespaces
    for namespace, link in ((at, interface), (client, theirs(client))):
        run("ip", "netns", "exec", namespace, "ethtool", "-K", link, "rxvlan", offload, "txvlan", offload)
    server = start(at, interface, "10.9.0.1")
    assert state(server, at)["mode"] == mode
    link = theirs(client)
    run("ip", "-n", client, "neighbour", "replace", "10.9.0.1", "lladdr", mac_of(at, interface), "dev", link)
    with tagging(client, link, folder) as reply, server.stopped():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.sendto(dns.message.make_query(NAME, "A").to_wire(), ("10.9.0.1", PORT))
            assert reply() == 7


def test_other_program(namespaces, start, folder):
    """Another program is left where it is; when it is gone, ours takes its place."""
    at, _, interface = namespaces
    run("ip", "-n", at, "link", "set", "dev", interface, "xdpdrv", "obj", os.path.join(folder, "pass.o"), "sec", "xdp")
    server = start(at, interface, "10.9.0.1")
    assert f"{interface}: no fast path: another XDP program is there" in server.log()
    run("ip", "-n", at, "link", "set", "dev", interface, "xdpdrv", "off")
    assert poll(lambda: state(server, at)["mode"] == "driver")


@pytest.fixture
def quiet(namespaces):
    """A namespace that has lo alone, of which no notifications come: those of veth go on for a while."""
    name = namespaces[0] + "q"
    run("ip", "netns", "add", name)
    run("ip", "-n", name, "link", "set", "lo", "up")
    yield name
    run("ip", "netns", "del", name)


def test_other_server(quiet, start, binary, folder):
    """The interface is another server's; when that server ends, of which the kernel says nothing, ours takes its place."""
    first = start(quiet, "lo", "127.0.0.1")
    own = os.path.join(folder, "second")
    os.mkdir(own, 0o755)
    with inside(quiet):
        second = XdpServer(binary, own, "--xdp", "lo", state="", zones=ZONES, files=FILES).start()
        try:
            assert "lo: no fast path: another XDP program is there" in second.log()
            first.kill()
            first.process = None
            assert poll(lambda: kernel_answers(second, "127.0.0.1"))
        finally:
            second.stop()


def test_too_large_packets(namespaces, start):
    """What the driver refuses is said in the kernel's words; the generic hook takes its place."""
    at, client, interface = namespaces
    run("ip", "-n", client, "link", "set", "dev", theirs(client), "xdpdrv", "off")
    for namespace, link in ((at, interface), (client, theirs(client))):
        run("ip", "-n", namespace, "link", "set", link, "mtu", "9000")
    server = start(at, interface, "10.9.0.1")
    assert state(server, at)["mode"] == "generic" and "MTU" in state(server, at)["reason"]


class ActivatedServer(XdpServer):
    """A server with a socket of the service manager."""

    def command(self):
        return ["python3", "-c", HOLDER, "10.9.0.1", str(PORT), *super().command()]


def test_sockets_of_systemd(namespaces, start):
    """Their addresses are known, too."""
    at, client, interface = namespaces
    server = start(at, interface, "127.0.0.1", kind=ActivatedServer)
    with inside(client):
        assert kernel_answers(server, "10.9.0.1")
