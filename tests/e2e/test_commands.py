"""confirm_command and the process that runs it: bounds, programs that misbehave, and what ends with what."""
import concurrent.futures
import os
import random
import re
import signal
import subprocess
import time

import pytest
from api import Api
from server import SOA, answers, poll, reverse

NAP = f"4711.{os.getpid()}"  # seconds, by which processes of this test are known
LIST = SOA + "198.51.100.0/24\n203.0.113.0/24\n"
NOTE = 'f=$(mktemp {mails}/XXXXXXXX.new) && cat >"$f" && mv "$f" "${{f%.new}}"\n'  # a file for each mail


class Commands(Api):
    """A server whose confirm_command is a shell script: by default one that keeps what it is given."""

    def __init__(self, binary, folder, script=NOTE, more="", **options):
        self.mails = os.path.join(folder, "mails")
        os.mkdir(self.mails)
        os.chmod(self.mails, 0o777)
        self.script = os.path.join(folder, "send")
        if script is not None:
            with open(self.script, "w", encoding="utf-8") as f:
                f.write("#!/bin/sh\n" + script.format(mails=self.mails, nap=NAP))
            os.chmod(self.script, 0o755)
        config = f"""
confirm_command: {self.script}
rules: [{{lists: [xbl], removal: self, confirm: true}}]
limits: {{requests: unlimited}}
http: {{requests: unlimited}}
{more}
"""
        super().__init__(binary, folder, config=config, zones=["bl.test:ip4set:xbl"], files={"xbl": LIST}, **options)

    def remove(self, address, email):
        """A removal request."""
        return self.post("/v1/requests", {"query": address, "lists": ["xbl"], "email": email}, role=None)

    def query(self):
        return answers(self.ask(reverse("198.51.100.1", "bl.test")))

    def sent(self):
        """What the programs were given: address, code and id of each."""
        names = [name for name in os.listdir(self.mails) if not name.endswith(".new")]
        return [open(os.path.join(self.mails, name), encoding="utf-8").read().split("\n")[:3] for name in names]

    def metric(self, result):
        text = self.get("/metrics").text
        return int(re.search(rf'^dnsbld_commands_total{{result="{result}"}} (\d+)$', text, re.M).group(1))

    def runner(self):
        """The process that runs commands: the server's only child."""
        [pid] = children(self.process.pid)
        return pid

    def reasons(self):
        return [reason["reason"] for reason in self.get("/healthz").json["reasons"]]


def children(pid):
    """The children of a process, zombies included."""
    found = []
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as f:
            found += [int(word) for word in f.read().split()]
    return found


def is_alive(pid):
    """Whether the process exists and is no zombie."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as f:
            return f.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def napping():
    """The processes that programs have left asleep."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                found += [int(pid)] if f.read().split(b"\0")[:2] == [b"sleep", NAP.encode()] else []
        except OSError:
            pass
    return found


@pytest.fixture
def start(binary, folder):
    servers = []

    def starter(*args, **options):
        servers.append(Commands(binary, folder, *args, **options))
        return servers[-1].start()

    yield starter
    for server in servers:
        server.stop()


