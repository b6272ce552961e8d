"""-l and -s: the formats of rbldnsd, what a blocked reader costs, reopening, signals."""
import os
import re
import shutil
import signal
import socket
import struct
import time

import dns.message
import dns.query
import pytest

from server import SOA, Server, answers, poll

FILES = {"v4": SOA + "192.0.2.1 :2:text\n", "n": SOA + "evil.example\n"}
ZONES = ["bl.test:ip4set:v4", "n.test:dnset:n"]
NAME = "1.2.0.192.bl.test"


@pytest.fixture
def logged(start, folder):
    """logged(*args) -> a server whose user may write to its folder."""
    os.chmod(folder, 0o777)
    return lambda *args, **options: start(FILES, *args, zones=ZONES, **options)


def lines(server, name):
    try:
        with open(server.path(name)) as f:
            return [line for line in f.read().splitlines() if "version.bind" not in line]
    except FileNotFoundError:
        return []


def wait_lines(server, name, count, seconds=3):
    poll(lambda: len(lines(server, name)) >= count, seconds)
    return lines(server, name)


def without_time(line):
    stamp, rest = line.split(" ", 1)
    assert abs(int(stamp) - time.time()) < 60
    return rest


def test_query_log(logged):
    server = logged("-l", "+log", "--workers", "1")  # the log keeps the order of each worker's queries
    server.ask(NAME)
    server.ask("1.2.0.192.BL.tesT", "TXT")
    server.ask(NAME, "TYPE65")
    server.ask("bl.test", "MX")
    server.ask("foreign.example")
    server.ask("bl.test", "A", "CH")
    server.ask("we\\032ird\\.\\000\\200\\\"lab\\;(\\@\\$\\\\.bl.test")
    query = dns.message.make_query(NAME, "A")
    dns.query.tcp(query, "127.0.0.1", port=server.port, timeout=3)
    found = [without_time(line) for line in wait_lines(server, "log", 8)]
    assert found[0] == f"127.0.0.1 {NAME} A IN: NOERROR/1/51"
    assert found[1] == "127.0.0.1 1.2.0.192.BL.tesT TXT IN: NOERROR/1/52"
    assert re.fullmatch(rf"127\.0\.0\.1 {NAME} type65 IN: NOERROR/0/\d+", found[2])
    assert re.fullmatch(r"127\.0\.0\.1 bl\.test MX IN: NOERROR/0/\d+", found[3])
    assert found[4] == "127.0.0.1 foreign.example A IN: REFUSED/0/33"
    assert found[5] == "127.0.0.1 bl.test A CH: REFUSED/0/25"
    name = "we\\032ird\\.\\000\\200\\\"lab\\;(\\@\\$\\\\.bl.test"
    assert re.fullmatch(re.escape(f"127.0.0.1 {name} A IN: NXDOMAIN/0/") + r"\d+", found[6])
    assert found[7] == f"127.0.0.1 {NAME} A IN: NOERROR/1/51"


def test_buffered_log_is_complete_at_the_end(logged):
    server = logged("-l", "log", "--workers", "1")
    for n in range(300):
        server.ask(f"{n}.bl.test")
    server.stop()
    assert [without_time(line).split()[1] for line in lines(server, "log")] == [f"{n}.bl.test" for n in range(300)]


def test_log_to_standard_output(logged):
    server = logged("-l", "+-")
    server.ask(NAME)
    assert poll(lambda: f"127.0.0.1 {NAME} A IN: NOERROR/1/51" in server.log(), 3)


def test_log_is_reopened(logged):
    server = logged("-l", "+log", "--workers", "1")
    server.ask("1.bl.test")
    assert wait_lines(server, "log", 1)
    os.rename(server.path("log"), server.path("log.1"))
    server.ask("2.bl.test")
    wait_lines(server, "log.1", 2)
    server.reload()
    assert poll(lambda: os.path.exists(server.path("log")), 3)
    server.ask("3.bl.test")
    assert [line.split()[2] for line in wait_lines(server, "log", 1)] == ["3.bl.test"]
    assert [line.split()[2] for line in lines(server, "log.1")] == ["1.bl.test", "2.bl.test"]


