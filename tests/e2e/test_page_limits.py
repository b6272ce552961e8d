"""What the page offers where a removal has limits: breakers, open requests, waits, required fields; and that nothing typed is lost."""
import os
import re
import urllib.parse

import pytest
from api import Api
from html_page import HtmlPage
from server import kind, poll, reverse
from test_page import ask, browse, own_path, send

ZONE = "bl.test"
FILES = {
    "self.ip4trie": ":3:seen\n10.0.0.0/8\n127.0.0.2\n",
    "few.ip4trie": "10.1.0.0/16:4:few\n",
    "owner.ip4trie": "10.2.0.0/16:5:owner\n",
    "used.ip4trie": "10.3.0.0/16:6:used\n",
    "form.ip4trie": "172.16.0.0/12:7:form\n",
    "code.ip4trie": "192.168.0.0/16:8:code\n",
    "never.ip4trie": "192.0.2.0/24:9:never\n",
    "single6.ip6trie": ":10:single\n2001:db8::/32\n",
}
CONFIG = """
rules:
  - {lists: [self], removal: self}
  - {lists: [few], removal: self, breaker: {list: 2}}
  - {lists: [owner], removal: owner, title: Owner list}
  - {lists: [used], removal: self, removals: 1, cool_down: 0s}
  - {lists: [form], removal: self, form: {required: [company, details, fixed]}}
  - {lists: [never], removal: never}
  - {lists: [single6], removal: single}
limits: {requests: unlimited}
http: {requests: unlimited, trusted_proxies: [127.0.0.1]}
"""


def make(binary, folder, config):
    return Api(binary, folder, zones=[f"{ZONE}:{name.rpartition('.')[2]}:{name}" for name in FILES], files=FILES, config=config)


@pytest.fixture(scope="module")
def server(binary, module_folder):
    made = make(binary, module_folder, CONFIG)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def few(binary, folder):
    """A server of its own: what was counted before would count."""
    made = make(binary, folder, CONFIG)
    made.start()
    yield made
    made.stop()


def removal(server, query, name, **options):
    """What a look-up by the API says of removals from the list."""
    listings = server.get("/v1/lookup/" + query, role=None, **options).json["listings"]
    return next(listing["removal"] for listing in listings if listing["list"] == name)


def metric(server, name):
    return int(re.search(rf"^dnsbld_{re.escape(name)} (\d+)$", server.get("/metrics").text, re.M).group(1))


def remove(server, query, *lists):
    return server.post("/v1/requests", {"query": query, "lists": list(lists)}, role=None).json


# ---- Breakers ----

@pytest.mark.feature(13)
def test_a_breaker_opens(few):
    """Beyond the limit a removal waits for a review, which the page and the API say before; the operator is alarmed, once."""
    for last in (1, 2):
        assert "breaker" not in removal(few, f"10.1.0.{last}", "few") and few.get("/healthz").status == 200
        assert remove(few, f"10.1.0.{last}", "few")["status"] == "removed"
    assert {"policy": "owner", "removals_left": 3, "next_at": None, "breaker": "list"}.items() <= removal(few, "10.1.0.3", "few").items()
    page = browse(few, "/10.1.0.3")
    assert "Many removals were made within the last hour." in page.text
    forms = [form for form in page.forms if form.action == "/requests"]
    assert [(form.fields["lists"], form.button) for form in forms] == [("self", "Remove 10.1.0.3 now"), ("few", "Ask for a review")]
    for last in range(3, 9):
        assert remove(few, f"10.1.0.{last}", "few")["status"] == "pending"
    health = few.get("/healthz")
    assert health.status == 503 and [reason["list"] for reason in health.json["reasons"]] == ["few"]
    assert "removals of the last hour have reached their limit" in health.json["reasons"][0]["reason"]
    assert few.get("/readyz").status == 200
    assert few.get("/v1/status").json["open_breakers"] == ["few"]
    lists = {entry["name"]: entry for entry in few.get("/v1/lists").json["lists"]}
    assert (lists["few"]["recent_removals"], lists["few"]["breaker_open"]) == (2, True)
    assert lists["few"]["breaker"] == {"list": 2, "list_permille": 1, "network": 30, "target": 3, "client": 30}
    assert (lists["self"]["recent_removals"], lists["self"]["breaker_open"]) == (0, False)
    assert metric(few, 'list_breaker_open{list="few"}') == 1 and metric(few, 'list_recent_removals{list="few"}') == 2
    assert metric(few, 'removals_held_total{breaker="list"}') == 6 and metric(few, "requests_pending") == 6
    assert few.log().count("few: limit reached: 2 public removals within an hour") == 1


