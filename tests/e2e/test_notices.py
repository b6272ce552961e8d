"""What the operator tells people: banners, retired lists, texts in place of those that are withheld, texts in two
languages, and whose page it is."""
import os
import subprocess
import time

import pytest
from api import Api
from contract import Checked
from fake_api import client_under_test
from html_page import HtmlPage
from server import SOA, answers, kind, poll, reverse

SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
CSS = ".verdict{border-style:double}"
NS = "$NS 1d ns1.example ns2.example\n"
FILES = {
    "xbl.ip4trie": SOA + "198.51.100.0/24:3:xbl says $\n",
    "sbl.ip4trie": SOA + "$= secret template $=\n198.51.100.0/25:2:a secret of the file\n",
    "hid.ip4set": SOA + "198.51.100.7 :4:hidden reasons\n",
    "gen.generic": "a TXT \"a secret record\"\na A 127.0.0.8\n",
    "old.ip4trie": SOA + NS + ":2:old entry\n127.0.0.2\n192.0.2.0/24\n198.51.100.0/24\n",
    "gone.dnset": ".com :5:all of it\n",
    "logo": SVG,
    "own.css": CSS,
}
ZONES = [f"{zone}:{name.split('.')[1]}:{name}" for zone, names in {
    "zen.test": ["xbl.ip4trie", "sbl.ip4trie", "old.ip4trie"], "sbl.test": ["sbl.ip4trie"], "hid.test": ["hid.ip4set"],
    "gen.test": ["gen.generic"], "old.test": ["old.ip4trie"], "gone.test": ["gone.dnset"]}.items() for name in names]
CONFIG = """
banner: {text: {en: We move to <b>n.test</b>, ja: 移転します。}, link: "https://n.test/?a=1&b=2", until: 2090-01-01T00:00:00Z}
http:
  name: {en: Lists & <Co>, ja: 拒否リスト事務局}
  contact: postmaster@bl.test
  imprint: https://bl.test/imprint?a&b
  privacy: https://bl.test/privacy
  logo: FOLDER/logo
  style: FOLDER/own.css
rules:
  - lists: [xbl]
    title: {en: Infected <hosts>, ja: 感染端末リスト}
    about: {en: Hosts & bots, ja: 感染した端末です。}
    operator: {ja: 運営事務局}
    removal: self
    banner: {text: Only a test & no more, since: 2020-01-01T00:00:00Z}
  - lists: [sbl]
    reason: withheld
    withheld_text: {en: "See https://bl.test/$ ($$1)", ja: $ の詳細は公開していません。}
    banner: {text: Not yet, since: 2090-01-01T00:00:00Z}
  - lists: [hid, gen]
    reason: withheld
  - lists: [old]
    title: {en: The old list, ja: 旧リスト}
    retired: {since: 2025-01-31T12:00:00Z, text: {en: Please stop using <it>., ja: ご利用を終了してください。}}
  - lists: [gone]
    retired: {since: 2025-01-31T12:00:00Z, text: LONG}
"""
LONG = "It is over. " * 50


def make(binary, folder, config=CONFIG, files=FILES, zones=ZONES, **options):
    config = config.replace("FOLDER", str(folder)).replace("LONG", LONG.strip())
    return Checked(binary, folder, files=files, zones=zones, config=config.encode(), **options)


@pytest.fixture(scope="module")
def server(binary, module_folder):
    made = make(binary, module_folder)
    made.start()
    yield made
    made.stop()


def browse(server, path, language="en", status=200):
    reply = server.call("GET", path, None, role=None, headers={"Accept": "text/html", "Accept-Language": language})
    assert reply.status == status, reply
    return HtmlPage(reply.text)


def look_up(server, query, role=None, language=None):
    reply = server.get("/v1/lookup/" + query, role=role, headers={"Accept-Language": language} if language else {})
    assert reply.status == 200, reply
    return reply.json


