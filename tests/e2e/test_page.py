"""The public page: what a person with a browser sees, and that the public listener has nothing else."""
import re
import urllib.parse

import pytest

from api import Api
from html_page import HtmlPage
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
    title: "Dial-up <List>"
    about: Ranges of "end users" & the like
    website: https://pbl.test/?a=1&b=2
    operator: The <owner>
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


def browse(server, path, form=None, status=200, language="en", headers=()):
    """The page at a path; after a form, the page that it leads to."""
    headers = {"Accept": "text/html", "Accept-Language": language, **dict(headers)}
    if form is None:
        reply = server.call("GET", path, None, role=None, headers=headers)
    else:
        reply = send(server, path, form, headers)
    if reply.status == 303:
        return browse(server, reply.headers["Location"], None, status, language, headers)
    assert reply.status == status, reply
    assert reply.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
    assert reply.headers["Cache-Control"] == "no-store" and "noindex" in reply.headers["X-Robots-Tag"]
    page = HtmlPage(reply.text)
    assert page.language == reply.headers["Content-Language"]
    assert len(reply.text.encode()) < 30000
    return page


def send(server, path, form, headers=()):
    return server.call("POST", path, urllib.parse.urlencode(form).encode(), role=None,
                       headers={"Content-Type": "application/x-www-form-urlencoded", **dict(headers)})


def own_path(page):
    """The address of a request's page, which it tells."""
    return next(link for link, text in page.links.items() if link == "/requests/" + text)


def ask(server, query, status=200, language="en", **fields):
    """Asks for a removal by the form of the look-up, filled in with `fields`."""
    form = browse(server, "/" + query, language=language).form("/requests")
    assert form.method == "post"
    return browse(server, form.action, {**form.fields, **fields}, status, language)


def test_start(server):
    page = browse(server, "/")
    assert page.heading == "Is your mail blocked?" and "Lists & <Co>" in page.text and "postmaster@bl.test" in page.text
    assert [form.action for form in page.forms] == ["/lookup"] and "/127.0.0.1" in page.links
    style = server.get("/style.css", role=None)
    assert style.status == 200 and style.headers["Content-Type"].startswith("text/css") and "body{" in style.text


@pytest.mark.feature(1, 3)
def test_listed(server):
    page = browse(server, "/10.1.2.3")
    assert page.heading == "10.1.2.3 is blocked" and "because it is on xbl" in page.text
    assert 'Spam <b>seen</b> & "noted" from 10.1.2.3' in page.text and "127.0.0.3" in page.text
    assert "550" in page.text and "It can be removed at once." in page.text
    assert page.form("/requests").button == "Remove 10.1.2.3 now"
    assert page.form("/requests").fields["lists"] == "xbl" and not page.form("/requests").required


def test_not_listed(server):
    page = browse(server, "/192.0.2.1")
    assert page.heading == "192.0.2.1 is not listed" and "clear" in page.classes and page.form("/requests") is None


@pytest.mark.feature(4, 17)
def test_withheld_and_blocked(server):
    page = browse(server, "/10.9.0.1")
    assert "Known spammer" not in page.text and "does not give details" in page.text
    assert "First resolve the listing on sbl." in page.text
    assert page.form("/requests").fields["lists"] == "sbl" and page.form("/requests").button == "Ask for a review"


@pytest.mark.feature(16)
def test_never(server):
    page = browse(server, "/172.16.0.1")
    assert "policy does not allow it" in page.text and page.form("/requests") is None
    assert "because it is on Dial-up <List>." in page.text and 'Ranges of "end users" & the like Run by The <owner>.' in page.text
    assert page.links["https://pbl.test/?a=1&b=2"] == "https://pbl.test/?a=1&b=2"


@pytest.mark.feature(13)
def test_wait(server):
    """After a removal that was ended, the next one is possible a day later; there is no form until then."""
    ask(server, "10.1.1.77")
    item = server.get("/v1/delistings?covers=10.1.1.77").json["delistings"][0]
    assert server.call("DELETE", "/v1/delistings/" + item["id"]).status == 200
    page = browse(server, "/10.1.1.77")
    assert "The next removal is possible on" in page.text and page.form("/requests") is None


@pytest.mark.feature(1)
@pytest.mark.parametrize("path", ["/10.1.1.9", "/?q=10.1.1.9", "/?ip=10.1.1.9", "/lookup?q=10.1.1.9", "/lookup?ip=10.1.1.9",
                                  "/cgi-bin/lookup?ip_address=10.1.1.9", "/?q=%5B10.1.1.9%5D", "/?q=+10.1.1.9%0d%0a",
                                  "/?q=9.1.1.10.bl.test", "/%3A%3Affff%3A10.1.1.9"])
def test_links_of_bounces(server, path):
    assert browse(server, path).heading == "10.1.1.9 is blocked"


@pytest.mark.parametrize("text", [
    " 10.1.1.9", "10.1.1.9 ", "\t10.1.1.9\r\n", "\u3000\uff11\uff10.1.1.9", "https://lists.test/10.1.1.9", "9.1.1.10.bl.test",
    "Is 10.1.1.9 on a list?"])