def test_a_breaker_survives_a_restart(few):
    remove(few, "10.1.0.1", "few")
    remove(few, "10.1.0.2", "few")
    few.stop()
    few.start()
    assert removal(few, "10.1.0.3", "few")["breaker"] == "list" and few.get("/healthz").status == 503
    assert remove(few, "10.1.0.3", "few")["status"] == "pending"


def test_a_breaker_closes_by_itself(few):
    if not few.has_clock:
        pytest.skip("needs a build with a clock for tests")
    remove(few, "10.1.0.1", "few")
    remove(few, "10.1.0.2", "few")
    few.set_clock(3580)
    assert removal(few, "10.1.0.3", "few")["breaker"] == "list"
    few.set_clock(3601)
    assert removal(few, "10.1.0.3", "few")["policy"] == "self" and few.get("/healthz").status == 200
    assert remove(few, "10.1.0.3", "few")["status"] == "removed"


def test_approvals_do_not_count(few):
    remove(few, "10.1.0.1", "few")
    for last in (1, 2, 3):
        asked = remove(few, f"10.2.0.{last}", "owner")
        assert few.post(f"/v1/requests/{asked['id']}/approve").json["status"] == "removed"
    lists = {entry["name"]: entry["recent_removals"] for entry in few.get("/v1/lists").json["lists"]}
    assert lists["owner"] == 0 and lists["few"] == 1


def test_networks_and_clients(few):
    """The limits that hold for each /24 and each client do not alarm: anybody can reach his own."""
    for last in range(1, 31):
        assert remove(few, f"10.4.0.{last}", "self")["status"] == "removed"
    assert removal(few, "10.4.0.31", "self")["breaker"] == "network"
    assert removal(few, "10.4.1.1", "self")["breaker"] == "client"
    other = {"X-Forwarded-For": "198.51.100.7"}
    assert "breaker" not in removal(few, "10.4.1.1", "self", headers=other)
    assert removal(few, "10.4.0.31", "self", headers=other)["breaker"] == "network"
    assert few.get("/healthz").status == 200 and few.get("/v1/status").json["open_breakers"] == []
    assert few.log().count("self: limit reached: 30 public removals of 10.4.0.0/24 within an hour") == 1
    assert few.log().count("self: limit reached: 30 public removals by one client within an hour") == 1


# ---- An open request ----

@pytest.mark.parametrize("language, heading, sentence", [
    ("en", "A request is open", "An operator will review the request to remove 10.2.1.1 from Owner list."),
    ("ja", "受付中の依頼があります", "10.2.1.2 の Owner list からの解除について、担当者が審査します。")])
def test_an_open_request(server, language, heading, sentence):
    """It is shown in place of a second form for its list; the other list keeps its own."""
    query = re.search(r"10\.2\.1\.\d", sentence).group()
    made = browse(server, "/requests", {"query": query, "lists": "owner"}, language=language)
    page = browse(server, "/" + query, language=language)
    assert heading in page.text and sentence in page.text
    assert own_path(made) in page.links
    assert [form.fields["lists"] for form in page.forms if form.action == "/requests"] == ["self"]
    assert browse(server, own_path(made), language=language).heading == made.heading
    server.post("/v1" + own_path(made) + "/deny", {"reply": "no"})
    page = browse(server, "/" + query, language=language)
    assert own_path(made) not in page.links and len([f for f in page.forms if f.action == "/requests"]) == 2