def text_of(result, name):
    return [listing.get("text", "absent") for listing in result["listings"] if listing["list"] == name]


def txt(server, name, qtype="TXT", **options):
    return {text.encode("latin-1").decode() for text in answers(server.ask(name, qtype, **options), "TXT")}


# ---- Texts that are withheld ----

@pytest.mark.feature(4)
def test_withheld_text_in_dns(server):
    address = reverse("198.51.100.1", "sbl.test")
    said = {"See https://bl.test/198.51.100.1 ($1)"}
    assert txt(server, address) == said and txt(server, address, "ANY") == said
    assert answers(server.ask(address)) == {"127.0.0.2"}
    assert txt(server, reverse("198.51.100.1", "zen.test")) == said | {"xbl says 198.51.100.1"}


def test_withheld_without_a_text(server):
    said = {"198.51.100.7 is listed; the operator of the list gives no details."}
    assert txt(server, reverse("198.51.100.7", "hid.test")) == said
    assert text_of(look_up(server, "198.51.100.7"), "hid") == ["absent"]
    assert "does not give details" in browse(server, "/198.51.100.7").text


def test_withheld_records(server):
    """Of a generic list the TXT records are texts, and the others are not."""
    assert txt(server, "a.gen.test") == {"a is listed; the operator of the list gives no details."}
    assert answers(server.ask("a.gen.test")) == {"127.0.0.8"}


def test_withheld_listing_of_the_api(server):
    made = server.post("/v1/listings", {"range": "203.0.113.5", "list": "sbl", "text": "a secret of the API"})
    assert made.status == 201, made
    assert txt(server, reverse("203.0.113.5", "sbl.test")) == {"See https://bl.test/203.0.113.5 ($1)"}
    assert text_of(look_up(server, "203.0.113.5"), "sbl") == ["See https://bl.test/203.0.113.5 ($1)"]
    assert text_of(look_up(server, "203.0.113.5", role="reader"), "sbl") == ["secret template a secret of the API"]
    assert server.call("DELETE", "/v1/listings/" + made.json["id"]).status == 200


def test_withheld_text_of_a_look_up(server):
    """A stranger is told the same as by DNS, in his language; who has a token reads the reasons."""
    assert text_of(look_up(server, "198.51.100.1"), "sbl") == ["See https://bl.test/198.51.100.1 ($1)"]
    assert text_of(look_up(server, "198.51.100.1", language="ja"), "sbl") == ["198.51.100.1 の詳細は公開していません。"]
    assert text_of(look_up(server, "198.51.100.1", role="reader"), "sbl") == ["secret template a secret of the file"]
    assert "See https://bl.test/198.51.100.1 ($1)" in browse(server, "/198.51.100.1").text
    page = browse(server, "/198.51.100.1", "ja")
    assert "198.51.100.1 の詳細は公開していません。" in page.text and "secret" not in page.text


