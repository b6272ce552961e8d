"""Removal requests of many clients: nobody sees or ends another's, and nobody has more than his share."""
import os
import sqlite3
import threading
import time

import pytest
from contract import make
from server import answers, reverse

BASE = """
http: {{trusted_proxies: [127.0.0.1], {http}}}
limits: {{{limits}}}
privacy: {privacy}
rules:
  - lists: [sbl]
    removal: owner
  - lists: [xbl]
    removal: self
    cool_down: 0s
    removals: 2
"""
# Wide lists, so that each request is for another address.
WIDE = {"sbl.ip4set": "10.1.0.0/16:2:sbl\n192.0.2.0/24:2:sbl\n", "xbl.ip4set": "10.2.0.0/16:4:xbl\n", "xbl.ip6trie": "2001:db8::/32:4:xbl\n"}
PRIVACIES = ("full", "prefix", "none")


def start(binary, folder, http="requests: unlimited, lookups: unlimited", limits="requests: unlimited", privacy="full"):
    server = make(binary, folder, files=WIDE, config=BASE.format(http=http, limits=limits, privacy=privacy))
    return server.start()


def ask(server, client, query, headers=None, **fields):
    return server.post("/v1/requests", {"query": query, **fields}, role=None,
                       headers={"X-Forwarded-For": client, **(headers or {})})


@pytest.fixture(params=PRIVACIES)
def server(request, binary, folder):
    made = start(binary, folder, privacy=request.param)
    yield made
    made.stop()


def shape(reply):
    """What a stranger could compare: status, headers, and all of the body but ids and times."""
    body = {k: v for k, v in reply.json.items() if k not in ("id", "created_at", "updated_at", "effective_by")}
    return reply.status, sorted(reply.headers), body


def test_strangers(server):
    """The second asker sees what he would see if he were the first; even in one /24, and with the same words."""
    for query in ("10.1.0.1", "10.9.9.9", "10.1.0.0/24"):
        first, second = ask(server, "198.51.100.1", query), ask(server, "198.51.100.2", query)
        if first.status >= 400:
            assert (first.status, first.code) == (second.status, second.code)
            continue
        assert shape(first) == shape(second) and first.json["id"] != second.json["id"]
    # What the operator writes is for one of them.
    first, second = ask(server, "198.51.100.1", "10.1.0.2").json, ask(server, "198.51.100.2", "10.1.0.2").json
    done = server.post(f"/v1/requests/{first['id']}/approve", {"reply": "Dear first"}, role="operator")
    assert done.json["status"] == "removed" and answers(server.ask(reverse("10.1.0.2", "zen.test"))) == set()
    shown = [server.get("/v1/requests/" + r["id"], role=None).json for r in (first, second)]
    assert [r["status"] for r in shown] == ["removed", "removed"]
    assert shown[0]["reply"] == "Dear first" and "Dear" not in shown[1]["reply"]


def test_a_repeat(server):
    """The same client, the same words: one request. Other words: another one."""
    first = ask(server, "2001:db8:1::1", "10.1.0.3", contact_name="A", details="one\ntwo")
    again = ask(server, "2001:db8:1::1", "10.1.0.3", contact_name="A", details="one\ntwo")
    assert (first.status, again.status) == (201, 200) and again.json == first.json
    for fields in ({"contact_name": "B", "details": "one\ntwo"}, {"contact_name": "A", "details": "two"}, {}):
        assert ask(server, "2001:db8:1::1", "10.1.0.3", **fields).json["id"] != first.json["id"]
    assert ask(server, "2001:db8:1::2", "10.1.0.3", contact_name="A", details="one\ntwo").json["id"] != first.json["id"]


