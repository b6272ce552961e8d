"""Every error code in docs/api.md: what brings it about, its status, and the field that it names."""
import os
import re

import pytest
from contract import DOCUMENT, METHODS, make
from server import ROOT

LONG = "x" * 1025
NOBODY = "01970a3e-7d3c-7cc5-a1b4-3f0a4d1c9e52"  # no item's id
ITEM = {"range": "192.0.2.1"}
D, L, A, B = "/v1/delistings", "/v1/listings", "/v1/allows", "/v1/delistings/bulk"
RAW = {"Content-Type": "application/json"}

# (method, path, body, status, code, field); as admin.
CASES = [
    # What cannot be parsed.
    ("POST", D, b"{", 400, "bad_json", None),
    ("POST", D, b'{"range":"192.0.2.1","range":"192.0.2.2"}', 400, "bad_json", None),
    ("POST", D, b'{"range":"\xff"}', 400, "bad_json", None),
    ("POST", D, b"[" * 100000, 400, "bad_json", None),
    ("POST", D, b"[]", 400, "not_an_object", None),
    ("POST", D, {}, 400, "missing_field", "range"),
    ("POST", D, {"range": 1}, 400, "bad_type", "range"),
    ("POST", D, {**ITEM, "ranges": []}, 400, "unknown_field", "ranges"),
    ("POST", D, {"range": "192.0.2.1/24"}, 400, "bad_range", "range"),
    ("POST", D, {"range": "192.0.2.256"}, 400, "bad_range", "range"),
    ("POST", D, {"range": "192.0.2.9-192.0.2.1"}, 400, "bad_range", "range"),
    ("POST", D, {"range": "nodots"}, 400, "bad_range", "range"),
    ("POST", D, {"range": ""}, 400, "bad_range", "range"),
    ("POST", D, {**ITEM, "include_subdomains": True}, 400, "not_a_name", "include_subdomains"),
    ("POST", D, {**ITEM, "lists": "xbl"}, 400, "bad_type", "lists"),
    ("POST", D, {**ITEM, "lists": [1]}, 400, "bad_type", "lists"),
    ("POST", D, {**ITEM, "lists": []}, 400, "no_lists", "lists"),
    ("POST", D, {**ITEM, "lists": ["xbl", "zzz"]}, 400, "unknown_list", "lists"),
    ("POST", D, {**ITEM, "expires_in": 0}, 400, "bad_duration", "expires_in"),
    ("POST", D, {**ITEM, "expires_in": "-1d"}, 400, "bad_duration", "expires_in"),
    ("POST", D, {**ITEM, "expires_in": 1.5}, 400, "bad_duration", "expires_in"),
    ("POST", D, {**ITEM, "expires_in": "7 days"}, 400, "bad_duration", "expires_in"),
    ("POST", D, {**ITEM, "expires_at": "2027-02-30T00:00:00Z"}, 400, "bad_time", "expires_at"),
    ("POST", D, {**ITEM, "expires_at": "2027-01-01T00:00:00+01:00"}, 400, "bad_time", "expires_at"),
    ("POST", D, {**ITEM, "expires_in": 60, "expires_at": "2027-01-01T00:00:00Z"}, 400, "two_expiries", "expires_at"),
    ("POST", D, {**ITEM, "reason": LONG}, 400, "too_long", "reason"),
    ("POST", D, {**ITEM, "reason": "a\u0007b"}, 400, "bad_text", "reason"),
    ("POST", D, {**ITEM, "sticky": "yes"}, 400, "bad_type", "sticky"),
    ("POST", D, {**ITEM, "dry_run": 1}, 400, "bad_type", "dry_run"),
    ("POST", D + "?force=1", ITEM, 400, "unknown_parameter", "force"),
    ("POST", L, {**ITEM}, 400, "missing_field", "list"),
    ("POST", L, {**ITEM, "list": "zzz"}, 400, "unknown_list", "list"),
    ("POST", L, {**ITEM, "list": "xbl", "code": "4"}, 400, "bad_code", "code"),
    ("POST", L, {**ITEM, "list": "xbl", "text": "x" * 256}, 400, "too_long", "text"),
    ("POST", B, {}, 400, "missing_field", "items"),
    ("POST", B, {"items": {}}, 400, "bad_type", "items"),
    ("POST", B, {"items": []}, 400, "bad_type", "items"),
    ("POST", B, {"items": [ITEM], "atomic": "no"}, 400, "bad_type", "atomic"),
    ("PATCH", f"{D}/{NOBODY}", {}, 400, "missing_field", None),
    ("PATCH", f"{D}/{NOBODY}", {"range": "192.0.2.1"}, 400, "unknown_field", "range"),
    ("GET", D + "?limit=0", None, 400, "bad_parameter", "limit"),
    ("GET", D + "?limit=1001", None, 400, "bad_parameter", "limit"),
    ("GET", D + "?limit=+1", None, 400, "bad_parameter", "limit"),
    ("GET", D + "?limit=1&limit=2", None, 400, "bad_parameter", "limit"),
    ("GET", D + "?cursor=zzz", None, 400, "bad_cursor", "cursor"),
    ("GET", D + "?state=gone", None, 400, "bad_parameter", "state"),
    ("GET", D + "?list=zzz", None, 400, "unknown_list", "list"),
    ("GET", D + "?covers=192.0.2.0/24", None, 400, "not_single", "covers"),
    ("GET", D + "?within=192.0.2.1/24", None, 400, "bad_range", "within"),
    ("GET", D + "?expires_before=tomorrow", None, 400, "bad_parameter", "expires_before"),
    ("GET", "/v1/requests?cursor=1", None, 400, "bad_cursor", "cursor"),
    ("GET", f"/v1/requests?cursor={NOBODY}", None, 400, "bad_cursor", "cursor"),
    ("GET", "/v1/requests?status=open", None, 400, "bad_parameter", "status"),
    ("GET", "/v1/lookup", None, 400, "missing_parameter", "q"),
    ("GET", "/v1/lookup?q=192.0.2.0/24", None, 400, "not_single", "q"),
    ("GET", "/v1/lookup/192.0.2", None, 400, "bad_range", "query"),
    ("GET", "/v1/lookup/%ff", None, 400, "bad_path", None),
    ("GET", "/v1/lookup/%zz", None, 400, "bad_path", None),
    ("POST", "/v1/lookup", {}, 400, "missing_field", "queries"),
    ("POST", "/v1/lookup", {"queries": [1]}, 400, "bad_type", "queries"),
    ("GET", "/v1/history/192.0.2.0%2F24", None, 400, "not_single", "query"),
    ("GET", "/v1/changes?since=-1", None, 400, "bad_parameter", "since"),
    ("GET", "/v1/changes?wait=61", None, 400, "bad_parameter", "wait"),
    ("GET", "/v1/hits?within=x", None, 400, "bad_range", "within"),
    ("GET", "/v1/privacy", None, 400, "missing_parameter", "subject"),
    ("DELETE", "/v1/privacy?subject=", None, 400, "missing_parameter", "subject"),
    ("POST", "/v1/reload", {"lists": ["zzz"]}, 400, "unknown_list", "lists"),
    ("POST", "/v1/backup", {"path": "x"}, 400, "no_body", None),
    ("DELETE", f"{D}/{NOBODY}", {}, 400, "no_body", None),
    ("POST", "/v1/requests", {}, 400, "missing_field", "query"),
    ("POST", f"/v1/requests/{NOBODY}/verify", {}, 400, "missing_field", "code"),
    # What is not there.
    ("GET", "/v2/lookup", None, 404, "no_such_path", None),
    ("GET", f"{D}/{NOBODY}", None, 404, "not_found", None),
    ("GET", f"{D}/1", None, 404, "not_found", None),
    ("PATCH", f"{L}/{NOBODY}", {"reason": "x"}, 404, "not_found", None),
    ("DELETE", f"{A}/{NOBODY}", None, 404, "not_found", None),
    ("POST", f"/v1/batches/{NOBODY}/revert", None, 404, "not_found", None),
    ("GET", f"/v1/requests/{NOBODY}", None, 404, "not_found", None),
    ("POST", f"/v1/requests/{NOBODY}/approve", None, 404, "not_found", None),
    ("POST", f"/v1/requests/{NOBODY}/verify", {"code": "x"}, 404, "not_found", None),
    ("GET", "/v1/lists/zzz/loads", None, 404, "not_found", None),
    ("PUT", D, None, 405, "method_not_allowed", None),
    ("DELETE", "/v1/lists", None, 405, "method_not_allowed", None),
    ("DELETE", D, None, 400, "missing_parameter", "range"),
    ("GET", "/v1/changes?since=1000000", None, 400, "since_ahead", "since"),
    # What is against a rule.
    ("POST", D, {"range": "10.0.0.0/15"}, 422, "too_wide", "range"),
    ("POST", D, {"range": "2001:db8::/31"}, 422, "too_wide", "range"),
    ("POST", L, {"range": "192.0.2.0/23", "list": "xbl"}, 422, "too_wide", "range"),
    ("POST", L, {"range": "2001:db8::/47", "list": "xbl"}, 422, "too_wide", "range"),
    ("POST", A, {"range": "10.0.0.0/15", "lists": ["pbl"]}, 422, "too_wide", "range"),
    ("POST", A, {**ITEM, "lists": ["xbl"]}, 422, "no_bypass", "lists"),
    ("POST", D, {**ITEM, "lists": ["top"]}, 422, "removal_never", "lists"),
    ("POST", D, {**ITEM, "expires_at": "2020-01-01T00:00:00Z"}, 422, "expired_already", "expires_at"),
    ("POST", D, {**ITEM, "expires_in": "3700d"}, 422, "too_long", "expires_in"),
    ("POST", L, {**ITEM, "list": "xbl", "code": "127.0.0.0"}, 422, "bad_code", "code"),
    ("POST", L, {**ITEM, "list": "xbl", "code": "127.0.0.1"}, 422, "bad_code", "code"),
    ("POST", L, {**ITEM, "list": "xbl", "code": "127.255.255.254"}, 422, "bad_code", "code"),
    ("POST", L, {**ITEM, "list": "xbl", "code": "10.0.0.2"}, 422, "bad_code", "code"),
    ("POST", L, {"range": "203.0.113.77", "list": "xbl"}, 409, "protected", "range"),
    ("POST", L, {"range": "127.0.0.1", "list": "xbl"}, 409, "protected", "range"),
    ("POST", D, {"range": "127.0.0.2", "lists": ["xbl"]}, 409, "protected", "range"),
    ("POST", B, {"items": [ITEM] * 1001}, 422, "batch_too_large", "items"),
    ("POST", B, {"items": [ITEM, {"range": "x"}]}, 400, "bad_range", "items[1].range"),
    ("POST", "/v1/lookup", {"queries": ["192.0.2.1"] * 1001}, 422, "batch_too_large", "queries"),
    ("POST", "/v1/requests", {"query": "10.1.1.1"}, 422, "not_listed", "query"),
    ("POST", "/v1/requests", {"query": "192.0.2.0/24"}, 422, "too_wide", "query"),
    ("POST", "/v1/requests", {"query": "192.0.2.1", "email": "no address"}, 422, "bad_email", "email"),
]

