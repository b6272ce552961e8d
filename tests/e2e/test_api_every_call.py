"""Every call of the description goes well once, with an answer as it says, for the least role that it names."""
import pytest
from contract import DOCUMENT, METHODS, find_operation, make

KINDS = {"delistings": {"range": "192.0.2.1", "lists": ["pbl"]}, "listings": {"range": "192.0.2.200", "list": "css"},
         "allows": {"range": "192.0.2.201", "lists": ["pbl"]}}


def calls(api):
    """(method, target, body), one after the other: later ones need what earlier ones made."""
    for kind, item in KINDS.items():
        made = api.post(f"/v1/{kind}", item)
        yield "POST", f"/v1/{kind}", {**item, "expires_in": "1h"}
        yield "POST", f"/v1/{kind}/bulk", {"items": [{**item, "expires_in": "2h"}]}
        yield "GET", f"/v1/{kind}", None
        yield "GET", made.headers["Location"], None
        yield "PATCH", made.headers["Location"], {"reason": "why"}
        yield "DELETE", made.headers["Location"], None
        yield "DELETE", f"/v1/{kind}?range={item['range']}&max=9", None
    batch = api.post("/v1/delistings/bulk", {"items": [{"range": "192.0.2.9", "lists": ["css"]}]}).json["batch_id"]
    yield "POST", f"/v1/batches/{batch}/revert", None
    yield "POST", "/v1/overlay/suspend", None
    yield "POST", "/v1/overlay/resume", None
    yield "GET", "/v1/lookup/192.0.2.1", None
    yield "GET", "/v1/lookup?q=192.0.2.1", None
    yield "POST", "/v1/lookup", {"queries": ["192.0.2.1"]}
    yield "POST", "/v1/requests", {"query": "192.0.2.67", "lists": ["sbl"]}
    for address, verb in (("192.0.2.66", "approve"), ("192.0.2.67", "deny")):
        asked = api.post("/v1/requests", {"query": address, "lists": ["sbl"]}, role=None).json["id"]
        yield "GET", f"/v1/requests/{asked}", None
        yield "POST", f"/v1/requests/{asked}/{verb}", {"reply": "so be it"}
    yield "GET", "/v1/requests", None
    for path in ("/v1/history/192.0.2.1", "/v1/changes", "/v1/hits", "/v1/lists", "/v1/lists/xbl/loads", "/v1/zones",
                 "/v1/status", "/v1/privacy?subject=a@example.net", "/v1/openapi.json", "/metrics", "/livez", "/readyz",
                 "/healthz"):
        yield "GET", path, None
    yield "POST", "/v1/reload", {}
    yield "POST", "/v1/drain", None
    yield "POST", "/v1/undrain", None
    yield "POST", "/v1/backup", None
    yield "DELETE", "/v1/privacy?subject=a@example.net", None


@pytest.mark.feature(29)
def test_every_call(binary, folder):
    # test_api_requests.py has the confirmation, which needs a program that sends mail; test_proof.py has proofs.
    done = {("/v1/requests/{id}/verify", "post"), ("/v1/requests/{id}/proof", "post"), ("/v1/requests/{id}/review", "post")}
    server = make(binary, folder)
    server.start()
    try:
        for method, target, body in calls(server):
            path, word, operation = find_operation(method, target)
            role = operation["x-role"] if operation["x-role"] != "none" else None
            reply = server.call(method, target, body, role=role)
            assert 200 <= reply.status < 300, f"{method} {target}: {reply!r}"
            if method == "GET":
                head = server.call("HEAD", target, role=role)
                assert (head.status, head.text) == (200, ""), f"HEAD {target}"
            done.add((path, word))
    finally:
        server.stop()
    assert done == {(path, word) for path, operations in DOCUMENT["paths"].items() for word in METHODS
                    if word in operations}