def test_whose_request_is_open(server):
    """A client is who a trusted proxy names, of IPv6 its /64; the API tells nobody."""
    ann, ben = {"X-Forwarded-For": "2001:db8:7::1"}, {"X-Forwarded-For": "198.51.100.8"}
    reply = send(server, "/requests", {"query": "10.2.1.3", "lists": "owner"}, ann)
    own = reply.headers["Location"]
    assert own in browse(server, "/10.2.1.3", headers={"X-Forwarded-For": "2001:db8:7::ffff"}.items()).links
    for headers in (ben, {"X-Forwarded-For": "2001:db8:8::1"}, {}):
        page = browse(server, "/10.2.1.3", headers=headers.items())
        assert own not in page.links and len(page.forms) == 3, headers
    assert own not in browse(server, "/10.2.1.4", headers=ann.items()).links
    assert own[10:] not in server.get("/v1/lookup/10.2.1.3", role=None, headers=ann).text
    direct = send(server, "/requests", {"query": "10.2.1.6", "lists": "owner"}).headers["Location"]
    assert direct in browse(server, "/10.2.1.6").links
    for headers in ({"X-Forwarded-For": "unknown"}, {"Via": "1.1 cache"}):  # the proxy does not say for whom it asks
        assert direct not in browse(server, "/10.2.1.6", headers=headers.items()).links, headers


def test_proxies_that_are_not_trusted(binary, folder):
    """All visitors of a site that does not say who they are would be one client."""
    server = make(binary, folder, CONFIG.replace("trusted_proxies: [127.0.0.1]", "lookups: unlimited"))
    server.start()
    try:
        own = send(server, "/requests", {"query": "10.2.1.3", "lists": "owner"}).headers["Location"]
        assert own in browse(server, "/10.2.1.3").links
        assert own not in browse(server, "/10.2.1.3", headers={"X-Forwarded-For": "198.51.100.8"}.items()).links
        assert own not in browse(server, "/10.2.1.3", headers={"Via": "1.1 cache"}.items()).links
    finally:
        server.stop()


@pytest.mark.parametrize("privacy", ["prefix", "none"])
def test_nothing_is_kept_for_it(binary, folder, privacy):
    """The client is recognised, whatever is kept of it; after a start it is not."""
    server = make(binary, folder, CONFIG + f"privacy: {privacy}\n")
    server.start()
    try:
        own = send(server, "/requests", {"query": "10.2.1.3", "lists": "owner"}).headers["Location"]
        assert own in browse(server, "/10.2.1.3").links
        assert server.get("/v1" + own).json["client"] == {"prefix": "127.0.0.0/24", "none": None}[privacy]
        server.stop()
        server.start()
        assert own not in browse(server, "/10.2.1.3").links
    finally:
        server.stop()


def test_privacy_erase(server):
    headers = {"X-Forwarded-For": "198.51.100.99"}
    own = send(server, "/requests", {"query": "10.2.1.5", "lists": "owner"}, headers).headers["Location"]
    assert own in browse(server, "/10.2.1.5", headers=headers.items()).links
    assert server.call("DELETE", "/v1/privacy?subject=198.51.100.99").status == 200
    assert own not in browse(server, "/10.2.1.5", headers=headers.items()).links


# ---- No form where a denial is sure, and the next possible time ----

@pytest.mark.parametrize("query, why", [
    ("192.0.2.1", "Nothing is removed from this list by request."),
    ("127.0.0.2", "Nothing is removed from this list by request."),
])
def test_no_form_where_a_denial_is_sure(server, query, why):
    page = browse(server, "/" + query)
    assert why in page.text and page.form("/requests") is None
    assert server.post("/v1/requests", {"query": query}, role=None).json["status"] == "denied"


def test_a_wait_without_a_form(server):
    """Between two removals; the time is that of the API."""
    remove(server, "10.5.0.1", "self")
    [item] = server.get("/v1/delistings?covers=10.5.0.1&state=active").json["delistings"]
    server.call("DELETE", "/v1/delistings/" + item["id"])
    next_at = removal(server, "10.5.0.1", "self")["next_at"]
    page = browse(server, "/10.5.0.1")
    year, month, day = (int(part) for part in next_at[:10].split("-"))
    months = "January February March April May June July August September October November December".split()
    assert f"The next removal is possible on {day} {months[month - 1]} {year}, {next_at[11:16]} UTC, in 24 hours." in page.text
    assert page.form("/requests") is None and remove(server, "10.5.0.1", "self")["status"] == "denied"