# Brought about by other tests of the API (the first ones, by name), or by what no test here can do: a full disk, no
# memory, the moment of stopping.
ELSEWHERE = {"changed", "decided", "ended", "key_reused", "no_store", "range_forbidden", "too_many_items", "not_done",
             "wrong_code", "expired", "email_needed", "owner_only", "not_loaded", "stopping", "busy", "store_unavailable",
             "no_mail", "no_memory", "no_random", "overlay_full", "too_many", "bad_form", "bad_headers", "too_large",
             "too_old", "trap", "field_needed", "bad_kind", "no_answer", "no_mailbox", "no_record", "no_review",
             "other_address", "other_mailbox", "other_proof", "too_many_checks", "ambiguous_id", "too_many_matches"}
seen = set()


def with_tokens(server, lines):
    with open(server.path("tokens"), "a", encoding="utf-8") as tokens:
        tokens.write(lines)
    return server.start()


@pytest.fixture(scope="module")
def api(binary, module_folder):
    server = make(binary, module_folder)
    yield with_tokens(server, "xbl-secret operator xavier lists=xbl\n")
    server.stop()


def expect(reply, status, code, field=None):
    seen.add(code)
    assert (reply.status, reply.code, reply.json["error"]["field"]) == (status, code, field), reply
    assert re.fullmatch(r"\S.*\S", reply.json["error"]["message"])


