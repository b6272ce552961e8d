"""Removal requests: what the public may do, list by list, and what operators decide."""
import os

import pytest
from contract import CONFIG, make
from server import answers, poll, reverse

FORM = {"contact_name": "A. Postmaster", "email": "postmaster@example.net", "company": "Example", "details": "cleaned\nup",
        "category": "server", "fixed": True, "lang": "en"}
PEOPLE = ("contact_name", "email", "company", "details", "category", "client")


@pytest.fixture(scope="module")
def api(binary, module_folder):
    server = make(binary, module_folder, config=CONFIG + "limits:\n  requests: unlimited\n")
    yield server.start()
    server.stop()


def ask(api, query, *lists, **fields):
    body = {"query": query, **fields}
    if lists:
        body["lists"] = list(lists)
    return api.post("/v1/requests", body, role=None)


def codes(api, address):
    return answers(api.ask(reverse(address, "zen.test")))


@pytest.mark.feature(22)
def test_removed_at_once(api):
    """On a list that lets anybody: seen by DNS with the answer. Nobody's data is in what anybody may see."""
    assert codes(api, "198.51.100.1") == {"127.0.0.4"}
    reply = ask(api, "198.51.100.1", "xbl", **FORM)
    assert codes(api, "198.51.100.1") == set()
    assert reply.status == 201 and reply.headers["Location"] == "/v1/requests/" + reply.json["id"]
    assert (reply.json["status"], reply.json["removed_lists"]) == ("removed", ["xbl"])
    assert reply.json["effective_by"] is not None and reply.json["reply"]
    shown = api.get(reply.headers["Location"], role=None)
    assert shown.json == reply.json and not set(PEOPLE) & set(shown.json)
    [item] = api.get("/v1/delistings?covers=198.51.100.1").json["delistings"]
    assert (item["created_by"], item["origin"], item["sticky"]) == ("public", "request", False)


def test_the_same_again(api):
    first = ask(api, "198.51.100.2", "xbl")
    again = ask(api, "198.51.100.2", "xbl")
    assert (again.status, again.json["id"]) == (200, first.json["id"])


def test_a_domain_with_what_is_below(api):
    assert answers(api.ask("www.deep.spam.example.zen.test"))
    assert ask(api, "spam.example", "dbl").json["status"] == "removed"
    assert not answers(api.ask("spam.example.zen.test")) and not answers(api.ask("www.deep.spam.example.zen.test"))


@pytest.mark.feature(16)
def test_policies(api):
    """192.0.2.66 is on sbl (owner), xbl (self) and pbl (single, but blocked by sbl); 192.0.2.99 on top (never)."""
    assert ask(api, "192.0.2.66", "sbl").json["status"] == "pending"
    blocked = ask(api, "192.0.2.66", "pbl").json
    assert blocked["status"] == "denied" and "sbl" in blocked["reply"]
    assert ask(api, "192.0.2.99", "top").json["status"] == "denied"
    both = ask(api, "192.0.2.66").json
    assert (both["status"], both["removed_lists"]) == ("removed", ["xbl"])
    assert codes(api, "192.0.2.66") == {"127.0.0.2", "127.0.0.10"}
    assert ask(api, "shop.example").json["removed_lists"] == ["dbl"]
    assert answers(api.ask("shop.example.zen.test")) == set()


@pytest.mark.feature(8, 10)
def test_review(api):
    pending = ask(api, "192.0.2.67", "sbl", **FORM).json
    assert pending["status"] == "pending" and codes(api, "192.0.2.67") == {"127.0.0.2", "127.0.0.10"}
    queue = api.get("/v1/requests?status=pending", role="operator").json["requests"]
    [seen] = [r for r in queue if r["id"] == pending["id"]]
    assert {k: seen[k] for k in FORM} == FORM and seen["client"] == "127.0.0.1"
    shown = api.get("/v1/requests/" + pending["id"], role="operator")
    assert shown.json == seen
    path = f"/v1/requests/{pending['id']}/approve"
    assert api.post(path, role="operator", headers={"If-Match": '"99"'}).code == "changed"
    done = api.post(path, {"reply": "welcome back", "expires_in": "30d"}, role="operator",
                    headers={"If-Match": shown.headers["ETag"]})
    assert codes(api, "192.0.2.67") == {"127.0.0.10"}
    assert (done.json["status"], done.json["reply"], done.json["decided_by"]) == ("removed", "welcome back", "operator1")
    assert api.get("/v1/requests/" + pending["id"], role=None).json["reply"] == "welcome back"
    for verb in ("approve", "deny"):
        again = api.post(f"/v1/requests/{pending['id']}/{verb}", role="operator")
        assert (again.status, again.code) == (409, "decided")


