"""A server process under test, dnsbld or rbldnsd: start it, ask it, stop it and see that it ended well."""
import os
import random
import re
import signal
import socket
import subprocess
import time

import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TYPES = ["ip4set", "ip4tset", "ip4trie", "ip6trie", "ip6tset", "dnset", "generic", "combined"]
SOA = "$SOA 1h ns1.example hostmaster.example 7 10m 5m 1d 1m\n"


def binary_under_test():
    return os.path.abspath(os.environ.get("DNSBLD", os.path.join(ROOT, "build", "dnsbld")))


def free_port():
    """A port that no socket uses now, for UDP and TCP, and that the kernel gives to no client meanwhile."""
    while True:
        port = random.randrange(10000, 32768)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s, socket.socket() as t:
            try:
                s.bind(("", port))
                t.bind(("", port))
                return port
            except OSError:
                continue


def poll(true, seconds=10, step=0.02):
    """Waits until true() is, at most so long; returns its value."""
    deadline = time.monotonic() + seconds
    while True:
        value = true()
        if value or time.monotonic() > deadline:
            return value
        time.sleep(step)


class Server:
    """One run. `zones` are "zone:type:file" arguments; `args` other options; `files` a dict of name -> content."""

    def __init__(self, binary, folder, *args, zones=(), files=None, bind=None, port=None, ready="127.0.0.1",
                 source=None):
        self.binary, self.folder, self.args, self.zones = binary, folder, list(args), list(zones)
        self.port = port or free_port()
        self.bind = bind if bind is not None else [f"127.0.0.1/{self.port}"]
        self.ready, self.source = ready, source
        self.process = None
        for name, content in (files or {}).items():
            self.write(name, content)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content):
        """Puts a new file in the old one's place in one step, as rsync does."""
        data = content if isinstance(content, bytes) else content.encode("latin-1")
        with open(self.path(name + ".new"), "wb") as f:
            f.write(data)
        os.rename(self.path(name + ".new"), self.path(name))

    def command(self):
        binds = [word for address in self.bind for word in ("-b", address)]
        return [self.binary, "-n", *self.args, "-w", self.folder, *binds, *self.zones]

    def spawn(self):
        """Runs the command without waiting for answers. As root it becomes nobody: no root rights are needed."""
        user = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.getuid() == 0 else {}
        with open(self.path("stderr"), "ab") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, **user)
        return self

    def start(self, seconds=20):
        """Runs the command and waits until it answers anything."""
        self.spawn()

        def answers():
            if self.process.poll() is not None:
                raise AssertionError(f"ended with {self.process.returncode} at start:\n{self.log()}")
            try:
                return self.ask("version.bind", "TXT", "CH", timeout=0.2)
            except (dns.exception.Timeout, OSError):
                return None

        if not poll(answers, seconds):
            self.kill()
            raise AssertionError(f"no answer after {seconds} s:\n{self.log()}")
        return self

    def ask(self, name, qtype="A", qclass="IN", timeout=3, address=None, edns=False, payload=1232, flags=0, **kw):
        """The reply to one question, asked over UDP."""
        query = dns.message.make_query(name, qtype, qclass, use_edns=edns, payload=payload, flags=flags, **kw)
        return dns.query.udp(query, address or self.ready, timeout, self.port, self.source, ignore_unexpected=False)

    def log(self):
        with open(self.path("stderr"), errors="replace") as f:
            return f.read()

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def rss(self):
        with open(f"/proc/{self.process.pid}/status") as f:
            return int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1))

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def stop(self):
        """Asks it to end; it must, at once, with status 0, and no sanitizer may have had anything to say."""
        if self.process is None:
            return
        process, self.process = self.process, None
        process.send_signal(signal.SIGTERM)
        try:
            status = process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            status = "none: it had to be killed"
        log = self.log()
        assert "Sanitizer" not in log and "runtime error:" not in log, log
        assert status == 0, f"exit status {status}:\n{log}"


def answers(reply, qtype="A"):
    """What the answer section holds of a type: the set of its data, TXT without quotes."""
    wanted = dns.rdatatype.from_text(qtype)
    found = set()
    for rrset in reply.answer:
        if rrset.rdtype == wanted:
            found |= {b"".join(rr.strings).decode("latin-1") if qtype == "TXT" else rr.to_text() for rr in rrset}
    return found


def rcode(reply):
    return dns.rcode.to_text(reply.rcode())


def kind(reply):
    """"LISTED", "NODATA", "NXDOMAIN" or another rcode, checked to be well-formed."""
    name = rcode(reply)
    if name == "NOERROR" and reply.answer:
        return "LISTED"
    if name in ("NOERROR", "NXDOMAIN"):
        assert not reply.answer
        assert [s.rdtype for s in reply.authority] == [dns.rdatatype.SOA], reply.to_text()
        assert reply.flags & dns.flags.AA
        return "NODATA" if name == "NOERROR" else name
    return name


def reverse(address, zone):
    """The name to ask for an address: octets or nibbles reversed, and the zone."""
    if ":" in address:
        nibbles = socket.inet_pton(socket.AF_INET6, address).hex()
        return ".".join(reversed(nibbles)) + "." + zone
    return ".".join(reversed(address.split("."))) + "." + zone