@pytest.mark.parametrize("method, path, body, status, code, field", CASES, ids=lambda v: str(v)[:40])
def test_mistakes(api, method, path, body, status, code, field):
    before = api.get("/v1/status").json["sequence"]
    expect(api.call(method, path, body), status, code, field)
    assert api.get("/v1/status").json["sequence"] == before, "a mistake changes nothing"


def test_host_bits_name_the_range_meant(api):
    reply = api.post(D, {"range": "192.0.2.77/24"})
    assert "192.0.2.0/24" in reply.json["error"]["message"]


def test_tokens(binary, folder):
    """On a server of its own: too many wrong ones are told so, and a right one is taken all the same."""
    server = with_tokens(make(binary, folder), "old-secret reader old expires=2020-01-01T00:00:00Z\n")

    def ask(value):
        return server.get("/v1/status", role=None, headers={"Authorization": value} if value else {})

    try:
        expect(ask(None), 401, "unauthorized")
        assert ask(None).headers["WWW-Authenticate"].startswith("Bearer")
        expect(ask("Basic eDp5"), 401, "bad_authorization")
        expect(ask("Bearer old-secret"), 401, "expired_token")
        expect(ask("Bearer wrong"), 401, "bad_token")
        for _ in range(300):
            reply = ask("Bearer wrong")
            if reply.status == 429:
                break
        expect(reply, 429, "too_many_tokens")
        expect(ask("Bearer old-secret"), 401, "expired_token")
    finally:
        server.stop()


