"""What the service manager sees: readiness, reloads, the watchdog, its sockets, the wrapper, the units."""
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request

import dns.message
import dns.query
import pytest

from server import ROOT, SOA, Server, answers, free_port, poll

FILES = {"v4": SOA + "192.0.2.1\n"}
ZONES = ["bl.test:ip4set:v4"]
NAME = "1.2.0.192.bl.test"


@pytest.fixture
def notified(binary, folder):
    """notified(*args, env={}) -> a server whose messages hear(line) waits for."""
    os.chmod(folder, 0o777)
    path = os.path.join(folder, "notify")
    servers = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(path)
        os.chmod(path, 0o777)
        manager.settimeout(5)

        def starter(*args, env=None, **options):
            class Notified(Server):
                def command(self):
                    settings = {"NOTIFY_SOCKET": path, **(env or {})}
                    return ["env", *(f"{k}={v}" for k, v in settings.items()), *super().command()]

                def hear(self, wanted):
                    while True:
                        message = manager.recv(4096).decode().splitlines()
                        if any(line.startswith(wanted) for line in message):
                            return message

            server = Notified(binary, folder, *args, zones=ZONES, files=FILES, **options)
            servers.append(server)
            return server.spawn()

        yield starter
        for server in servers:
            server.stop()


def test_ready_when_it_answers(notified):
    server = notified()
    server.hear("READY=1")
    assert answers(server.ask(NAME)) == {"127.0.0.2"}


def test_status(notified):
    assert "1 list, 1 entry" in notified().hear("STATUS=")[0]


def test_reload_and_end(notified):
    server = notified()
    server.hear("READY=1")
    for n in (3, 4):
        if n == 3:  # a reload with nothing to do ends too
            server.write("v4", SOA + f"192.0.2.1 :{n}:\n")
        server.reload()
        assert any(line.startswith("MONOTONIC_USEC=") for line in server.hear("RELOADING=1"))
        server.hear("READY=1")
        assert answers(server.ask(NAME)) == {"127.0.0.3"}
    server.process.send_signal(signal.SIGTERM)
    server.hear("STOPPING=1")


def test_watchdog(notified):
    server = notified(env={"WATCHDOG_USEC": "300000"})
    for _ in range(5):
        server.hear("WATCHDOG=1")


def test_abstract_and_missing_manager(start, binary, folder):
    name = f"@dnsbld-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind("\0" + name[1:])
        manager.settimeout(5)
        server = Server("env", folder, zones=ZONES, files=FILES)
        server.command = lambda: ["env", f"NOTIFY_SOCKET={name}", *Server(binary, folder, zones=ZONES, port=server.port).command()]
        server.start()
        while b"READY=1" not in manager.recv(4096):
            pass
        server.stop()
    assert answers(server.start().ask(NAME)) == {"127.0.0.2"}
    server.stop()


@pytest.mark.skipif(os.getuid() != 0, reason="needs root")
def test_notifies_out_of_another_root(binary, folder):
    path = os.path.join(folder, "notify")
    root = os.path.join(folder, "root")
    os.mkdir(root, 0o755)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(path)
        os.chmod(path, 0o777)
        manager.settimeout(5)
        server = Server(binary, root, "-u", "nobody", "-r", root, zones=ZONES, files=FILES)
        server.folder = "/"
        args, server.folder = server.command(), root
        with open(server.path("stderr"), "ab") as log:
            server.process = subprocess.Popen(args, env={"NOTIFY_SOCKET": path, "ASAN_OPTIONS": "detect_leaks=0"},
                                              stderr=log, stdin=subprocess.DEVNULL)
        while b"READY=1" not in manager.recv(4096):
            pass
        assert answers(server.ask(NAME)) == {"127.0.0.2"}
        server.stop()
        while b"STOPPING=1" not in manager.recv(4096):
            pass


