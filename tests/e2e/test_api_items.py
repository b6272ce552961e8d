"""Delistings, listings and allows by the API: every field, every verb, and what DNS answers right afterwards."""
import re
import time

import pytest
from contract import LISTS, make
from server import answers, reverse


@pytest.fixture(scope="module")
def api(binary, module_folder):
    server = make(binary, module_folder)
    yield server.start()
    server.stop()


def codes(api, address):
    """What DNS says now: the A records of the address in the zone."""
    name = f"{address}.zen.test" if re.search("[a-z]$", address) else reverse(address, "zen.test")
    return answers(api.ask(name))


def utc(text):
    return time.mktime(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ")) - time.timezone


LATER = time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() + 30 * 86400))


# ---- Creating ----

def test_delisting_in_full(api):
    assert codes(api, "198.51.100.1") == {"127.0.0.4"}
    reply = api.post("/v1/delistings", {"range": "198.51.100.1", "lists": ["xbl"], "expires_in": "2h", "reason": "why",
                                        "requester": "noc@example.net"}, role="operator")
    assert codes(api, "198.51.100.1") == set()
    item = reply.json
    assert reply.status == 201
    assert reply.headers["Location"] == "/v1/delistings/" + item["id"]
    assert reply.headers["ETag"] == '"1"'
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", item["id"])
    assert utc(item["expires_at"]) == utc(item["created_at"]) + 7200
    assert item["updated_at"] == item["created_at"]
    assert {k: item[k] for k in ("range", "lists", "state", "sticky", "ended_at", "reason", "requester", "created_by",
                                 "ended_by", "batch_id", "origin", "durable", "over", "skipped")} == {
        "range": "198.51.100.1", "lists": ["xbl"], "state": "active", "sticky": True, "ended_at": None,
        "reason": "why", "requester": "noc@example.net", "created_by": "operator1", "ended_by": None,
        "batch_id": None, "origin": "api", "durable": True, "over": [], "skipped": []}
    shown = api.get(reply.headers["Location"], role="reader")
    del item["skipped"]
    assert shown.json == item and shown.headers["ETag"] == '"1"'


@pytest.mark.feature(12)
@pytest.mark.parametrize("given, canonical", [
    ("198.51.100.16/32", "198.51.100.16"),
    ("198.51.100.16-198.51.100.31", "198.51.100.16/28"),
    ("198.51.100.17-198.51.100.19", "198.51.100.17-198.51.100.19"),
    ("::ffff:198.51.100.18", "198.51.100.18"),
    ("2001:DB8:0:0:1::/80", "2001:db8:0:0:1::/80"),
    ("2001:db8::7/128", "2001:db8::7"),
    ("Bücher.Example", "xn--bcher-kva.example"),
    ("Mail.Example.NET.", "mail.example.net"),
])
def test_canonical_ranges(api, given, canonical):
    assert api.delist(given, lists=["xbl"], expires_in=60)["range"] == canonical


@pytest.mark.feature(11)
@pytest.mark.parametrize("fields, seconds", [
    ({}, 7 * 86400), ({"expires_in": 90}, 90), ({"expires_in": "90s"}, 90), ({"expires_in": "15m"}, 900),
    ({"expires_in": "12h"}, 43200), ({"expires_in": "2w"}, 1209600), ({"expires_in": None}, None),
    ({"expires_at": None}, None), ({"expires_at": LATER}, LATER),
])
def test_ends(api, fields, seconds):
    item = api.delist("198.51.100.2", role="admin", lists=["css"], **fields)
    if isinstance(seconds, int):
        assert utc(item["expires_at"]) == utc(item["created_at"]) + seconds
    else:
        assert item["expires_at"] == seconds
    api.delete("/v1/delistings/" + item["id"])


