"""What the API promises where several parts meet: loads, health, delistings, and what is asked of it in between."""
import os
import subprocess
import time

import pytest
from contract import CONFIG, FILES, make
from server import answers, poll, rcode, reverse

D = "/v1/delistings"
GUARDED = """
lists:
  - {name: xbl, type: ip4set, files: [xbl.ip4set], guards: {canary: [10.99.0.1]}}
  - {name: sbl, type: ip4set, files: [sbl.ip4set]}
zones:
  - {name: zen.test, lists: [xbl]}
  - {name: other.test, lists: [sbl]}
"""
HEAD = ":127.0.0.4:xbl says $\n"


def hosts(count, first=0):
    """Lines of so many addresses of 10/8."""
    return "".join(f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}\n" for n in range(first, first + count))


def codes(api, address):
    return answers(api.ask(reverse(address, "zen.test")))


def load(api, content, name="xbl.ip4set", **fields):
    """Puts the file in place and reloads its list: the outcome."""
    if content is not None:
        api.write(name, content)
    [outcome] = api.post("/v1/reload", {"lists": [name.split(".")[0]], **fields}).json["lists"]
    return outcome


def reasons(api):
    """What /healthz says, by list; {} when all is well."""
    reply = api.get("/healthz", role=None)
    assert (reply.status == 200) == (reply.json["reasons"] == [])
    return {r["list"]: r["reason"] for r in reply.json["reasons"]}


@pytest.fixture
def still(binary, folder):
    """A server that looks at files only when it is asked to."""
    server = make(binary, folder, "-c", "0")
    yield server.start()
    server.stop()


# ---- Loads ----

def test_a_file_that_is_gone(still):
    """The load fails, the old data stays, and health says so until the file is back."""
    os.rename(still.path("xbl.ip4set"), still.path("away"))
    gone = load(still, None)
    assert not gone["good"] and not gone["refused"] and "xbl.ip4set" in gone["reason"]
    assert codes(still, "198.51.100.1") == {"127.0.0.4"}
    assert "xbl.ip4set" in reasons(still)["xbl"]
    assert not still.get("/v1/lists/xbl/loads").json["loads"][0]["good"]
    assert not load(still, None)["good"], "nobody says that it is good because nothing changed"
    os.rename(still.path("away"), still.path("xbl.ip4set"))
    assert load(still, None)["good"] and reasons(still) == {}


@pytest.mark.parametrize("count, more, why", [(9000, "", "20,000 before and 9,000 now"),
                                              (20000, "127.0.0.1\n", "127.0.0.1"),
                                              (20000, "10.99.0.1\n", "10.99.0.1")])
def test_a_restart_is_guarded(binary, folder, count, more, why):
    """By what was served before it: a list that looks wrong is not served until it is accepted; others are."""
    server = make(binary, folder, "-c", "0", files={"xbl.ip4set": HEAD + hosts(20000)}, config=GUARDED)
    server.zones = []
    server.start()
    server.stop()
    server.write("xbl.ip4set", HEAD + hosts(count) + more)
    user = "nobody" if os.getuid() == 0 else None  # whom the state directory belongs to
    check = subprocess.run([*server.command(), "--check"], capture_output=True, text=True, check=False, user=user)
    assert check.returncode == 1 and why in check.stderr
    server.start()
    try:
        assert rcode(server.ask(reverse("10.0.0.1", "zen.test"))) == "SERVFAIL"
        assert answers(server.ask(reverse("192.0.2.66", "other.test"))) == {"127.0.0.2"}
        assert why in reasons(server)["xbl"]
        assert server.get("/readyz", role=None).status == 503
        unknown = [server.get("/v1/lookup/10.0.0.1"), server.post("/v1/requests", {"query": "10.0.0.1"})]
        assert [(r.status, r.code) for r in unknown] == [(503, "not_loaded")] * 2
        bulk = server.post("/v1/lookup", {"queries": ["192.0.2.66", "10.0.0.1"]}).json["results"]
        assert (bulk[0]["status"], bulk[1]["error"]["code"]) == ("listed", "not_loaded"), "what is known is told"
        assert load(server, None, accept=True)["good"]
        assert subprocess.run([*server.command(), "--check"], capture_output=True, check=False, user=user).returncode == 0
        assert codes(server, "10.0.0.1") == {"127.0.0.4"} and reasons(server) == {}
        server.stop()
        server.start()
        assert codes(server, "10.0.0.1") == {"127.0.0.4"}, "what was accepted is what is known now"
    finally:
        server.stop()


