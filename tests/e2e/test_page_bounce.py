"""A bounce that is pasted into the page: the list, its code and the reply are in the URL, and the page says what they mean."""
import urllib.parse

import pytest

from api import Api
from html_page import HtmlPage

FILES = {"xbl.ip4trie": "10.0.0.0/8:4:Exploited $\n", "pbl.ip4trie": "10.0.0.0/8:10:Dynamic $\n", "qil.ip4trie": "172.16.0.0/12:15:Busy $\n",
         "dbl.dnset": "spam.example :127.0.1.2:Spam\n"}
ZONES = ["zen.test:ip4trie:xbl.ip4trie", "zen.test:ip4trie:pbl.ip4trie", "pbl.test:ip4trie:pbl.ip4trie", "qil.test:ip4trie:qil.ip4trie", "dbl.test:dnset:dbl.dnset"]
CONFIG = """
rules:
  - lists: [xbl, dbl]
    removal: self
  - lists: [pbl]
    removal: self
    title: {en: Dial-up <List>, ja: 動的アドレス}
  - lists: [qil]
    removal: self
    tier: temporary
"""


@pytest.fixture(scope="module")
def server(binary, module_folder):
    made = Api(binary, module_folder, zones=ZONES, files=FILES, config=CONFIG.encode())
    made.start()
    yield made
    made.stop()


def get(server, path, language="en"):
    reply = server.get(path, role=None, headers={"Accept": "text/html", "Accept-Language": language})
    assert reply.status == 200 and len(reply.text.encode()) < 30000, reply
    return HtmlPage(reply.text)


