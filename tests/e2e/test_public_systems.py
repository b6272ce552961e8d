"""The configurations in docs/examples/: each is served as it is and walked through as a blocked sender does it, in both
languages."""
import os
import re
import subprocess
import urllib.parse

import pytest
from contract import Checked
from server import ROOT, answers, free_port, kind, poll, reverse
from test_page import ask, browse, own_path, send

EXAMPLES = os.path.join(ROOT, "docs", "examples")
NAMES = ["proofpoint", "spamhaus", "trend-micro"]


def read(name, file):
    with open(os.path.join(EXAMPLES, name, file), encoding="utf-8") as f:
        return f.read()


def make(binary, folder, name):
    """A server of the example's own configuration, over a copy of its files."""
    files = {file: read(name, file).encode() for file in os.listdir(os.path.join(EXAMPLES, name))}
    return Checked(binary, folder, "--page", f"127.0.0.1:{free_port()}", files=files, config=files["dnsbld.yaml"])


def serve(name):
    @pytest.fixture(scope="module")
    def fixture(binary, module_folder):
        folder = os.path.join(module_folder, name)
        os.mkdir(folder, 0o755)
        server = make(binary, folder, name)
        yield server.start()
        server.stop()

    return fixture


proofpoint, spamhaus, trend_micro = map(serve, NAMES)


@pytest.fixture
def timed(binary, folder, request):
    """A server of its own, with a clock that the test sets."""
    server = make(binary, folder, request.param)
    if not server.has_clock:
        pytest.skip("a release build has no clock to set")
    yield server.start()
    server.stop()


def codes(server, query, zone):
    name = f"{query}.{zone}" if re.search("[a-z]$", query) else reverse(query, zone)
    return answers(server.ask(name))


DETECTED = {"delayed": "127.0.0.15", "blocked": "127.0.0.2", "qil": "127.0.0.4"}


def detect(server, address, name, **fields):
    """What the operator's detector does."""
    listing = {"range": address, "list": name, "code": DETECTED[name], **fields}
    reply = server.post("/v1/listings", listing, role="operator")
    assert reply.status == 201, reply
    return reply.json


def headings(server, query, english, japanese):
    """The page of a query in both languages, checked by what it begins with; returns both."""
    pages = browse(server, "/" + query), browse(server, "/" + query, language="ja")
    assert [page.heading for page in pages] == [english, japanese]
    return pages


# ---- All of them ----

