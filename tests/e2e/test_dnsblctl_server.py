"""dnsblctl with the real server: every verb, and what DNS says afterwards."""
import json
import os
import re
import subprocess
import time

import pytest
from contract import DOCUMENT, METHODS, make
from fake_api import Fake, client_under_test
from server import answers, poll, reverse

CTL = client_under_test()


def run(server, *arguments, token="admin", status=0, stdin=""):
    """The client's run with this role's token; or with the unix socket, where root and the server's user need none."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DNSBLD_")}
    if token is None:
        environment["DNSBLD_URL"] = "unix:" + server.path("api.sock")
    else:
        environment["DNSBLD_URL"] = f"http://127.0.0.1:{server.http_port}"
        environment["DNSBLD_TOKEN_FILE"] = server.path(token + ".token")
    done = subprocess.run([CTL, *arguments], input=stdin, capture_output=True, text=True, env=environment, check=False,
                          timeout=60, cwd=server.folder)
    assert done.returncode == status, done
    return done


@pytest.fixture(scope="module")
def server(binary, module_folder):
    one = make(binary, module_folder, "--api", "unix:" + os.path.join(module_folder, "api.sock"))
    if os.getuid() == 0:
        os.chmod(module_folder, 0o777)
    for role in ("admin", "operator", "reader"):
        with open(one.path(role + ".token"), "w", opener=lambda p, f: os.open(p, f, 0o600)) as f:
            f.write(role + "-secret\n")
    yield one.start()
    one.stop()


@pytest.fixture
def ctl(server):
    """ctl(*arguments, token=role) gives the answer as Python has it."""
    return lambda *arguments, **options: json.loads(run(server, *arguments, **options).stdout)


@pytest.fixture
def table(server):
    """table(*arguments) gives the rows of the table, split."""
    return lambda *arguments, **options: [
        re.split("  +", line) for line in run(server, *arguments, "--table", **options).stdout.splitlines()]


def listed(server, address):
    return answers(server.ask(reverse(address, "zen.test")))


def test_from_delisted_to_listed_again(server, ctl, table):
    assert listed(server, "198.51.100.1") == {"127.0.0.4"}
    run(server, "lookup", "-q", "198.51.100.1", status=10)
    item = ctl("delist", "198.51.100.0/28", "--list", "xbl", "--for", "2h", "--reason", "clean now", token="operator")
    assert listed(server, "198.51.100.1") == set()
    run(server, "lookup", "-q", "198.51.100.1", status=0)
    row = table("lookup", "198.51.100.1")[1]
    assert row[:5] == ["198.51.100.1", "delisted", "xbl", "127.0.0.4", "198.51.100.0/28"]
    assert row[6] == item["expires_at"]
    assert ctl("show", item["id"], token="reader")["reason"] == "clean now"
    assert [i["id"] for i in ctl("delistings", "--covers", "198.51.100.3", "--state", "active")["delistings"]] == [item["id"]]
    later = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 30 * 86400))
    changed = ctl("change", item["id"], "--until", later, "--if-match", "1")
    assert changed["expires_at"] == later + "T00:00:00Z"
    assert "(changed" in run(server, "end", item["id"], "--if-match", "1", status=3).stderr
    assert ctl("end", item["id"])["state"] == "ended"
    assert listed(server, "198.51.100.1") == {"127.0.0.4"}
    events = [row[2] for row in table("history", "198.51.100.1")[1:]]
    assert [e for e in events if e != "held"] == ["ended", "changed", "delisted"]


def test_end_by_range(server, ctl):
    ctl("delist", "198.51.100.4/30", "--list", "xbl", "--for", "2h")
    assert listed(server, "198.51.100.5") == set()
    assert ctl("relist", "198.51.100.4/30")["ended"] == 1
    assert listed(server, "198.51.100.5") == {"127.0.0.4"}
    item = ctl("allow", "198.51.100.33", "--list", "pbl", "--for", "10m")
    assert ctl("end", "--covers", "198.51.100.33", "--dry-run")["would_end"] == 1
    assert ctl("show", item["id"][:-2])["state"] == "active"
    assert ctl("end", "198.51.100.33") == {"range": "198.51.100.33", "delistings": 0, "listings": 0, "allows": 1, "ended": 1}


def test_a_listing_and_an_allow(server, ctl, table):
    item = ctl("list", "192.0.2.200", "--list", "xbl", "--code", "127.0.0.9", "--text", "fresh", "--for", "10m")
    assert "127.0.0.9" in listed(server, "192.0.2.200")
    assert table("listings")[1][1:4] == ["192.0.2.200", "xbl", "127.0.0.9"]
    assert ctl("show", item["id"])["code"] == "127.0.0.9"
    ctl("end", item["id"])
    allow = ctl("allow", "192.0.2.200", "--list", "pbl", "--for", "10m")
    assert listed(server, "192.0.2.200") == set()
    assert table("lookup", "192.0.2.200")[1][1] == "delisted (allow)"
    ctl("end", allow["id"])
    assert listed(server, "192.0.2.200") == {"127.0.0.10"}


def test_many_and_back(server, ctl):
    with open(server.path("ranges"), "w") as f:
        f.write("".join(f"10.9.{i // 250}.{i % 250} xbl,pbl # {i}\n" for i in range(1500)))
    dry = ctl("delist", "-f", "ranges", "--dry-run")
    assert dry["done"] == 1500 and dry["results"][0]["dry_run"]["addresses"] == 1
    done = ctl("delist", "-f", "ranges", "--for", "1d")
    assert (done["done"], done["failed"], len(done["batch_ids"])) == (1500, 0, 2)
    everything = ctl("delistings", "--within", "10.9.0.0/16", "--all")["delistings"]
    assert len(everything) == 1500 and everything[0]["lists"] == ["xbl", "pbl"]
    assert [ctl("revert", batch)["ended"] for batch in done["batch_ids"]] == [1000, 500]
    assert ctl("delistings", "--within", "10.9.0.0/16", "--state", "active") == {"delistings": [], "next_cursor": None}


def test_one_of_many_is_refused(server, ctl):
    with open(server.path("some"), "w") as f:
        f.write("10.8.0.1\n10.0.0.0/9\n10.8.0.2\n")
    refused = run(server, "delist", "-f", "some", "--list", "xbl", token="operator", status=3)
    assert re.search(r"^dnsblctl: 10\.0\.0\.0/9: .*\(too_wide, range\)", refused.stderr, re.M)
    assert json.loads(refused.stdout)["done"] == 0
    partial = run(server, "delist", "-f", "some", "--list", "xbl", "--no-atomic", token="operator", status=5)
    assert json.loads(partial.stdout)["done"] == 2
    many = ctl("lookup", "10.8.0.1", "10.8.0.2", "192.0.2.66", token="reader")["results"]
    assert [r["status"] for r in many] == ["not_listed", "not_listed", "listed"]


def test_errors_have_their_code_and_request(server):
    done = run(server, "delist", "192.0.2.1", "--list", "nothing", token="operator", status=3)
    assert re.fullmatch(r"dnsblctl: .+ \(unknown_list, lists\).*; request [0-9a-f-]{36}\n", done.stderr)
    run(server, "delist", "192.0.2.1", token="reader", status=3)
    run(server, "show", "01970a3e-7d3c-7cc5-a1b4-3f0a4d1c9e52", status=3)


@pytest.mark.feature(29)
def test_requests_and_their_review(server, ctl, table):
    asked = ctl("request", "192.0.2.2", "--list", "xbl", "--name", "Ann", "--email", "ann@example.org", "--fixed",
                "--lang", "en", "--details", "cleaned")
    assert ctl("request-status", asked["id"])["status"] == asked["status"] == "removed"
    waiting = ctl("request", "192.0.2.66", "--list", "sbl", "--email", "bob@example.org")
    assert waiting["status"] == "pending"
    assert waiting["id"] in [row[0] for row in table("requests", "--status", "pending")]
    assert ctl("deny", waiting["id"], "--reply", "Ask your provider.")["reply"] == "Ask your provider."
    run(server, "approve", waiting["id"], status=3)
    run(server, "verify", waiting["id"], "0000", status=3)
    rows = ctl("privacy", "export", "ann@example.org")["rows"]
    assert any(row["value"] == "ann@example.org" for row in rows)
    assert ctl("privacy", "erase", "ann@example.org")["rows"] >= 1
    assert ctl("privacy", "export", "ann@example.org")["rows"] == []


def test_the_server_itself(server, ctl, table):
    assert {row[0] for row in table("lists")} >= {"NAME", "sbl", "xbl", "dbl"}
    assert table("loads", "xbl")[1][1] == "yes"
    assert table("zones")[1][:2] == ["zen.test", "yes"]
    assert ctl("status")["store"]["durable"] is True
    assert "sequence" in run(server, "status", "--table").stdout
    assert [(c["check"], c["ok"]) for c in ctl("health")["checks"]] == [("livez", True), ("readyz", True), ("healthz", True)]
    assert re.search("^# HELP ", run(server, "metrics").stdout, re.M)
    assert {row[0] for row in table("reload", "xbl", "pbl")} >= {"LIST"}
    assert ctl("suspend")["suspended"] is True
    assert ctl("resume")["suspended"] is False
    assert "hits" in ctl("hits", "--within", "192.0.2.0/24")


def test_changes(server, ctl):
    before = ctl("status")["sequence"]
    item = ctl("delist", "10.7.0.1", "--list", "xbl")
    changes = ctl("changes", "--since", str(before))["changes"]
    assert (changes[0]["id"], changes[0]["range"]) == (item["id"], "10.7.0.1")
    last = ctl("status")["sequence"]
    ahead = run(server, "changes", "--since", str(last + 1000), status=3).stderr
    assert "(since_ahead, since)" in ahead and f"the last sequence is {last}." in ahead


def test_following(server, ctl):
    words = [CTL, "changes", "--follow", "--url", "unix:" + server.path("api.sock")]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DNSBLD_")}
    if os.getuid() != 0:
        words += ["--token-file", server.path("admin.token")]
    since = ctl("status")["sequence"]
    with subprocess.Popen([*words, "--since", str(since)], stdout=subprocess.PIPE, text=True, env=environment) as follower:
        for address in ("10.6.0.1", "10.6.0.2"):
            item = ctl("delist", address, "--list", "xbl")
            assert json.loads(follower.stdout.readline())["id"] == item["id"]
        follower.terminate()


def test_a_new_token(server, ctl):
    line = run(server, "token", "operator", "carol", "--list", "xbl", "--within", "192.0.2.0/24", "--output",
               "carol.token").stdout
    with open(server.path("tokens")) as f:
        tokens = f.read()
    server.write("tokens", tokens + line)
    known = [CTL, "zones", "--url", f"http://127.0.0.1:{server.http_port}", "--token-file", server.path("carol.token")]
    assert poll(lambda: subprocess.run(known, capture_output=True, check=False).returncode == 0, step=0.2)
    assert ctl("delist", "192.0.2.3", "--list", "xbl", token="carol")["created_by"] == "carol"
    run(server, "delist", "192.0.2.3", "--list", "sbl", token="carol", status=3)
    run(server, "delist", "198.51.100.3", "--list", "xbl", token="carol", status=3)


def test_the_socket_needs_no_token_of_root(server, ctl):
    if os.getuid() != 0:
        pytest.skip("not root")
    assert ctl("delist", "10.5.0.1", "--list", "xbl", token=None)["range"] == "10.5.0.1"


def test_backup_and_restore(binary, folder):
    server = make(binary, folder)
    with open(server.path("admin.token"), "w", opener=lambda p, f: os.open(p, f, 0o600)) as f:
        f.write("admin-secret\n")
    server.start()
    try:
        first = json.loads(run(server, "delist", "10.4.0.1", "--list", "xbl").stdout)
        copy = json.loads(run(server, "backup").stdout)["path"]
        run(server, "delist", "10.4.0.2", "--list", "xbl")
        refused = run(server, "restore", copy, server.state, status=1)
        assert server.state in refused.stderr
        server.stop()
        run(server, "restore", copy, server.state)
        run(server, "restore", server.path("xbl.ip4set"), server.state, status=1)
        server.start()
        items = json.loads(run(server, "delistings").stdout)["delistings"]
        assert [i["id"] for i in items] == [first["id"]]
        assert any("before-restore" in name for name in os.listdir(server.state))
    finally:
        server.stop()


@pytest.mark.feature(29)
def test_every_call_has_a_verb():
    """What all verbs ask a server for are all the calls of the API, but those that say the same in another way."""
    fake = Fake(lambda _: (404, {"error": {"code": "not_found", "message": "-"}, "request_id": "-"}))
    overview = subprocess.run([CTL, "--help"], capture_output=True, text=True, check=True).stdout
    verbs = re.findall(r"^  ([a-z][a-z-]*(?: [a-z]+)?(?= )(?: [^ ]*[A-Z|]\S*)*)  ", overview, re.M)
    assert len(verbs) > 30
    for verb in verbs:
        name = [word for word in verb.split() if word.islower() and "|" not in word]
        if name in (["token"], ["restore"]):
            continue
        words = ["192.0.2.1" if re.search("ADDRESS|RANGE", word) else "word" for word in verb.split()[len(name):]]
        more = ([], [*words[:1], *words]) if "..." in verb else ([],)  # one, and many
        more += (["feed0123"], *(["192.0.2.1", "--kind", k] for k in ("listing", "allow"))) if "ID|" in verb else ()
        for extra in more:
            subprocess.run([CTL, *name, *(extra or words), "--url", fake.url], capture_output=True, check=False)
    fake.close()
    asked = {(a.method.lower(), a.path.partition("?")[0]) for a in fake.asked}
    for path, operations in DOCUMENT["paths"].items():
        pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", path))
        for method in METHODS:
            if method in operations and (method, path) not in (("get", "/v1/lookup"), ("get", "/v1/openapi.json")):
                assert any(m == method and pattern.fullmatch(p) for m, p in asked), f"{method} {path}"