def test_nothing_withheld_is_dumped(binary, folder):
    """-d writes what DNS would answer."""
    server = make(binary, folder)
    done = subprocess.run([binary, "-d", *server.args, "-w", server.folder, *server.zones], capture_output=True, text=True,
                          timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "See https://bl.test/" in done.stdout and "xbl says" in done.stdout
    for secret in ("secret", "hidden reasons", "old entry", "all of it"):
        assert secret not in done.stdout
    assert "Please stop using" in done.stdout


# ---- Lists that have ended ----

@pytest.mark.feature(26)
def test_retired_zone(server):
    """It lists nothing, not even its test entry (RFC 6471 section 3.4), and says why at its own name."""
    for address in ("127.0.0.2", "192.0.2.1", "198.51.100.1", "203.0.113.1"):
        assert kind(server.ask(reverse(address, "old.test"))) == "NXDOMAIN"
    assert txt(server, "old.test") == {"Please stop using <it>."} and txt(server, "old.test", "ANY") == {"Please stop using <it>."}
    assert answers(server.ask("old.test", "NS"), "NS") == {"ns1.example.", "ns2.example."}
    assert next(iter(answers(server.ask("old.test", "SOA"), "SOA"))).startswith("ns1.example. hostmaster.example. 7 ")
    assert kind(server.ask("old.test")) == "NODATA"


def test_retired_zone_of_names(server):
    """Without $NS and with a text of several strings."""
    assert kind(server.ask("example.com.gone.test")) == "NXDOMAIN" and kind(server.ask("com.gone.test")) == "NXDOMAIN"
    assert txt(server, "gone.test", edns=True) == {LONG.strip()} and len(LONG.strip()) == 599


def test_retired_list_beside_others(server):
    """Only its own entries vanish."""
    assert answers(server.ask(reverse("198.51.100.200", "zen.test"))) == {"127.0.0.3"}
    assert kind(server.ask(reverse("192.0.2.1", "zen.test"))) == "NXDOMAIN"
    assert kind(server.ask("zen.test", "TXT")) == "NODATA"


def test_retired_list_and_the_api(server):
    """What the API lists on it does not count; a look-up says that it has ended."""
    made = server.post("/v1/listings", {"range": "203.0.113.9", "list": "old"})
    assert made.status == 201, made
    assert kind(server.ask(reverse("203.0.113.9", "old.test"))) == "NXDOMAIN"
    assert kind(server.ask(reverse("203.0.113.9", "zen.test"))) == "NXDOMAIN"
    assert server.call("DELETE", "/v1/listings/" + made.json["id"]).status == 200
    result = look_up(server, "192.0.2.1")
    assert result["status"] == "not_listed"
    assert {"list": "old", "text": "Please stop using <it>.", "link": None, "since": "2025-01-31T12:00:00Z", "until": None,
            "retired": True} in result["banners"]
    known = {one["name"]: one["retired_at"] for one in server.get("/v1/lists").json["lists"]}
    assert known["old"] == "2025-01-31T12:00:00Z" and known["xbl"] is None
    assert server.get("/healthz").status == 200


def test_retired_list_on_the_page(server):
    page = browse(server, "/192.0.2.1")
    assert "The old list ended on 31 January 2025, 12:00 UTC and lists nothing any more. Please stop using <it>." in page.text
    page = browse(server, "/192.0.2.1", "ja")
    assert "旧リスト は 2025年1月31日 12:00（UTC） に提供を終了し、現在は何も登録されていません。ご利用を終了してください。" in page.text


def test_retired_list_needs_no_files(binary, folder):
    """It may even be told to go SERVFAIL when it is stale: it never lists or fails anything again."""
    files = {name: text for name, text in FILES.items() if not name.startswith(("old.", "gone."))}
    server = make(binary, folder, files=files)
    server.start()
    try:
        assert kind(server.ask(reverse("127.0.0.2", "old.test"))) == "NXDOMAIN" and txt(server, "old.test")
        assert answers(server.ask(reverse("198.51.100.200", "zen.test"))) == {"127.0.0.3"}
        assert server.get("/readyz").status == 200 and server.get("/healthz").status == 200
        assert look_up(server, "192.0.2.1")["status"] == "not_listed"
        server.write("old.ip4trie", FILES["old.ip4trie"])  # nor does it come back
        server.reload()
        assert poll(lambda: "old (ip4trie): 3 entries" in server.log())
        assert kind(server.ask(reverse("127.0.0.2", "old.test"))) == "NXDOMAIN"
        assert answers(server.ask("old.test", "NS"), "NS") == {"ns1.example.", "ns2.example."}
    finally:
        server.stop()


def test_scheduled_end(binary, folder):
    """Before its time a list answers as ever, and from that second on no more; without a reload."""
    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86400))
    config = "rules: [{lists: [old], retired: {since: SINCE, text: It has ended.}}]\n".replace("SINCE", since)
    server = make(binary, folder, config=config)
    if not server.has_clock:
        pytest.skip("the clock can be set in a debug build only")
    server.start()
    try:
        assert answers(server.ask(reverse("127.0.0.2", "old.test"))) == {"127.0.0.2"}
        assert not txt(server, "old.test") and look_up(server, "192.0.2.1")["banners"] == []
        made = server.post("/v1/delistings", {"range": "192.0.2.1", "lists": ["old"], "expires_in": "30d"})
        assert made.status == 201
        server.set_clock(2 * 86400)
        server.reload()  # wakes the loader, whose sleep does not see that the clock was set
        assert poll(lambda: kind(server.ask(reverse("127.0.0.2", "old.test"))) == "NXDOMAIN")
        assert txt(server, "old.test") == {"It has ended."}
        assert "old (ip4trie): the list is retired; its zones leave it out" in server.log()
        assert look_up(server, "192.0.2.1")["banners"][0]["retired"] is True
        assert server.get("/v1/delistings/" + made.json["id"]).json["state"] == "active"
    finally:
        server.stop()