def test_roles(api):
    """Each call with the next lower role than it needs, which is told from what it is not allowed to do."""
    lower = {"reader": None, "owner": "reader", "operator": "owner", "admin": "operator"}
    for path, operations in DOCUMENT["paths"].items():
        for method in METHODS:
            role = operations.get(method, {}).get("x-role", "none")
            if role == "none" or path == "/metrics":
                continue
            target = re.sub(r"\{\w+\}", NOBODY, path)
            body = {} if "requestBody" in operations[method] else None
            reply = api.call(method.upper(), target, body, role=lower[role])
            expect(reply, 401 if role == "reader" else 403, "unauthorized" if role == "reader" else "forbidden")
    expect(api.post(D, {**ITEM, "expires_in": None}, role="operator"), 403, "no_end", "expires_in")
    expect(api.post(D, {**ITEM, "force": True}, role="operator"), 403, "force_forbidden", "force")
    xavier = {"Authorization": "Bearer xbl-secret"}
    expect(api.post(D, {**ITEM, "lists": ["pbl"]}, role=None, headers=xavier), 403, "list_forbidden", "lists")


def test_headers(api):
    expect(api.post(D, b"range=192.0.2.1", headers={"Content-Type": "application/x-www-form-urlencoded"}), 415, "not_json")
    expect(api.post("/requests", b"{}", role=None), 415, "not_form")
    expect(api.post(D, ITEM, headers={"Origin": "http://evil.example"}), 403, "foreign_origin")
    expect(api.get("/metrics", role=None, headers={"Host": "evil.example"}), 403, "foreign_host", "Host")
    expect(api.post(D, ITEM, headers={"Idempotency-Key": "x" * 256}), 400, "bad_idempotency_key")
    assert api.call("PUT", D).headers["Allow"] == "OPTIONS, GET, HEAD, POST, DELETE"
    assert api.call("HEAD", "/v1/status").status == 200
    assert api.call("HEAD", "/v1/status").text == ""


def test_limits(binary, folder):
    """Bounds that a configuration can set low."""
    server = make(binary, folder, config="""
limits:
  listed_addresses: 4
  active: 3
  requests: 2
  pending: 1
http:
  lookups: 2
rules:
  - lists: [xbl]
    removal: self
""")
    server.start()
    try:
        server.post(L, {"range": "10.0.0.0/30", "list": "xbl"})
        expect(server.post(L, {"range": "10.0.0.9", "list": "xbl"}), 429, "cap_reached", "range")
        assert server.post("/v1/requests", {"query": "198.51.100.1", "lists": ["xbl"]}, role=None).status == 201
        assert server.post("/v1/requests", {"query": "192.0.2.66", "lists": ["sbl"]}, role=None).status == 201
        expect(server.post("/v1/requests", {"query": "192.0.2.67", "lists": ["sbl"]}, role=None), 503, "queue_full")
        expect(server.post("/v1/requests", {"query": "198.51.100.2", "lists": ["xbl"]}, role=None), 429,
               "too_many_requests")
        server.delist("10.0.1.0")
        expect(server.post(D, {"range": "10.0.1.1"}), 503, "too_many_active")
        for _ in range(2):
            assert server.get("/v1/lookup/10.0.0.1", role=None).status == 200
        expect(server.get("/v1/lookup/10.0.0.1", role=None), 429, "too_many_lookups")
        assert server.get("/v1/lookup/10.0.0.1", role="reader").status == 200
    finally:
        server.stop()


def test_no_tokens(binary, folder):
    server = make(binary, folder, tokens=False)
    server.start()
    try:
        expect(server.post(D, ITEM, role=None), 403, "no_tokens")
        assert server.get("/v1/lookup/192.0.2.1", role=None).status == 200
    finally:
        server.stop()


def test_backup_failed(api):
    """Where the copies go is in the way."""
    with open(os.path.join(api.state, "backups"), "w", encoding="utf-8"):
        expect(api.call("POST", "/v1/backup"), 503, "backup_failed")
    os.unlink(os.path.join(api.state, "backups"))


def test_all_codes_were_seen(request):
    if len(request.session.items) < len(CASES):
        pytest.skip("only some of the tests of this file ran")
    with open(os.path.join(ROOT, "docs/api.md"), encoding="utf-8") as f:
        table = set(re.findall(r"^\| `([a-z_]+)` \| [0-9, ]+ \|", f.read(), re.M))
    assert table - ELSEWHERE == seen - ELSEWHERE