def test_used_up_is_a_review_at_once(server):
    """There is no time to wait for, and the form asks for a review."""
    remove(server, "10.3.0.1", "used")
    [item] = server.get("/v1/delistings?covers=10.3.0.1&state=active").json["delistings"]
    server.call("DELETE", "/v1/delistings/" + item["id"])
    now = removal(server, "10.3.0.1", "used")
    assert (now["policy"], now["removals_left"], now["next_at"], now.get("breaker")) == ("owner", 0, None, None)
    page = browse(server, "/10.3.0.1")
    assert "It was removed too often lately." in page.text and "is possible on" not in page.text
    assert [form.button for form in page.forms if form.fields.get("lists") == "used"] == ["Ask for a review"]
    assert remove(server, "10.3.0.1", "used")["status"] == "pending"


def test_a_single_address(server):
    """Of a list with `single` the page asks for the address, not for its /64, so it is not denied."""
    page = browse(server, "/2001:db8::1")
    assert page.form("/requests").fields["query"] == "2001:db8::1"
    assert ask(server, "2001:db8::1").heading == "Removed"
    assert remove(server, "2001:db8::/64", "single6")["status"] == "denied"


# ---- Required fields ----

@pytest.mark.feature(8)
def test_required_fields(server):
    """The form says so before it is sent; they stand beside the button, the others are folded."""
    assert removal(server, "172.16.0.1", "form")["required"] == ["company", "details", "fixed"]
    assert {e["name"]: e["required"] for e in server.get("/v1/lists").json["lists"]}["form"] == ["company", "details", "fixed"]
    text = server.get("/172.16.0.1", role=None).text
    form = HtmlPage(text).form("/requests")
    assert form.required == {"company", "details", "fixed"}
    assert "Company required" in HtmlPage(text).text and "会社名・団体名 必須" in browse(server, "/172.16.0.1", language="ja").text
    before, _, folded = text.partition("<details>")
    assert 'name="company"' in before and 'name="details"' in before and 'name="fixed"' in before
    assert 'name="contact_name"' in folded and 'name="email"' in folded
    refused = server.post("/v1/requests", {"query": "172.16.0.1", "company": "A", "details": " \n"}, role=None)
    assert (refused.status, refused.code, refused.json["error"]["field"]) == (422, "field_needed", "details")
    page = ask(server, "172.16.0.1", 422, company="A", details="cleaned")
    assert "Fill in all fields that are marked as required." in page.text
    assert page.form("/requests").fields["company"] == "A" and page.form("/requests").fields["details"] == "cleaned"
    assert kind(server.ask(reverse("172.16.0.1", ZONE))) == "LISTED"
    assert ask(server, "172.16.0.1", company="A", details="cleaned", fixed="true").heading == "Removed"


# ---- Nothing typed is lost ----

TYPED = {"contact_name": "山田 <b>", "email": "ann@example.com", "company": "A & \"B\"", "category": "newsletter",
         "details": "一行目\r\n" + "あ" * 990, "fixed": "true"}


def refused(server, changed, status, headers=()):
    """The page of a request that is refused: its form has all that was typed, and nothing of it is folded."""
    form = {"query": "10.6.0.1", "lists": "self", "lang": "en", **TYPED, **changed}
    reply = send(server, "/requests", form, {"Accept": "text/html", **dict(headers)})
    assert reply.status == status, reply
    page = HtmlPage(reply.text)
    fields = page.form("/requests").fields
    for name in TYPED:
        wanted = form[name].replace("\r\n", "\n")
        assert fields[name].replace("\r\n", "\n") == wanted, name
    assert "<details>" not in reply.text
    return page


@pytest.mark.parametrize("changed, status", [
    ({"email": "not an address"}, 422),
    ({"details": "あ" * 1025}, 400),
    ({"company": "x" * 255}, 400),
    ({"lists": "nothing"}, 400),
    ({"fax": "1"}, 422),
    ({"query": "10.0.0.0/8"}, 422),
    ({"query": "nothing at all"}, 400),
    ({"query": "172.16.0.9", "lists": "form", "company": ""}, 422),
])
def test_every_refusal_keeps_what_was_typed(server, changed, status):
    refused(server, changed, status)


