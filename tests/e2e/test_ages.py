"""Since when a list has named what is looked up: in the API, on the page, by the client, over reloads and restarts."""
import calendar
import os
import subprocess
import time

import pytest

from api import Api
from fake_api import client_under_test
from html_page import HtmlPage
from server import poll

HOUR, DAY = 3600, 86400
ZONES = ["bl.test:ip4trie:xbl", "bl.test:ip6trie:xbl6", "bl.test:dnset:dbl"]
FILES = {"xbl": "10.0.0.0/8\n192.0.2.1\n!10.1.0.0/16\n", "xbl6": "2001:db8::/32\n", "dbl": ".ex.com\n!www.ex.com\nmail.test\n"}
CONFIG = """
lists:
  - {name: xbl, type: ip4trie, files: [xbl]}
  - {name: xbl, type: ip6trie, files: [xbl6]}
  - {name: dbl, type: dnset, files: [dbl]}
  - {name: own, type: dynamic}
zones:
  - {name: bl.test, lists: [xbl, dbl, own]}
"""


@pytest.fixture
def server(binary, folder):
    made = Api(binary, folder, "-c", "0", config=CONFIG, files=FILES)
    if not made.has_clock:
        pytest.skip("the clock can be set in a debug build only")
    made.start()
    yield made
    made.stop()


def since(server, query, role="reader"):
    """The Unix times since when lists name it, by list; None: not known."""
    reply = server.get(f"/v1/lookup/{query}", role=role)
    assert reply.status == 200, reply
    return {x["list"]: x["listed_since"] and calendar.timegm(time.strptime(x["listed_since"], "%Y-%m-%dT%H:%M:%SZ"))
            for x in reply.json["listings"]}


def written(server, number):
    """Which file is in place; None: there is none."""
    path = os.path.join(server.state, "ages", str(number))
    return os.path.exists(path) and (os.stat(path).st_ino, os.stat(path).st_mtime_ns) or None


def load(server, seconds, **files):
    """Loads these files so many seconds from the start on, and waits until the age files of all lists are new."""
    before = [written(server, n) for n in (0, 1)]
    server.set_clock(seconds)
    for name, content in files.items():
        server.write(name, content)
    assert server.post("/v1/reload", {"lists": ["xbl", "dbl"]}).status == 200
    assert poll(lambda: all(written(server, n) not in (None, b) for n, b in zip((0, 1), before)))


def ready(server):
    assert poll(lambda: written(server, 0) and written(server, 1))
    return time.time()


def near(a, b):
    return a is not None and abs(a - b) < 20


def browse(server, path, language="en"):
    reply = server.call("GET", path, role=None, headers={"Accept": "text/html", "Accept-Language": language})
    assert reply.status == 200
    return HtmlPage(reply.text).text


def test_over_time(server):
    """Addresses, ranges, names; what is new, what is gone, what comes back; exclusions."""
    start = ready(server)
    for query, name in (("192.0.2.1", "xbl"), ("10.2.3.4", "xbl"), ("2001:db8::7", "xbl"),
                        ("2002:c000:201::1", "xbl"), ("::ffff:192.0.2.1", "xbl"), ("ex.com", "dbl"), ("a.b.ex.com", "dbl")):
        assert near(since(server, query)[name], start), query
        assert near(since(server, query, role=None)[name], start)
    load(server, 3 * DAY, xbl="10.0.0.0/9\n192.0.2.0/24\n", dbl=".ex.com\n")
    for query, name, days in (("192.0.2.1", "xbl", 0), ("192.0.2.2", "xbl", 3), ("10.2.3.4", "xbl", 0), ("10.1.2.3", "xbl", 3),
                              ("2001:db8::7", "xbl", 0), ("ftp.ex.com", "dbl", 0), ("www.ex.com", "dbl", 3)):
        assert near(since(server, query)[name], start + days * DAY), query
    assert since(server, "10.200.0.1") == {} and since(server, "mail.test") == {}
    load(server, 5 * DAY, xbl="10.0.0.0/8\n", dbl="mail.test\n")
    for query, name, days in (("10.2.3.4", "xbl", 0), ("10.200.0.1", "xbl", 5), ("mail.test", "dbl", 5)):
        assert near(since(server, query)[name], start + days * DAY), query


def test_new_within_the_hour(server):
    """What a load brings is not known until the file is written again, when it is an hour old: by time alone."""
    start = ready(server)
    server.set_clock(600)
    server.write("xbl", FILES["xbl"] + "203.0.113.1\n")
    assert server.post("/v1/reload", {"lists": ["xbl"]}).status == 200
    assert since(server, "203.0.113.1") == {"xbl": None}
    server.set_clock(HOUR + 60)
    server.reload()
    assert poll(lambda: since(server, "203.0.113.1")["xbl"])
    # Since the last load before that: a file that had just been written is perhaps read once more.
    assert any(near(since(server, "203.0.113.1")["xbl"], start + seconds) for seconds in (600, HOUR + 60))