def test_the_process(start):
    """It has a name of its own, none of the server's descriptors, and no rights that the server has not."""
    server = start()
    server.remove("198.51.100.1", "ann@example.net")
    assert poll(server.sent)  # it has come so far
    pid = server.runner()
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        status = dict(re.findall(r"^(\w+):\s+(.*)$", f.read(), re.M))
    assert status["Name"] == "dnsbld-commands"
    assert (status["NoNewPrivs"], status["Threads"]) == ("1", "1")
    assert int(status["CapEff"], 16) == 0
    links = {fd: os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")}
    assert set(links) == {"0", "1", "2", "3"} and links["0"] == "/dev/null" and links["3"].startswith("socket:")
    assert links["1"] == links["2"] == server.path("stderr")


def test_no_command_no_process(binary, folder):
    server = Api(binary, folder, zones=["bl.test:ip4set:xbl"], files={"xbl": LIST}).start()
    assert not children(server.process.pid) and "dnsbld_commands_total" not in server.get("/metrics").text
    server.stop()


def test_what_a_program_gets(start):
    """Three lines on standard input, and nothing else: no arguments, environment, descriptors, signals."""
    server = start("cat >{mails}/input; tr '\\0' '\\n' </proc/$$/environ >{mails}/environ\n"
                   "ls -l /proc/$$/fd >{mails}/fd; echo $# >{mails}/arguments; pwd >{mails}/directory\n"
                   "grep -E 'Sig(Blk|Ign)|NoNewPrivs' /proc/self/status >{mails}/status; ulimit -n >{mails}/files\n"
                   "cut -d' ' -f1,5,6 /proc/$$/stat >{mails}/session; touch {mails}/done\n")
    asked = server.remove("198.51.100.1", "ann@example.net").json
    assert asked["status"] == "verify"
    assert poll(lambda: os.path.exists(server.mails + "/done"))

    def read(name):
        with open(os.path.join(server.mails, name), encoding="utf-8") as f:
            return f.read()

    lines = read("input").split("\n")
    assert (lines[0], lines[2:]) == ("ann@example.net", [asked["id"], ""])
    assert re.fullmatch("[2-9A-Z]{4}(-[2-9A-Z]{4}){3}", lines[1])
    assert not [line for line in read("environ").split("\n") if line and not line.startswith("PWD=")]
    assert (read("arguments"), read("directory"), read("files")) == ("0\n", "/\n", "1024\n")
    descriptors = re.findall(r" (\d+) -> ", read("fd"))
    assert [fd for fd in descriptors if int(fd) < 10] == ["0", "1", "2"]  # from 10 on they are the shell's own
    libc = 0x180000000  # signals 32 and 33, which glibc keeps for itself
    assert not [word for word in re.findall(r"Sig\w+:\s+(\w+)", read("status")) if int(word, 16) & ~libc]
    assert re.search(r"NoNewPrivs:\s+1", read("status"))
    pid, group, session = read("session").split()
    assert pid == group == session
    assert poll(lambda: server.metric("succeeded") == 1) and server.metric("failed") == 0


def test_all_at_once(start):
    """400 requests at once: four programs at a time, as many mails as requests were accepted, the rest is told."""
    server = start("mkdir {mails}/run.$$; ls -d {mails}/run.* | wc -l >{mails}/count.$$\n"
                   "sleep 0.05; rmdir {mails}/run.$$\n")
    addresses = [f"{net}.{n}" for net in ("198.51.100", "203.0.113") for n in range(200)]
    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        replies = list(pool.map(lambda address: server.remove(address, f"postmaster@h{address}.example"), addresses))
    accepted = [r for r in replies if r.status == 201]
    refused = [r for r in replies if r.status != 201]
    assert {r.json["status"] for r in accepted} == {"verify"} and len(accepted) >= 54
    assert refused and {(r.status, r.code, r.headers["Retry-After"]) for r in refused} == {(503, "no_mail", "30")}
    assert poll(lambda: server.metric("succeeded") == len(accepted), 30)
    counts = [int(open(os.path.join(server.mails, name)).read()) for name in os.listdir(server.mails) if "count" in name]
    assert len(counts) == len(accepted) and max(counts) <= 4
    assert server.metric("dropped") == 0 and "not run" not in server.log()
    assert server.remove("198.51.100.250", "ann@example.net").status == 201


def test_one_mailbox(start):
    """One mail about an address in a while, five about any in an hour; the answers do not say so."""
    server = start()
    about_one = [server.remove("198.51.100.1", "ann@example.net").json for _ in range(3)]
    about_one += [server.remove("198.51.100.1", email).json for email in (
        "ANN@example.net", "ann+x@Example.Net", "ann@example.net.", "ann@\uff45xample.net", "ann@example\u3002net")]
    assert {reply["status"] for reply in about_one} == {"verify"}
    others = [server.remove(f"203.0.113.{n}", f"ann+{n}@example.net").json for n in range(20)]
    assert {reply["status"] for reply in others} == {"verify"}
    assert server.remove("198.51.100.1", "bob@example.net").json["status"] == "verify"
    assert poll(lambda: server.metric("succeeded") == 6)
    to = [address for address, _, _ in server.sent()]
    assert sum(address.startswith("ann") for address in to) == 5 and to.count("bob@example.net") == 1
    assert server.metric("skipped") >= 16 and "no code is sent for request" in server.log()


def test_one_form_of_an_address(start):
    """No address that a mail program may read as several mailboxes, or as one that is written otherwise, too."""
    server = start()
    for email in ("x<ann@example.net>", '"x"ann@example.net', "bob,ann@example.net", "ann@example.net,bob",
                  "ann(1)@example.net", "ann@example.net(1)", "g:ann@example.net;", "a\\nn@example.net",
                  "ann@localhost", "ann@192.0.2.1", "ann@example.net/x", "a\u2028ann@example.net"):
        reply = server.remove("198.51.100.1", email)
        assert (reply.status, reply.code) == (422, "bad_email"), email


def test_a_program_that_hangs(start):
    """It is killed with what it has started, also if that ignores signals; it does not delay DNS or others."""
    server = start("trap '' TERM; sleep {nap} & sleep {nap}\n", more="commands: {timeout: 1s, at_once: 2, waiting: 2}")
    for n in range(4):
        assert server.remove(f"198.51.100.{n}", "ann@example.net").status == 201
    # Also where a code was sent: nobody learns who has asked.
    assert {server.remove(f"198.51.100.{n}", "ann@example.net").code for n in (4, 5)} == {"no_mail"}
    assert server.remove("198.51.100.3", "ANN@example.net").code == "no_mail"
    assert poll(lambda: len(napping()) == 4)
    assert server.query() == {"127.0.0.2"}
    assert poll(lambda: server.metric("timed_out") == 4, 20)
    assert not napping() and "did not end within 1 s and was killed" in server.log()
    assert not children(server.runner())
    assert server.remove("198.51.100.6", "bob@example.net").status == 201


@pytest.mark.parametrize("script, result, logged", [
    ("exit 3\n", "failed", "exited with status 3"),
    ("kill -9 $$\n", "killed", "was killed by signal 9"),
    (None, "not_started", "cannot be started: No such file or directory"),
    ("exec 0<&-; sleep {nap} & exit 0\n", "succeeded", ""),
])
def test_outcomes(start, script, result, logged):
    """What became of a program is logged and counted; what it leaves behind is ended, and nothing waits for it."""
    server = start(script)
    asked = server.remove("198.51.100.1", "ann@example.net").json
    assert poll(lambda: server.metric(result) == 1)
    if logged:
        [line] = [line for line in server.log().split("\n") if logged in line]
        assert "confirm_command" in line and f"request {asked['id']}" in line
    assert not children(server.runner()) and not napping()
    assert not server.reasons()


def test_a_program_that_writes_much(start):
    """Its output is not the server's standard output (the query log may go there), and nobody waits for a reader."""
    server = start("yes no | head -c 1000000; touch {mails}/done\n", more='query_log: "+-"')
    server.remove("198.51.100.1", "ann@example.net")
    assert poll(lambda: os.path.exists(server.mails + "/done"))
    assert poll(lambda: server.metric("succeeded") == 1) and server.query() == {"127.0.0.2"}


def test_kill_the_server(start):
    """Nothing is left when the server is killed, however busy the process is."""
    server = start("trap '' TERM; sleep {nap}\n")
    for n in range(6):
        server.remove(f"198.51.100.{n}", "ann@example.net")
    assert poll(lambda: len(napping()) == 4)
    pid = server.runner()
    server.kill()
    server.process = None
    assert poll(lambda: not is_alive(pid) and not napping())


def test_kill_the_process(start):
    """DNS and API go on; requests that need a code are refused, /healthz and the log say why."""
    server = start()
    pid = server.runner()
    os.kill(pid, signal.SIGKILL)
    assert poll(lambda: server.reasons())
    assert server.reasons() == ["the process dnsbld-commands was killed by signal 9; commands run again when the "
                                "server is restarted"]
    assert not children(server.process.pid)
    assert server.get("/healthz", role=None, headers={"X-Forwarded-For": "192.0.2.1"}).json["reasons"] == [
        {"list": None, "reason": "no commands can be run"}]
    reply = server.remove("198.51.100.1", "ann@example.net")
    assert (reply.status, reply.code) == (503, "no_mail")
    assert server.query() == {"127.0.0.2"} and server.get("/readyz").status == 200
    assert "dnsbld-commands was killed by signal 9" in server.log()
    assert re.search("^dnsbld_commands_well 0$", server.get("/metrics").text, re.M)


def test_signals_for_the_server(start):
    """Service managers and pidof send signals to both."""
    server = start()
    pid = server.runner()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGPIPE):
        os.kill(pid, number)
    server.remove("198.51.100.1", "ann@example.net")
    assert poll(lambda: server.metric("succeeded") == 1) and server.runner() == pid


