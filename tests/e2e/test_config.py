"""The configuration file: started from it alone and with options, errors with line and column, --print-config."""
import os
import subprocess
import textwrap
import time

import pytest

from server import ROOT, SOA, Server, answers, free_port, kind, poll, reverse

GOOD = SOA + "$NS 1h ns.vendor.test\n:127.0.0.4:listed $\n192.0.2.1\n"


class Configured(Server):
    """A server of which the configuration file says all that the command line of Server would."""

    def __init__(self, binary, folder, text, *args, files=None, **kw):
        super().__init__(binary, folder, *args, files=files, **kw)
        self.write("dnsbld.yaml", f"listen: [127.0.0.1/{self.port}]\nforeground: true\ndirectory: {folder}\n"
                   + textwrap.dedent(text))

    def command(self):
        return [self.binary, "--config", self.path("dnsbld.yaml"), *self.args, *self.zones]


@pytest.fixture
def configured(binary, folder):
    servers = []

    def starter(text, *args, **kw):
        servers.append(Configured(binary, folder, text, *args, **kw))
        return servers[-1].start()

    yield starter
    for server in servers:
        server.stop()


@pytest.fixture
def run(binary, folder):
    def runner(*args, text=None):
        if text is not None:
            with open(os.path.join(folder, "c.yaml"), "w") as f:
                f.write(textwrap.dedent(text))
            args = ("--config", "c.yaml", *args)
        done = subprocess.run([binary, *args], cwd=folder, capture_output=True, text=True, timeout=20, check=False,
                              stdin=subprocess.DEVNULL)
        return done.returncode, done.stdout, done.stderr

    return runner


def test_file_alone(configured):
    server = configured("""
        version: refused
        ttl: 10m
        workers: 1
        lists:
          - {name: bad, type: ip4set, files: [v4]}
          - {name: bad, type: ip6trie, files: [v6]}
        zones:
          - {name: bl.test, lists: [bad]}
        """, files={"v4": GOOD, "v6": ":6:six\n2001:db8::/32\n"})
    reply = server.ask("1.2.0.192.bl.test")
    assert answers(reply) == {"127.0.0.4"} and reply.answer[0].ttl == 600
    assert answers(server.ask(reverse("2001:db8::1", "bl.test"))) == {"127.0.0.6"}
    assert server.ask("version.bind", "TXT", "CH").rcode() == 5
    assert "bad (ip4set)" in server.log() and "bad (ip6trie)" in server.log()


def test_options_override_and_zones_add(configured):
    server = configured("""
        ttl: 10m
        authority: true
        zones: [{name: a.test, lists: ["ip4set:v4"]}]
        """, "-t", "20m", "-a", zones=["a.test:ip4set:more", "b.test:ip4set:v4"],
        files={"v4": GOOD, "more": ":9:\n192.0.2.1\n"})
    reply = server.ask("1.2.0.192.a.test")
    assert answers(reply) == {"127.0.0.4", "127.0.0.9"} and reply.answer[0].ttl == 1200 and not reply.authority
    assert answers(server.ask("1.2.0.192.b.test")) == {"127.0.0.4"}


def test_addresses_of_options_replace_those_of_the_file(configured):
    port = free_port()
    server = configured("zones: [{name: a.test, lists: ['ip4set:v4']}]", files={"v4": GOOD})
    server.stop()
    server.args = ["-b", f"127.0.0.1/{port}"]
    server.port = port
    server.start()
    assert answers(server.ask("1.2.0.192.a.test")) == {"127.0.0.4"}


def test_soa_and_ns_of_the_operator(configured):
    server = configured("""
        authority: true
        zones:
          - name: a.test
            lists: ["ip4set:v4"]
            ns: [ns1.mine.test, ns2.mine.test]
            ns_ttl: 2h
            soa: {mname: ns1.mine.test, rname: me.mine.test, ttl: 50m, minimum: 40s, serial: 77}
          - {name: b.test, lists: ["ip4set:v4"]}
        """, files={"v4": GOOD})
    soa = server.ask("a.test", "SOA").answer[0]
    assert soa.ttl == 3000
    assert soa[0].to_text() == "ns1.mine.test. me.mine.test. 77 3600 600 86400 40"
    assert server.ask("9.9.9.9.a.test").authority[0].ttl == 40
    ns = server.ask("a.test", "NS").answer[0]
    assert ns.ttl == 7200 and {rr.to_text() for rr in ns} == {"ns1.mine.test.", "ns2.mine.test."}
    assert {rr.to_text() for rr in server.ask("1.2.0.192.a.test").authority[0]} == {"ns1.mine.test.", "ns2.mine.test."}
    assert answers(server.ask("b.test", "NS"), "NS") == {"ns.vendor.test."}
    assert server.ask("b.test", "SOA").answer[0][0].mname.to_text() == "ns1.example."