@pytest.mark.feature(3)
def test_page(server):
    start = ready(server)
    assert "For at least" not in browse(server, "/192.0.2.1")
    for seconds, english, japanese in ((HOUR + 30, "For at least an hour: since ", "少なくとも1時間前から登録されています"),
                                       (5 * HOUR + 30, "For at least 5 hours: since ", "少なくとも5時間前から"),
                                       (47 * HOUR + 30, "For at least 47 hours: since ", "少なくとも47時間前から"),
                                       (3 * DAY + 30, "For at least 3 days: since ", "少なくとも3日前から"),
                                       (30 * DAY + 30, "For at least 30 days: since ", "少なくとも30日前から")):
        server.set_clock(seconds)
        page = browse(server, "/192.0.2.1")
        assert english in page and time.strftime("%-d %B %Y", time.gmtime(start)) in page, page
        assert japanese in browse(server, "/192.0.2.1", "ja")
    assert "For at least 30 days" in browse(server, "/a.b.ex.com")


def test_restart_and_kill(server):
    start = ready(server)
    server.stop()
    server.set_clock(2 * DAY)
    server.start()
    assert near(since(server, "192.0.2.1")["xbl"], start)
    load(server, 4 * DAY)
    server.kill()
    with open(os.path.join(server.state, "ages", "0.new"), "wb") as unfinished:
        unfinished.write(b"half of it")
    server.set_clock(5 * DAY)
    server.start()
    assert near(since(server, "192.0.2.1")["xbl"], start)
    assert poll(lambda: sorted(os.listdir(os.path.join(server.state, "ages"))) == ["0", "1"])


def test_damaged(server):
    """Nothing is said of a damaged file; the log has one line about it, and it begins anew."""
    ready(server)
    path = os.path.join(server.state, "ages", "0")
    with open(path, "r+b") as f:
        f.seek(5000)
        f.write(b"other bytes")
    assert since(server, "192.0.2.1") == {"xbl": None}
    load(server, DAY)
    load(server, 2 * DAY)
    assert near(since(server, "192.0.2.1")["xbl"], time.time() + DAY)
    assert server.log().count("ages/0: damaged") == 1


def test_removed_list(server):
    """The file of a list that leaves the configuration is removed; the others stay."""
    start = ready(server)
    server.stop()
    server.write("dnsbld.yaml", CONFIG.replace("  - {name: dbl, type: dnset, files: [dbl]}\n", "").replace("xbl, dbl, own", "xbl, own"))
    server.start()
    assert os.listdir(os.path.join(server.state, "ages")) == ["0"]
    assert near(since(server, "192.0.2.1")["xbl"], start)


def test_list_that_cannot_be_loaded(server):
    """While a part of it has no data, the list keeps its times."""
    start = ready(server)
    server.stop()
    os.rename(server.path("xbl6"), server.path("away"))
    server.set_clock(DAY)
    server.args.append("-q")
    server.start()
    assert poll(lambda: server.get("/v1/lookup/192.0.2.1").status == 200)
    assert near(since(server, "192.0.2.1")["xbl"], start)
    os.rename(server.path("away"), server.path("xbl6"))
    load(server, 2 * DAY)
    assert near(since(server, "2001:db8::7")["xbl"], start) and near(since(server, "192.0.2.1")["xbl"], start)


def test_items(server):
    """A dynamic listing has its own time; one that is hidden by a delisting says since when the files name it."""
    start = ready(server)
    server.set_clock(DAY)
    made = server.post("/v1/listings", {"range": "203.0.113.0/24", "list": "own", "expires_in": "30d"}).json
    assert server.post("/v1/delistings", {"range": "192.0.2.1", "lists": ["xbl"], "expires_in": "30d"}).status == 201
    server.set_clock(3 * DAY)
    assert server.get("/v1/lookup/203.0.113.5").json["listings"][0]["listed_since"] == made["created_at"]
    assert "For at least 2 days" in browse(server, "/203.0.113.5")
    assert near(since(server, "192.0.2.1")["xbl"], start)
    assert "For at least" not in browse(server, "/192.0.2.1")


def test_client(server):
    ready(server)
    shown = subprocess.run([client_under_test(), "--url", f"http://127.0.0.1:{server.http_port}", "lookup", "192.0.2.1", "--table"],
                           capture_output=True, text=True, check=True).stdout
    titles, row = shown.splitlines()[:2]
    assert "SINCE" in titles and time.strftime("%Y-%m-%dT", time.gmtime()) in row


@pytest.mark.parametrize("state, config", [("", ""), ("state", "age_space: off\n")])
def test_none_are_kept(binary, folder, state, config):
    server = Api(binary, folder, state=state, config=CONFIG + config, files=FILES).start()
    try:
        assert since(server, "192.0.2.1") == {"xbl": None}
        assert "For at least" not in browse(server, "/192.0.2.1")
        assert not os.path.exists(server.path("state/ages/0"))
    finally:
        server.stop()