def test_the_end(start):
    """What was accepted is sent before the server ends, if it takes a moment only; the process ends with it."""
    server = start("sleep 0.1; " + NOTE)
    for n in range(8):
        assert server.remove(f"198.51.100.{n}", f"a{n}@example.net").status == 201
    pid = server.runner()
    server.stop()
    assert not is_alive(pid) and len(server.sent()) == 8


def test_the_end_with_a_program_that_hangs(start):
    server = start("sleep {nap}\n")
    server.remove("198.51.100.1", "ann@example.net")
    assert poll(lambda: napping())
    begun = time.monotonic()
    server.stop()
    assert time.monotonic() - begun < 8 and not napping()


@pytest.mark.skipif(os.getuid() != 0, reason="needs root")
def test_outside_the_new_root(binary, folder):
    """Started as root with -r, in the background: the program is one of the system, run as the user of -u."""
    os.chmod(folder, 0o777)
    server = Commands(binary, folder, "id -u >{mails}/user.new; mv {mails}/user.new {mails}/user\n",
                      state="", tokens=False, more=f"chroot: {folder}\nuser: nobody\npid_file: {folder}/pid")
    command = [word for word in server.command() if word != "-n"]
    command[command.index("-w") + 1] = "/"
    server.command = lambda: command

    def read(name):
        with open(os.path.join(folder, name), encoding="ascii") as f:
            return f.read().strip()

    with open(server.path("stderr"), "wb") as log:
        assert subprocess.run(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, check=False).returncode == 0
    pid = int(read("pid"))
    try:
        assert server.remove("198.51.100.1", "ann@example.net").status == 201
        assert poll(lambda: os.path.exists(server.mails + "/user")) and read("mails/user") == "65534"
        [runner] = children(pid)
        assert {os.readlink(f"/proc/{runner}/fd/{fd}") for fd in "012"} == {"/dev/null"}
        assert (os.readlink(f"/proc/{runner}/root"), os.readlink(f"/proc/{pid}/root")) == ("/", folder)
        with open(f"/proc/{runner}/status", encoding="ascii") as f:
            assert re.search(r"^Uid:\s+65534\s+65534\s+65534\s+65534$", f.read(), re.M)
    finally:
        os.kill(pid, signal.SIGTERM)
    assert poll(lambda: not is_alive(pid) and not is_alive(runner))