def test_lists_left_out(api):
    """Every list whose rules permit it; what is not is told with its reason."""
    item = api.delist("203.0.113.1")
    assert item["lists"] == [name for name in LISTS if name != "top"]
    assert [(s["list"], s["code"]) for s in item["skipped"]] == [("top", "removal_never")]
    item = api.post("/v1/allows", {"range": "203.0.113.1"}, role="operator").json
    assert item["lists"] == ["pbl"]
    assert [s["list"] for s in item["skipped"]] == [n for n in LISTS if n != "pbl"]
    for skipped in item["skipped"]:  # the real reason for each, without its name again
        assert (skipped["code"], skipped["why"]) == ("no_bypass", "allows have no effect on this list.")


def test_the_same_again(api):
    first = api.delist("203.0.113.2", lists=["pbl"], expires_in="3h")
    again = api.post("/v1/delistings", {"range": "203.0.113.2/32", "lists": ["pbl"], "expires_in": 10800})
    assert again.status == 200 and again.json["id"] == first["id"]
    other = api.post("/v1/delistings", {"range": "203.0.113.2", "lists": ["pbl"], "expires_in": "5h"})
    assert other.status == 201 and other.json["id"] != first["id"]


def test_idempotency_key(api):
    """The first answer again, whatever has become of it; another body is a mistake; refusals are not kept."""
    body, key = {"range": "203.0.113.3", "lists": ["pbl"]}, {"Idempotency-Key": "k-1"}
    first = api.post("/v1/delistings", body, headers=key)
    api.delete("/v1/delistings/" + first.json["id"])
    again = api.post("/v1/delistings", body, headers=key)
    assert again.status == 201 and again.json == first.json
    assert again.headers["Idempotent-Replayed"] == "true"
    for header in ("Location", "ETag"):
        assert again.headers[header] == first.headers[header]
    assert api.get("/v1/delistings?covers=203.0.113.3&state=active").json["delistings"] == []
    assert api.post("/v1/delistings", {**body, "reason": "x"}, headers=key).code == "key_reused"
    assert api.post("/v1/delistings", body, headers=key, role="operator").json["id"] != first.json["id"]
    wide, key = {"range": "10.0.0.0/8"}, {"Idempotency-Key": "k-2"}
    assert api.post("/v1/delistings", wide, headers=key).code == "too_wide"
    again = api.post("/v1/delistings", wide, headers=key)
    assert again.code == "too_wide" and "Idempotent-Replayed" not in again.headers
    path = "/v1/delistings/" + api.delist("203.0.113.4", lists=["pbl"])["id"]
    for method, body in [("PATCH", {"reason": "z"}), ("DELETE", None)]:
        key = {"Idempotency-Key": "k-" + method}
        one = api.call(method, path, body, headers=key)
        two = api.call(method, path, body, headers=key)
        assert two.json == one.json and two.headers["Idempotent-Replayed"] == "true"
        assert two.headers["ETag"] == one.headers["ETag"] and "Location" not in two.headers


def test_dry_run(api):
    """Of 192.0.2.0/24 xbl has .1, .2, .3, .66; css .1, .9; together 5 addresses."""
    before = api.get("/v1/status").json["sequence"]
    for lists, listed in [(["xbl"], 4), (["css"], 2), (["xbl", "css"], 5), (["pbl"], 256)]:
        reply = api.post("/v1/delistings", {"range": "192.0.2.0/24", "lists": lists, "dry_run": True})
        assert reply.status == 200
        assert reply.json == {"range": "192.0.2.0/24", "addresses": 256, "listed_now": listed, "lists": lists,
                              "skipped": []}
    huge = api.post("/v1/delistings", {"range": "2001:db8::/32", "lists": ["xbl"], "dry_run": True}).json
    assert huge["addresses"] == 2 ** 96
    assert api.post("/v1/listings", {"range": "192.0.2.128/25", "list": "xbl", "dry_run": True}).json["addresses"] == 128
    assert api.get("/v1/status").json["sequence"] == before
    assert codes(api, "192.0.2.1") == {"127.0.0.4", "127.0.0.10", "127.0.0.3"}


# ---- Showing, changing, ending ----