def test_keys_of_strangers(server):
    """An Idempotency-Key belongs to a client: it replays to nobody else, and nobody else's use of it is refused."""
    key = {"Idempotency-Key": "1"}
    first = ask(server, "198.51.100.1", "10.1.0.4", key)
    again = ask(server, "198.51.100.1", "10.1.0.4", key)
    assert (again.status, again.json) == (201, first.json) and again.headers["Idempotent-Replayed"] == "true"
    assert ask(server, "198.51.100.1", "10.1.0.5", key).code == "key_reused"
    other = ask(server, "198.51.100.2", "10.1.0.4", key)
    assert other.status == 201 and other.json["id"] != first.json["id"] and "Idempotent-Replayed" not in other.headers
    assert ask(server, "198.51.100.3", "10.1.0.5", key).status == 201
    # A repeat of the request itself changes nothing, and none of its keys is kept: they could fill the disk.
    for _ in range(2):
        again = ask(server, "198.51.100.1", "10.1.0.4", {"Idempotency-Key": "2"})
        assert (again.status, again.json) == (200, first.json) and "Idempotent-Replayed" not in again.headers


def count(server, clients, each):
    """How many of so many removals by each client are made; the rest must be told when to come again."""
    made = 0
    for n in range(each * len(clients)):
        reply = ask(server, clients[n % len(clients)], f"10.2.{n // 250}.{n % 250}")
        assert reply.status in (201, 429), reply
        if reply.status == 429:
            assert reply.code == "too_many_requests" and 0 < int(reply.headers["Retry-After"]) <= 3600
        made += reply.status == 201
    return made


@pytest.mark.parametrize("privacy", PRIVACIES)
@pytest.mark.parametrize("clients,made", [
    (["2001:db8:1:2::%x" % n for n in range(1, 40)], 6),
    (["2001:db8:1:%x::1" % n for n in range(1, 20)], 48),
    (["198.51.100.7"], 6),
    (["198.51.100.%d" % n for n in range(1, 20)], 48),
    (["198.51.%d.1" % n for n in range(1, 20)], 19 * 6)])
def test_removals_of_a_network(binary, folder, privacy, clients, made):
    """By address or /64, and by /24 or /48, which has eight times as much, over each other."""
    server = start(binary, folder, limits="requests: 6", privacy=privacy)
    try:
        assert count(server, clients, 40 if len(clients) == 1 else 8) == made
    finally:
        server.stop()


def test_flood(binary, folder):
    """Requests that find nothing are limited too, and meanwhile an operator's writes all go well."""
    server = start(binary, folder, http="requests: 20", limits="requests: 60")
    status, stop = [], threading.Event()

    def flood(first):
        n = first
        while not stop.is_set():
            reply = ask(server, f"2001:db8:{n % 3}:{n % 999:x}::1", f"10.9.{n // 250 % 250}.{n % 250}")
            status.append((reply.status, reply.code))
            n += 2

    threads = [threading.Thread(target=flood, args=(n,)) for n in range(2)]
    try:
        for t in threads:
            t.start()
        for n in range(100):
            server.delist(f"10.2.100.{n}", lists=["xbl"])
        while len(status) < 1500:
            threads[0].join(0.05)
        stop.set()
        for t in threads:
            t.join()
        assert set(status) == {(422, "not_listed"), (429, "too_many_requests")}
        # Three /48 of 8 * 20 at once, and what comes back in the seconds that this took.
        assert sum(s == 422 for s, _ in status) < 3 * 8 * 20 + 500
        assert len(server.get("/v1/delistings?within=10.2.100.0/24").json["delistings"]) == 100
    finally:
        stop.set()
        server.stop()


def test_the_queue_is_bounded(binary, folder):
    """Per address and in all; what is refused says so and is not counted; a restart forgets nothing."""
    server = start(binary, folder, limits="requests: unlimited, pending: 8, pending_each: 3")
    try:
        assert [ask(server, f"198.51.{n}.1", "10.1.0.1").status for n in range(5)] == [201] * 3 + [503] * 2
        each = ask(server, "198.51.100.1", "10.1.0.1")
        assert [ask(server, f"198.51.{n}.1", f"10.1.1.{n}").status for n in range(7)] == [201] * 5 + [503] * 2
        full = ask(server, "198.51.100.1", "10.1.2.1")
        assert each.code == full.code == "queue_full" and each.json["error"] == full.json["error"]
        server.stop()
        server.start()
        assert ask(server, "198.51.100.1", "10.1.2.1").code == "queue_full"
        queue = server.get("/v1/requests?status=pending", role="operator").json["requests"]
        assert len(queue) == 8 and "\ndnsbld_requests_pending 8\n" in server.get("/metrics").text
        server.post(f"/v1/requests/{queue[0]['id']}/approve", role="operator")  # and the two others for 10.1.0.1
        assert len(server.get("/v1/requests?status=pending", role="operator").json["requests"]) == 5
        assert [ask(server, f"198.51.{n}.1", f"10.1.3.{n}").status for n in range(5)] == [201] * 3 + [503] * 2
    finally:
        server.stop()


