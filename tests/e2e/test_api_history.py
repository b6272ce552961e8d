"""What happened, when and by whom: history, changes as they come, recent answers, and people's data."""
import sqlite3
import threading
import time

import pytest
from contract import make
from server import poll, reverse


@pytest.fixture(scope="module")
def api(binary, module_folder):
    server = make(binary, module_folder)
    yield server.start()
    server.stop()


def events(api, query, **options):
    return api.get("/v1/history/" + query, **options).json["events"]


@pytest.mark.feature(7, 27)
def test_history(api):
    """Newest first: all that held for the address, and nothing else."""
    wide = api.delist("198.51.100.0/28", lists=["xbl"], reason="cleaned")["id"]
    api.delist("198.51.100.9", lists=["xbl"])
    api.patch("/v1/delistings/" + wide, {"reason": "really"}, role="operator")
    listed = api.post("/v1/listings", {"range": "198.51.100.1", "list": "css", "code": "127.0.0.15"}).json["id"]
    api.delete("/v1/delistings/" + wide, role="admin")
    seen = events(api, "198.51.100.1", role="reader")
    assert [(e["event"], e["id"], e["by"]) for e in seen if e["event"] != "held"] == [
        ("ended", wide, "admin1"), ("listed", listed, "admin1"), ("changed", wide, "operator1"),
        ("delisted", wide, "operator1")]
    first = seen[-1]
    assert (first["kind"], first["range"], first["lists"], first["reason"]) == (
        "delisting", "198.51.100.0/28", ["xbl"], "cleaned")
    assert first["code"] is None and [e["code"] for e in seen if e["event"] == "listed"] == ["127.0.0.15"]
    assert all("client" not in e for e in seen)
    assert events(api, "198.51.100.1", role="operator")[0]["client"] == "127.0.0.1"


def test_pages_of_history(api):
    for n in range(5):
        api.delist("2001:db8:9::1", lists=["xbl"], expires_in=3600 * (n + 1))
    everything = [e["sequence"] for e in events(api, "2001:db8:9::1")]
    collected = [e["sequence"] for e in api.pages("/v1/history/2001:db8:9::1", "events")]
    assert collected == everything == sorted(everything, reverse=True) and len(everything) == 5


def test_names(api):
    api.delist("history.example", lists=["dbl"], include_subdomains=True)
    assert [e["range"] for e in events(api, "www.history.example")] == ["history.example"]
    assert events(api, "story.example") == []


def test_requests_in_history(api):
    """Their ids are no reader's business: they let anybody see the request."""
    api.post("/v1/requests", {"query": "192.0.2.67", "lists": ["sbl"]}, role=None)
    for role, known in (("reader", False), ("operator", True)):
        [event] = [e for e in events(api, "192.0.2.67", role=role) if e["event"] == "requested"]
        assert event["kind"] == "request" and (event["id"] is not None) == known


def test_changes(api):
    start = api.get("/v1/status").json["sequence"]
    made = [api.delist(f"203.0.113.{n}", lists=["pbl"])["id"] for n in range(20, 25)]
    first = api.get(f"/v1/changes?since={start}&limit=3", role="reader").json
    second = api.get(f"/v1/changes?since={first['next']}", role="reader").json
    delisted = [c for c in first["changes"] + second["changes"] if c["event"] == "delisted"]
    assert len(first["changes"]) == 3 and [c["id"] for c in delisted] == made
    sequences = [c["sequence"] for c in first["changes"] + second["changes"]]
    assert sequences == sorted(sequences) and sequences[0] > start
    assert second["next"] == sequences[-1] == api.get("/v1/status").json["sequence"]
    assert api.get(f"/v1/changes?since={second['next']}").json == {"changes": [], "next": second["next"]}
    for query in ("", "&wait=30"):  # what was never answered is not waited for
        ahead = api.get(f"/v1/changes?since={second['next'] + 1}{query}")
        assert (ahead.status, ahead.code, ahead.json["error"]["field"]) == (400, "since_ahead", "since")
        assert f"the last sequence is {second['next']}." in ahead.json["error"]["message"]


