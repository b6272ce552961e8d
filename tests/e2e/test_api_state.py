"""How the server is: lists, loads, zones, status, reload, backup, health, metrics, and its own description."""
import os
import sqlite3

import pytest
from contract import DOCUMENT, FILES, LISTS, make
from server import answers, free_port, poll, reverse


@pytest.fixture(scope="module")
def api(binary, module_folder):
    server = make(binary, module_folder)
    yield server.start()
    server.stop()


def lists(api):
    return {x["name"]: x for x in api.get("/v1/lists", role="reader").json["lists"]}


def test_lists(api):
    """xbl is an IPv4 and an IPv6 file: 5 entries and 1."""
    known = lists(api)
    assert set(LISTS) <= set(known)
    xbl = known["xbl"]
    assert (xbl["loaded"], xbl["stale"], xbl["entries"], xbl["bad_lines"]) == (True, False, 6, 0)
    assert [(s["type"], s["entries"], os.path.basename(s["files"])) for s in xbl["sets"]] == [
        ("ip4set", 5, "xbl.ip4set"), ("ip6trie", 1, "xbl.ip6trie")]
    assert xbl["zones"] == ["zen.test"] and 0 <= xbl["age"] < 600 and xbl["last_load"]["good"]
    assert (xbl["removal"], xbl["tier"], xbl["bypass"], xbl["removals"], xbl["cool_down"]) == (
        "self", "permanent", False, 2, 3600)
    assert (xbl["widest"], xbl["default_duration"], xbl["max_ttl"]) == ([16, 32], 7 * 86400, 300)
    assert (known["pbl"]["bypass"], known["pbl"]["blocked_by"]) == (True, ["sbl"])
    assert (known["css"]["tier"], known["css"]["withheld"]) == ("temporary", True)
    before = xbl["delistings"]
    api.delist("192.0.2.1", lists=["xbl"])
    assert lists(api)["xbl"]["delistings"] == before + 1


def test_zones(api):
    before = api.get("/v1/zones", role="reader").json["zones"]
    api.ask(reverse("192.0.2.66", "zen.test"))
    api.ask(reverse("10.0.0.1", "zen.test"))
    [zone] = api.get("/v1/zones", role="reader").json["zones"]
    assert (zone["name"], zone["ready"], zone["valid_until"]) == ("zen.test", True, None)
    assert set(zone["lists"]) == set(LISTS)
    assert (zone["queries"], zone["answered"], zone["nxdomain"]) == (
        before[0]["queries"] + 2, before[0]["answered"] + 1, before[0]["nxdomain"] + 1)


def test_status(api):
    before = api.get("/v1/status", role="reader").json
    api.ask(reverse("192.0.2.66", "zen.test"))
    api.delist("192.0.2.2", lists=["xbl"])
    after = api.get("/v1/status", role="reader").json
    assert after["dns"]["queries"] == before["dns"]["queries"] + 1
    assert after["active"]["delistings"] == before["active"]["delistings"] + 1
    assert after["overlay"]["items"] == before["overlay"]["items"] + 1
    assert after["overlay"]["publishes"] > before["overlay"]["publishes"] and after["sequence"] > before["sequence"]
    assert after["workers"]["alive"] == after["workers"]["count"] > 0 and after["loaded"]
    assert after["store"]["durable"] and after["store"]["well"] and after["store"]["trouble"] is None


def test_reload(api):
    """Answered when done; a load that a guard refuses keeps the old data, and says so everywhere."""
    api.write("css.ip4set", FILES["css.ip4set"] + "192.0.2.10\n")
    outcome = {o["list"]: o for o in api.post("/v1/reload", {"lists": ["css"]}).json["lists"]}
    assert outcome["css"]["good"] and outcome["css"]["entries"] == 3
    assert "127.0.0.3" in answers(api.ask(reverse("192.0.2.10", "zen.test")))
    assert api.get("/healthz", role=None).status == 200
    api.write("css.ip4set", "<html>\n")
    [refused] = [o for o in api.post("/v1/reload").json["lists"] if o["list"] == "css"]
    assert refused["refused"] and not refused["good"] and "no usable line" in refused["reason"]
    health = api.get("/healthz", role=None)
    assert health.status == 503 and [r["list"] for r in health.json["reasons"]] == ["css"]
    assert api.get("/readyz", role=None).status == 200 and api.get("/livez", role=None).status == 200
    loads = api.get("/v1/lists/css/loads", role="reader").json["loads"]
    assert loads[0]["refused"] and loads[0]["reason"] == refused["reason"] and loads[1]["good"]
    assert "127.0.0.3" in answers(api.ask(reverse("192.0.2.10", "zen.test")))
    [accepted] = [o for o in api.post("/v1/reload", {"lists": ["css"], "accept": True}).json["lists"] if o["list"] == "css"]
    assert accepted["good"] and accepted["entries"] == 0
    assert api.get("/healthz", role=None).status == 200
    assert "127.0.0.3" not in answers(api.ask(reverse("192.0.2.10", "zen.test")))
    api.write("css.ip4set", FILES["css.ip4set"])
    assert api.post("/v1/reload", {"lists": ["css"]}).json["lists"][0]["good"]