ACTIVATE = """
import os, socket, sys
port, count, address = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
kinds = [socket.SOCK_DGRAM, socket.SOCK_STREAM][:count]
held = []
for kind in kinds:
    s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, kind)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((address, port))
    kind == socket.SOCK_STREAM and s.listen()
    held.append(s)
fds = [os.dup(s.fileno()) for s in held]
for i, fd in enumerate(fds):
    os.dup2(fd, 3 + i, inheritable=True)
os.environ["LISTEN_PID"], os.environ["LISTEN_FDS"] = str(os.getpid()), str(len(fds))
os.execv(sys.argv[4], sys.argv[4:])
"""


def activated(binary, folder, port, *args, count=2, address="127.0.0.1"):
    """A server that is given `count` sockets (UDP, then TCP) on an address as systemd does."""
    server = Server(binary, folder, *args, zones=ZONES, files=FILES, port=port, bind=[])
    command = server.command()
    server.command = lambda: [sys.executable, "-c", ACTIVATE, str(port), str(count), address, *command]
    return server


@pytest.mark.parametrize("workers", ["1", "3"])
def test_sockets_of_systemd(binary, folder, workers):
    server = activated(binary, folder, free_port(), "--workers", workers).start()
    for _ in range(20):
        assert answers(server.ask(NAME)) == {"127.0.0.2"}
        reply = dns.query.tcp(dns.message.make_query(NAME, "A"), "127.0.0.1", port=server.port, timeout=3)
        assert answers(reply) == {"127.0.0.2"}
    server.stop()


def test_sockets_of_systemd_for_both_families(binary, folder):
    """ListenDatagram=53 with BindIPv6Only=both, systemd's default: one IPv6 socket. Its IPv4 clients are such."""
    server = activated(binary, folder, free_port(), "-l", "+-", "--workers", "1", address="::").start()
    for address in ("127.0.0.1", "127.0.0.5", "::1"):
        assert answers(server.ask(NAME, address=address)) == {"127.0.0.2"}
        reply = dns.query.tcp(dns.message.make_query(NAME, "A"), address, port=server.port, timeout=3)
        assert answers(reply) == {"127.0.0.2"}
    assert poll(lambda: server.log().count(f" ::1 {NAME} A IN") == 2)
    assert server.log().count(f" 127.0.0.1 {NAME} A IN") > 2 and "::ffff" not in server.log()
    server.stop()


def test_sockets_of_systemd_beside_own(binary, folder):
    server, own = activated(binary, folder, free_port(), count=1), free_port()
    inner = server.command()
    server.command = lambda: [*inner[:-1], "-b", f"127.0.0.1/{own}", inner[-1]]
    server.start()
    assert answers(server.ask(NAME)) == {"127.0.0.2"}
    server.port = own
    assert answers(server.ask(NAME)) == {"127.0.0.2"}
    server.stop()


def test_sockets_of_systemd_are_one_in_metrics(binary, folder):
    """However many workers share them; each socket of -b is one worker's."""
    server, own, http = activated(binary, folder, free_port(), "--workers", "2", count=1), free_port(), free_port()
    inner = server.command()
    server.command = lambda: [*inner[:-1], "-b", f"127.0.0.1/{own}", "--api", f"127.0.0.1:{http}", inner[-1]]
    server.start()
    with urllib.request.urlopen(f"http://127.0.0.1:{http}/metrics", timeout=3) as reply:
        lines = [line for line in reply.read().decode().splitlines() if line.startswith("dnsbld_socket_dropped_total")]
    labels = [f'address="127.0.0.1/{own}",worker="{w}"' for w in range(2)] + [f'address="127.0.0.1/{server.port}"']
    assert sorted(lines) == sorted(f"dnsbld_socket_dropped_total{{{label}}} 0" for label in labels)
    server.stop()