def paste(server, text, language=""):
    """Where the page sends the browser."""
    reply = server.call("POST", "/lookup" + language, urllib.parse.urlencode({"text": text}).encode(), role=None,
                        headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert reply.status == 303, reply
    return reply.headers["Location"]


@pytest.mark.parametrize("text, location", [
    ("554 5.7.1 Service unavailable; Client host [10.1.1.9] blocked using zen.test; 127.0.0.10", "/10.1.1.9?list=zen.test&code=127.0.0.10&reply=554"),
    ("450 4.7.1 Client host [172.16.0.1] deferred using qil.test", "/172.16.0.1?list=qil.test&reply=450"),
    ("9.1.1.10.zen.test has address 127.0.0.4", "/10.1.1.9?list=zen.test&code=127.0.0.4"),
    ("550 10.1.1.9 is listed by the Dial-up <List>", "/10.1.1.9?list=pbl&reply=550"),
    ("550 5.7.1 10.1.1.9 は 動的アドレス に登録されています", "/10.1.1.9?list=pbl&reply=550"),
    ("550 10.1.1.9 is in a black list at bl.other.example", "/10.1.1.9?list=bl.other.example&reply=550"),
    ("550 spam.example listed by dbl.test", "/spam.example?list=dbl.test&reply=550"),
    ("550 blocked using bl.other.example: see http://127.0.0.1:1/10.1.1.9", "/10.1.1.9?list=bl.other.example&reply=550"),
    ("10.1.1.9 is refused", "/10.1.1.9"),
    ("10.1.1.9 blocked using " + "a" * 600 + ".example", "/10.1.1.9"),
])
def test_what_goes_into_the_url(server, text, location):
    assert paste(server, text) == location
    parts = location.partition("?")
    assert paste(server, text, "?lang=ja") == parts[0] + "?lang=ja" + ("&" + parts[2] if parts[2] else "")
    get(server, location)


def test_the_list_is_first(server):
    """The code says which list of the zone it was."""
    for code, first in (("127.0.0.4", "xbl"), ("127.0.0.10", "pbl")):
        page = get(server, f"/10.1.1.9?list=zen.test&code={code}&reply=554")
        assert page.heading == "10.1.1.9 is blocked"
        assert [section for section in page.order if section.startswith("list-")][0] == f"list-{first}"
        assert page.text.count("The message that you pasted names this list.") == 1
    page = get(server, "/10.1.1.9?list=pbl.test")
    assert page.order.index("list-pbl") < page.order.index("list-xbl") and "Found in it: pbl.test." in page.text
    page = get(server, "/10.1.1.9?list=pbl")
    assert "Found in it: Dial-up <List>." in page.text and "It names Dial-up <List>, and 10.1.1.9 is on it now." in page.text


@pytest.mark.parametrize("path, says, says_not", [
    ("/10.1.1.9?list=zen.test&reply=554", ["It names zen.test, and 10.1.1.9 is on it now.", "once the listing has ended", "Found in it: zen.test, 554."],
     ["tries again"]),
    ("/172.16.0.1?list=qil.test&reply=450", ["is on it now", "The reply 450 means “later”"], ["does not go out by itself"]),
    ("/192.0.2.1?list=zen.test&code=127.0.0.4&reply=550", ["was not accepted then, but 192.0.2.1 is not on it now", "send it again now"], ["is on it now"]),
    ("/192.0.2.1?list=zen.test&reply=4.7.1", ["is not on it now", "The reply 4.7.1 means"], ["send it again now"]),
    ("/192.0.2.1?list=zen.test", ["is not on it now", "send it again now"], []),
    ("/172.16.0.1?list=zen.test&reply=550", ["is not on it now", "once the listing has ended"], ["names this list"]),
    ("/10.1.1.9?list=bl.other.example&reply=550", ["It names bl.other.example, which is not a list of this server"], ["send it again", "names this list"]),
    ("/10.1.1.9?list=xn--r8jz45g.jp", ["例え.jp (xn--r8jz45g.jp), which is not a list"], []),
    ("/192.0.2.1?list=zen.test&code=127.255.255.254&reply=554", ["127.255.255.254 does not mean that an address is listed"],
     ["send it again", "It names"]),
    ("/192.0.2.1?reply=550", ["Found in it: 550.", "send it again now"], ["It names"]),
    ("/192.0.2.1", [], ["Found in it", "The message that you pasted"]),
])
def test_what_it_means(server, path, says, says_not):
    page = get(server, path)
    for sentence in says:
        assert sentence in page.text, page.text
    for sentence in says_not:
        assert sentence not in page.text, page.text


def test_after_a_removal(server):
    form = get(server, "/10.1.1.10?list=zen.test&code=127.0.0.4&reply=550").form("/requests")
    server.call("POST", form.action, urllib.parse.urlencode(form.fields).encode(), role=None,
                headers={"Content-Type": "application/x-www-form-urlencoded"})
    page = get(server, "/10.1.1.10?list=zen.test&code=127.0.0.4&reply=550")
    assert page.heading == "10.1.1.10 has been taken off" and "but 10.1.1.10 is not on it now" in page.text


def test_other_languages_keep_it(server):
    page = get(server, "/10.1.1.9?list=zen.test&code=127.0.0.4&reply=554")
    link = "/10.1.1.9?lang=ja&list=zen.test&code=127.0.0.4&reply=554"
    assert page.links[link] == "日本語"
    page = get(server, link)
    assert page.language == "ja" and "zen.test、127.0.0.4、554" in page.text and "登録が終わってから" in page.text


@pytest.mark.parametrize("parameters", [
    {"list": "<script>alert(1)</script>"}, {"list": "call 0900 now"}, {"list": "x" * 3000 + ".example"}, {"list": "10.1.1.1"}, {"list": ""},
    {"list": "localhost"}, {"code": "<b>"}, {"code": "127.0.0.1"}, {"code": "8.8.8.8"}, {"code": "127.0.0.2" + "0" * 500}, {"reply": "250"},
    {"reply": "550 pay here"}, {"reply": "5" * 1000}, {"code": "", "reply": ""},
])
def test_what_others_write_into_the_url(server, parameters):
    """What is none is not shown, nor kept."""
    page = get(server, "/10.1.1.9?" + urllib.parse.urlencode(parameters))
    assert "The message that you pasted" not in page.text and page.links["/10.1.1.9?lang=ja"] == "日本語"