@pytest.mark.parametrize("name", NAMES)
def test_configuration(binary, name):
    """It is clean, and in its place in the project's folder."""
    path = os.path.join("docs", "examples", name, "dnsbld.yaml")
    done = subprocess.run([binary, "--config", path, "--check"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in (done.stdout + done.stderr).lower(), done.stdout + done.stderr


LISTED = {"proofpoint": [("192.0.2.10", None), ("198.51.100.1", "delayed")],
          "spamhaus": [("192.0.2.5", None), ("203.0.113.9", None)],
          "trend-micro": [("192.0.2.20", None), ("198.51.100.1", "qil")]}


@pytest.mark.feature(5)
@pytest.mark.parametrize("name", NAMES)
def test_mail_server(name, request):
    """The README's map for Postfix: its code is one that DNS answers, its reply fits the list's tier, and what the sender
    gets, pasted into the page, leads to his address."""
    server = request.getfixturevalue(name.replace("-", "_"))
    replies = re.findall(r"^(\S+)=127\.0\.0\.(\[\d+\.\.\d+\]|\d+) +((?:450 4|550 5)\.7\.1 .*)$", read(name, "README.md"), re.M)
    assert len(replies) == len(LISTED[name]) == 2
    for (zone, last, reply), (address, dynamic) in zip(replies, LISTED[name]):
        if dynamic is not None:
            detect(server, address, dynamic)
        first, _, end = last.strip("[]").partition("..")
        wanted = {f"127.0.0.{n}" for n in range(int(first), int(end or first) + 1)}
        assert codes(server, address, zone) and codes(server, address, zone) <= wanted
        listings = server.get("/v1/lookup/" + address).json["listings"]
        tiers = {listing["tier"] for listing in listings if zone in listing["zones"]}
        assert tiers == {"temporary" if reply.startswith("450") else "permanent"}
        bounce = reply.replace("$rbl_what", address)
        assert "$" not in bounce
        location = send(server, "/lookup", {"text": bounce}).headers["Location"]
        assert urllib.parse.urlsplit(location).path == "/" + address
        link = re.search(r"https://[^/ ]+(/\S*?)(?:;|$)", bounce).group(1)
        assert address in browse(server, link).heading


# ---- Delayed and blocked, as Proofpoint ----

REPUTATION = "reputation.example"


@pytest.mark.feature(1, 3, 5)
def test_delayed(proofpoint):
    """450, by itself, and nothing to ask for."""
    headings(proofpoint, "198.51.100.7", "198.51.100.7 is not listed", "198.51.100.7 は登録されていません")
    item = detect(proofpoint, "198.51.100.7", "delayed")
    reply = proofpoint.ask(reverse("198.51.100.7", REPUTATION))
    assert answers(reply) == {"127.0.0.15"} and reply.answer[0].ttl <= 60
    english, japanese = headings(proofpoint, "198.51.100.7", "198.51.100.7 is delayed", "198.51.100.7 は配送が遅れています")
    assert "450" in english.text and "It ends by itself" in english.text and "Delayed senders" in english.text
    assert "450" in japanese.text and "自動的に終わります" in japanese.text and "遅延送信元リスト" in japanese.text
    assert english.form("/requests") is None and japanese.form("/requests") is None
    assert ask_anyway(proofpoint, "198.51.100.7").heading == "Not removed"
    proofpoint.delete("/v1/listings/" + item["id"])
    assert codes(proofpoint, "198.51.100.7", REPUTATION) == set()


def ask_anyway(server, query, language="en"):
    """A request for what the page has no form for."""
    return browse(server, "/requests", {"query": query}, language=language)


@pytest.mark.feature(6)
@pytest.mark.parametrize("timed", ["proofpoint"], indirect=True)
def test_delay_ends(timed):
    """After 15 minutes, to the second, and no answer is kept any longer."""
    detect(timed, "198.51.100.7", "delayed")
    timed.set_clock(890)
    reply = timed.ask(reverse("198.51.100.7", REPUTATION))
    assert answers(reply) == {"127.0.0.15"} and reply.answer[0].ttl <= 10
    timed.set_clock(900)
    assert kind(timed.ask(reverse("198.51.100.7", REPUTATION))) == "NXDOMAIN"
    headings(timed, "198.51.100.7", "198.51.100.7 is not listed", "198.51.100.7 は登録されていません")


@pytest.mark.feature(4, 8, 10)
@pytest.mark.parametrize("language, heading, sentence, pending, done", [
    ("en", "192.0.2.10 is blocked", "No details are given.", "Your request will be reviewed", "Removed"),
    ("ja", "192.0.2.11 はブロックされています", "詳細は公開していません。", "審査を受け付けました", "解除しました"),
])
def test_blocked(proofpoint, language, heading, sentence, pending, done):
    """550, without a reason; the form, a person's decision, and the result on the screen."""
    address = heading[:10]
    page = browse(proofpoint, "/" + address, language=language)
    assert page.heading == heading and sentence in page.text and "550" in page.text
    assert "traps" not in page.text and "complaints" not in page.text
    assert answers(proofpoint.ask(reverse(address, REPUTATION), "TXT"), "TXT") == {
        "No details are given. See https://ipcheck.reputation.example/" + address}
    assert page.text.count({"en": " required", "ja": "必須"}[language]) == 4  # name, e-mail, company, details
    fields = page.form("/requests").fields
    assert {"contact_name", "email", "company", "category", "details"} <= set(fields)
    typed = {"contact_name": "山田太郎", "email": "postmaster@example.com", "company": "Example", "category": "company",
             "details": "感染したパソコンを取り外しました。", "fixed": "true"}
    page = ask(proofpoint, address, language=language, **typed)
    assert page.heading == pending
    assert codes(proofpoint, address, REPUTATION) == {"127.0.0.2"}
    [waiting] = [r for r in proofpoint.get("/v1/requests?status=pending").json["requests"] if r["query"] == address]
    assert {k: waiting[k] for k in typed} == {**typed, "fixed": True} and waiting["lang"] == language
    proofpoint.post(f"/v1/requests/{waiting['id']}/approve", {"reply": "Thank you"}, role="operator")
    page = browse(proofpoint, own_path(page), language=language)
    assert page.heading == done and "Thank you" in page.text
    assert codes(proofpoint, address, REPUTATION) == set()


@pytest.mark.feature(7, 27)
def test_to_and_fro(proofpoint):
    """Delayed, blocked, clear, delayed again: what counts is the last, and all of it is on record."""
    address = "198.51.100.8"
    assert codes(proofpoint, address, REPUTATION) == set()
    first = detect(proofpoint, address, "delayed")["id"]
    block = detect(proofpoint, address, "blocked", expires_in="1d")["id"]
    assert codes(proofpoint, address, REPUTATION) == {"127.0.0.2", "127.0.0.15"}
    headings(proofpoint, address, f"{address} is blocked", f"{address} はブロックされています")
    for item in (block, first):
        proofpoint.delete("/v1/listings/" + item)
    assert codes(proofpoint, address, REPUTATION) == set()
    detect(proofpoint, address, "delayed")
    headings(proofpoint, address, f"{address} is delayed", f"{address} は配送が遅れています")
    events = [(e["event"], *e["lists"]) for e in proofpoint.get("/v1/history/" + address).json["events"]]
    assert events == [("listed", "delayed"), ("ended", "delayed"), ("ended", "blocked"), ("listed", "blocked"),
                      ("listed", "delayed")]


# ---- Two layers, as Spamhaus and Symantec ----

@pytest.mark.feature(3, 24)
@pytest.mark.parametrize("query, platform, service", [
    ("127.0.0.2", {"127.0.0.2"}, {"127.0.0.10"}), ("127.0.0.3", {"127.0.0.3"}, set()), ("127.0.0.4", {"127.0.0.4"}, set()),
    ("127.0.0.10", set(), {"127.0.0.10"}), ("127.0.0.1", set(), set()),
    ("192.0.2.5", {"127.0.0.2", "127.0.0.4"}, {"127.0.0.10"}),
    ("198.51.100.17", {"127.0.0.4"}, set()), ("203.0.113.200", set(), {"127.0.0.11"}),
    ("2001:db8:bad::25", {"127.0.0.2"}, set())])
def test_layers(spamhaus, query, platform, service):
    assert codes(spamhaus, query, "sbl-xbl.dnsbl.example") == platform
    assert codes(spamhaus, query, "pbl.dnsbl.example") == service
    assert codes(spamhaus, query, "zen.dnsbl.example") == platform | service


@pytest.mark.feature(17)
@pytest.mark.parametrize("language, first, button, done", [
    ("en", "First resolve the listing on SBL.", "Ask for a review", "Removed"),
    ("ja", "先に SBL の登録を解決してください。", "審査を依頼する", "解除しました")])
def test_first_sbl(binary, folder, language, first, button, done):
    """192.0.2.5 is on SBL, XBL and PBL: a review for SBL; after it, XBL and PBL by a button from the address itself."""
    server = make(binary, folder, "spamhaus").start()
    try:
        page = browse(server, "/192.0.2.5", language=language)
        assert page.text.count(first) == 2 and len(page.forms) == 2
        form = page.form("/requests")
        assert form.button == button and form.fields["lists"] == "sbl"
        pending = ask(server, "192.0.2.5", language=language, details="cleaned")
        assert codes(server, "192.0.2.5", "zen.dnsbl.example") == {"127.0.0.2", "127.0.0.4", "127.0.0.10"}
        server.post(f"/v1{own_path(pending)}/approve", role="operator")
        assert codes(server, "192.0.2.5", "zen.dnsbl.example") == {"127.0.0.4", "127.0.0.10"}
        page = browse(server, "/192.0.2.5", language=language)
        assert first not in page.text
        own = {"X-Forwarded-For": "192.0.2.5"}
        for form in [form for form in page.forms if form.action.startswith("/requests")]:
            assert browse(server, form.action, form.fields, language=language, headers=own).heading == done
        assert kind(server.ask(reverse("192.0.2.5", "zen.dnsbl.example"))) == "NXDOMAIN"
    finally:
        server.stop()


@pytest.mark.feature(9, 22, 28)
@pytest.mark.parametrize("address, language, button, sentence", [
    ("198.51.100.17", "en", "Remove 198.51.100.17 now", "goes out by itself: do not send it again"),
    ("198.51.100.18", "ja", "198.51.100.18 を今すぐ解除する", "送り直す必要はありません")])
def test_two_clicks(spamhaus, address, language, button, sentence):
    """From the bounce's link: one page, one button, nothing to fill in."""
    page = browse(spamhaus, "/" + address, language=language)
    form = page.form("/requests")
    assert form.button == button and not form.required and "XBL" in page.text
    done = browse(spamhaus, form.action, form.fields, language=language)
    assert kind(spamhaus.ask(reverse(address, "zen.dnsbl.example"))) == "NXDOMAIN"
    assert sentence in done.text


@pytest.mark.feature(16, 23)
def test_end_user_ranges(spamhaus):
    """A single address, by who comes from it, not the range around it; and not where the owner's policy forbids it."""
    form = browse(spamhaus, "/203.0.113.25").form("/requests")
    assert form.button == "Go on to remove 203.0.113.25"
    page = browse(spamhaus, form.action, form.fields)
    assert page.heading == "Show that it is yours" and "_dnsbld.25.113.0.203.in-addr.arpa" in page.text
    assert codes(spamhaus, "203.0.113.25", "pbl.dnsbl.example") == {"127.0.0.10"}
    own = {"X-Forwarded-For": "203.0.113.25"}
    assert browse(spamhaus, form.action, form.fields, language="ja", headers=own).heading == "解除しました"
    assert codes(spamhaus, "203.0.113.25", "pbl.dnsbl.example") == set()
    assert codes(spamhaus, "203.0.113.26", "pbl.dnsbl.example") == {"127.0.0.10"}
    assert browse(spamhaus, "/requests", {"query": "203.0.113.0/25"}, status=422)
    english, japanese = headings(spamhaus, "203.0.113.200", "203.0.113.200 is blocked", "203.0.113.200 はブロックされています")
    assert "policy does not allow it" in english.text and english.form("/requests") is None
    assert "所有者の方針" in japanese.text and japanese.form("/requests") is None
    assert ask_anyway(spamhaus, "203.0.113.200", "ja").heading == "解除できませんでした"


@pytest.mark.feature(18)
def test_approved_senders(spamhaus):
    """They pass PBL, in every zone that has it, and nothing else."""
    allow = spamhaus.post("/v1/allows", {"range": "192.0.2.5"}, role="operator").json
    assert allow["lists"] == ["pbl", "pbl-closed"]
    assert {(s["list"], s["code"]) for s in allow["skipped"]} == {(n, "no_bypass") for n in ("sbl", "css", "xbl", "dbl")}
    assert codes(spamhaus, "192.0.2.5", "zen.dnsbl.example") == {"127.0.0.2", "127.0.0.4"}
    assert kind(spamhaus.ask(reverse("192.0.2.5", "pbl.dnsbl.example"))) == "NXDOMAIN"
    refused = spamhaus.post("/v1/allows", {"range": "192.0.2.5", "lists": ["xbl"]}, role="operator")
    assert (refused.status, refused.code) == (422, "no_bypass")
    headings(spamhaus, "192.0.2.5", "192.0.2.5 is blocked", "192.0.2.5 はブロックされています")
    spamhaus.delete("/v1/allows/" + allow["id"])


@pytest.mark.feature(2)
def test_domain(spamhaus):
    english, japanese = headings(spamhaus, "www.pills.example", "www.pills.example is blocked",
                                 "www.pills.example はブロックされています")
    assert "DBL" in english.text and "DBL" in japanese.text
    assert codes(spamhaus, "pills.example", "dbl.dnsbl.example") == {"127.0.1.2"}
    assert ask(spamhaus, "pills.example").heading == "Removed"
    assert codes(spamhaus, "www.pills.example", "dbl.dnsbl.example") == set()


def load(server, name, content):
    server.write(name, content)
    assert server.post("/v1/reload").status == 200


@pytest.mark.feature(14, 15, 30)
@pytest.mark.parametrize("timed", ["spamhaus"], indirect=True)
def test_it_comes_back(timed):
    """A removal outlives loads that still have the address. When the list has dropped it and names it again, that is new
    abuse: it is listed at once, and the wait for the next removal doubles."""
    server, address, zone = timed, "198.51.100.17", "zen.dnsbl.example"
    with_it = read("spamhaus", "xbl.ip4tset")
    ask(server, address)
    load(server, "xbl.ip4tset", with_it + "198.51.100.99\n")
    assert codes(server, address, zone) == set() and codes(server, "198.51.100.99", zone) == {"127.0.0.4"}
    load(server, "xbl.ip4tset", with_it.replace(address + "\n", ""))
    server.set_clock(3601)
    load(server, "xbl.ip4tset", with_it.replace(address + "\n", "198.51.100.98\n"))
    server.set_clock(3700)
    load(server, "xbl.ip4tset", with_it)
    assert codes(server, address, zone) == {"127.0.0.4"}
    page = browse(server, "/" + address)
    assert page.heading == f"{address} is blocked" and page.form("/requests") is None
    assert "The next removal is possible on" in page.text
    server.set_clock(3700 + 7100)  # 2 h after it came back, less what the test has taken
    assert browse(server, "/" + address).form("/requests") is None
    server.set_clock(3700 + 7201)
    assert ask(server, address).heading == "Removed"
    assert codes(server, address, zone) == set()


# ---- A list that delays, as Trend Micro ----

@pytest.mark.feature(5, 6, 9)
@pytest.mark.parametrize("address, language, heading, button, done", [
    ("198.51.100.20", "en", "198.51.100.20 is delayed", "Remove 198.51.100.20 now", "Removed"),
    ("198.51.100.21", "ja", "198.51.100.21 は配送が遅れています", "198.51.100.21 を今すぐ解除する", "解除しました")])
def test_one_click(trend_micro, address, language, heading, button, done):
    """By the link that such bounces have."""
    detect(trend_micro, address, "qil")
    assert codes(trend_micro, address, "qil.ers.example") == {"127.0.0.4"}
    assert codes(trend_micro, address, "rbl.ers.example") == set()
    page = browse(trend_micro, "/cgi-bin/lookup?ip_address=" + address, language=language)
    form = page.form("/requests")
    assert page.heading == heading and "QIL" in page.text and "450" in page.text and form.button == button
    assert browse(trend_micro, form.action, form.fields, language=language).heading == done
    assert kind(trend_micro.ask(reverse(address, "qil.ers.example"))) == "NXDOMAIN"


def test_longest_delay(trend_micro):
    refused = trend_micro.post("/v1/listings", {"range": "198.51.100.30", "list": "qil", "expires_in": "13h"})
    assert (refused.status, refused.code) == (422, "too_long")
    assert detect(trend_micro, "198.51.100.30", "qil", expires_in="12h")["state"] == "active"


@pytest.mark.feature(13, 14)
@pytest.mark.parametrize("timed", ["trend-micro"], indirect=True)
def test_limits(timed):
    """Two removals, half an hour apart; what is found again is listed at once; the third time a person decides."""
    server, address, zone = timed, "198.51.100.40", "qil.ers.example"
    for clock, left in ((0, 2), (2000, 1)):
        server.set_clock(clock)
        detect(server, address, "qil")
        page = browse(server, "/" + address)
        assert f"Removals left: {left}." in page.text and "If abuse goes on, it is listed again" in page.text
        assert f"残りの解除回数：{left}" in browse(server, "/" + address, language="ja").text
        assert ask(server, address).heading == "Removed" and codes(server, address, zone) == set()
        detect(server, address, "qil", expires_in="2h")
        assert codes(server, address, zone) == {"127.0.0.4"}
        if left == 2:
            page = browse(server, "/" + address)
            assert "The next removal is possible on" in page.text and page.form("/requests") is None
            assert ask_anyway(server, address).heading == "Not removed"
    english, japanese = headings(server, address, f"{address} is delayed", f"{address} は配送が遅れています")
    assert english.form("/requests").button == "Ask for a review" and japanese.form("/requests").button == "審査を依頼する"
    assert ask(server, address).heading == "Your request will be reviewed"
    assert codes(server, address, zone) == {"127.0.0.4"}
    server.set_clock(2000 + 7300)
    assert poll(lambda: codes(server, address, zone) == set())


@pytest.mark.feature(10, 16)
@pytest.mark.parametrize("address, title", [("192.0.2.20", "RBL"), ("203.0.113.5", "DUL")])
def test_rejected(trend_micro, address, title):
    english, japanese = headings(trend_micro, address, f"{address} is blocked", f"{address} はブロックされています")
    assert f"because it is on {title}." in english.text and "550" in english.text
    assert title in japanese.text and "550" in japanese.text
    assert english.form("/requests").button == "Ask for a review"
    assert ask(trend_micro, address, language="ja").heading == "審査を受け付けました"


@pytest.mark.feature(26)
def test_move(trend_micro):
    english, japanese = headings(trend_micro, "", "Is your mail blocked?", "メールがブロックされていますか？")
    assert "This page moves on 9 January 2099." in english.text and "2099年1月9日に移転します。" in japanese.text
    assert "https://reputation.example/" in english.links


def test_global_approved_list(trend_micro):
    """Nothing lists what is in it."""
    assert codes(trend_micro, "192.0.2.99", "rbl.ers.example") == set()
    assert codes(trend_micro, "192.0.2.98", "rbl.ers.example") == {"127.0.0.2"}
    refused = trend_micro.post("/v1/listings", {"range": "192.0.2.99", "list": "qil"}, role="operator")
    assert (refused.status, refused.code) == (409, "protected")