def test_edns_size(configured):
    many = "".join(f":{n}:{'x' * 60}\n192.0.2.1\n" for n in range(2, 30))
    server = configured("edns_size: 600\nzones: [{name: a.test, lists: ['ip4set:v4']}]", files={"v4": SOA + many})
    reply = server.ask("1.2.0.192.a.test", "TXT", edns=0, payload=4096)
    assert reply.payload == 600 and len(reply.to_wire()) <= 600


def test_guards_of_a_list(configured):
    text = """
        lists:
          - {name: loose, type: ip4set, files: [loose], guards: {canaries: false}}
          - {name: tight, type: ip4set, files: [tight], guards: {from: 1, canary: [192.0.2.25], coverage: 24}}
          - {name: names, type: dnset, files: [names], guards: {canary: [mail.mine.example]}}
        guards: {from: 1}
        zones:
          - {name: names.test, lists: [names]}
          - {name: loose.test, lists: [loose]}
          - {name: tight.test, lists: [tight]}
        """
    server = configured(text, files={"loose": GOOD, "tight": GOOD, "names": "bad.example\n"})
    server.write("loose", GOOD + "127.0.0.1\n")
    assert poll(lambda: kind(server.ask("1.0.0.127.loose.test")) == "LISTED")
    server.write("tight", GOOD + "192.0.2.25\n")
    assert poll(lambda: "192.0.2.25" in server.log()), server.log()
    assert kind(server.ask("25.2.0.192.tight.test")) == "NXDOMAIN"
    server.write("names", "bad.example\n.mine.example\n")
    assert poll(lambda: "mail.mine.example" in server.log()), server.log()
    server.write("names", "bad.example\nother.example\n")
    assert poll(lambda: kind(server.ask("other.example.names.test")) == "LISTED")
    server.write("tight", GOOD + "20.0.0.0/23\n")
    assert poll(lambda: "/24" in server.log()), server.log()
    server.write("tight", GOOD + "20.0.0.0/25\n")
    assert poll(lambda: kind(server.ask("1.0.0.20.tight.test")) == "LISTED")


def test_stale_data(configured, folder):
    old = SOA + "$TIMESTAMP 2020:01:01 +1d\n192.0.2.1\n"
    text = """
        lists:
          - {name: servfail, type: ip4set, files: [f1]}
          - {name: serve, type: ip4set, files: [f2], on_stale: serve}
          - {name: drop, type: ip4set, files: [f3], on_stale: drop}
          - {name: fresh, type: ip4set, files: [f4]}
        zones:
          - {name: servfail.test, lists: [servfail, fresh]}
          - {name: serve.test, lists: [serve]}
          - {name: drop.test, lists: [drop, fresh]}
        """
    server = configured(text, files={"f1": old, "f2": old, "f3": old, "f4": ":9:\n192.0.2.9\n"})
    assert kind(server.ask("1.2.0.192.servfail.test")) == "SERVFAIL"
    assert kind(server.ask("1.2.0.192.serve.test")) == "LISTED"
    assert kind(server.ask("1.2.0.192.drop.test")) == "NXDOMAIN"
    assert kind(server.ask("9.2.0.192.drop.test")) == "LISTED"
    for line in ("servfail (ip4set): its data is stale", "drop (ip4set): its data is stale"):
        assert line in server.log()
    server.write("f3", old.replace("2020:01:01 +1d", "2020:01:01"))
    assert poll(lambda: kind(server.ask("1.2.0.192.drop.test")) == "LISTED")


def test_data_becomes_stale_while_it_is_served(configured, folder):
    text = """
        lists:
          - {name: one, type: ip4set, files: [f1], max_age: 1h}
          - {name: two, type: ip4set, files: [f2], max_age: 1h, on_stale: drop}
        zones:
          - {name: one.test, lists: [one]}
          - {name: two.test, lists: [two]}
        """
    for name in ("f1", "f2"):
        path = os.path.join(folder, name)
        with open(path, "w") as f:
            f.write(GOOD)
        os.utime(path, (time.time() - 3597,) * 2)
    server = configured(text)
    assert kind(server.ask("1.2.0.192.one.test")) == "LISTED" == kind(server.ask("1.2.0.192.two.test"))
    assert poll(lambda: kind(server.ask("1.2.0.192.one.test")) == "SERVFAIL")
    assert poll(lambda: kind(server.ask("1.2.0.192.two.test")) == "NXDOMAIN")
    server.write("f2", GOOD)
    assert poll(lambda: kind(server.ask("1.2.0.192.two.test")) == "LISTED")