# ---- Banners ----

def test_banners_of_a_look_up(server):
    """The server's, those of the lists that have the address, and of no other; in their time."""
    told = {(one["list"], one["text"], one["retired"]) for one in look_up(server, "198.51.100.1")["banners"]}
    ends = {("old", "Please stop using <it>.", True), ("gone", LONG.strip(), True)}
    assert told == {(None, "We move to <b>n.test</b>", False), ("xbl", "Only a test & no more", False)} | ends
    told = {(one["list"], one["text"]) for one in look_up(server, "203.0.113.1", language="ja")["banners"]}
    assert told == {(None, "移転します。"), ("old", "ご利用を終了してください。"), ("gone", LONG.strip())}
    one = look_up(server, "203.0.113.1")["banners"][0]
    assert one["link"] == "https://n.test/?a=1&b=2" and one["since"] is None and one["until"] == "2090-01-01T00:00:00Z"


def test_banners_in_the_status(server):
    told = [(one["list"], one["retired"]) for one in server.get("/v1/status").json["banners"]]
    assert sorted(told, key=str) == [("gone", True), ("old", True), ("xbl", False), (None, False)]


@pytest.mark.feature(26)
def test_banners_on_pages(server):
    for path, status in (("/", 200), ("/198.51.100.1", 200), ("/nothing", 404)):
        page = browse(server, path, status=status)
        assert "We move to <b>n.test</b> https://n.test/?a=1&b=2" in page.text
        assert page.links["https://n.test/?a=1&b=2"] == "https://n.test/?a=1&b=2"
        assert "移転します。" in browse(server, path, "ja", status).text
        assert ("Only a test & no more" in page.text) == (path == "/198.51.100.1") and "Not yet" not in page.text


def test_banners_in_time(binary, folder):
    config = f"banner: {{text: Now and then, since: {hours(1)}, until: {hours(2)}}}\n"
    server = make(binary, folder, config=config)
    if not server.has_clock:
        pytest.skip("the clock can be set in a debug build only")
    server.start()
    try:
        for minutes, shown in ((0, False), (90, True), (150, False), (90, True)):
            server.set_clock(60 * minutes)
            assert ("Now and then" in browse(server, "/").text) == shown
            assert (look_up(server, "203.0.113.1")["banners"] != []) == shown
    finally:
        server.stop()


def hours(count):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600 * count))


def test_dnsblctl(server):
    """Says it below the table, and when a list ends."""
    environment = {"PATH": os.environ["PATH"], "DNSBLD_URL": f"http://127.0.0.1:{server.http_port}"}
    server.write("token", "reader-secret\n")
    os.chmod(server.path("token"), 0o600)
    environment["DNSBLD_TOKEN_FILE"] = server.path("token")

    def run(*arguments):
        done = subprocess.run([client_under_test(), *arguments], capture_output=True, text=True, env=environment, check=False,
                              timeout=60)
        assert done.returncode == 0, done
        return done.stdout
    told = run("--table", "lookup", "198.51.100.1").split("\n\n")[1].splitlines()
    assert told[0] == "We move to <b>n.test</b> https://n.test/?a=1&b=2" and "old: Please stop using <it>." in told
    row = next(line for line in run("--table", "lists").splitlines() if line.startswith("old "))
    assert "2025-01-31T12:00:00Z" in row