def test_owner_reviews_its_own(api):
    """192.0.2.0/24 is the owner's; 198.51.100.0/24 is not."""
    api.post("/v1/listings", {"range": "198.51.100.250", "list": "sbl"})
    foreign = ask(api, "198.51.100.250", "sbl").json["id"]
    api.post("/v1/listings", {"range": "192.0.2.250", "list": "sbl"})
    own = ask(api, "192.0.2.250", "sbl", **FORM).json["id"]
    ids = {r["id"] for r in api.get("/v1/requests", role="owner").json["requests"]}
    assert own in ids and foreign not in ids
    assert "email" not in api.get("/v1/requests/" + foreign, role="owner").json
    assert api.post(f"/v1/requests/{foreign}/deny", role="owner").code == "range_forbidden"
    assert api.post(f"/v1/requests/{own}/deny", {"reply": "no"}, role="owner").json["status"] == "denied"


def test_pages_of_the_queue(api):
    made = []
    for n in range(11, 14):
        api.post("/v1/listings", {"range": f"203.0.113.{n}", "list": "sbl"})
        made.append(ask(api, f"203.0.113.{n}", "sbl").json["id"])
    ids = [r["id"] for r in api.pages("/v1/requests", "requests")]
    assert len(ids) == len(set(ids))
    assert [i for i in ids if i in made] == made
    newest = api.get("/v1/requests?order=newest&limit=1000").json["requests"]
    assert [r["id"] for r in newest] == ids[::-1]


@pytest.mark.feature(13)
def test_used_up(api):
    """xbl permits two removals of an address: the third is for an operator; before that there is a wait."""
    first = ask(api, "198.51.100.3", "xbl").json
    [item] = api.get("/v1/delistings?covers=198.51.100.3&state=active").json["delistings"]
    api.delete("/v1/delistings/" + item["id"])
    second = ask(api, "198.51.100.3", "xbl")
    assert first["status"] == "removed" and second.json["status"] == "denied"
    assert codes(api, "198.51.100.3") == {"127.0.0.4"}


@pytest.mark.feature(23)
def test_confirmation(binary, folder):
    """A list that wants the requester's e-mail address confirmed: a program is given the code."""
    server = make(binary, folder, config=f"""
privacy: full
confirm_command: {folder}/send
rules:
  - lists: [xbl]
    removal: self
    confirm: true
""")
    with open(server.path("send"), "w", encoding="utf-8") as f:
        f.write(f"#!/bin/sh\ncat >{server.path('state')}/mail.new && mv {server.path('state')}/mail.new "
                f"{server.path('state')}/mail\n")
    os.chmod(server.path("send"), 0o755)
    server.start()
    try:
        needed = ask(server, "198.51.100.4", "xbl")
        assert (needed.status, needed.code) == (422, "email_needed")
        asked = ask(server, "198.51.100.4", "xbl", email="postmaster@example.net").json
        path = f"/v1/requests/{asked['id']}/verify"
        assert asked["status"] == "verify" and asked["verify"] == {"method": "email", "path": path}
        assert codes(server, "198.51.100.4") == {"127.0.0.4"}
        assert poll(lambda: os.path.exists(os.path.join(server.state, "mail")))
        with open(os.path.join(server.state, "mail"), encoding="utf-8") as f:
            address, code, number = f.read().split("\n")[:3]
        assert (address, number) == ("postmaster@example.net", asked["id"])
        wrong = server.post(path, {"code": "AAAA-AAAA"}, role=None)
        assert (wrong.status, wrong.code) == (422, "wrong_code")
        right = server.post(path, {"code": code}, role=None)
        assert right.status == 200 and right.json["status"] == "removed"
        assert codes(server, "198.51.100.4") == set()
    finally:
        server.stop()