def test_acls(configured):
    text = """
        lists:
          - {name: data, type: ip4set, files: [v4]}
          - {name: nobody, type: acl, files: [refuse]}
        zones:
          - {name: open.test, lists: [data]}
          - {name: closed.test, lists: [data, nobody]}
        """
    files = {"v4": GOOD, "refuse": "127.0.0.0/8 :refuse\n"}
    server = configured(text, files=files)
    assert kind(server.ask("1.2.0.192.open.test")) == "LISTED"
    assert kind(server.ask("1.2.0.192.closed.test")) == "REFUSED"
    server.stop()
    server.write("dnsbld.yaml", open(server.path("dnsbld.yaml")).read() + "acls: [nobody]\n")
    server.start()
    assert kind(server.ask("1.2.0.192.open.test")) == "REFUSED"


LIST = "- {name: a, type: ip4set, files: [f]}\n"


@pytest.mark.parametrize("text, place, said", [
    ("listen: &a [127.0.0.1/53]\nworkers: *a\n", "2:10", "workers: an alias (*a) is not allowed"),
    ("wrokers: 4\n", "1:1", "did you mean 'workers'?"),
    ("user: x\n\n# workrs: 3\nworkrs: 4 # workrs: 5\n", "4:1", "workrs: unknown key"),
    ("workers: 4x\n", "1:10", "'4x'"),
    ("workers: [4]\n", "1:10", "one value"),
    ("workers:\n", "1:9", "missing"),
    ("workers: 4\nworkers: 5\n", "2:1", "given twice"),
    ("edns_size: 100\n", "1:12", "512 to 4096"),
    ("edns_size: 99999999999999999999\n", "1:12", "512 to 4096"),
    ("listen: 127.0.0.1\n", "1:9", "a list"),
    ("check_interval: 5x\n", "1:17", "90s, 15m"),
    ("authority: perhaps\n", "1:12", "true or false"),
    ("version: none\n", "1:10", "full name refused"),
    ("tcp: 5\n", "1:6", "a section"),
    ("tcp:\n  idle: 2h\n", "2:9", "1s to 1h"),
    ("tcp:\n  idel: 2h\n", "2:3", "did you mean 'idle'?"),
    ("breaker: {list: -1}\n", "1:17", "'-1'"),
    ("breaker: 100\n", "1:10", "a section"),
    ("lists:\n" + LIST + "rules:\n- {lists: [a], breaker: {list: many}}\n", "4:32", "'many'"),
    ("lists:\n" + LIST + "rules:\n- {lists: [a], breaker: {network: 1, netwrok: 2}}\n", "4:38", "did you mean 'network'?"),
    ("lists:\n- name: a\n  type: ip4set\n", "2:9", "files: this key is missing"),
    ("lists:\n- name: a\n  type: ip4st\n  files: [f]\n", "3:9", "'ip4st' is unknown"),
    ("lists:\n- name: 'a:b'\n  type: ip4set\n  files: [f]\n", "2:9", "colon"),
    ("lists:\n" + LIST + LIST, "3:10", "same type and files"),
    ("lists:\n- {name: a, type: ip4set, files: [f], guards: {canary: [1.2.3.4, a..b]}}\n", "2:66", "a..b"),
    ("lists:\n- {name: a, type: ip4set, files: [f], guards: {shrink: 101}}\n", "2:56", "1 to 100"),
    ("zones:\n- {name: z.test, lists: [a]}\n", "2:26", "'a'"),
    ("zones:\n- {name: z..test, lists: [a]}\n", "2:10", "empty label"),
    ("lists:\n" + LIST + "zones:\n- {name: z.test, lists: [a]}\n- {name: z.test, lists: [a]}\n", "5:10", "given twice"),
    ("zones:\n- {name: z.test, lists: ['ip4set:']}\n", "2:26", "no file"),
    ("zones:\n- {name: z.test, lists: ['ip4set:f'], soa: {mname: a}}\n", "2:44", "rname: this key is missing"),
    ("zones:\n- {name: z.test, lists: ['ip4set:f'], ns: [a, b..c]}\n", "2:47", "b..c"),
    ("lists:\n" + LIST + "acls: [a]\n", "3:8", "acl"),
    ("api: [" + "a, " * 16 + "b]\n", "1:55", "api: at most 16 addresses"),
    ("user: \"a\\nb\"\nworkers: \"1\\n2\"\n", "2:10", "'1?2': auto or a number expected"),
    ("acls: [a\nuser: x\n", "2:5", "not valid YAML"),
    ("- a\n", "1:1", "section"),
])
def test_error(run, text, place, said):
    status, out, err = run("--check", text=text)
    assert status == 1 and not out and len(err.splitlines()) == 1
    assert f"c.yaml:{place}: " in err and said in err, err


