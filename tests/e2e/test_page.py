"""The public page: what a person with a browser sees, and that the public listener has nothing else."""
import html
import re
import urllib.parse

import pytest

from api import Api
from server import free_port, kind, reverse

ZONE = "bl.test"
FILES = {"xbl.ip4trie": "10.0.0.0/8:3:Spam <b>seen</b> & \"noted\" from $\n", "sbl.ip4trie": "10.9.0.0/16:2:Known spammer\n",
         "pbl.ip4trie": "172.16.0.0/12:10:Dynamic\n"}
CONFIG = """
rules:
  - lists: [xbl]
    removal: self
    blocked_by: [sbl]
  - lists: [sbl]
    removal: owner
    reason: withheld
  - lists: [pbl]
    removal: never
http: {name: "Lists & <Co>", contact: postmaster@bl.test}
"""


@pytest.fixture(scope="module")
def server(binary, module_folder):
    page = free_port()
    zones = [f"{ZONE}:ip4trie:{name}" for name in FILES]
    made = Api(binary, module_folder, "--page", f"127.0.0.1:{page}", zones=zones, files=FILES, config=CONFIG)
    made.page_port = page
    made.start()
    yield made
    made.stop()


def browse(server, path, form=None, status=200):
    """The text of a page, tags taken off; markup that is not ours would show."""
    body = urllib.parse.urlencode(form).encode() if form is not None else None
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if form is not None else {}
    reply = server.call("POST" if form is not None else "GET", path, body, role=None, headers=headers)
    assert reply.status == status, reply
    assert reply.headers["Content-Type"].startswith("text/html")
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
    text = re.sub(r"</?(html|head|meta|title|link|body|header|main|footer|h1|h2|p|a|form|input|button|table|thead|tbody|tr|th|td|"
                  r"br|small|strong|label|select|option|textarea)\b[^>]*>", " ", reply.text.replace("<!doctype html>", ""))
    assert "<" not in text, text
    return html.unescape(text)


def test_start(server):
    text = browse(server, "/")
    assert "Is it listed?" in text and "Lists & <Co>" in text and "postmaster@bl.test" in text
    assert "removal" not in text.lower()
    style = server.get("/style.css", role=None)
    assert style.status == 200 and style.headers["Content-Type"].startswith("text/css") and "body{" in style.text


def test_listed(server):
    text = browse(server, "/?q=10.1.2.3")
    assert "10.1.2.3 is listed" in " ".join(text.split())
    assert 'Spam <b>seen</b> & "noted" from 10.1.2.3' in text
    assert "By request, at once." in text and "Ask for removal" in text


def test_not_listed(server):
    assert "192.0.2.1 is not listed" in " ".join(browse(server, "/?q=192.0.2.1").split())


def test_withheld_and_blocked(server):
    text = browse(server, "/?q=10.9.0.1")
    assert "Known spammer" not in text and "No details are given." in text
    assert "Not before it is removed from sbl" in " ".join(text.split())


def test_never(server):
    text = browse(server, "/?q=172.16.0.1")
    assert "policy does not allow it" in text and "Ask for removal" not in text


@pytest.mark.parametrize("query", [" 10.1.1.9", "10.1.1.9 ", "\t10.1.1.9\r\n"])
def test_blanks_around_what_was_pasted(server, query):
    assert "10.1.1.9  is listed" in browse(server, "/?" + urllib.parse.urlencode({"q": query}))


@pytest.mark.parametrize("query", ["10.0.0.0/8", "<script>alert(1)</script>", "\"'><img src=x>", "1.2.3", "x" * 300, "", " ", "\u20ac" * 500])
def test_what_cannot_be_looked_up(server, query):
    text = browse(server, "/?" + urllib.parse.urlencode({"q": query}), status=400)
    assert "Look up" in text


def test_removal(server):
    form = {"query": "10.1.1.1", "contact_name": "Ada", "email": "ada@example.com", "company": "", "details": "fixed it", "fixed": "true"}
    assert kind(server.ask(reverse("10.1.1.1", ZONE))) == "LISTED"
    text = browse(server, "/", form)
    assert "Removed" in text
    assert kind(server.ask(reverse("10.1.1.1", ZONE))) == "NXDOMAIN"
    assert "has been taken off" in browse(server, "/?q=10.1.1.1")
    number = re.search(r"[0-9a-f-]{36}", text).group()
    assert "Removed" in browse(server, f"/requests/{number}")
    assert "ada@example.com" not in browse(server, f"/requests/{number}")