def test_change(api):
    item = api.delist("203.0.113.5", lists=["pbl"], expires_in="1h")
    path = "/v1/delistings/" + item["id"]
    longer = api.patch(path, {"expires_in": "2h", "reason": "more"}, headers={"If-Match": '"1"'}, role="operator")
    assert longer.status == 200 and longer.headers["ETag"] == '"2"'
    assert longer.json["reason"] == "more" and utc(longer.json["expires_at"]) >= utc(item["expires_at"]) + 3600
    stale = api.patch(path, {"reason": "again"}, headers={"If-Match": '"1"'})
    assert (stale.status, stale.code, stale.json["error"]["field"]) == (412, "changed", "If-Match")
    assert api.delete(path, headers={"If-Match": 'W/"2"'}).status == 412
    assert api.get(path).json == longer.json
    assert api.patch(path, {"reason": "any"}, headers={"If-Match": "*"}).json["revision"] == 3


def test_end(api):
    """The listing returns with the answer; what else covers it is told."""
    wide = api.delist("192.0.2.2/31", lists=["xbl", "pbl"])
    one = api.delist("192.0.2.3", lists=["xbl"])
    assert codes(api, "192.0.2.3") == set()
    ended = api.delete("/v1/delistings/" + one["id"], role="operator")
    assert ended.status == 200 and ended.json["still_covered_by"] == [wide["id"]]
    assert (ended.json["state"], ended.json["ended_by"]) == ("ended", "operator1")
    assert ended.json["ended_at"] is not None
    assert codes(api, "192.0.2.3") == set()
    assert api.delete("/v1/delistings/" + wide["id"]).json["still_covered_by"] == []
    assert codes(api, "192.0.2.3") == {"127.0.0.4", "127.0.0.10"}
    again = api.delete("/v1/delistings/" + wide["id"])
    assert again.status == 200 and again.json["state"] == "ended"
    late = api.patch("/v1/delistings/" + wide["id"], {"expires_in": "1h"})
    assert (late.status, late.code) == (409, "ended")


def test_end_by_value(api):
    """What is about exactly this range, an address, or lies in a range; of one list; and no other."""
    made = {r: api.delist(r, lists=lists)["id"] for r, lists in (
        ("198.51.100.8/29", ["xbl"]), ("198.51.100.8", ["xbl", "css"]), ("198.51.100.9", ["css"]))}
    allow = api.post("/v1/allows", {"range": "198.51.100.8", "lists": ["pbl"]}).json["id"]

    def states():
        shown = {r: api.get("/v1/delistings/" + i).json["state"] for r, i in made.items()}
        return [r for r in made if shown[r] == "active"]

    def end(query, status=200):
        reply = api.delete("/v1/delistings?" + query, role="operator")
        assert reply.status == status, reply.json
        return reply.json if status == 200 else reply.json["error"]

    assert end("within=198.51.100.8/29&max=9&dry_run=true") == {"ended": 3, "dry_run": True, "durable": True}
    assert "2 match" in end("covers=198.51.100.8", status=409)["message"]
    assert states() == list(made)
    assert end("range=198.51.100.8/29") == {"ended": 1, "dry_run": False, "durable": True}
    assert states() == ["198.51.100.8", "198.51.100.9"] and codes(api, "198.51.100.10") == {"127.0.0.4"}
    assert end("range=198.51.100.8/29")["ended"] == 0
    assert end("within=198.51.100.8/29&list=xbl")["ended"] == 1
    assert states() == ["198.51.100.9"]
    assert end("covers=198.51.100.9&list=css&max=2")["ended"] == 1
    assert states() == [] and api.get("/v1/allows/" + allow).json["state"] == "active"
    assert api.delete("/v1/allows?range=198.51.100.8").json["ended"] == 1


def test_end_names_by_value(api):
    with_subdomains = api.delist("value.example", lists=["dbl"], include_subdomains=True)["id"]
    below = api.delist("www.value.example", lists=["dbl"])["id"]
    assert api.delete("/v1/delistings?range=value.example").json["ended"] == 1
    assert api.get("/v1/delistings/" + with_subdomains).json["state"] == "ended"
    assert api.get("/v1/delistings/" + below).json["state"] == "active"
    assert api.delete("/v1/delistings?within=value.example").json["ended"] == 1