def test_pages_of_an_owner(binary, folder):
    """However many requests there are that a token may not see, a page reads a bounded number of them."""
    server = start(binary, folder)
    server.stop()
    with sqlite3.connect(os.path.join(server.state, "dnsbld.db")) as db:
        db.execute("WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 12000)"
                   " INSERT INTO requests (id, status, cover, subdomains, created_at, updated_at, fixed, revision, people)"
                   " SELECT randomblob(16), 3, x'00c633640120', 0, ?1, ?1, 0, 1, 0 FROM n", (int(time.time()),))
    db.close()
    server.start()
    try:
        own = [ask(server, "198.51.100.1", f"192.0.2.{n}").json["id"] for n in (1, 2)]
        sizes, ids, cursor = [], [], ""
        while cursor is not None:
            page = server.get("/v1/requests" + (cursor and "?cursor=" + cursor), role="owner").json
            sizes.append(len(page["requests"]))
            ids += [r["id"] for r in page["requests"]]
            cursor = page["next_cursor"]
            assert cursor is None or len(cursor) == 16, "the id of a request would show its status"
        assert ids == own and sizes == [0, 0, 2]
        newest = server.get("/v1/requests?order=newest&limit=2", role="owner").json
        assert [r["id"] for r in newest["requests"]] == own[::-1]
    finally:
        server.stop()


@pytest.mark.feature(13)
def test_what_a_look_up_promises(binary, folder):
    """While removals are left, at once; then a review, at once: no number of removals, and no time to wait for."""
    server = start(binary, folder)

    def removal(address, name):
        found = server.get("/v1/lookup/" + address, role=None).json["listings"]
        return [(x["removal"]["policy"], x["removal"]["removals_left"], x["removal"]["next_at"]) for x in found
                if x["list"] == name][0]

    try:
        assert removal("10.1.0.9", "sbl") == ("owner", None, None)
        for left in (2, 1):
            assert removal("10.2.0.9", "xbl") == ("self", left, None)
            assert ask(server, f"198.51.100.{left}", "10.2.0.9").json["status"] == "removed"
            [item] = server.get("/v1/delistings?covers=10.2.0.9&state=active").json["delistings"]
            server.delete("/v1/delistings/" + item["id"])
        assert removal("10.2.0.9", "xbl") == ("owner", 0, None)
        assert ask(server, "198.51.100.9", "10.2.0.9").json["status"] == "pending"
    finally:
        server.stop()


def test_what_readers_see(binary, folder):
    """Neither who asked nor the ids of requests, which are permissions; an owner sees those of his ranges."""
    server = start(binary, folder)
    try:
        for address, seen_by in (("10.2.0.1", {"operator"}), ("192.0.2.77", {"operator", "owner"})):
            asked = ask(server, "198.51.100.1", address, email="ann@example.net").json
            if asked["status"] == "pending":
                server.post(f"/v1/requests/{asked['id']}/approve", role="operator")
            for role in ("reader", "owner", "operator"):
                items = server.get(f"/v1/delistings?covers={address}", role=role).json["delistings"]
                assert [i["requester"] for i in items] == ["ann@example.net" if role in seen_by else None]
                item = server.get("/v1/delistings/" + items[0]["id"], role=role).json
                assert item == items[0] and item["reason"] == "removal request"
                history = server.get(f"/v1/history/{address}", role=role).text
                assert (asked["id"] in history) == (role in seen_by), role
                assert asked["id"] not in server.get("/v1/changes?since=0", role=role).text
    finally:
        server.stop()
