"""The guards: a feed that broke is not served, an operator's own list is, and no refusal is for ever."""
import os
import subprocess
import time

import pytest

from api import Api
from fake_api import client_under_test
from server import SOA, answers, poll, rcode, reverse

PAGE = """<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">
<html><head>
<title>503 Service Unavailable</title>
</head><body>
<h1>Service Unavailable</h1>
<p>The server is temporarily unable to service your
request due to maintenance downtime or capacity
problems. Please try again "later".</p>
<hr>
<address>Apache/2.4.57 (Debian) Server at lists.example Port 80</address>
</body>
</html>
"""


def hosts(count, first="20"):
    return "".join(f"{first}.{n >> 16}.{n >> 8 & 255}.{n & 255}\n" for n in range(count))


def names(count):
    return "".join(f"n{n}.example\n" for n in range(count))


@pytest.fixture
def guarded(binary, folder):
    """guarded(files, zones, config) is a server that looks at its files only when it is asked to."""
    servers = []

    def starter(files, zones, config="", *args, started=True):
        server = Api(binary, folder, "-c", "0", *args, files=files, zones=zones, config=config or "{}")
        servers.append(server)
        return server.start() if started else server

    yield starter
    for server in servers:
        server.stop()


def load(server, content=None, name="list", **fields):
    """Puts the file in place and has it loaded: the outcome."""
    if content is not None:
        server.write(name, content)
    [outcome] = [o for o in server.post("/v1/reload", fields).json["lists"] if o["list"] == name]
    return outcome