# ---- Texts in two languages ----

def test_texts_of_lists(server):
    page = browse(server, "/198.51.100.1")
    assert "Infected <hosts>" in page.text and "Hosts & bots" in page.text and "Run by 運営事務局." in page.text
    page = browse(server, "/198.51.100.1", "ja")
    assert "感染端末リスト" in page.text and "感染した端末です。" in page.text and "運営者：運営事務局" in page.text
    assert "Infected" not in page.text and "Hosts" not in page.text


# ---- Whose page it is ----

def test_service(server):
    for language, name in (("en", "Lists & <Co>"), ("ja", "拒否リスト事務局")):
        page = browse(server, "/", language)
        assert page.title.endswith(name) and page.images == {"/logo": name}
        assert "postmaster@bl.test" in page.text
    page = browse(server, "/")
    assert page.links["https://bl.test/imprint?a&b"] == "Legal notice"
    assert page.links["https://bl.test/privacy"] == "Privacy policy"
    assert page.styles == ["/style.css", "/own.css"]


def test_files_of_the_operator(server):
    logo = Api.call(server, "GET", "/logo", role=None)
    assert logo.status == 200 and logo.headers["Content-Type"] == "image/svg+xml" and logo.text == SVG
    policy = logo.headers["Content-Security-Policy"]  # a document by itself: its scripts are not run
    assert "default-src 'none'" in policy and "sandbox" in policy and "script" not in policy
    style = Api.call(server, "GET", "/own.css", role=None)
    assert style.headers["Content-Type"] == "text/css; charset=utf-8" and style.text == CSS
    for reply in (logo, style):
        assert reply.headers["Cache-Control"] == "max-age=3600" and reply.headers["X-Content-Type-Options"] == "nosniff"


def test_page_without_files(binary, folder):
    server = make(binary, folder, config="http: {lookups: 60}\n")
    server.start()
    try:
        page = browse(server, "/")
        assert page.title.endswith("dnsbld") and page.images == {} and page.styles == ["/style.css"]
        assert server.get("/logo", role=None).status == 404 and server.get("/own.css", role=None).status == 404
    finally:
        server.stop()


@pytest.mark.parametrize("config, error", [
    ("http:\n  logo: FOLDER/nothing\n", "dnsbld.yaml:2:9: logo: FOLDER/nothing: No such file or directory"),
    ("http:\n  logo: FOLDER/own.css\n", "dnsbld.yaml:2:9: logo: FOLDER/own.css: not a PNG, JPEG, WebP or SVG image"),
    ("http:\n  imprint: ftp://x\n", "dnsbld.yaml:2:12: imprint: 'ftp://x' does not begin with http:// or https://"),
    ("rules:\n- lists: [xbl]\n  title: {fr: Liste}\n", "dnsbld.yaml:3:11: fr: unknown key"),
    ("rules:\n- lists: [xbl]\n  withheld_text: x\n", "dnsbld.yaml:3:18: withheld_text: requires reason: withheld"),
    ("rules:\n- lists: [xbl]\n  retired: {since: tomorrow, text: x}\n",
     "dnsbld.yaml:3:20: since: 'tomorrow': a date such as 2027-01-31 or 2027-01-31T12:00:00Z expected"),
])
def test_errors(binary, folder, config, error):
    server = make(binary, folder, config=config)
    server.spawn()
    assert server.process.wait(20) != 0
    assert error.replace("FOLDER", str(folder)) in server.log()
