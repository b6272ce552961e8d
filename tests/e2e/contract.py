"""The API's own description, against which every answer is checked, and a server with lists of every kind of rules."""
import copy
import json
import os
import re

import jsonschema
from api import Api, Reply
from server import ROOT

METHODS = ("get", "post", "patch", "delete")


def load_document():
    with open(os.path.join(ROOT, "docs/openapi.json"), encoding="utf-8") as f:
        return json.load(f)


DOCUMENT = load_document()
# Templates with fewer {} come first, as in the server.
PATHS = sorted(((path, re.compile("^" + re.sub(r"\\?\{\w+\\?\}", "[^/]+", path) + "$")) for path in DOCUMENT["paths"]),
               key=lambda p: p[0].count("{"))


def strict(document):
    """The document with no room for fields that it does not name. `Item` is only ever a part of others."""
    document = copy.deepcopy(document)

    def close(schema, part=False):
        if isinstance(schema, list):
            for child in schema:
                close(child)
        elif isinstance(schema, dict):
            for key, child in schema.items():
                if key != "allOf":
                    close(child)
            if not part and isinstance(schema.get("properties"), dict):
                schema.setdefault("unevaluatedProperties", False)
            elif "allOf" in schema:
                schema["unevaluatedProperties"] = False

    for name, schema in document["components"]["schemas"].items():
        base = name in ("Item", "Request")
        close(schema, part=base)
    close(document["paths"])
    # A request's public form is a part of the reviewers' one, and an answer of its own.
    public = copy.deepcopy(document["components"]["schemas"]["Request"])
    public["unevaluatedProperties"] = False
    document["components"]["schemas"]["RequestAlone"] = public
    return document


STRICT = strict(DOCUMENT)


def find_operation(method, target):
    """The description of the call, or None."""
    path = target.partition("?")[0]
    method = {"HEAD": "get"}.get(method, method.lower())
    for template, pattern in PATHS:
        if pattern.match(path) and method in DOCUMENT["paths"][template]:
            return template, method, STRICT["paths"][template][method]
    return None


def check(method, target, reply):
    """Asserts that the answer is one that the description of the call has."""
    found = find_operation(method, target)
    if found is None:
        operation = {"responses": {"default": {"$ref": "#/components/responses/Error"}}}
    else:
        operation = found[2]
    response = operation["responses"].get(str(reply.status))
    if response is None:
        assert reply.status >= 400, f"{method} {target} is not to answer {reply!r}"
        response = STRICT["components"]["responses"]["Error"]
    kind = reply.headers.get("Content-Type", "").partition(";")[0]
    assert kind in response["content"], f"{method} {target}: {kind}: {reply!r}"
    assert reply.headers.get("X-Request-Id"), "every answer has an id"
    if kind != "application/json" or method == "HEAD":
        return
    schema = response["content"][kind]["schema"]
    if schema.get("$ref") == "#/components/schemas/Request":
        schema = {"$ref": "#/components/schemas/RequestAlone"}
    resolver = jsonschema.RefResolver("", STRICT)
    jsonschema.Draft202012Validator(schema, resolver=resolver).validate(reply.json)
    if reply.status in (429, 503):
        assert int(reply.headers["Retry-After"]) > 0
    if "error" in reply.json:
        assert reply.json["request_id"] == reply.headers["X-Request-Id"]


class Checked(Api):
    """An Api whose every answer must be as the description says."""

    def call(self, method, path, body=None, **options):
        reply = super().call(method, path, body, **options)
        if method != "OPTIONS" and not reply.headers.get("Content-Type", "").startswith("text/html"):
            check(method, path, reply)
        return reply

    def patch(self, path, body, **options):
        return self.call("PATCH", path, body, **options)

    def delete(self, path, **options):
        return self.call("DELETE", path, **options)

    def pages(self, path, name):
        """All elements of the collection, two at a time."""
        elements, cursor = [], ""
        while cursor is not None:
            page = self.get(f"{path}?limit=2" + (cursor and "&cursor=" + cursor)).json
            assert len(page[name]) <= 2
            elements += page[name]
            cursor = page["next_cursor"]
        return elements

    def delist(self, target, role="operator", **fields):
        """A delisting that must go well."""
        reply = self.post("/v1/delistings", {"range": target, **fields}, role=role)
        assert reply.status == 201, reply
        return reply.json


# Lists, each with rules of its own. All addresses that tests use are in here.
FILES = {
    "sbl.ip4set": ":127.0.0.2:sbl says $\n192.0.2.66\n192.0.2.67\n",
    "xbl.ip4set": ":127.0.0.4:xbl says $\n192.0.2.1\n192.0.2.2\n192.0.2.3\n192.0.2.66\n198.51.100.0/28\n",
    "xbl.ip6trie": ":127.0.0.4:xbl says $\n2001:db8:1::/64\n",
    "pbl.ip4trie": ":127.0.0.10:pbl says $\n192.0.2.0/24\n203.0.113.0/24\n",
    "css.ip4set": ":127.0.0.3:a secret about $\n192.0.2.1\n192.0.2.9\n",
    "top.ip4set": ":127.0.0.9:never mind\n192.0.2.99\n",
    "dbl.dnset": ":127.0.1.2:dbl says $\nshop.example\n.spam.example\n",
    "never": "203.0.113.77\n",
}
ZONES = [f"zen.test:{name.split('.')[1]}:{name}" for name in FILES if "." in name]
CONFIG = """
never_list: never
privacy: full
rules:
  - lists: [sbl]
    removal: owner
  - lists: [xbl]
    removal: self
    public_duration: 2d
    removals: 2
    window: 30d
    cool_down: 1h
  - lists: [pbl]
    removal: single
    bypass: allow
    blocked_by: [sbl]
  - lists: [css]
    removal: self
    tier: temporary
    reason: withheld
  - lists: [top]
    removal: never
  - lists: [dbl]
    removal: self
"""
LISTS = ["sbl", "xbl", "pbl", "css", "top", "dbl"]


def make(binary, folder, *args, files=None, config=CONFIG, **options):
    return Checked(binary, folder, *args, files={**FILES, **(files or {})}, zones=ZONES, config=config, **options)
