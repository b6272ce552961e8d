"""Many look-ups at once on the page, and as CSV."""
import csv
import io
import urllib.parse

import pytest

from api import Api
from html_page import HtmlPage

FILES = {"xbl.ip4trie": "10.0.0.0/8:4:+cmd|' /C calc'!A0 \"x\", says $\n", "sbl.ip4trie": "10.9.0.0/16:2:Secret <b>spam</b>\n",
         "far.ip4trie": "203.0.113.0/24:5:\n", "qil.ip4trie": "172.16.0.0/12:15:Busy $\n", "dbl.dnset": "spam.example :127.0.1.2:\"Quoted\"\\tname\nxn--r8jz45g.jp :127.0.1.2:Spam\n"}
ZONES = [f"zen.test:ip4trie:{name}" for name in list(FILES)[:4]] + ["dbl.test:dnset:dbl.dnset"]
CONFIG = """
rules:
  - lists: [xbl]
    removal: self
    title: "=Exploits <i>"
  - lists: [sbl]
    reason: withheld
  - lists: [qil]
    removal: self
    tier: temporary
http: {lookups: LOOKUPS}
"""


def make(binary, folder, lookups):
    return Api(binary, folder, zones=ZONES, files=FILES, config=CONFIG.replace("LOOKUPS", lookups)).start()


@pytest.fixture(scope="module")
def server(binary, module_folder):
    made = make(binary, module_folder, "unlimited")
    yield made
    made.stop()


def send(server, text, language="en", **fields):
    return server.call("POST", "/bulk", urllib.parse.urlencode({"text": text, **fields}).encode(), role=None,
                       headers={"Content-Type": "application/x-www-form-urlencoded", "Accept-Language": language, "Accept": "text/html"})


def look_up(server, text, status=200, language="en", **fields):
    reply = send(server, text, language, **fields)
    assert reply.status == status and reply.headers["Content-Type"] == "text/html; charset=utf-8", reply
    return HtmlPage(reply.text)


def read_csv(reply):
    assert reply.status == 200, reply
    assert reply.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert reply.headers["Content-Disposition"] == 'attachment; filename="look-up.csv"'
    assert reply.headers["X-Content-Type-Options"] == "nosniff" and reply.headers["Cache-Control"] == "no-store"
    assert reply.text.startswith("\ufeff") and reply.text.count("\n") == reply.text.count("\r\n")
    return list(csv.reader(io.StringIO(reply.text[1:], newline=""), strict=True))


def addresses(count):
    return [f"10.1.{i // 200}.{i % 200}" for i in range(count)]


def test_form(server):
    page = HtmlPage(server.get("/", role=None, headers={"Accept": "text/html"}).text)
    assert page.links["/bulk"] == "Look up several at once"
    page = HtmlPage(server.get("/bulk", role=None, headers={"Accept": "text/html"}).text)
    form = page.form("/bulk")
    assert page.heading == "Look up several at once" and form.fields == {"text": ""} and form.required == {"text"} and "At most 50" in page.text


@pytest.mark.feature(21)
def test_table(server):
    page = look_up(server, "10.1.1.1 172.16.0.1, 192.0.2.1\nspam.example\nann@例え.jp\nfoo\n10.0.0.0/8\n10.1.1.1")
    assert page.heading == "4 of 5 listed" and page.title.startswith("4 of 5 listed") and "blocked" in page.classes
    assert page.rows == [
        ["Address or domain", "State", "Lists"],
        ["10.1.1.1", "✖ Blocked", "=Exploits <i>"],
        ["172.16.0.1", "◷ Delayed", "qil"],
        ["192.0.2.1", "✔ Not listed", ""],
        ["spam.example", "✖ Blocked", "dbl"],
        ["例え.jp (xn--r8jz45g.jp)", "✖ Blocked", "dbl"],
        ["foo", "⚠ Not looked up", "No IP address and no domain is in what you entered."],
        ["10.0.0.0/8", "⚠ Not looked up", "This is a range. Enter one address or one domain."],
    ]
    assert {"/10.1.1.1", "/172.16.0.1", "/192.0.2.1", "/spam.example", "/xn--r8jz45g.jp"} <= set(page.links)
    assert page.forms[-1].fields == {"text": ""}


def test_nothing_is_listed(server):
    page = look_up(server, "192.0.2.1\n2001:db8::1")
    assert page.heading == "0 of 2 listed" and "None of them is on a list" in page.text and "clear" in page.classes


def test_logs(server):
    page = look_up(server, "Nov 30 12:00:01 mx postfix/smtpd[1]: reject: RCPT from unknown[203.0.113.1]: 554 5.7.1 <bob@example.net>: no\n"
                           "Nov 30 12:00:02 mx postfix/smtpd[1]: reject: RCPT from unknown[203.0.113.2]: 554 5.7.1 <bob@example.net>: no\n")
    assert [row[0] for row in page.rows[1:]] == ["203.0.113.1", "203.0.113.2"]