def test_a_named_list_is_read_again(api):
    """Whatever its files' times say; without names only files that have changed are read."""
    def loads(name):
        return len(api.get(f"/v1/lists/{name}/loads", role="reader").json["loads"])
    assert poll(lambda: not any(o["changed"] for o in api.post("/v1/reload").json["lists"]))  # one was just written
    before = loads("xbl"), loads("pbl")
    api.post("/v1/reload")
    assert (loads("xbl"), loads("pbl")) == before
    [outcome] = api.post("/v1/reload", {"lists": ["xbl"]}).json["lists"]
    assert outcome["list"] == "xbl" and outcome["changed"] and outcome["good"]
    assert (loads("xbl"), loads("pbl")) == (before[0] + 2, before[1])  # of both its sets


def test_held(api):
    """A list that takes up what was delisted before holds the delisting; DNS does not change."""
    api.delist("192.0.2.5", lists=["xbl"], sticky=False)
    api.write("xbl.ip4set", FILES["xbl.ip4set"] + "192.0.2.4/31\n")
    api.post("/v1/reload")
    assert "127.0.0.4" not in answers(api.ask(reverse("192.0.2.5", "zen.test")))
    assert "127.0.0.4" in answers(api.ask(reverse("192.0.2.4", "zen.test")))
    assert poll(lambda: "held" in [e["event"] for e in api.get("/v1/history/192.0.2.5").json["events"]])
    assert api.get("/v1/delistings?covers=192.0.2.5").json["delistings"][0]["state"] == "active"


def test_backup(api):
    """A store like ours, with what was acknowledged before; one more copy each time."""
    item = api.delist("198.51.100.1", lists=["xbl"])
    paths = set()
    for _ in range(2):
        reply = api.call("POST", "/v1/backup")
        assert reply.status == 201 and reply.json["bytes"] == os.path.getsize(reply.json["path"])
        assert os.stat(reply.json["path"]).st_mode & 0o077 == 0
        paths.add(reply.json["path"])
    assert len(paths) == 2
    with sqlite3.connect(paths.pop()) as copy:
        assert copy.execute("pragma integrity_check").fetchone() == ("ok",)
        dump = "\n".join(copy.iterdump())
    assert item["id"] in dump or bytes.fromhex(item["id"].replace("-", "")).hex().upper() in dump.upper()


def test_metrics(api):
    text = api.get("/metrics", role=None).text  # from loopback
    names = {line.split("{")[0].split()[0] for line in text.splitlines() if line and not line.startswith("#")}
    assert "dnsbld_queries_total" in names
    typed = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}
    assert names == typed, "every family has its type"
    forwarded = api.get("/metrics", role=None, headers={"X-Forwarded-For": "127.0.0.1"})
    assert forwarded.status == 401, "what a proxy passed on is not from loopback"


def test_description(api):
    assert api.get("/v1/openapi.json", role=None).json == DOCUMENT
    assert DOCUMENT["openapi"].startswith("3.1")


def test_page_listener(binary, folder):
    """A public listener has the public calls only, whatever token comes along."""
    port = free_port()
    server = make(binary, folder, "--page", f"127.0.0.1:{port}")
    server.start()
    try:
        server.http_port, private = port, server.http_port
        assert server.get("/livez", role=None).status == 200
        assert server.get("/v1/lookup/192.0.2.1", role=None).json["status"] == "listed"
        assert server.post("/v1/requests", {"query": "198.51.100.1", "lists": ["xbl"]}, role=None).status == 201
        for path, operations in DOCUMENT["paths"].items():
            public = any(o.get("x-public") for o in operations.values() if isinstance(o, dict))
            reply = server.get(path.replace("{query}", "192.0.2.1").replace("{name}", "xbl"))
            assert (reply.code == "no_such_path") == (not public), f"{path}: {reply}"
        assert "openapi.json" not in server.get("/v2").json["error"]["message"]  # it is not there either
        server.http_port = private
        assert server.get("/v1/status").status == 200
    finally:
        server.stop()