@pytest.mark.parametrize("query, status, code", [
    ("", 400, "missing_parameter"), ("list=xbl", 400, "missing_parameter"),
    ("range=192.0.2.1&covers=192.0.2.1", 400, "missing_parameter"), ("range=192.0.2.1/24", 400, "bad_range"),
    ("covers=192.0.2.0/24", 400, "not_single"), ("range=192.0.2.1&max=0", 400, "bad_parameter"),
    ("range=192.0.2.1&max=1001", 400, "bad_parameter"), ("range=192.0.2.1&dry_run=yes", 400, "bad_parameter"),
    ("range=192.0.2.1&list=none", 400, "unknown_list"), ("range=192.0.2.1&state=active", 400, "unknown_parameter"),
])
def test_end_by_value_refused(api, query, status, code):
    reply = api.delete("/v1/delistings?" + query)
    assert (reply.status, reply.code) == (status, code)


def test_end_by_value_of_others(api):
    """An owner ends nothing as soon as one of the items lies outside its ranges."""
    made = [api.delist(r, lists=["xbl"])["id"] for r in ("198.51.100.80", "198.51.0.0/16")]
    reply = api.delete("/v1/delistings?covers=198.51.100.80&max=5", role="owner")
    assert (reply.status, reply.code) == (403, "range_forbidden")
    assert [api.get("/v1/delistings/" + i).json["state"] for i in made] == ["active"] * 2
    assert api.delete("/v1/delistings?covers=198.51.100.80&max=5").json["ended"] == 2


def test_the_beginning_of_an_id(api):
    one = api.delist("198.51.100.96", lists=["xbl"])["id"]
    two = api.delist("198.51.100.97", lists=["xbl"])["id"]
    assert api.get("/v1/delistings/" + one[:-1]).json["id"] == one
    assert api.patch("/v1/delistings/" + one[:34], {"reason": "short"}).json["reason"] == "short"
    for method, body in ((api.get, ()), (api.patch, ({"reason": "x"},)), (api.delete, ())):
        for start, status, code in ((one[:7], 404, "not_found"), (one[:5] + "x-0", 404, "not_found"),
                                    ("f" * 8, 404, "not_found"), (one + "0", 404, "not_found")):
            reply = method("/v1/delistings/" + start, *body)
            assert (reply.status, reply.code) == (status, code)
    assert one[:8] == two[:8]  # the first digits are the time, in minutes
    reply = api.delete("/v1/delistings/" + one[:8])
    assert (reply.status, reply.code) == (409, "ambiguous_id")
    assert api.get("/v1/delistings/" + one[:8]).code == "ambiguous_id"
    assert api.get("/v1/listings/" + one).status == 404
    assert api.delete("/v1/delistings?within=198.51.100.96/31&max=2").json["ended"] == 2


@pytest.mark.feature(6, 11)
def test_expiry(binary, folder):
    """On a clock that the test sets: to the second, without a write."""
    server = make(binary, folder)
    if not server.has_clock:
        pytest.skip("a release build has no clock to set")
    server.start()
    try:
        path = "/v1/delistings/" + server.delist("192.0.2.9", lists=["css", "pbl"], expires_in="1h")["id"]
        server.set_clock(3590)
        assert codes(server, "192.0.2.9") == set() and server.get(path).json["state"] == "active"
        server.set_clock(3600)
        assert codes(server, "192.0.2.9") == {"127.0.0.3", "127.0.0.10"}
        assert server.get(path).json["state"] == "expired"
        assert server.patch(path, {"expires_in": "1h"}).code == "ended"
    finally:
        server.stop()


