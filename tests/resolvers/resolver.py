"""A recursive resolver in front of dnsbld, with a configuration of its own and none of the system's."""
import os
import shutil
import subprocess

import dns.exception
import dns.message
import dns.query

from server import free_port, poll

BIND = """options {{
    directory "{folder}"; pid-file none; session-keyfile none;
    port {server}; listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};
    recursion yes; dnssec-validation no; empty-zones-enable no; qname-minimization {mode};
}};
controls {{ }};
zone "." {{ type primary; file "root"; }};
"""
BIND_ZONE = 'zone "{zone}" {{ type static-stub; server-addresses {{ {address}; }}; }};\n'
BIND_ROOT = "@ 60 SOA a.invalid. b.invalid. 1 60 60 60 60\n@ 60 NS a.invalid.\na.invalid. 60 A 127.0.0.1\n"

UNBOUND = """server:
    directory: "{folder}"
    chroot: ""
    username: ""
    pidfile: ""
    use-syslog: no
    interface: 127.0.0.1@{port}
    do-not-query-localhost: no
    module-config: "iterator"
    local-zone: "test." nodefault
    use-caps-for-id: yes
    qname-minimisation: yes
    qname-minimisation-strict: {mode}
"""
UNBOUND_ZONE = 'stub-zone:\n    name: "{zone}"\n    stub-addr: {address}@{server}\n'

POWERDNS = """local-address=127.0.0.1
local-port={port}
socket-dir={folder}
config-dir={folder}
daemon=no
threads=1
hint-file=no
security-poll-suffix=
dnssec=off
dont-query=
qname-minimization=yes
forward-zones="""
POWERDNS_ZONE = "{zone}={address}:{server},"

# Name: program, arguments, configuration, what it has for each zone, mode.
RESOLVERS = {
    "bind-strict": ("named", ["-g", "-n1", "-c", "conf"], BIND, BIND_ZONE, "strict"),
    "bind-relaxed": ("named", ["-g", "-n1", "-c", "conf"], BIND, BIND_ZONE, "relaxed"),
    "unbound": ("unbound", ["-d", "-c", "conf"], UNBOUND, UNBOUND_ZONE, "no"),
    "unbound-strict": ("unbound", ["-d", "-c", "conf"], UNBOUND, UNBOUND_ZONE, "yes"),
    "powerdns": ("pdns_recursor", ["--config-dir=."], POWERDNS, POWERDNS_ZONE, ""),
}


def find(program):
    return shutil.which(program, path="/usr/sbin:" + os.environ.get("PATH", ""))


class Resolver:
    """One run, in a folder of its own, asking the server on port `server` of `address` about `zones`. `more` is added to
    its configuration."""

    @staticmethod
    def installed(name):
        return find(RESOLVERS[name][0]) is not None

    def __init__(self, name, folder, server, zones, address="127.0.0.1", more=""):
        program, arguments, head, each, mode = RESOLVERS[name]
        self.port = free_port()
        values = {"folder": folder, "port": self.port, "server": server, "mode": mode, "address": address}
        text = head.format(**values) + "".join(each.format(zone=zone, **values) for zone in zones) + more
        os.mkdir(folder)
        for file, content in (("conf", text), ("recursor.conf", text.rstrip(",") + "\n"), ("root", BIND_ROOT)):
            with open(os.path.join(folder, file), "w", encoding="ascii") as f:
                f.write(content)
        # Under its usual path AppArmor would keep it away from this folder.
        copy = shutil.copy(find(program), folder)
        self.log = os.path.join(folder, "log")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([copy, *arguments], cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def wait(self):
        """Waits until it answers something that needs no server."""
        def answers():
            assert self.process.poll() is None, self.said()
            try:
                return self.ask("version.bind", "TXT", "CH", timeout=0.2)
            except (dns.exception.Timeout, OSError):
                return None

        assert poll(answers), self.said()

    def said(self):
        with open(self.log, errors="replace") as f:
            return f.read()

    def ask(self, name, qtype="A", qclass="IN", timeout=5):
        query = dns.message.make_query(name, qtype, qclass, use_edns=0, payload=1232)
        reply, _ = dns.query.udp_with_fallback(query, "127.0.0.1", timeout, self.port)
        return reply

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
