"""One server with one data set: started, asked, reloaded, stopped. All on loopback, every process ended by its id."""
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import figures
import machine
from contenders import ADDRESS, Place

STEADY_RATE = 40_000  # queries a second at which delays and CPU time are compared
FIRST_RATE = 25_000  # at which the search for the highest rate begins
CEILING = 1_000_000
PROBE_RATE = 500  # of the probe beside every flood
RELOAD_RATE = 1000
HALVINGS = 4
ROUNDS = 3


class Failure(Exception):
    """A figure that cannot be had from this server; the text is the reason."""


class OutOfTime(Exception):
    """The report's time is over; what is not measured yet is left to the next run."""


class Settings:
    """Bounds of a run: when it ends, seconds for one row, memory, the port, the CPUs of servers and of senders."""

    def __init__(self, minutes, memory_mb, port, build):
        self.end = time.monotonic() + minutes * 60
        self.memory_mb, self.port, self.build = memory_mb, port, build
        self.row_seconds = 0
        cpus = sorted(os.sched_getaffinity(0))
        self.sender_cpus, self.server_cpus = {cpus[0]}, set(cpus[1:] or cpus)

    def left(self):
        return self.end - time.monotonic()

    def share_among(self, rows):
        """A third of the time is for floods; the rest is for their ends, for starts and for reloads."""
        self.row_seconds = min(15.0, max(1.5, self.left() / 3 / max(1, rows)))


def parse_flood(text):
    """What bench/flood prints: its figures by name, and `delays`, a histogram."""
    flood = {"delays": {}}
    for line in text.splitlines():
        word, *values = line.split()
        if word == "delay":
            flood["delays"][int(values[0])] = int(values[1])
        else:
            flood[word] = float(values[0])
    return flood