def test_sockets_for_another_process_are_left_alone(binary, folder):
    done = subprocess.run([binary, "-n", "-w", folder, *ZONES], env={"LISTEN_PID": "1", "LISTEN_FDS": "2"},
                          capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1 and "-b" in done.stderr


DEFAULT = r'''
RBLDNSD="- -r/var/lib/rbldns -b 127.0.0.2 \
  list.example:ip4set:list

two -b127.0.0.3/5300 -b 127.0.0.4 -c 1m \
  dialups.example:ip4set:dialups \
  spews.example:ip4set:*

"
'''


def wrapper(folder, *args, default=DEFAULT, name="default/dnsbld", listen=False):
    """What the wrapper makes of a default file: its exit status, and the arguments that the server would get."""
    os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
    with open(os.path.join(folder, name), "w") as f:
        f.write(default)
    command = [os.path.join(ROOT, "dist", "dnsbld-wrapper"), *args]
    if listen:
        command = ["sh", "-c", 'LISTEN_FDS=2 LISTEN_PID=$$ exec "$0" "$@"', *command]
    done = subprocess.run(command, env={**os.environ, "DNSBLD_ETC": folder, "DNSBLD": "/bin/echo"},
                          capture_output=True, text=True, timeout=10, check=False)
    return done.returncode, done.stdout.split()


def test_wrapper(folder):
    # echo takes -n for itself.
    assert wrapper(folder) == (0, ["-r/var/lib/rbldns", "-b", "127.0.0.2", "list.example:ip4set:list"])
    assert wrapper(folder, "two") == (0, ["-b127.0.0.3/5300", "-b", "127.0.0.4", "-c", "1m",
                                          "dialups.example:ip4set:dialups", "spews.example:ip4set:*"])
    assert wrapper(folder, "two", listen=True) == (0, ["-c", "1m", "dialups.example:ip4set:dialups", "spews.example:ip4set:*"])
    assert wrapper(folder, "three")[0] == 1
    assert wrapper(folder, default="")[0] == 1


def test_wrapper_reads_the_files_of_other_distributions(folder):
    """dnsbld's own file comes first, then rbldnsd's wherever it is."""
    for i, name in enumerate(["rbldnsd", "conf.d/rbldnsd", "sysconfig/rbldnsd", "default/rbldnsd", "sysconfig/dnsbld", "default/dnsbld"]):
        line = f'RBLDNSD="- -b 127.0.0.{i} a.test:ip4set:a"\n'
        assert wrapper(folder, default=line, name=name) == (0, ["-b", f"127.0.0.{i}", "a.test:ip4set:a"])


def test_wrapper_passes_over_a_file_without_instances(folder):
    """As dnsbld's own is after an installation; rbldnsd's users need not write another."""
    with open(os.path.join(ROOT, "dist", "dnsbld.default")) as f:
        assert wrapper(folder, default=f.read())[0] == 1
    line = 'RBLDNSD="- -b 127.0.0.1 a.test:ip4set:a $UNSET"\n'
    assert wrapper(folder, default=line, name="default/rbldnsd") == (0, ["-b", "127.0.0.1", "a.test:ip4set:a"])


def test_wrapper_takes_freebsds_flags(folder):
    flags = 'rbldnsd_enable="YES"\nrbldnsd_flags="-r /usr/local/etc/rbldnsd -b 127.0.0.1 bl.test:ip4set:example"\n'
    assert wrapper(folder, default=flags) == (0, ["-r", "/usr/local/etc/rbldnsd", "-b", "127.0.0.1", "bl.test:ip4set:example"])
    assert wrapper(folder, "two", default=flags)[0] == 1


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze")
def test_units_are_well_formed(binary, folder):
    for name in ("dnsbld.service", "dnsbld@.service", "dnsbld.socket"):
        with open(os.path.join(ROOT, "dist", name)) as unit, open(os.path.join(folder, name), "w") as out:
            out.write(unit.read().replace("@SBINDIR@/dnsbld-wrapper", binary))
    for name in ("dnsbld.service", "dnsbld@.service"):
        shutil.copytree(os.path.join(ROOT, "dist", "dnsbld.service.d"), os.path.join(folder, f"{name}.d"))
    for name in ("dnsbld.service", "dnsbld@one.service", "dnsbld.socket"):
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", os.path.join(folder, name)],
                              capture_output=True, text=True, timeout=30, check=False)
        complaints = [line for line in (done.stdout + done.stderr).splitlines() if "dnsbld" in line]
        assert done.returncode == 0 and not complaints, complaints