def test_what_people_type(server):
    """A form has texts only: "true" is a name like any other; the box that is ticked is the one field that is not."""
    typed = {"contact_name": "true", "company": "false", "details": "TRUE", "category": "true"}
    browse(server, "/", {"query": "10.1.1.2", "fixed": "true", **typed})
    request = server.get("/v1/requests?order=newest&limit=1").json["requests"][0]
    assert {name: request[name] for name in typed} == typed and request["fixed"] is True
    browse(server, "/", {"query": "10.1.1.3", "fixed": "false", **typed})
    assert server.get("/v1/requests?order=newest&limit=1").json["requests"][0]["fixed"] is False
    browse(server, "/", {"query": "10.1.1.4", "fixed": "yes"}, status=400)
    assert server.post("/v1/requests", {"query": "10.1.1.4", "fixed": "true"}, role=None).code == "bad_type"


@pytest.mark.parametrize("query, title", [("172.16.0.1", "Not removed"), ("10.9.0.1", "To be reviewed")])
def test_removal_by_policy(server, query, title):
    assert title in browse(server, "/", {"query": query})
    assert kind(server.ask(reverse(query, ZONE))) == "LISTED"


@pytest.mark.parametrize("form", [{"query": "10.0.0.0/8"}, {}, {"query": "10.1.1.1", "color": "red"}, {"query": "10.1.1.1", "email": "x" * 300}])
def test_bad_forms(server, form):
    reply = server.call("POST", "/", urllib.parse.urlencode(form).encode(), role=None,
                        headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert 400 <= reply.status < 500 and reply.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("body", [b"query=%zz", b"query=%00", b"query=1&query=2", b"query", b"\xff=%ff"])
def test_broken_forms(server, body):
    reply = server.call("POST", "/", body, role=None, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert 400 <= reply.status < 500


def test_no_request_of_that_number(server):
    assert "no request" in browse(server, "/requests/01890a5d-ac96-774b-bcce-b302099a8057", status=404)
    browse(server, "/confirm", {"id": "01890a5d-ac96-774b-bcce-b302099a8057", "code": "1234"}, status=404)


def ask_for_removal(server, **headers):
    return server.call("POST", "/", b"query=172.16.0.1", role=None, headers={
        "Content-Type": "application/x-www-form-urlencoded", **{k.replace("_", "-"): v for k, v in headers.items()}})


def test_forms_of_other_sites(server):
    """As browsers send them: of this site's page and of another's, with and without Fetch Metadata."""
    own = f"http://127.0.0.1:{server.http_port}"
    assert server.get("/", role=None).headers["Referrer-Policy"] == "same-origin"  # so that Origin is not null
    assert ask_for_removal(server, Origin=own).status == 200
    assert ask_for_removal(server, Origin=own, Sec_Fetch_Site="same-origin").status == 200
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://127.0.0.1"},
                    {"Origin": own, "Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"},
                    {"Origin": "https://evil.example", "X_Forwarded_Host": "evil.example"}):  # from no trusted proxy
        reply = ask_for_removal(server, **headers)
        assert (reply.status, reply.code) == (403, "foreign_origin"), headers


@pytest.mark.parametrize("method, path, status", [
    ("GET", "/", 200), ("GET", "/?q=10.1.2.3", 200), ("GET", "/v1/lookup/10.1.2.3", 200), ("GET", "/livez", 200),
    ("GET", "/v1/delistings", 404), ("POST", "/v1/delistings", 404), ("GET", "/v1/status", 404), ("GET", "/metrics", 404),
    ("POST", "/v1/reload", 404), ("GET", "/v1/history/10.1.2.3", 404), ("GET", "/readyz", 404), ("GET", "/healthz", 404),
])
def test_public_listener(server, method, path, status):
    """Not even with a token."""
    api, server.http_port = server.http_port, server.page_port
    try:
        assert server.call(method, path, {} if method == "POST" else None).status == status
    finally:
        server.http_port = api
