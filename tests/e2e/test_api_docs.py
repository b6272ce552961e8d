"""docs/api.md has every error code and every call that there is, and no other."""
import glob
import os
import re

from contract import DOCUMENT, METHODS
from server import ROOT

KINDS = {"REFUSE_INVALID": 400, "REFUSE_FORBIDDEN": 403, "REFUSE_MISSING": 404, "REFUSE_CONFLICT": 409, "REFUSE_CHANGED": 412,
         "REFUSE_RULE": 422, "REFUSE_TOO_MANY": 429, "REFUSE_UNAVAILABLE": 503}
INDIRECT = {("not_done", 424), ("not_done", 409)}  # an item's status, and what stands for it in the source


def page():
    with open(os.path.join(ROOT, "docs/api.md"), encoding="utf-8") as f:
        return f.read()


def in_source():
    """Every (code, status) that the server may answer with."""
    found = set()
    for path in (p for folder in ("http", "api", "page", "delist") for p in glob.glob(f"{ROOT}/src/{folder}/*.c")):
        with open(path, encoding="utf-8") as f:
            text = f.read()
        for status, either, code in re.findall(r'\b(REFUSE_[A-Z_]+|[45]\d\d),\s*(?:\w+ \? "([a-z_]+)" : )?"([a-z_]+)"', text):
            found |= {(code, KINDS.get(status) or int(status)) for code in (either, code) if code}
        found |= {(code, 401) for code in re.findall(r'\bfail_unauthorized\(\s*r, "([a-z_]+)"', text)}
    return found


def test_error_codes():
    table = set()
    for code, statuses in re.findall(r"^\| `([a-z_]+)` \| ([0-9, ]+) \|", page(), re.M):
        table |= {(code, int(status)) for status in statuses.split(",")}
    assert table - INDIRECT == in_source() - INDIRECT


def test_calls():
    """Those of listings and allows are the same as those of delistings, and not told three times."""
    for path, operations in DOCUMENT["paths"].items():
        pattern = re.sub(r"\{\w+\}", r"[^ ?/]+", path)
        for method in METHODS:
            if method in operations and not re.match(r"/v1/(listings|allows)\b", path):
                assert re.search(rf"\b{method.upper()} {pattern}(?![/\w])", page()), f"{method.upper()} {path}"
