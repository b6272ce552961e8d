"""The limit of open files: each service has its share, so clients' connections take nothing from the others."""
import http.client
import os
import re
import signal
import socket

import pytest

from api import Api
from server import SOA, Server, answers, free_port, poll
from test_tcp import connect, framed, read_reply

ZONES = ["bl.test:ip4set:v4"]
FILES = {"v4": SOA + "192.0.2.1\n"}
NAME = "1.2.0.192.bl.test"


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=10)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def limit(server, files, hard=None):
    """Makes the server start with so many files at most."""
    command = server.command
    server.command = lambda: ["prlimit", f"--nofile={files}:{hard or files}", *command()]
    return server


@pytest.fixture
def made(binary, folder):
    """A server with listeners of all kinds, not started."""
    page = free_port()
    server = Api(binary, folder, "--workers", "2", "--page", f"127.0.0.1:{page}", "--api",
                 f"unix:{folder}/state/api.sock", "-l", "state/queries", zones=ZONES, files=FILES)
    server.page_port = page
    yield server
    server.kill()


def hold(count, port=None, path=None):
    """Idle connections, of TCP 20 each from one address."""
    held = []
    for n in range(count):
        s = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
        if not path:
            s.bind((f"127.3.{n // 20}.1", 0))
        s.settimeout(5)
        s.connect(path or ("127.0.0.1", port))
        held.append(s)
    return held


def works(server):
    """All services, one after the other."""
    with connect(server) as s:
        s.sendall(framed())
        assert answers(read_reply(s)) == {"127.0.0.2"}
    unix = UnixConnection(server.path("state/api.sock"))
    reply = server.post("/v1/reload", role=None, connection=unix)
    assert reply.status == 200, reply
    unix.close()
    assert server.get("/v1/status").status == 200
    assert server.post("/v1/backup").status == 201
    page = http.client.HTTPConnection("127.0.0.1", server.page_port, timeout=10)
    assert server.get("/livez", role=None, connection=page).status == 200
    page.close()
    for value in (7, 2):  # files are read, and the query log and the tokens again
        server.write("v4", SOA + f"192.0.2.1 :{value}:\n")
        server.reload()
        assert poll(lambda: answers(server.ask(NAME)) == {f"127.0.0.{value}"})


def test_idle_connections_take_nothing(made):
    server = limit(made, 256)
    server.start()
    assert poll(lambda: server.get("/readyz").status == 200)
    assert re.search(r"limit of open files is 256, all connections would need \d{4}", server.log()), server.log()
    held = hold(200, server.port) + hold(200, server.http_port) + hold(200, server.page_port)
    held += hold(100, path=server.path("state/api.sock"))
    works(server)
    assert len(os.listdir(f"/proc/{server.process.pid}/fd")) <= 256
    for s in held:
        s.close()
    assert "Too many open files" not in server.log()
    server.stop()


def test_too_few_files(made):
    """The error says how many are needed, and these suffice."""
    server = limit(made, 64)
    server.spawn()
    assert server.process.wait(20) == 1
    error = [line for line in server.log().splitlines() if "open files" in line]
    least = re.fullmatch(r".*the limit of open files is 64, and at least (\d+) are needed for 2 workers and 3 .*"
                         r"ulimit -n.*", error[0])
    assert len(error) == 1 and least, server.log()
    least = int(least.group(1))
    os.truncate(server.path("stderr"), 0)
    server.command = Server.command.__get__(server)
    limit(server, least - 1).spawn()
    assert server.process.wait(20) == 1
    server.command = Server.command.__get__(server)
    limit(server, least).start()
    assert poll(lambda: server.get("/readyz").status == 200)
    works(server)
    assert "Too many open files" not in server.log()
    server.stop()


def test_the_limit_is_raised(made):
    server = limit(made, 64, 20000)
    server.start()
    with open(f"/proc/{server.process.pid}/limits") as f:
        soft = int(re.search(r"Max open files +(\d+)", f.read()).group(1))
    # 1,000 for each of two workers and three listeners, and what the server needs itself.
    assert 5050 < soft < 5300
    assert "open files" not in server.log()
    server.stop()


def test_without_api_few_suffice(binary, folder):
    server = limit(Server(binary, folder, "--workers", "2", zones=ZONES, files=FILES), 64)
    server.start()
    held = hold(60, server.port)
    with connect(server) as s:
        s.sendall(framed())
        assert answers(read_reply(s)) == {"127.0.0.2"}
    server.write("v4", SOA + "192.0.2.1 :7:\n")
    server.process.send_signal(signal.SIGHUP)
    assert poll(lambda: answers(server.ask(NAME)) == {"127.0.0.7"})
    for s in held:
        s.close()
    server.stop()