def test_japanese(server):
    page = look_up(server, "１０．１．１．１、192.0.2.1　foo", language="ja")
    assert page.heading == "2件中1件が登録されています" and page.rows[1][1] == "✖ ブロック中" and page.rows[2][1] == "✔ 登録なし"


@pytest.mark.parametrize("text", ["", " ", "foo", "10.0.0.0/8", "<script>alert(1)</script>", "\"'><img src=x>\n=1+1"])
def test_nothing_to_look_up(server, text):
    """What was typed is in the form again, or in the rows."""
    page = look_up(server, text, 400)
    assert page.heading == "That did not work" and page.form("/bulk") is not None
    for word in text.split():
        assert word in page.text or word in page.form("/bulk").fields["text"]


def test_more_than_fifty(server):
    page = look_up(server, "\n".join(addresses(50) + ["192.0.2.1 192.0.2.2, 192.0.2.3", "and 192.0.2.4 in a log of more words"]))
    assert page.heading == "50 of 50 listed" and "Only the first 50 were looked up." in page.text and len(page.rows) == 51
    rest = page.forms[-1].fields["text"]
    assert "10.1.0.49" not in rest
    page = look_up(server, rest)
    assert [row[0] for row in page.rows[1:]] == ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"]


def test_size(server):
    """Fifty rows, of domains that are long: less than 30 KB."""
    for rows in (addresses(50), [f"{i:02}.{'a' * 60}.spam.example" for i in range(50)], [f"2001:db8:1:2:3:4:5:{i:x}" for i in range(50)]):
        for language in ("en", "ja"):
            assert len(send(server, "\n".join(rows), language).text.encode()) < 30000


@pytest.mark.feature(21)
def test_csv(server):
    """What a spreadsheet would take for a formula is none; a withheld reason stays so."""
    form = look_up(server, "10.1.1.1 10.9.0.1 172.16.0.1 192.0.2.1 spam.example foo =1+1 例え.jp").form("/bulk")
    assert form.button == "Download as CSV"
    records = read_csv(send(server, form.fields["text"], format="csv"))
    assert records == [
        ["query", "status", "list", "code", "reason", "error"],
        ["10.1.1.1", "blocked", "xbl", "127.0.0.4", "'+cmd|' /C calc'!A0 \"x\", says 10.1.1.1", ""],
        ["10.9.0.1", "blocked", "xbl", "127.0.0.4", "'+cmd|' /C calc'!A0 \"x\", says 10.9.0.1", ""],
        ["10.9.0.1", "blocked", "sbl", "127.0.0.2", "", ""],
        ["172.16.0.1", "delayed", "qil", "127.0.0.15", "Busy 172.16.0.1", ""],
        ["192.0.2.1", "not_listed", "", "", "", ""],
        ["spam.example", "blocked", "dbl", "127.0.1.2", records[6][4], ""],
        ["foo", "error", "", "", "", "No IP address and no domain is in what you entered."],
        ["'=1+1", "error", "", "", "", "No IP address and no domain is in what you entered."],
        ["xn--r8jz45g.jp", "blocked", "dbl", "127.0.1.2", "Spam", ""],
    ]
    assert "Quoted" in records[6][4]
    assert "Secret" not in send(server, "10.9.0.1", format="csv").text and "zen.test" not in send(server, "10.9.0.1", format="csv").text


def test_csv_of_too_much(server):
    """Half a file would be taken for all of it: the page says so instead."""
    page = look_up(server, "\n".join(addresses(51)), format="csv")
    assert "Only the first 50" in page.text and page.forms[-1].fields["text"].strip() == "10.1.0.50"


@pytest.mark.parametrize("body", [b"text=%zz", b"text=1&text=2", b"text=%ff", b"\xff"])
def test_broken_forms(server, body):
    reply = server.call("POST", "/bulk", body, role=None, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert reply.status == 400


def test_rate(binary, folder):
    """Each is one look-up of the client; what is left is in the form again."""
    server = make(binary, folder, "20")
    try:
        page = look_up(server, "\n".join(addresses(30)) + "\nfoo\n")
        assert len(page.rows) == 22 and "Too many look-ups" in page.text  # as many as are free, foo and the head
        rest = page.forms[-1].fields["text"].split()
        assert rest[:1] + rest[-1:] == ["10.1.0.20", "10.1.0.29"]
        assert server.get("/v1/lookup/10.1.1.1", role=None).status == 429
        reply = send(server, "\n".join(rest))
        assert reply.status == 429 and int(reply.headers["Retry-After"]) > 0
        assert HtmlPage(reply.text).forms[-1].fields["text"].split() == rest
        assert send(server, "\n".join(rest), format="csv").status == 429
        records = server.call("POST", "/bulk", urllib.parse.urlencode({"text": "10.1.1.1", "format": "csv"}).encode(), role="reader",
                              headers={"Content-Type": "application/x-www-form-urlencoded"})
        assert records.status == 200
    finally:
        server.stop()