@pytest.mark.parametrize("text, said", [
    ("", "the file is empty"),
    ("# only a comment\n", "the file is empty"),
    ("user: x\n", "no zone"),
    ("ttl: 2d\nmax_ttl: 1d\nzones: [{name: a.test, lists: ['ip4set:f']}]\n", "max_ttl"),
    ("zones: [{name: a.test, lists: ['acl:f']}]\n", "the zone has no list"),
    ("lists:\n" + LIST + "zones: [{name: a.test, lists: [a]}]\nrules: [{lists: [a], form: {required: [name]}}]\n",
     "rules: form: required: 'name': contact_name, email, company, category, details or fixed expected"),
])
def test_error_of_the_whole(run, text, said):
    status, out, err = run("--check", text=text)
    assert status == 1 and not out and len(err.splitlines()) == 1 and said in err, err


def test_no_file(run):
    status, _, err = run("--config", "missing.yaml", "--check")
    assert status == 1 and "missing.yaml: No such file" in err


def printed(run, *args, text=None):
    status, out, err = run("--print-config", *args, text=text)
    assert status == 0, err
    return out


@pytest.mark.parametrize("arguments", [
    "-b ::1 z.test:ip4set:f",
    "-n -b 127.0.0.1/5353 -b host.test/domain -u rbldns:rbldns -r /var/lib/bl -w / -4 -t 1h:5m:1d -c 2m -e -q -p /run/p "
    "-A -vv -C -F local3 --workers 3 --tcp-idle 3s -l +log -s stats z.test:ip4set:f",
    "-b ::1 -t ::90 -c 0 zen.test:ip4set:/v/a/xbl.v4 zen.test:ip6trie:/v/a/xbl.v6 xbl.test:ip6trie:/v/a/xbl.v6 "
    "odd.test:ip6trie:/v/a/xbl.v6 odd.test:ip4set:/v/a/xbl.v4,/v/a/more z2.test:dnset:/v/b/xbl,two",
    "-b ::1 :acl:a,b a.test:ip4set:f a.test:acl:c b.test:acl:a:b b.test:dnset:true c.test:ip4trie:1",
])
def test_print_config(run, arguments):
    """What is printed says the same, list names and order of sets included: it prints the same again."""
    first = printed(run, *arguments.split())
    assert printed(run, text=first) == first
    defaults = printed(run, "-b", "::1", "z.test:ip4set:f")
    assert (first == defaults) == (arguments == "-b ::1 z.test:ip4set:f")


def test_print_config_of_everything(run):
    text = """
        listen: ["[::1]/53", a]
        family: ipv6
        tcp: {connections: 5, per_client: 4, idle: 3s, crowded_idle: 1s, max_age: 1h, queries: 9}
        min_ttl: 61
        guards: {from: 20, mode: warn, coverage6: 20, canary: [y.test]}
        lists:
          - {name: 'yes', type: ip4set, files: [a b, "c:d", "e,f", "# g"], on_stale: serve, max_age: 36h,
             guards: {shrink: off, growth: 500, bad_lines: off, coverage: 9, canaries: no, canary: [x.test, "::1"],
                      from: 1000, mode: "on", patience: 0}}
          - {name: 'yes', type: acl, files: ["~"]}
          - {name: b, type: dnset, files: [b], on_stale: drop}
        breaker: {list: 50, client: off}
        rules:
          - {lists: ['yes'], breaker: {list: 100, list_permille: off, target: 3}, form: {required: [email, fixed]}}
          - {lists: [b], form: {required: details}}
        zones:
          - {name: "a\\\\.b.test", lists: [b, 'yes'], ns: [n.test], soa: {mname: n.test, rname: "a\\\\.b.c", serial: 4}}
        acls: ["acl:x"]
        """
    first = printed(run, text=text)
    assert printed(run, text=first) == first
    for line in ("shrink: off", "max_age: 36h", "on_stale: drop", "min_ttl: 61s", "serial: 4", "canaries: false",
                 "from: 20", "from: 1000", "mode: warn", "mode: on", "patience: 0", "list: 50", "list: 100", "client: off",
                 "list_permille: off", "- fixed", "- details"):
        assert line in first, line
    assert first.count("target: 3") == 1, "what is the server's is not written with the list again"


def test_example(run, binary):
    """dist/dnsbld.yaml can be served as it is, and says the same when printed."""
    path = os.path.join(ROOT, "dist", "dnsbld.yaml")
    done = subprocess.run([binary, "--config", path, "--check"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    first = printed(run, "--config", path)
    assert printed(run, text=first) == first


def test_manual_knows_every_option(run):
    """dnsbld(8) has an entry for each option of --help."""
    with open(os.path.join(ROOT, "docs", "man", "dnsbld.8")) as f:
        entries = {word for line in f if line.startswith(".It Fl ") for word in line.split()[2:]}
    options = {word.strip("-,") for line in run("--help")[1].splitlines() if line.startswith("  ")
               for word in line.split()[:2] if word.startswith("-")}
    assert len(options) > 20
    assert not {o for o in options if o not in entries and "-" + o not in entries}