def wake_ups(server, name):
    """How often the thread of this name has slept so far."""
    tasks = f"/proc/{server.process.pid}/task"
    for task in os.listdir(tasks):
        with open(f"{tasks}/{task}/comm") as f:
            if f.read().strip() != name:
                continue
        with open(f"{tasks}/{task}/status") as f:
            return int(re.search(r"^voluntary_ctxt_switches:\s*(\d+)", f.read(), re.M).group(1))
    raise AssertionError(f"no thread {name}")


@pytest.mark.parametrize("name", ["+log", "log"])
def test_an_idle_log_sleeps(logged, name):
    server = logged("-l", name)
    server.ask(NAME)
    assert wait_lines(server, "log", 1)
    time.sleep(1.5)
    before = wake_ups(server, "query-log")
    time.sleep(2)
    assert wake_ups(server, "query-log") - before <= 2
    server.ask("9.bl.test")
    assert len(wait_lines(server, "log", 2)) == 2


def test_log_that_cannot_be_opened(logged):
    server = logged("-l", "missing/log")
    assert "missing/log" in server.log()
    assert answers(server.ask(NAME)) == {"127.0.0.2"}


def flood(server, count):
    """Asks `count` times, a few at a time; returns how many replies came and the slowest round in seconds."""
    wire, came, slowest = dns.message.make_query(NAME, "A").to_wire(), 0, 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(2)
        s.connect(("127.0.0.1", server.port))
        for _ in range(count // 20):
            begun = time.monotonic()
            for _ in range(20):
                s.send(wire)
            for _ in range(20):
                s.recv(512)
                came += 1
            slowest = max(slowest, time.monotonic() - begun)
    return came, slowest


def test_a_blocked_pipe_holds_nothing_up(logged, folder):
    """Nobody reads: what does not fit is dropped, counted and told; every query is answered at once."""
    pipe = os.path.join(folder, "pipe")
    os.mkfifo(pipe)
    os.chmod(pipe, 0o666)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        server = logged("-l", "+pipe", "--workers", "1")
        came, slowest = flood(server, 12000)
        assert came == 12000 and slowest < 1
        server.process.send_signal(signal.SIGUSR1)
        assert poll(lambda: re.search(r"[1-9][\d,]* queries not logged", server.log()), 3), server.log()
        begun = time.monotonic()
        server.stop()
        assert time.monotonic() - begun < 3
        assert "not logged, as the file is too slow" in server.log()
    finally:
        os.close(reader)


def test_whole_lines_in_a_pipe(logged, folder):
    pipe = os.path.join(folder, "pipe")
    os.mkfifo(pipe)
    os.chmod(pipe, 0o666)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        server = logged("-l", "pipe")
        for n in range(200):
            server.ask(f"{n}.bl.test")
        server.stop()
        text = b""
        while True:
            part = os.read(reader, 65536)
            if not part:
                break
            text += part
    finally:
        os.close(reader)
    asked = [line for line in text.decode().splitlines() if "bl.test" in line]
    assert len(asked) == 200 and all(re.fullmatch(r"\d+ 127\.0\.0\.1 \d+\.bl\.test A IN: \w+/0/\d+", x) for x in asked)


def test_stats_file(logged):
    server = logged("-s", "stats", "-c", "1")
    server.ask(NAME)
    server.ask("9.2.0.192.bl.test")
    server.ask("bl.test", "MX")
    server.ask("foreign.example")
    assert poll(lambda: any(" bl.test:3:2:1:" in line for line in lines(server, "stats")), 3)
    first, *rest = lines(server, "stats")
    assert re.fullmatch(r"\d+", first)
    last = rest[-1]
    size = len(dns.message.make_query(NAME, "A").to_wire()) * 2 + len(dns.message.make_query("bl.test", "MX").to_wire())
    found = re.fullmatch(r"\d+ bl\.test:3:2:1:(\d+):(\d+) n\.test:0:0:0:0:0 \*:(\d+):(\d+):(\d+):\d+:\d+", last)
    assert found and int(found.group(1)) == size
    assert int(found.group(3)) >= 4
    server.process.send_signal(signal.SIGUSR2)
    assert poll(lambda: sum(re.fullmatch(r"\d+", line) is not None for line in lines(server, "stats")) == 2, 3)
    assert poll(lambda: " bl.test:0:0:0:0:0 n.test:0:0:0:0:0 *:0:0:0:0:0" in lines(server, "stats")[-1], 3)
    server.stop()
    assert re.fullmatch(r"\d+", lines(server, "stats")[-1])
    assert " bl.test:" in lines(server, "stats")[-2]


def test_stats_file_with_increments(logged):
    server = logged("-s", "+stats", "-c", "1")
    server.ask(NAME)
    assert poll(lambda: any(" bl.test:1:1:0:" in line for line in lines(server, "stats")), 3)
    assert poll(lambda: " bl.test:0:0:0:0:0" in lines(server, "stats")[-1], 3)
    server.ask(NAME)
    server.process.send_signal(signal.SIGUSR1)
    assert poll(lambda: sum(" bl.test:1:1:0:" in line for line in lines(server, "stats")) == 2, 3)


def test_stats_in_the_log(logged):
    server = logged()
    server.ask(NAME)
    server.ask("9.2.0.192.bl.test")
    server.process.send_signal(signal.SIGUSR2)
    assert poll(lambda: re.search(r"stats for \d+secs zone bl\.test: tot=2 ok=1 nxd=1 err=0 in=\d+ out=\d+\n",
                                  server.log()), 3), server.log()
    assert re.search(r"stats for \d+secs zone n\.test: tot=0 ok=0 nxd=0 err=0 in=0 out=0\n", server.log())
    assert re.search(r"stats for \d+sec: tot=\d+ ok=\d+ nxd=1 err=\d+ in=\d+ out=\d+\n", server.log())
    server.stop()
    assert server.log().count("zone bl.test: tot=0 ") == 1


@pytest.mark.skipif(not shutil.which("rbldnsd"), reason="rbldnsd is not installed")
def test_the_same_log_as_rbldnsd(logged, folder):
    """Names, types and classes are written as rbldnsd writes them."""
    ours = logged("-l", "+log", "--workers", "1")
    theirs = Server(shutil.which("rbldnsd"), folder, "-l", "+theirs", zones=ZONES)
    theirs.start()
    try:
        queries = [(b"\4name", n, 1) for n in range(300)] + [(b"\4name", 1, n) for n in (0, 1, 2, 3, 4, 5, 254, 255)]
        queries += [(bytes([32]) + bytes(range(n, n + 32)), 1, 1) for n in range(0, 256, 32)]
        for server, name in ((ours, "log"), (theirs, "theirs")):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
                s.settimeout(3)
                s.connect(("127.0.0.1", server.port))
                for label, number, group in queries:
                    s.send(b"\0\1\1\0\0\1\0\0\0\0\0\0" + label + b"\2bl\4test\0" + struct.pack("!HH", number, group))
                    s.recv(512)
            assert len(wait_lines(server, name, len(queries))) == len(queries)
        for our, their in zip(lines(ours, "log"), lines(theirs, "theirs")):
            assert our.split(" ", 1)[1].split(": ")[0] == their.split(" ", 1)[1].split(": ")[0]
            assert re.fullmatch(r"[A-Z]+/\d+/\d+", our.split(": ")[1]) and re.fullmatch(r"[A-Z]+/\d+/\d+", their.split(": ")[1])
    finally:
        theirs.process.terminate()
        theirs.process.wait(10)
