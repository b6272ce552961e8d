"""What each state's page says, in both languages, to a blocked sender without knowledge."""
import re
import urllib.parse

import pytest

from api import Api
from html_page import HtmlPage

FILES = {"self.ip4trie": "10.0.0.0/8:3:\n", "review.ip4trie": "10.2.0.0/16:2:\n", "never.ip4trie": "10.3.0.0/16:10:\n",
         "late.ip4trie": "10.4.0.0/16:15:\n", "mail.ip4trie": "10.5.0.0/16:4:\n", "names.dnset": "xn--r8jz45g.jp :127.0.1.2:\n"}
ZONES = ["bl.test:ip4trie:" + name for name in FILES if name.endswith("trie")] + ["names.test:dnset:names.dnset"]
CONFIG = """
rules:
  - lists: [self]
    removal: self
  - lists: [review, names]
    removal: owner
  - lists: [never]
    removal: never
  - lists: [late]
    removal: self
    tier: temporary
  - lists: [mail]
    removal: self
    confirm: true
confirm_command: /bin/true
"""
NAMES = "dnsbld self review never late mail names bl.test English".split()
TECHNICAL = {"IP", "DNS", "SMTP", "UTC", "CSV"}

# Path, what an English page says, and what a Japanese one does.
STATES = [
    ("/", ["Is your mail blocked?", "Look up several at once"], ["メールがブロックされていますか？", "まとめて調べる"]),
    ("/bulk", ["At most 50"], ["50件まで"]),
    ("/192.0.2.1", ["not listed", "do not stop its mail now", "send it again first", "read which list the error message names"], ["登録されていません", "メールが拒否されることはありません", "まずもう一度お送りください", "リストの名前を確かめ"]),
    ("/10.1.0.1", ["refuse mail", "“550 5.7.1", "undeliverable", "send the address of this page", "removed at once", "listed again",
                   "decided by those who receive it"],
     ["拒否します", "「550 5.7.1」", "配信不能", "このページのアドレスを管理者", "すぐに解除できます", "再び登録されます", "受信側の管理者が決めます"]),
    ("/10.2.0.1", ["an operator decides", "You will get no e-mail: the answer will be on the page"], ["担当者が判断します", "結果はメールではお知らせしません"]),
    ("/10.3.0.1", ["policy does not allow it", "a dynamic one", "your Internet provider"], ["動的なアドレス", "お問い合わせ先は、インターネット接続の事業者です"]),
    ("/10.4.0.1", ["“450 4.7.1", "tries again by itself", "notice of the delay"], ["「450 4.7.1」", "自動的に再送", "遅延の通知"]),
    ("/xn--r8jz45g.jp", ["例え.jp (xn--r8jz45g.jp) is blocked", "with links to it"], ["例え.jp (xn--r8jz45g.jp) はブロックされています"]),
    ("/10.1.0.1?list=bl.test&code=127.0.0.3&reply=550", ["The message that you pasted", "once the listing has ended"],
     ["貼り付けられたメッセージ", "登録が終わってから"]),
    ("/192.0.2.1?list=bl.other.example&reply=450", ["which is not a list of this server"], ["このサーバーのリストではないため"]),
    ("/192.0.2.1?list=bl.test&reply=450", ["tries again by itself"], ["自動的に再送"]),
    ("/192.0.2.1?list=bl.test&reply=550", ["send it again now"], ["もう一度お送りください"]),
    ("/192.0.2.1?list=bl.test&code=127.255.255.254", ["does not mean that an address is listed"], ["登録されているという意味ではありません"]),
]


@pytest.fixture(scope="module")
def server(binary, module_folder):
    made = Api(binary, module_folder, zones=ZONES, files=FILES, config=CONFIG)
    made.start()
    yield made
    made.stop()


def read(server, method, path, language, form=None):
    headers = {"Accept": "text/html", "Accept-Language": language, "Content-Type": "application/x-www-form-urlencoded"}
    body = urllib.parse.urlencode(form).encode() if form is not None else None
    reply = server.call(method, path, body, role=None, headers=headers)
    if reply.status == 303:
        return read(server, "GET", reply.headers["Location"], language)
    assert len(reply.text.encode()) < 30000
    page = HtmlPage(reply.text)
    check_page(page)
    return page