def test_what_was_pasted(server, text):
    """Only the address goes into the URL."""
    reply = send(server, "/lookup", {"text": text})
    assert (reply.status, reply.headers["Location"]) == (303, "/10.1.1.9")
    reply = send(server, "/lookup?lang=ja", {"text": text})
    assert (reply.status, reply.headers["Location"]) == (303, "/10.1.1.9?lang=ja")


@pytest.mark.feature(2)
def test_domain_that_was_pasted(server):
    assert browse(server, "/lookup", {"text": "Ann <ann@例え.jp>"}).heading == "例え.jp (xn--r8jz45g.jp) is not listed"


@pytest.mark.parametrize("query", ["10.0.0.0/8", "<script>alert(1)</script>", "\"'><img src=x>", "1.2.3", "x" * 300, "", " ", "\u20ac" * 500])
def test_what_cannot_be_looked_up(server, query):
    page = browse(server, "/?" + urllib.parse.urlencode({"q": query}), status=400)
    assert page.heading == "That did not work" and page.form("/lookup").fields["text"] == query
    assert browse(server, "/lookup", {"text": query}, status=400).form("/lookup").fields["text"] == query


@pytest.mark.parametrize("path", ["/nothing", "/a/b", "/requests", "/v2", "/desk"])
def test_no_such_page(server, path):
    """A browser gets a page, a program JSON."""
    page = browse(server, path, status=404)
    assert page.heading == "Not found" and page.form("/lookup") is not None
    assert server.get(path, role=None).code == "no_such_path"


@pytest.mark.parametrize("path", ["/v1", "/v1/nothing", "/v1/delistings", "/metrics/x", "/livez/x"])
def test_programs_get_json(server, path):
    reply = server.call("GET", path, None, role=None, headers={"Accept": "text/html"})
    assert reply.status >= 400 and reply.headers["Content-Type"] == "application/json"


def test_files_that_browsers_ask_for(server):
    assert server.get("/favicon.ico", role=None).status == 204
    assert "Disallow: /" in server.get("/robots.txt", role=None).text


@pytest.mark.feature(9, 22, 28)
def test_removal(server):
    assert kind(server.ask(reverse("10.1.1.1", ZONE))) == "LISTED"
    page = ask(server, "10.1.1.1", contact_name="Ada", email="ada@example.com", details="fixed it", fixed="true")
    assert page.heading == "Removed" and "10.1.1.1 has been removed from xbl." in page.text
    assert "goes out by itself" in page.text and "All mail servers know it by" in page.text
    assert kind(server.ask(reverse("10.1.1.1", ZONE))) == "NXDOMAIN"
    again = browse(server, "/10.1.1.1")
    assert again.heading == "10.1.1.1 has been taken off" and again.form("/requests") is None
    own = own_path(page)
    assert browse(server, own).heading == "Removed" and "ada@example.com" not in browse(server, own).text


@pytest.mark.feature(9)
def test_removal_in_two_clicks_in_japanese(server):
    """From the link of the bounce: the button, and DNS agrees. Nothing needs to be filled in."""
    page = browse(server, "/10.1.1.2", language="ja-JP,ja;q=0.9")
    form = page.form("/requests")
    assert page.language == "ja" and form.button == "10.1.1.2 を今すぐ解除する"
    done = browse(server, form.action, form.fields, language="ja")
    assert done.heading == "解除しました"
    assert kind(server.ask(reverse("10.1.1.2", ZONE))) == "NXDOMAIN"
    assert server.get("/v1/requests?order=newest&limit=1").json["requests"][0]["lang"] == "ja"


def test_language(server):
    """lang= wins over the browser's, and links keep it; other languages are a link away."""
    assert browse(server, "/?lang=ja").language == "ja" and browse(server, "/", language="ja").language == "ja"
    page = browse(server, "/10.1.2.3?lang=ja")
    assert page.form("/requests").action == "/requests?lang=ja" and page.form("/lookup").action == "/lookup?lang=ja"
    assert page.links["/10.1.2.3?lang=en"] == "English"
    assert browse(server, "/10.1.2.3?lang=en", language="ja").language == "en"
    assert browse(server, "/nothing?lang=ja", status=404).language == "ja"


def test_what_people_type(server):
    """A form has texts only: "true" is a name like any other; the box that is ticked is the one field that is not."""
    typed = {"contact_name": "true", "company": "false", "details": "TRUE", "category": "true"}
    ask(server, "10.1.1.3", fixed="true", **typed)
    request = server.get("/v1/requests?order=newest&limit=1").json["requests"][0]
    assert {name: request[name] for name in typed} == typed and request["fixed"] is True
    ask(server, "10.1.1.4", fixed="false", **typed)
    assert server.get("/v1/requests?order=newest&limit=1").json["requests"][0]["fixed"] is False
    ask(server, "10.1.1.5", 400, fixed="yes")
    assert server.post("/v1/requests", {"query": "10.1.1.5", "fixed": "true"}, role=None).code == "bad_type"