def test_decisions_at_once(start):
    """Codes, approvals and denials at the same time: each request has one outcome, and DNS has it, too."""
    server = start()
    requests = [server.remove(f"198.51.100.{n}", f"u{n}@example.net").json for n in range(30)]
    assert poll(lambda: len(server.sent()) == len(requests))
    codes = {number: code for _, code, number in server.sent()}

    def decide(how):
        replies = []
        for r in random.sample(requests, len(requests)):
            role, verb = (None, "verify") if how in ("code", "wrong") else ("operator", how)
            body = {"code": codes[r["id"]] if how == "code" else "AAAA-AAAA-AAAA-AAAA"} if role is None else {}
            replies.append((r["id"], how, server.post(f"/v1/requests/{r['id']}/{verb}", body, role=role)))
        return replies

    with concurrent.futures.ThreadPoolExecutor(5) as pool:
        replies = [r for done in pool.map(decide, ("code", "code", "wrong", "approve", "deny")) for r in done]
    for r in requests:
        final = server.get("/v1/requests/" + r["id"], role=None).json["status"]
        mine = [(how, reply) for number, how, reply in replies if number == r["id"]]
        assert {reply.json["status"] for _, reply in mine if reply.status == 200} == {final}
        assert sum(how in ("approve", "deny") and reply.status == 200 for how, reply in mine) <= 1
        assert {reply.code for _, reply in mine if reply.status != 200} <= {"decided", "wrong_code"}
        items = server.get("/v1/delistings?covers=" + r["query"]).json["delistings"]
        listed = answers(server.ask(reverse(r["query"], "bl.test"))) != set()
        assert (len(items), listed) == ((1, False) if final == "removed" else (0, True)), mine