def check_page(page):
    """What holds for each page: its title says what its heading says, and no English is on a Japanese one but names."""
    assert page.title.startswith(page.heading) and page.headings[0] == "h1" and page.headings.count("h1") == 1
    assert all(b in (a, "h2", "h1") for a, b in zip(page.headings, page.headings[1:]))
    assert page.focused <= 1
    if page.language == "ja":
        text = re.sub(r"[\w.-]+\.(jp|com|test|example)\b|[0-9a-f]+(:+[0-9a-f]+)+|[0-9a-f]{8}(-[0-9a-f]+){4}", " ", page.text.replace("例え.jp", ""), flags=re.A)
        assert set(re.findall("[A-Za-z]{2,}", text)) - TECHNICAL - set(NAMES) == set(), page.text


@pytest.mark.parametrize("path, english, japanese", STATES)
def test_states(server, path, english, japanese):
    for language, sentences in (("en", english), ("ja", japanese)):
        page = read(server, "GET", path, language)
        assert page.language == language
        for sentence in sentences:
            assert sentence in page.text, (sentence, page.text)


def ask(server, address, language, **fields):
    form = [form for form in read(server, "GET", "/" + address, language).forms if form.action.startswith("/requests")][-1]
    return read(server, "POST", form.action, language, {**form.fields, **fields})


@pytest.mark.parametrize("language, says", [
    ("en", ["has been removed from self", "All mail servers know it by", "that is within 5 minutes", "goes out by itself", "undeliverable has to be sent again",
            "You will get no e-mail about this."]),
    ("ja", ["解除しました", "5分以内に", "その後自動的に送られます", "もう一度お送りください", "メールでお知らせすることはありません"])])
def test_removed(server, language, says):
    address = {"en": "10.1.1.1", "ja": "10.1.1.2"}[language]
    page = ask(server, address, language)
    for sentence in says:
        assert sentence in page.text, (sentence, page.text)
    page = read(server, "GET", "/" + address, language)
    assert {"en": "that is for 7 days", "ja": "（あと7日）"}[language] in page.text, page.text


@pytest.mark.parametrize("language, says", [("en", ", in 24 hours."), ("ja", "次に解除できるのは、24時間後の")])
def test_wait(server, language, says):
    address = {"en": "10.1.2.1", "ja": "10.1.2.2"}[language]
    ask(server, address, language)
    item = server.get("/v1/delistings?covers=" + address).json["delistings"][0]
    assert server.call("DELETE", "/v1/delistings/" + item["id"]).status == 200
    assert says in read(server, "GET", "/" + address, language).text


@pytest.mark.parametrize("language, says", [("en", "You will get no e-mail about this. Look at this page again."), ("ja", "このページをもう一度ご覧ください。")])
def test_pending(server, language, says):
    assert says in ask(server, {"en": "10.2.0.1", "ja": "10.2.0.2"}[language], language).text


@pytest.mark.parametrize("language, says", [("en", "It ends by itself in 2 hours, on "), ("ja", "あと2時間で、")])
def test_until(server, language, says):
    server.post("/v1/listings", {"range": "192.0.2.77", "list": "self", "expires_in": "2h", "reason": "test"})
    assert says in read(server, "GET", "/192.0.2.77", language).text


@pytest.mark.parametrize("method, path, form", [
    ("GET", "/nothing", None), ("GET", "/?q=10.0.0.0/8", None), ("GET", "/?q=%3Cb%3E", None), ("POST", "/lookup", {"text": "1.2.3"}),
    ("POST", "/bulk", {"text": "1.2.3"}), ("POST", "/bulk", {"text": "10.1.0.1 10.4.0.1 192.0.2.1 1.2.3"}), ("POST", "/requests", {"query": "192.0.2.1"}),
    ("POST", "/requests", {"query": "10.1.0.1", "email": "1"}), ("POST", "/requests", {"query": "10.3.0.1"}),
    ("GET", "/requests/01890a5d-ac96-774b-bcce-b302099a8057", None)])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_other_pages(server, method, path, form, language):
    """The reader begins at what the page says."""
    assert read(server, method, path, language, form).focused == 1


@pytest.mark.parametrize("language, comes, wrong", [
    ("en", "A code will be sent to this address", "This is not the code that was sent. Attempts left: 4."),
    ("ja", "コードをお送りします", "コードが違います。 残りの入力回数：4")])
def test_code(server, language, comes, wrong):
    """The field for the code has the focus, also after a wrong one, which it is told of."""
    address = {"en": "10.5.0.1", "ja": "10.5.0.2"}[language]
    assert comes in read(server, "GET", "/" + address, language).text
    page = ask(server, address, language, email="ann@example.com")
    form = page.form("/confirm")
    assert page.focused == 1 and "wrong" not in page.ids and form.fields["code"] == ""
    page = read(server, "POST", "/confirm", language, {**form.fields, "code": "wrong"})
    assert wrong in page.text and page.focused == 1 and page.labels >= {"wrong", "code"}