def test_a_clock_that_was_far_ahead(binary, folder):
    """What is made once it is right again holds for every worker, and a small step back takes nothing back."""
    server = make(binary, folder)
    if not server.has_clock:
        pytest.skip("a release build has no clock to set")
    server.start()

    def seen(address):
        """By any worker: which one it is depends on the port that is asked from."""
        return [codes(server, address) for _ in range(32)]

    try:
        server.delist("192.0.2.9", lists=["css", "pbl"], expires_in="1h")
        server.set_clock(86400)
        assert seen("192.0.2.9") == 32 * [{"127.0.0.3", "127.0.0.10"}]
        server.set_clock(0)
        server.delist("192.0.2.1", lists=["xbl", "css", "pbl"], expires_in="1h")
        assert seen("192.0.2.1") == 32 * [set()]
        server.set_clock(3601)
        assert set() not in seen("192.0.2.1")
        server.set_clock(3590)
        assert set() not in seen("192.0.2.1")
    finally:
        server.stop()


# ---- Listings and allows ----

@pytest.mark.feature(6)
def test_listing(api):
    assert codes(api, "198.51.100.200") == set()
    reply = api.post("/v1/listings", {"range": "198.51.100.200", "list": "xbl", "code": "127.0.0.15",
                                      "text": "wait, $", "expires_in": "10m"}, role="operator")
    assert reply.status == 201 and reply.headers["Location"] == "/v1/listings/" + reply.json["id"]
    assert {k: reply.json[k] for k in ("list", "lists", "code", "text")} == {
        "list": "xbl", "lists": ["xbl"], "code": "127.0.0.15", "text": "wait, $"}
    asked = api.ask(reverse("198.51.100.200", "zen.test"))
    assert answers(asked) == {"127.0.0.15"} and 0 < asked.answer[0].ttl <= 600
    assert answers(api.ask(reverse("198.51.100.200", "zen.test"), "TXT"), "TXT") == {"wait, 198.51.100.200"}
    assert api.get(reply.headers["Location"]).json["text"] == "wait, $"
    assert [x["id"] for x in api.get("/v1/listings?list=xbl").json["listings"]] == [reply.json["id"]]
    assert api.get("/v1/delistings/" + reply.json["id"]).status == 404
    changed = api.patch(reply.headers["Location"], {"reason": "r"}, role="operator")
    assert changed.json["reason"] == "r"
    assert api.delete(reply.headers["Location"], role="operator").json["state"] == "ended"
    assert codes(api, "198.51.100.200") == set()
    plain = api.post("/v1/listings", {"range": "new.spammer.example", "list": "dbl", "include_subdomains": True})
    assert (plain.json["code"], plain.json["text"], plain.json["include_subdomains"]) == ("127.0.0.2", None, True)
    assert codes(api, "www.new.spammer.example") == {"127.0.0.2"}


@pytest.mark.feature(18)
def test_allow(api):
    """It beats what the list says and what is listed by hand, on lists that permit it."""
    api.post("/v1/listings", {"range": "192.0.2.67", "list": "pbl", "code": "127.0.0.11"})
    assert codes(api, "192.0.2.67") == {"127.0.0.2", "127.0.0.10", "127.0.0.11"}
    reply = api.post("/v1/allows", {"range": "192.0.2.67", "lists": ["pbl"]}, role="operator")
    assert reply.status == 201 and "sticky" not in reply.json
    assert codes(api, "192.0.2.67") == {"127.0.0.2"}
    assert api.get("/v1/allows?covers=192.0.2.67").json["allows"][0]["id"] == reply.json["id"]
    assert api.patch(reply.headers["Location"], {"expires_in": "1d"}).status == 200
    assert api.delete(reply.headers["Location"]).status == 200
    assert codes(api, "192.0.2.67") == {"127.0.0.2", "127.0.0.10", "127.0.0.11"}