def test_limits_keep_what_was_typed(binary, folder):
    """Too many requests, a queue that is full; and the form works once it may be sent."""
    config = CONFIG.replace("requests: unlimited}", "requests: 1, pending: 1}", 1)
    server = make(binary, folder, config)
    server.start()
    try:
        assert send(server, "/requests", {"query": "10.6.0.1", "lists": "self"}).status == 303
        page = refused(server, {"query": "10.6.0.2"}, 429)
        assert "Too many questions came from your network." in page.text
        other = {"X-Forwarded-For": "198.51.100.8"}
        form = page.form("/requests")
        assert send(server, form.action, form.fields, other).status == 303
        assert kind(server.ask(reverse("10.6.0.2", ZONE))) == "NXDOMAIN"
        third, fourth = {"X-Forwarded-For": "198.51.100.9"}, {"X-Forwarded-For": "203.0.113.9"}
        assert send(server, "/requests", {"query": "10.2.6.1", "lists": "owner"}, third).status == 303
        page = refused(server, {"query": "10.2.6.2", "lists": "owner"}, 503, fourth)
        assert "Too many requests wait for a review." in page.text
    finally:
        server.stop()


def test_calls_a_minute_keep_what_was_typed(binary, folder):
    server = make(binary, folder, CONFIG.replace("http: {requests: unlimited", "http: {requests: 1"))
    server.start()
    try:
        assert send(server, "/requests", {"query": "10.6.0.1", "lists": "self"}).status == 303
        refused(server, {"query": "10.6.0.2"}, 429)
        reply = server.post("/v1/requests", {"query": "10.6.0.2"}, role=None)
        assert (reply.status, reply.code) == (429, "too_many_requests")
    finally:
        server.stop()


def test_a_thousand_japanese_characters(server):
    """Both sides count characters: what the field takes, the server takes, line ends of a browser included."""
    text = server.get("/10.6.0.7", role=None).text
    assert 'name="details" rows="5" maxlength="1024"' in text
    details = ("あ" * 499 + "\r\n") * 2 + "い" * 24
    page = ask(server, "10.6.0.7", details=details, contact_name="名" * 254)
    request = server.get("/v1" + own_path(page)).json
    assert request["details"] == details.replace("\r\n", "\n") and len(request["details"]) == 1024
    assert request["contact_name"] == "名" * 254 and request["lang"] == "en"


# ---- Codes ----

def test_wrong_codes(binary, folder):
    """Each says how many are left, with the field there again; after the last one there is none."""
    server = make(binary, folder, CONFIG.replace("limits:", "  - {lists: [code], removal: self, confirm: true}\nlimits:")
                  + f"confirm_command: {folder}/send\n")
    server.write("send", f"#!/bin/sh\ncat >{server.path('state')}/mail.new && mv {server.path('state')}/mail.new "
                         f"{server.path('state')}/mail\n")
    os.chmod(server.path("send"), 0o755)
    server.start()
    try:
        form = browse(server, "/192.168.0.1").form("/requests")
        assert form.required == {"email"}
        page = browse(server, form.action, {**form.fields, "email": "ann@example.com", "details": "x"})
        assert page.heading == "Enter the code"
        own = own_path(page)
        look = browse(server, "/192.168.0.1")
        assert look.links[own] == "Enter the code" and look.form("/requests") is None
        for left in (4, 3, 2, 1):
            form = page.form("/confirm")
            page = browse(server, form.action, {**form.fields, "code": "AAAA-AAAA-AAAA-AAAA"})
            assert f"This is not the code that was sent. Attempts left: {left}." in page.text
        assert poll(lambda: os.path.exists(server.path("state/mail")))
        page = browse(server, "/confirm", {**page.form("/confirm").fields, "code": "AAAA-AAAA-AAAA-AAAA"})
        assert page.heading == "Not removed" and page.form("/confirm") is None
        assert "This is not the code that was sent. Attempts left: 0." in page.text
        assert own not in browse(server, "/192.168.0.1").links
    finally:
        server.stop()


def test_forms_are_encoded_once(server):
    """What was typed goes round the form twice and stays what it was."""
    first = refused(server, {"email": "x"}, 422).form("/requests").fields
    again = HtmlPage(send(server, "/requests", first).text).form("/requests").fields
    assert urllib.parse.urlencode(again) == urllib.parse.urlencode(first)