@pytest.mark.feature(8)
def test_nothing_typed_is_lost(server):
    """A thousand Japanese characters fit; what is refused comes back in the form."""
    typed = {"contact_name": "山田", "company": "A & <B>", "category": "newsletter", "details": "あ" * 1000}
    page = ask(server, "10.1.1.6", 422, email="not an address", **typed)
    assert "not a valid e-mail address" in page.text
    fields = page.form("/requests").fields
    assert {name: fields[name] for name in typed} == typed and fields["email"] == "not an address"
    done = browse(server, "/requests", {**fields, "email": "ann@example.com"})
    assert done.heading == "Removed"
    page = ask(server, "10.1.1.7", 400, **{**typed, "details": "あ" * 1025})
    assert page.form("/requests").fields["details"] == "あ" * 1025


def test_programs_that_fill_in_forms(server):
    page = ask(server, "10.1.1.8", 422, fax="1", company="Spam Inc.")
    assert "people do not see" in page.text and kind(server.ask(reverse("10.1.1.8", ZONE))) == "LISTED"
    fields = page.form("/requests").fields
    assert fields["company"] == "Spam Inc." and fields["fax"] == ""


@pytest.mark.parametrize("query, heading", [("172.16.0.1", "Not removed"), ("10.9.0.1", "Your request will be reviewed")])
def test_removal_by_policy(server, query, heading):
    assert browse(server, "/requests", {"query": query}).heading == heading
    assert kind(server.ask(reverse(query, ZONE))) == "LISTED"


@pytest.mark.feature(10)
def test_reply_of_an_operator(server):
    """It is shown as it was written; what the program itself says is said in the reader's language."""
    page = ask(server, "10.9.0.2", language="ja")
    own = own_path(page)
    assert re.search("[a-z]{4}", page.text.replace("Lists & <Co>", "").replace("English", "").replace("postmaster@bl.test", "")
                     .replace(own[10:], "").replace("example.com", "")) is None, page.text
    server.post(f"/v1{own}/deny", {"reply": "No <b>way</b>,\nsorry"})
    page = browse(server, own)
    assert page.heading == "Not removed" and "No <b>way</b>, sorry" in page.text


@pytest.mark.parametrize("form", [{"query": "10.0.0.0/8"}, {}, {"query": "10.1.1.1", "color": "red"}, {"query": "10.1.1.1", "email": "x" * 300},
                                  {"query": "10.1.1.1", "lists": "nothing"}, {"query": "10.1.1.1", "lists": "xbl,,"}])
def test_bad_forms(server, form):
    reply = send(server, "/requests", form)
    assert 400 <= reply.status < 500 and HtmlPage(reply.text)


@pytest.mark.parametrize("body", [b"query=%zz", b"query=%00", b"query=1&query=2", b"query", b"\xff=%ff"])
def test_broken_forms(server, body):
    reply = server.call("POST", "/requests", body, role=None, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert 400 <= reply.status < 500


def test_no_request_of_that_number(server):
    assert browse(server, "/requests/01890a5d-ac96-774b-bcce-b302099a8057", status=404).heading == "Not found"
    browse(server, "/confirm", {"id": "01890a5d-ac96-774b-bcce-b302099a8057", "code": "1234"}, status=404)


def ask_for_removal(server, **headers):
    return send(server, "/requests", {"query": "172.16.0.1"}, {k.replace("_", "-"): v for k, v in headers.items()})


def test_forms_of_other_sites(server):
    """As browsers send them: of this site's page and of another's, with and without Fetch Metadata."""
    own = f"http://127.0.0.1:{server.http_port}"
    assert server.get("/", role=None).headers["Referrer-Policy"] == "same-origin"  # so that Origin is not null
    assert ask_for_removal(server, Origin=own).status == 303
    assert ask_for_removal(server, Origin=own, Sec_Fetch_Site="same-origin").status == 303
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://127.0.0.1"},
                    {"Origin": own, "Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"},
                    {"Origin": "https://evil.example", "X_Forwarded_Host": "evil.example"}):  # from no trusted proxy
        reply = ask_for_removal(server, **headers)
        assert (reply.status, reply.code) == (403, "foreign_origin"), headers
        reply = ask_for_removal(server, Accept="text/html", **headers)
        assert reply.status == 403 and "sent by another site" in HtmlPage(reply.text).text


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


def page_faults(server):
    with open(f"/proc/{server.process.pid}/stat", encoding="ascii") as f:
        return int(f.read().rpartition(")")[2].split()[7])


def test_memory_of_look_ups(server, sanitized):
    """It is used again. Given back to the kernel for each, it would interrupt the CPUs on which DNS is answered."""
    if sanitized:
        pytest.skip("a sanitizer's allocator is another one")
    connection = server.connect()
    counts = []
    for number in range(400):
        if number % 200 == 0:
            counts.append(page_faults(server))
        server.call("GET", f"/10.1.{number // 100}.{number % 100}", None, role=None, connection=connection)
    counts.append(page_faults(server))
    connection.close()
    assert counts[2] - counts[1] < 100, counts