def test_facts_that_cannot_be_read(binary, folder):
    """What stands in their file and is nothing of ours does no harm."""
    server = make(binary, folder, files={"xbl.ip4set": HEAD + hosts(9000)})
    with open(os.path.join(server.state, "loads"), "wb") as facts:
        facts.write(b"\0\xff\n" + b"9" * 100000 + b"\n1 20000 1 0 0 0 0 xbl ip4set\n1 20000 1 0 0 0 0 xbl ip4set elsewhere\n-1 x\n")
    server.start()
    try:
        assert codes(server, "10.0.0.1") == {"127.0.0.4"}
    finally:
        server.stop()


# ---- Loads and delistings ----

def state(api, item):
    return api.get(f"{D}/{item['id']}").json["state"]


@pytest.mark.feature(14, 30)
def test_fulfilled_and_relisted(still):
    """When a reload answers, its delistings are judged by it."""
    if not still.has_clock:
        pytest.skip("a release build has no clock to set")
    without = FILES["xbl.ip4set"].replace("192.0.2.1\n", "")
    item = still.delist("192.0.2.1", lists=["xbl"], sticky=False, expires_in="30d")
    stays = still.delist("192.0.2.1", lists=["xbl"], expires_in="20d")
    load(still, without)
    still.set_clock(3590)
    load(still, without + "10.9.9.9\n")
    assert state(still, item) == "active"
    still.set_clock(3601)
    load(still, None)
    assert state(still, item) == "fulfilled" and state(still, stays) == "active"
    still.delete(f"{D}/{stays['id']}")
    load(still, FILES["xbl.ip4set"])
    assert codes(still, "192.0.2.1") >= {"127.0.0.4"}
    assert state(still, item) == "relisted"


def test_the_brake(still):
    """Of 300 delistings none ends by a load, which is an alarm, until somebody accepts it."""
    if not still.has_clock:
        pytest.skip("a release build has no clock to set")
    load(still, HEAD + hosts(1000))
    items = [{"range": f"10.0.{n >> 8}.{n & 255}", "lists": ["xbl"], "sticky": False, "expires_in": "30d"}
             for n in range(300)]
    made = still.post(D + "/bulk", {"items": items}).json["results"]
    load(still, HEAD + hosts(700, 300))
    assert reasons(still) == {}
    still.set_clock(4000)
    assert load(still, None)["good"]
    assert len(still.get(D + "?state=active&limit=1000").json["delistings"]) == 300
    assert "would end 300 of 300 delistings" in reasons(still)["xbl"] and "would end 300 of 300" in still.log()
    load(still, None, accept=True)
    assert state(still, made[0]["delisting"]) == state(still, made[299]["delisting"]) == "fulfilled"
    assert reasons(still) == {}


def test_one_line_says_why_it_cannot_start(binary, folder):
    server = make(binary, folder)
    server.write("tokens", "secret emperor\n")
    assert server.spawn().process.wait(20) == 1
    last = server.log().splitlines()[-1]
    assert "tokens:1: a role expected" in last and "stats" not in server.log()


# ---- Answers ----

@pytest.fixture(scope="module")
def api(binary, module_folder):
    server = make(binary, module_folder)
    yield server.start()
    server.stop()


def test_ids_sort_by_time(api):
    made = [api.delist(f"2001:db8:aa::{n}", lists=["xbl"])["id"] for n in range(1, 21)]
    batch = api.post(D + "/bulk", {"items": [{"range": f"2001:db8:ab::{n}"} for n in range(1, 101)]}).json
    made += [r["delisting"]["id"] for r in batch["results"]]
    assert made == sorted(made)
    assert abs(int(made[0].replace("-", "")[:12], 16) / 1000 - time.time()) < 60


def test_an_empty_object_is_no_body(api):
    """Clients that always send JSON may."""
    assert api.post("/v1/overlay/suspend", {}).json["suspended"] is True
    assert api.post("/v1/overlay/resume", {}).json["suspended"] is False
    assert api.post("/v1/backup", {}).status == 201


@pytest.mark.parametrize("kind, item", [("delistings", {"range": "2001:db8:ac::1", "lists": ["xbl"]}),
                                        ("listings", {"range": "2001:db8:ac::1", "list": "css"}),
                                        ("allows", {"range": "2001:db8:ac::1"})])
