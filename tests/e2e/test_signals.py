"""Signals while it loads, and the pid file."""
import os
import signal
import threading
import time

import pytest

from api import Api
from server import SOA, Server, answers, poll

NAME = "1.2.0.192.bl.test"
ZONES = ["bl.test:ip4set:v4"]


def huge(sanitized, count=4000000):
    """A list that takes seconds to load."""
    block = "".join(f"{n % 251}.{n >> 8 & 127}.{n >> 1 & 255}.{n * 7 & 255} :2:text {n % 9973}\n" for n in range(1, 50000))
    return SOA + block * (count // 50000 // (4 if sanitized else 1))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_end_during_the_first_load(binary, folder, sanitized, number):
    os.chmod(folder, 0o777)
    server = Server(binary, folder, "-p", os.path.join(folder, "pid"), zones=ZONES, files={"v4": huge(sanitized)}).spawn()
    assert poll(lambda: os.path.exists(server.path("pid")))
    time.sleep(0.3)
    begun = time.monotonic()
    process, server.process = server.process, None
    process.send_signal(number)
    assert process.wait(10) == 0
    assert time.monotonic() - begun < 1
    assert not os.path.exists(server.path("pid"))


def test_the_end_during_a_reload(start, folder, sanitized):
    os.chmod(folder, 0o777)
    server = start({"v4": SOA + "192.0.2.1\n"}, "-p", os.path.join(folder, "pid"), zones=ZONES)
    assert answers(server.ask(NAME)) == {"127.0.0.2"}
    server.write("v4", huge(sanitized))
    time.sleep(0.3)
    begun = time.monotonic()
    server.stop()
    assert time.monotonic() - begun < 1.5
    assert not os.path.exists(server.path("pid"))


def test_who_waits_for_a_reload_is_answered_at_the_end(binary, folder, sanitized):
    server = Api(binary, folder, zones=ZONES, files={"v4": SOA + "192.0.2.1\n"}).start()
    server.write("v4", huge(sanitized))
    replies = []
    waiting = threading.Thread(target=lambda: replies.append(server.post("/v1/reload")))
    waiting.start()
    time.sleep(0.3)
    server.stop()
    waiting.join()
    assert replies[0].status == 200 or (replies[0].status, replies[0].code) == (503, "stopping")


def test_signals_during_the_first_load_wait(binary, folder, sanitized):
    server = Server(binary, folder, zones=ZONES, files={"v4": huge(sanitized, 1000000)}).spawn()
    time.sleep(0.2)
    for number in (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGPIPE):
        server.process.send_signal(number)
    assert poll(lambda: "stats for" in server.log(), 20)
    server.stop()


def test_in_the_background(binary, folder):
    """The parent ends when the server answers; the pid file names the server, and goes with it."""
    os.chmod(folder, 0o777)
    server = Server(binary, folder, "-p", os.path.join(folder, "pid"), "-l", "+log", "-F", "local0", zones=ZONES,
                    files={"v4": SOA + "192.0.2.1\n"})
    command = [word for word in server.command() if word != "-n"]
    server.command = lambda: command
    assert server.spawn().process.wait(20) == 0, server.log()
    server.process = None
    with open(server.path("pid")) as f:
        pid = int(f.read())
    try:
        assert answers(server.ask(NAME)) == {"127.0.0.2"}
        assert poll(lambda: os.path.exists(server.path("log")) and NAME in open(server.path("log")).read())
    finally:
        os.kill(pid, signal.SIGTERM)
    assert poll(lambda: not os.path.exists(server.path("pid")), 3)


def test_many_ends(binary, folder):
    """SIGTERM at any moment of a start ends it with status 0, or with the statistics if it served."""
    os.chmod(folder, 0o777)
    for n in range(40):
        server = Server(binary, folder, zones=ZONES, files={"v4": SOA + "192.0.2.1\n"}).spawn()
        poll(lambda: "SigBlk:\t0000000000000000" not in open(f"/proc/{server.process.pid}/status").read(), 5, 0.001)
        time.sleep(n / 2000)
        server.stop()