def test_changes_that_were_purged(binary, folder):
    server = make(binary, folder).start()
    for number in range(1, 4):
        server.delist(f"203.0.113.{number}", lists=["pbl"])
    last = server.get("/v1/status").json["sequence"]
    server.stop()
    with sqlite3.connect(server.path("state/dnsbld.db")) as store:  # as retention does
        store.execute("INSERT OR REPLACE INTO facts VALUES ('events_gone', 2)")
        store.execute("DELETE FROM events WHERE sequence <= 2")
    store.close()
    server.start()
    gone = server.get("/v1/changes?since=1")
    assert (gone.status, gone.code) == (410, "too_old")
    assert server.get("/v1/changes?since=2").json["next"] == last
    server.stop()


def test_waiting_for_changes(api):
    """An answer as soon as there is something to say; without anything when the time is over."""
    since = api.get("/v1/status").json["sequence"]
    replies, began = [], time.monotonic()
    waiter = threading.Thread(target=lambda: replies.append(api.get(f"/v1/changes?since={since}&wait=30")))
    waiter.start()
    time.sleep(0.2)
    made = api.delist("203.0.113.30", lists=["pbl"])["id"]
    waiter.join(20)
    assert time.monotonic() - began < 10 and [c["id"] for c in replies[0].json["changes"]][0] == made
    since, began = api.get("/v1/status").json["sequence"], time.monotonic()
    assert api.get(f"/v1/changes?since={since}&wait=1").json == {"changes": [], "next": since}
    assert 0.9 < time.monotonic() - began < 10


@pytest.mark.feature(20)
def test_hits(api):
    """A sample of the answers that listed something: here of 192.0.2.66 and below spam.example."""
    def recent(query, **options):
        return api.get("/v1/hits" + query, **options).json

    rate = recent("")["sample_rate"]
    for _ in range(3 * rate):
        api.ask(reverse("192.0.2.66", "zen.test"))
        api.ask("a.spam.example.zen.test")
        api.ask(reverse("10.0.0.1", "zen.test"))
    hits = poll(lambda: recent("?within=192.0.2.66", role="operator")["hits"])
    assert {(h["client"], h["query"], h["zone"], h["code"]) for h in hits} == {
        ("127.0.0.1", "192.0.2.66", "zen.test", "127.0.0.2")}
    everything = recent("?limit=1000")
    assert {h["query"] for h in everything["hits"]} <= {"192.0.2.66", "a.spam.example"}
    assert everything["seen"] >= 6 * rate
    assert 6 * rate / 2 < everything["estimated"] < 6 * rate * 2
    assert {h["query"] for h in recent("?within=spam.example")["hits"]} <= {"a.spam.example"}
    assert {h["query"] for h in recent("", role="owner")["hits"]} <= {"192.0.2.66"}
    assert api.pages("/v1/hits", "hits") == everything["hits"]


def test_privacy(api):
    """All that is kept of a person is given out and blanked; what was done on the lists stays."""
    person = {"contact_name": "Erika", "email": "erika@example.org", "details": "please"}
    asked = api.post("/v1/requests", {"query": "198.51.100.6", "lists": ["xbl"], **person}, role=None).json
    item = api.delist("198.51.100.7", lists=["xbl"], requester="erika@example.org")
    export = api.get("/v1/privacy?subject=erika@example.org").json
    assert export["subject"] == "erika@example.org" and not export["more"]
    assert {r["id"] for r in export["rows"]} >= {asked["id"], item["id"]}
    assert {"erika@example.org", "Erika", "please"} <= {r["value"] for r in export["rows"]}
    assert api.delete("/v1/privacy?subject=erika@example.org").json["rows"] > 0
    assert api.get("/v1/privacy?subject=erika@example.org").json["rows"] == []
    shown = api.get("/v1/delistings/" + item["id"]).json
    assert shown["requester"] is None and shown["state"] == "active"
    assert api.get("/v1/requests/" + asked["id"]).json["email"] is None