def check_port(port):
    """Ends the run when the port is in use, which would be no failure of the server that is to be measured."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as test:
        try:
            test.bind((ADDRESS, port))
        except OSError as error:
            sys.exit(f"port {port} of {ADDRESS}: {error.strerror}; --port names another")


class Server:
    """A contender that runs with data (None for the echo server) in a folder of its own."""

    def __init__(self, contender, data, settings):
        self.contender, self.data, self.settings = contender, data, settings
        self.process = None
        self.folder = tempfile.mkdtemp(prefix="bench-report-")
        os.chmod(self.folder, 0o755)  # servers do not stay root

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        """Starts it and waits for its first right answer; `load_s` is how long that took."""
        check_port(self.settings.port)
        files = self.data.files(self.contender) if self.contender.data else {}
        for name, path in files.items():
            os.chmod(path, 0o644)
            shutil.copyfile(path, os.path.join(self.folder, name))  # in the page cache, for every server alike
        place = Place(self.settings.port, self.data, self.folder, len(self.settings.server_cpus))
        self.command = self.contender.command(place)
        with open(os.path.join(self.folder, "log"), "wb") as log:
            begin = time.monotonic()
            self.process = subprocess.Popen(self.command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, start_new_session=True,
                                            preexec_fn=lambda: os.sched_setaffinity(0, self.settings.server_cpus))
        if self.contender.data:
            self.wait_for(self.data.probe_name)
        else:
            time.sleep(0.3)
            self.check()
        self.load_s = time.monotonic() - begin
        if reason := self.contender.unfit():
            raise Failure(reason)

    def stop(self):
        """Ends all processes of its session, and removes its folder."""
        if self.process:
            for number in (signal.SIGTERM, signal.SIGKILL):
                try:
                    os.killpg(self.process.pid, number)
                    self.process.wait(timeout=20)
                except (ProcessLookupError, subprocess.TimeoutExpired):
                    pass
        shutil.rmtree(self.folder, ignore_errors=True)

    def check(self):
        """Raises when the server has ended, needs too much memory, or the time is over."""
        if self.process.poll() is not None:
            with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as log:
                last = (log.read().strip().splitlines() or ["without a word"])[-1]
            raise Failure(f"it ended: {last[-120:]}")
        limit = self.settings.memory_mb
        if machine.resident_mb(self.process.pid) > limit and machine.memory_mb(self.process.pid) > limit:
            raise Failure(f"needs more than {limit / 1000:.1f} GB")
        if self.settings.left() < 0:
            raise OutOfTime

    def wait_for(self, name):
        """Returns when `name` is listed."""
        while True:
            with subprocess.Popen(self.tool("probe", name, "first"), stdout=subprocess.DEVNULL) as probe:
                while probe.poll() is None:
                    try:
                        self.check()
                    except BaseException:
                        probe.kill()
                        raise
                    try:
                        probe.wait(timeout=0.25)
                    except subprocess.TimeoutExpired:
                        pass
            if probe.returncode == 0:
                return

    def tool(self, name, *arguments):
        return [f"{self.settings.build}/bench/{name}", f"{ADDRESS}/{self.settings.port}", *map(str, arguments)]

    def begin_flood(self, path, rate, seconds):
        return subprocess.Popen(self.tool("flood", path, int(rate), f"{seconds:.2f}"), stdout=subprocess.PIPE, text=True,
                                preexec_fn=lambda: os.sched_setaffinity(0, self.settings.sender_cpus))

    def flood(self, path, probe_path, rate, seconds):
        """A flood with the probe beside it; returns what both found."""
        self.check()
        with self.begin_flood(probe_path, PROBE_RATE, seconds) as probe, \
                self.begin_flood(path, rate, seconds) as flood:
            found, beside = parse_flood(flood.communicate()[0]), parse_flood(probe.communicate()[0])
        if "wrong" not in found or "wrong" not in beside:
            raise Failure("the sender failed")
        self.check()
        for what, one in (("flood", found), ("probe beside it", beside)):
            if one["wrong"]:
                raise Failure(f"{one['wrong']:.0f} of {one['received']:.0f} answers to the {what} were wrong")
        found["lost"] = found["sent"] - found["received"]
        found["cpu_us"] = figures.cpu_us(found["busy"], found["received"] + beside["received"])
        return found


def measure_stream(server, stream):
    """The figures of one row: the highest rate, then delays and CPU time at a steady one, three times."""
    path, probe_path = server.data.stream(stream), server.data.stream("probe")
    if not server.contender.data:
        path = probe_path = without_answers(path, server.folder)
    seconds = server.settings.row_seconds
    best = {}

    def trial(rate):
        found = server.flood(path, probe_path, rate, max(0.2, seconds / 16))
        if 0 < found["lost"] < 0.01 * found["sent"]:  # perhaps a disturbance: one of two trials has to lose nothing
            found = server.flood(path, probe_path, rate, max(0.2, seconds / 16))
        reached = found["sent"] / found["seconds"]
        if not found["lost"] and reached > best.get("rate", 0):
            best.update(rate=reached, full_cpu_us=found["cpu_us"])
        return reached, found["lost"]

    rate, at_least = figures.highest_rate(trial, FIRST_RATE, CEILING, HALVINGS)
    steady = [server.flood(path, probe_path, STEADY_RATE, max(0.3, seconds / 6)) for _ in range(ROUNDS)]
    delays = figures.merge_delays(round_["delays"] for round_ in steady)
    row = {"rate": rate, "at_least": at_least, "full_cpu_us": best.get("full_cpu_us"),
           "cpu_us": figures.median(round_["cpu_us"] for round_ in steady),
           "lost": sum(round_["lost"] for round_ in steady),
           "answer_bytes": figures.ratio(sum(round_["bytes"] for round_ in steady),
                                         sum(round_["received"] for round_ in steady))}
    for name, share in (("p50_ms", 0.5), ("p99_ms", 0.99), ("p99.9_ms", 0.999)):
        end = figures.quantile(delays, share)
        row[name] = end / 1e6 if end is not None else None
    if not rate:
        row["failed"] = f"loses queries at any rate tried, from {CEILING} down to {FIRST_RATE >> HALVINGS} a second"
    return row


def without_answers(path, folder):
    """The same queries for the echo server, which answers none of them."""
    plain = os.path.join(folder, os.path.basename(path))
    with open(path, encoding="ascii") as file, open(plain, "w", encoding="ascii") as copy:
        copy.writelines(" ".join(line.split()[:2] + ["-"]) + "\n" for line in file)
    return plain


def measure_load(server):
    """Load time, memory, and what a reload does."""
    row = {"load_s": server.load_s}
    if not server.contender.data:
        return row
    time.sleep(0.5)
    row["memory_mb"] = machine.memory_mb(server.process.pid)
    if not server.data.reloads:
        return row
    try:
        row.update(measure_reload(server))
    except Failure as failure:
        row["failed"] = f"reload: {failure}"
    return row


def measure_reload(server):
    """A reload with one more entry, under a query a millisecond: how long it took and what clients saw of it."""
    server.data.change(server.contender, server.folder)
    with server.begin_flood(server.data.stream("probe"), RELOAD_RATE, max(1.0, server.settings.left())) as probe:
        try:
            time.sleep(0.3)
            begin = time.monotonic()
            server.process.send_signal(signal.SIGHUP)
            server.wait_for(server.data.new_name)
            reload_s = time.monotonic() - begin
            time.sleep(0.3)
        finally:
            probe.send_signal(signal.SIGTERM)
            found = parse_flood(probe.communicate()[0])
    if found["wrong"]:
        raise Failure(f"{found['wrong']:.0f} of {found['received']:.0f} answers were wrong")
    return {"reload_s": reload_s, "reload_lost": found["sent"] - found["received"],
            "reload_longest_ms": max(found["delays"], default=0) / 1e6}


def command_text(server):
    """How it was started, for the reader: without the paths of this machine."""
    words = " ".join(server.command).replace(server.folder, ".").replace(server.settings.build + "/bench/", "bench/")
    return re.sub(r"(list0) .*( \S+:list\d+)$", r"\1 ...\2", words.replace(server.settings.build + "/", ""))
