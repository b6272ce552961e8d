"""Texts of people are limited in characters, whatever their script: as long as documented, everywhere."""
import re
import urllib.parse

import pytest
from contract import DOCUMENT, make

SCRIPTS = ["x", "\u00e9", "\u3042", "\U0001f600"]  # 1 to 4 bytes in UTF-8


@pytest.fixture(scope="module")
def api(binary, module_folder):
    server = make(binary, module_folder)
    yield server.start()
    server.stop()


def limits(schema):
    """The texts of a schema of the API's description, each with the most characters."""
    properties = DOCUMENT["components"]["schemas"][schema]["properties"]
    return {name: rule["maxLength"] for name, rule in properties.items() if "maxLength" in rule}


@pytest.mark.parametrize("character", SCRIPTS)
def test_items(api, character):
    most = {name: limits("DelistingNew")[name] for name in ("reason", "requester")}
    assert most == {"reason": 1024, "requester": 254}
    texts = {name: character * n for name, n in most.items()}
    made = api.post("/v1/delistings", {"range": "192.0.2.1", "lists": ["xbl"], "expires_in": "1h", **texts})
    assert made.status == 201
    shown = api.get("/v1/delistings/" + made.json["id"]).json
    assert {name: shown[name] for name in texts} == texts
    assert api.get("/v1/history/192.0.2.1").json["events"][0]["reason"] == texts["reason"]
    changed = api.patch("/v1/delistings/" + made.json["id"], {"reason": character * 1023})
    assert changed.status == 200 and changed.json["reason"] == character * 1023
    assert api.delete("/v1/delistings/" + made.json["id"]).status == 200
    for name, n in most.items():
        long = api.post("/v1/delistings", {"range": "192.0.2.1", **texts, name: character * (n + 1)})
        assert (long.status, long.code, long.json["error"]["field"]) == (400, "too_long", name)
        assert long.json["error"]["allowed"] == f"{n} characters"


@pytest.mark.parametrize("number, character", enumerate(SCRIPTS))
def test_requests(api, number, character):
    most = {name: n for name, n in limits("RequestNew").items() if name not in ("email", "lang")}
    assert most == {"contact_name": 254, "company": 254, "details": 1024, "category": 64}
    texts = {name: character * n for name, n in most.items()}
    body = {"query": f"2001:db8:1::{number}", "lists": ["xbl"], **texts}
    made = api.post("/v1/requests", body, role=None)
    assert made.status in (200, 201)
    shown = api.get("/v1/requests/" + made.json["id"], role="operator").json
    assert {name: shown[name] for name in texts} == texts
    for name, n in most.items():
        long = api.post("/v1/requests", {**body, name: character * (n + 1)}, role=None)
        assert (long.status, long.code, long.json["error"]["field"]) == (400, "too_long", name)


def test_what_protocols_limit(api):
    """A character-string of DNS has 255 bytes; a mail address 254 (RFC 5321)."""
    listing = {"range": "192.0.2.99", "list": "css"}
    assert api.post("/v1/listings", {**listing, "text": "\u3042" * 85}).status == 201
    long = api.post("/v1/listings", {**listing, "text": "\u3042" * 86})
    assert (long.code, long.json["error"]["allowed"]) == ("too_long", "255 bytes")
    long = api.post("/v1/requests", {"query": "192.0.2.2", "email": "\u3042" * 83 + "@x.test"}, role=None)
    assert (long.code, long.json["error"]["allowed"]) == ("too_long", "254 bytes")


def test_form(api):
    """What the page's form lets people type is accepted."""
    page = api.call("GET", "/?q=192.0.2.3", role=None, headers={"Accept": "text/html"}).text
    most = {name: int(n) for name, n in re.findall(r'name="(\w+)"[^>]*maxlength="(\d+)"', page)}
    assert most["details"] == limits("RequestNew")["details"] and most["contact_name"] == 254
    texts = {name: "\u3042" * most[name] for name in ("contact_name", "company", "details")}
    action = re.search(r'<form[^>]*action="([^"]+)"[^>]*method="post"|<form[^>]*method="post"[^>]*action="([^"]+)"', page)
    path = action.group(1) or action.group(2)
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    body = urllib.parse.urlencode({**hidden, **texts}).encode()
    done = api.call("POST", path, body, role=None, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert done.status in (200, 201, 303), done