def processor_time(server):
    """Seconds that it has used."""
    with open(f"/proc/{server.process.pid}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def refused(outcome, guard):
    assert outcome["refused"] and not outcome["good"] and f"list: load refused: {guard}: " in outcome["reason"], outcome
    return True


# ---- Feeds that broke ----

TYPES = {
    "ip4set": (hosts(9000), reverse("20.0.0.1", "z.test")),
    "ip4tset": (hosts(9000), reverse("20.0.0.1", "z.test")),
    "ip4trie": (hosts(9000), reverse("20.0.0.1", "z.test")),
    "ip6tset": ("".join(f"2a00:0:0:{n:x}\n" for n in range(1, 20)), reverse("2a00:0:0:1::5", "z.test")),
    "ip6trie": ("".join(f"2a00:0:0:{n:x}::/64\n" for n in range(1, 20)), reverse("2a00:0:0:1::5", "z.test")),
    "dnset": (names(9000), "n7.example.z.test"),
    "generic": ("".join(f"n{n} A 127.0.0.2\n" for n in range(10)), "n7.z.test"),
    "combined": ("$DATASET ip4set @\n" + hosts(12) + "$DATASET dnset @\n" + names(12), "n7.example.z.test"),
}


@pytest.mark.parametrize("kind", TYPES)
def test_an_error_page_replaces_nothing(guarded, kind):
    good, name = TYPES[kind]
    server = guarded({"list": SOA + good}, [f"z.test:{kind}:list"])
    before = answers(server.ask(name))
    assert before
    page = "$DATASET ip4set @\n" + PAGE if kind == "combined" else PAGE
    assert refused(load(server, page), "unusable")
    assert answers(server.ask(name)) == before
    assert load(server, SOA + good + "\n")["good"], "the next good file is taken"


def test_an_error_page_does_not_let_everybody_in(guarded):
    """In place of an access list, and of what nobody may list."""
    server = guarded({"list": hosts(5), "who": "192.0.2.1\n127.0.0.1 :refuse\n", "never": "20.0.0.1\n"},
                     ["z.test:ip4set:list", "z.test:acl:who"], "never_list: never\n")
    for name in ("who", "never"):
        server.write(name, PAGE)
    server.post("/v1/reload")
    assert rcode(server.ask(reverse("20.0.0.2", "z.test"))) == "REFUSED"
    log = server.log()
    assert "who: load refused: unusable" in log and "never: load refused: unusable" in log
    server.write("never", "# none\n")
    server.post("/v1/reload")
    assert server.log().count("never: load refused: unusable") == 2, "not by intent, either"


@pytest.mark.parametrize("content, guard", [
    (hosts(3000), "shrink"), (hosts(40000), "growth"), (hosts(9000) + "<p>\n" * 9100, "bad_lines"),
    (hosts(9000) + "30.0.0.0/8\n31.0.0.0/8\n", "coverage"), (hosts(9000) + "127.0.0.0/24\n", "canaries"),
    ("0.0.0.0/1\n128.0.0.0/1\n", "shrink"), ("# gone\n", "unusable")],
    ids=["shrink", "growth", "bad lines", "coverage", "canaries", "everything", "nothing"])
def test_what_is_refused(guarded, content, guard):
    server = guarded({"list": SOA + hosts(9000)}, ["z.test:ip4set:list"])
    assert refused(load(server, SOA + content), guard)
    assert answers(server.ask(reverse("20.0.0.1", "z.test"))) == {"127.0.0.2"}
    assert refused(load(server, SOA + content + "\n"), guard), "as often as it comes"
    outcome = load(server, SOA + content, accept=True)
    assert outcome["good"] and load(server, SOA + content + "\n")["good"], "what is accepted is the measure"


def test_half_of_the_internet(guarded):
    some = "".join(f"2a00:{n:x}::/32\n" for n in range(1, 2001))
    server = guarded({"list": SOA + some}, ["z.test:ip6trie:list"])
    assert refused(load(server, SOA + some + "2000::/3\n"), "coverage")
    assert rcode(server.ask(reverse("2600::1", "z.test"))) == "NXDOMAIN"


def test_step_by_step(guarded):
    """39 steps of a /8 within a minute: each would do, all together would not."""
    server = guarded({"list": SOA + hosts(2000)}, ["z.test:ip4set:list"])
    good = [load(server, SOA + hosts(2000) + "".join(f"{n}.0.0.0/8\n" for n in range(21, 21 + step)))["good"]
            for step in range(1, 40)]
    assert good == [True] + [False] * 38
    assert rcode(server.ask(reverse("30.0.0.1", "z.test"))) == "NXDOMAIN"


def test_many_lists_at_once(guarded, sanitized):
    """The same change in 250 lists is found in each, in a time that hardly depends on their number."""
    files = {f"l{n}": SOA + hosts(1000, str(20 + n % 200)) for n in range(250)}
    server = guarded(files, [f"z{n}.test:ip4set:l{n}" for n in range(250)])
    for name, content in files.items():
        server.write(name, content + "11.0.0.0/8\n12.0.0.0/8\n13.0.0.0/24\n")
    before = processor_time(server)
    outcomes = server.post("/v1/reload").json["lists"]
    assert [o["refused"] for o in outcomes] == [True] * 250
    assert sanitized or processor_time(server) - before < 5


# ---- Honest lists ----

@pytest.mark.parametrize("kind, old, new, name", [
    ("ip4trie", "", "1.0.0.0/8 AU\n2.0.0.0/8 FR\n", reverse("1.2.3.4", "z.test")),
    ("ip4trie", "192.0.2.1\n", "0/0 :127.255.255.252:closed\n", reverse("1.2.3.4", "z.test")),
    ("ip6trie", "2001:db8::1\n", "2001:db8::1\n::/0\n", reverse("2a00::1", "z.test")),
    ("ip4set", "192.0.2.1\n", "192.0.2.1\n:9:others\n0.0.0.0/1\n128.0.0.0/1\n", reverse("1.2.3.4", "z.test")),
    ("ip4set", "192.0.2.1\n", "192.0.2.1\n10.0.0.0/8\n172.16.0.0/12\n198.51.100.66\n", reverse("198.51.100.66", "z.test")),
    ("dnset", "*.top\n*.icu\n", "*.top\n*.icu\n*.cfd\n", "a.cfd.z.test"),
    ("ip4set", "192.0.2.1\n", hosts(100) + "2001:db8::1\n" * 40, reverse("20.0.0.7", "z.test")),
    ("ip4set", hosts(9), "# none\n", None),
    ("ip4set", hosts(2000), hosts(2000) + "10.0.0.0/8\n172.16.0.0/12\n30.0.0.1\n", reverse("30.0.0.1", "z.test")),
    ("ip4set", hosts(2000) + "30.0.0.0/7\n", hosts(2000) + "30.0.0.0/7\n30.1.0.0/16 :3:\n32.0.0.1\n",
     reverse("32.0.0.1", "z.test")),
    ("dnset", names(2000) + "*.top\n", names(2000) + "*.top\nother.example\n", "other.example.z.test"),
], ids=["countries", "closed", "all of IPv6", "all others", "bogons", "whole TLDs", "both families", "emptied",
        "private ranges", "what was covered", "another name"])
def test_an_honest_list_is_served(guarded, kind, old, new, name):
    server = guarded({"list": SOA + old}, [f"z.test:{kind}:list"])
    assert load(server, SOA + new)["good"], server.log()
    assert name is None or answers(server.ask(name))
    assert load(server, SOA + new + "\n")["good"]


@pytest.mark.parametrize("first", ["", SOA + "127.0.0.2\n"], ids=["nothing", "test entry"])
def test_a_list_that_fills(guarded, first):
    server = guarded({"list": first}, ["z.test:ip4set:list"])
    for count in (3000, 100000, 1000000):
        assert load(server, SOA + hosts(count))["good"], server.log()
    assert refused(load(server, SOA + hosts(3000)), "shrink")


def test_what_is_only_warned_about_is_in_the_log(guarded):
    server = guarded({"list": SOA + hosts(20)}, ["z.test:ip4set:list"])
    assert load(server, SOA + hosts(5))["good"]
    assert ("list: shrink: fewer than 50 % of the entries, 20 before and 5 now; it is loaded, as the list is smaller than "
            "guards.from") in server.log()
    assert load(server, SOA + hosts(2))["good"]
    assert server.log().count("shrink: ") == 2, "once a load, though an hour ago there were more, too"


# ---- What ends a refusal ----

def test_patience(guarded):
    """Data that looks the same for an hour is believed, whether the file has changed or not; some never is."""
    server = guarded({"list": SOA + hosts(9000)}, ["z.test:ip4set:list"])
    if not server.has_clock:
        pytest.skip("a release build has no clock to set")
    assert refused(load(server, SOA + hosts(3000)), "shrink")
    server.set_clock(3500)
    assert refused(load(server), "shrink")
    server.set_clock(3601)
    assert load(server)["good"]
    assert refused(load(server, PAGE), "unusable")
    server.set_clock(100000)
    assert refused(load(server), "unusable")


def test_a_file_that_is_gone_when_it_would_be_believed(guarded):
    """One more failure, and not a loop of them; when it is back, it is believed."""
    server = guarded({"list": SOA + hosts(9000)}, ["z.test:ip4set:list"])
    if not server.has_clock:
        pytest.skip("a release build has no clock to set")
    assert refused(load(server, SOA + hosts(3000)), "shrink")
    os.rename(server.path("list"), server.path("away"))
    server.set_clock(3601)
    for _ in range(3):
        outcome = load(server)
        assert not outcome["good"] and not outcome["refused"]
    before = processor_time(server)
    time.sleep(0.5)
    assert processor_time(server) - before < 0.25
    os.rename(server.path("away"), server.path("list"))
    assert load(server)["good"]


def test_the_command_in_the_log_works(guarded, folder):
    """It says what can be done in this very set-up."""
    if os.getuid() == 0:
        os.chmod(folder, 0o777)
    server = guarded({"list": SOA + hosts(20)}, ["z.test:ip4set:list"], "", "--api", "unix:" + folder + "/sock")
    reason = load(server, PAGE)["reason"]
    command = reason.split("to take it now: ")[1]
    assert command == f"dnsblctl --url unix:{folder}/sock reload list --accept"
    done = subprocess.run([client_under_test(), *command.split()[1:]], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert rcode(server.ask(reverse("20.0.0.1", "z.test"))) == "NXDOMAIN"


def test_without_an_api(start):
    """The list is not frozen, and the log says what works."""
    server = start({"list": SOA + hosts(20)}, zones=["z.test:ip4set:list"])
    server.write("list", PAGE)
    server.reload()
    assert poll(lambda: "to take it now: restart dnsbld with --guards warn (the old data" in server.log()), server.log()
    server.write("list", SOA + "192.0.2.1 :3:\n")
    server.reload()
    assert poll(lambda: answers(server.ask(reverse("192.0.2.1", "z.test"))) == {"127.0.0.3"})


@pytest.mark.parametrize("mode", ["warn", "off"])
def test_modes(start, folder, mode):
    """--guards, which is for lists with a mode of their own, too."""
    server = start({"list": SOA + hosts(2000), "c.yaml": "guards: {mode: on}\nlists: [{name: list, type: ip4set, "
                    "files: [list], guards: {mode: on}}]\n"}, "--config", folder + "/c.yaml", "--guards",
                   mode, zones=["z.test:ip4set:list"])
    server.write("list", SOA + PAGE)
    server.reload()
    assert poll(lambda: rcode(server.ask(reverse("20.0.0.1", "z.test"))) == "NXDOMAIN")
    assert ("list: unusable: no usable line" in server.log()) == (mode == "warn")


def test_a_start_with_a_broken_file(guarded):
    """The list has no data then, and gets it with the next good file, when it is believed, or by --guards warn."""
    server = guarded({"list": SOA + hosts(9000)}, ["z.test:ip4set:list"])
    server.stop()
    server.write("list", PAGE)
    user = [] if os.getuid() else ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups"]
    done = subprocess.run([*user, *server.command(), "--check"], capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1 and "to take it now: dnsblctl reload list --accept\n" in done.stderr, done.stderr
    server.start()
    assert rcode(server.ask(reverse("20.0.0.1", "z.test"))) == "SERVFAIL"
    assert "list: load refused: unusable" in server.log() and "(there is no data to serve)" in server.log()
    assert load(server, SOA + hosts(8000))["good"]
    assert answers(server.ask(reverse("20.0.0.1", "z.test"))) == {"127.0.0.2"}
    server.stop()
    server.write("list", SOA + hosts(3000))
    server.start()
    assert rcode(server.ask(reverse("20.0.0.1", "z.test"))) == "SERVFAIL"
    if server.has_clock:
        server.set_clock(3601)
        assert load(server)["good"]
        assert answers(server.ask(reverse("20.0.0.1", "z.test"))) == {"127.0.0.2"}
    server.stop()
    server.args += ["--guards", "warn"]
    server.start()
    assert answers(server.ask(reverse("20.0.0.1", "z.test"))) == {"127.0.0.2"}


def test_restarts_do_not_prolong_a_refusal(guarded):
    """The hour is that of the files; a file that has been there for it is believed at once."""
    server = guarded({"list": SOA + hosts(9000)}, ["z.test:ip4set:list"])
    if not server.has_clock:
        pytest.skip("a release build has no clock to set")
    name = reverse("20.0.0.1", "z.test")
    server.write("list", SOA + hosts(36000))
    for seconds, expected in ((0, "SERVFAIL"), (1800, "SERVFAIL"), (3700, "NOERROR")):
        server.stop()
        server.set_clock(seconds)
        server.start()
        assert rcode(server.ask(name)) == expected, server.log()
    server.stop()
    server.write("list", PAGE)
    server.set_clock(100000)
    server.start()
    assert rcode(server.ask(name)) == "SERVFAIL", "this is never believed"


@pytest.mark.parametrize("name", ["who", "never"])
def test_a_start_with_a_broken_access_list(guarded, name):
    """Nothing is answered until it is known who may ask, and what must not be listed."""
    server = guarded({"list": SOA + hosts(5), "who": "192.0.2.1 :refuse\n", "never": "20.0.0.1\n"},
                     ["z.test:ip4set:list", ":acl:who"], "never_list: never\n")
    assert answers(server.ask(reverse("20.0.0.2", "z.test"))) == {"127.0.0.2"}
    good = open(server.path(name)).read()
    server.stop()
    server.write(name, PAGE)
    server.start()
    assert rcode(server.ask(reverse("20.0.0.2", "z.test"))) == "SERVFAIL"
    assert f"{name}: load refused: unusable" in server.log() and f" reload {name} --accept (there is no" in server.log()
    [outcome] = server.post("/v1/reload", {"lists": [name]}).json["lists"]
    assert outcome["refused"], "by this name it can be accepted alone"
    server.write(name, good)
    server.post("/v1/reload")
    assert answers(server.ask(reverse("20.0.0.2", "z.test"))) == {"127.0.0.2"}


def test_a_start_without_a_broken_list(guarded):
    """`on_stale: drop` says that a zone's other lists matter more."""
    server = guarded({"list": SOA + hosts(20), "other": SOA + "192.0.2.1 :4:\n"}, ["z.test:ip4set:other"],
                     "lists: [{name: list, type: ip4set, files: [list], on_stale: drop}]\n"
                     "zones: [{name: z.test, lists: [list]}]\n")
    server.stop()
    server.write("list", PAGE)
    server.start()
    assert answers(server.ask(reverse("192.0.2.1", "z.test"))) == {"127.0.0.4"}
    assert server.get("/healthz", role=None).status == 503
    assert load(server, SOA + hosts(20))["good"]
    assert answers(server.ask(reverse("20.0.0.1", "z.test"))) == {"127.0.0.2"}