def test_owner(api):
    """An operator within its ranges."""
    inside = api.post("/v1/delistings", {"range": "192.0.2.128/25", "lists": ["pbl"]}, role="owner")
    assert inside.status == 201 and inside.json["created_by"] == "anna"
    outside = api.post("/v1/delistings", {"range": "192.0.0.0/16", "lists": ["pbl"]}, role="owner")
    assert (outside.status, outside.code) == (403, "range_forbidden")
    foreign = api.delist("203.0.113.9", lists=["pbl"])
    assert api.delete("/v1/delistings/" + foreign["id"], role="owner").code == "range_forbidden"
    assert api.get("/v1/delistings/" + foreign["id"], role="owner").status == 200
    assert api.delete("/v1/delistings/" + inside.json["id"], role="owner").status == 200


@pytest.mark.feature(12)
def test_force(api):
    """Admins pass over the rules; nobody else."""
    for body, code in [({"range": "192.0.2.99", "lists": ["top"]}, "removal_never"),
                       ({"range": "10.0.0.0/8", "lists": ["xbl"]}, "too_wide")]:
        assert api.post("/v1/delistings", body).code == code
        assert api.post("/v1/delistings", {**body, "force": True}, role="operator").code == "force_forbidden"
        reply = api.post("/v1/delistings", {**body, "force": True})
        assert reply.status == 201
        api.delete(reply.headers["Location"])


# ---- Batches ----

def test_batch(api):
    items = [{"range": f"198.51.100.{n}", "lists": ["xbl"]} for n in (4, 5, 6)]
    reply = api.post("/v1/delistings/bulk", {"items": items}, role="operator")
    assert (reply.status, reply.json["done"], reply.json["failed"]) == (200, 3, 0)
    assert [(r["status"], r["delisting"]["range"]) for r in reply.json["results"]] == [
        (201, "198.51.100.4"), (201, "198.51.100.5"), (201, "198.51.100.6")]
    batch = reply.json["batch_id"]
    assert {r["delisting"]["batch_id"] for r in reply.json["results"]} == {batch}
    assert len(api.get("/v1/delistings?batch_id=" + batch).json["delistings"]) == 3
    assert codes(api, "198.51.100.5") == set()
    undone = api.call("POST", f"/v1/batches/{batch}/revert")
    assert undone.json == {"batch_id": batch, "ended": 3, "durable": True}
    assert codes(api, "198.51.100.5") == {"127.0.0.4"}
    assert api.call("POST", f"/v1/batches/{batch}/revert").json["ended"] == 0


def test_batch_with_mistakes(api):
    """All or nothing, unless it says otherwise; mistakes of every kind have their place."""
    items = [{"range": "198.51.100.7", "lists": ["xbl"]}, {"range": "198.51.100.300"}, "no object",
             {"range": "10.0.0.0/8", "lists": ["xbl"]}]
    whole = api.post("/v1/delistings/bulk", {"items": items})
    assert (whole.status, whole.code, whole.json["error"]["field"]) == (400, "bad_range", "items[1].range")
    assert [r["status"] for r in whole.json["results"]] == [424, 400, 400, 424]
    rules = api.post("/v1/delistings/bulk", {"items": [items[0], items[3]]})
    assert (rules.status, rules.code, rules.json["error"]["field"]) == (422, "too_wide", "items[1].range")
    assert [r["status"] for r in rules.json["results"]] == [424, 422]
    assert codes(api, "198.51.100.7") == {"127.0.0.4"}
    parts = api.post("/v1/delistings/bulk", {"items": items, "atomic": False})
    assert (parts.status, parts.json["done"], parts.json["failed"]) == (200, 1, 3)
    assert [r["status"] for r in parts.json["results"]] == [201, 400, 400, 422]
    assert [r.get("error", {}).get("code") for r in parts.json["results"]] == [None, "bad_range", "bad_type", "too_wide"]
    assert codes(api, "198.51.100.7") == set()
    none = api.post("/v1/delistings/bulk", {"items": items[1:3], "atomic": False})
    assert (none.status, none.json["done"], none.json["batch_id"]) == (200, 0, None)


@pytest.mark.parametrize("kind, item", [("listings", {"range": "198.51.100.201", "list": "css"}),
                                        ("allows", {"range": "203.0.113.10"})])