def test_batches_by_the_name_of_the_collection(api, kind, item):
    path = f"/v1/{kind}/bulk"
    done = api.post(path, {kind: [item, {**item, "expires_in": 60}]}).json
    assert (done["done"], [r["status"] for r in done["results"]]) == (2, [201, 201])
    both = api.post(path, {kind: [item], "items": [item]})
    assert (both.status, both.json["error"]["field"]) == (400, kind)
    assert api.post(path, {"things": [item]}).code == "unknown_field"


def test_no_proxy_is_loopback(api):
    """Whatever it calls its header."""
    assert api.get("/metrics", role=None).status == 200
    for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via", "CF-Connecting-IP", "X-Client-IP"):
        assert api.get("/metrics", role=None, headers={header: "127.0.0.1"}).status == 401


def test_the_field_that_was_said(api):
    reply = api.post(D, {"range": "192.0.2.1", "expires_at": "9999-12-31T23:59:59Z"})
    assert (reply.status, reply.code, reply.json["error"]["field"]) == (422, "too_long", "expires_at")


def test_widest_listings(api):
    """A /24 and a /48 count the same of what a token may list in a day, which has room for many of both."""
    for n in range(8):
        for target in (f"10.8.{n}.0/24", f"2001:db8:{n}::/48"):
            reply = api.post("/v1/listings", {"range": target, "list": "css"}, role="operator")
            assert reply.status == 201, reply


def test_nothing_removed_has_no_effect(api):
    """effective_by is of removals only."""
    for query, name, status in (("192.0.2.67", "sbl", "pending"), ("192.0.2.99", "top", "denied")):
        reply = api.post("/v1/requests", {"query": query, "lists": [name]}, role=None).json
        assert (reply["status"], reply["effective_by"]) == (status, None)


def test_every_write_says_that_it_is_not_durable(binary, folder):
    server = make(binary, folder, state="")
    server.start()
    try:
        item = server.post(D, {"range": "192.0.2.1", "lists": ["xbl"]}).json
        listing = server.post("/v1/listings", {"range": "10.0.0.1", "list": "xbl"}).json
        batch = server.post(D + "/bulk", {"items": [{"range": "192.0.2.2", "lists": ["xbl"]}]}).json
        request = server.post("/v1/requests", {"query": "192.0.2.67", "lists": ["sbl"]}, role=None).json
        path = f"{D}/{item['id']}"
        answered = [item, listing, batch, batch["results"][0]["delisting"], request,
                    server.patch(path, {"reason": "x"}).json, server.delete(path).json,
                    server.post(f"/v1/requests/{request['id']}/approve").json,
                    server.call("POST", f"/v1/batches/{batch['batch_id']}/revert").json,
                    server.call("POST", "/v1/overlay/suspend").json, server.call("POST", "/v1/overlay/resume").json]
        assert [a["durable"] for a in answered] == [False] * len(answered)
        assert "no --state" in server.log()
    finally:
        server.stop()


def test_one_query_is_a_hit(api):
    """On a quiet server nothing is left out of the sample."""
    before = api.get("/v1/hits?within=192.0.2.66").json["estimated"]
    api.ask(reverse("192.0.2.66", "zen.test"))
    hits = poll(lambda: api.get("/v1/hits?within=192.0.2.66", role="operator").json["hits"])
    assert {(h["client"], h["query"], h["zone"], h["code"]) for h in hits} == {
        ("127.0.0.1", "192.0.2.66", "zen.test", "127.0.0.2")}
    assert api.get("/v1/hits?within=192.0.2.66").json["estimated"] == before + 1


def test_people_are_known_by_default(binary, folder):
    """Who reviews needs to know who asks; who delists notes for whom. 60 requests an hour are free."""
    server = make(binary, folder, config=None)
    server.start()
    try:
        person = {"contact_name": "Ann", "email": "ann@example.org", "company": "Example", "details": "please"}
        for _ in range(20):
            assert server.post("/v1/requests", {"query": "192.0.2.67", "lists": ["sbl"], **person}).status in (200, 201)
        [request] = server.get("/v1/requests?status=pending", role="operator").json["requests"]
        assert {name: request[name] for name in person} == person and request["client"] == "127.0.0.1"
        denied = server.post(f"/v1/requests/{request['id']}/deny", {"reason": "not yet"}, role="operator").json
        assert (denied["status"], denied["reply"], denied["decided_by"]) == ("denied", "not yet", "operator1")
        assert server.delist("192.0.2.1", requester="ticket 12, ann@example.org")["requester"] == "ticket 12, ann@example.org"
        for n in range(20):
            assert server.post("/v1/requests", {"query": f"203.0.113.{n}"}, role=None).status == 201
    finally:
        server.stop()