def test_batch_of_others(api, kind, item):
    reply = api.post(f"/v1/{kind}/bulk", {"items": [item, {**item, "dry_run": True}]})
    first, second = reply.json["results"]
    assert (first["status"], first[kind[:-1]]["range"]) == (201, item["range"])
    assert (second["status"], second["dry_run"]["addresses"]) == (200, 1)


# ---- Collections ----

def test_pages(api):
    """Newest first, each once, whatever is made meanwhile."""
    made = [api.delist(f"2001:db8:7::{n:x}", lists=["xbl"])["id"] for n in range(1, 6)]
    base = "/v1/delistings?within=2001:db8:7::/48&limit=2"
    one = api.get(base).json
    api.delist("2001:db8:7::99", lists=["xbl"])
    two = api.get(base + "&cursor=" + one["next_cursor"]).json
    three = api.get(base + "&cursor=" + two["next_cursor"]).json
    assert [[x["id"] for x in page["delistings"]] for page in (one, two, three)] == [
        [made[4], made[3]], [made[2], made[1]], [made[0]]]
    assert three["next_cursor"] is None


def test_filters(api):
    first = api.delist("2001:db8:8::/64", lists=["xbl"], expires_in="1h")["id"]
    second = api.delist("2001:db8:8::5", role="admin", lists=["css"], expires_in="2h")["id"]
    name = api.delist("filter.example", lists=["dbl"], include_subdomains=True)["id"]
    api.delete("/v1/delistings/" + first)

    def ids(query):
        return [x["id"] for x in api.get("/v1/delistings?" + query, role="reader").json["delistings"]]

    within = "within=2001:db8:8::/48&"
    assert ids(within) == [second, first]
    assert ids(within + "state=active") == [second] and ids(within + "state=ended") == [first]
    assert ids(within + "list=xbl") == [first]
    assert ids(within + "created_by=admin1") == [second]
    assert ids("range=2001:db8:8::/64") == [first] and ids("range=2001:db8:8::5") == [second]
    assert ids("range=filter.example") == [name] and ids("range=2001:db8:8::/48") == []
    assert ids("covers=2001:db8:8::5") == [second, first] and ids("covers=2001:db8:8::6") == [first]
    assert ids("covers=www.filter.example") == [name] and ids("within=filter.example") == [name]
    early = api.get("/v1/delistings/" + second).json["expires_at"]
    assert ids(within + "expires_before=" + early) == [first]


def test_suspend(api):
    api.delist("198.51.100.8", lists=["xbl"])
    assert codes(api, "198.51.100.8") == set()
    assert api.call("POST", "/v1/overlay/suspend").json == {"suspended": True, "durable": True}
    assert codes(api, "198.51.100.8") == {"127.0.0.4"}
    assert api.get("/v1/status").json["overlay"]["suspended"]
    api.delist("198.51.100.9", lists=["xbl"])
    assert codes(api, "198.51.100.9") == {"127.0.0.4"}
    assert api.call("POST", "/v1/overlay/resume").json == {"suspended": False, "durable": True}
    assert codes(api, "198.51.100.8") == set() and codes(api, "198.51.100.9") == set()


def test_seventeen(api):
    """At most 16 items hold for one address."""
    for n in range(16):
        api.delist("198.51.100.10", lists=["xbl"], expires_in=3600 + 600 * n)
    reply = api.post("/v1/delistings", {"range": "198.51.100.10", "lists": ["xbl"], "expires_in": "30d"})
    assert (reply.status, reply.code) == (409, "too_many_items")


def test_in_memory(binary, folder):
    """Without a store everything works, and every item says so."""
    server = make(binary, folder, state="")
    server.start()
    try:
        item = server.delist("198.51.100.1", lists=["xbl"])
        assert item["durable"] is False and codes(server, "198.51.100.1") == set()
        assert server.get("/v1/delistings/" + item["id"]).json["durable"] is False
        backup = server.call("POST", "/v1/backup")
        assert (backup.status, backup.code) == (409, "no_store")
        assert server.get("/v1/status").json["store"]["durable"] is False
    finally:
        server.stop()
