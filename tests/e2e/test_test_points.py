"""RFC 5782 section 5: a zone without its test entry is served, and the log says what is missing, once."""
import pytest
from server import SOA, poll

MISSING = "zone {}: the test entry {} is not listed"
FILES = {
    "v4": SOA + "127.0.0.2\n192.0.2.1\n", "v4bare": SOA + "192.0.2.1\n",
    "v6": SOA + "::ffff:7f00:2/128\n2001:db8::/32\n", "v6bare": SOA + "2001:db8::/32\n",
    "dbl": SOA + ".test\nbad.example\n", "dblbare": SOA + "bad.example\n",
}


ZONES = ["v4.test:ip4set:v4", "v4bare.test:ip4set:v4bare", "v6.test:ip6trie:v6", "v6bare.test:ip6trie:v6bare",
         "dbl.test:dnset:dbl", "dblbare.test:dnset:dblbare", "both.test:ip4set:v4", "both.test:ip6trie:v6bare"]


@pytest.fixture
def server(start):
    return start(FILES, zones=ZONES)


@pytest.mark.feature(24)
@pytest.mark.parametrize("zone, entry", [("v4bare.test", "127.0.0.2"), ("v6bare.test", "::ffff:7f00:2"), ("dblbare.test", "TEST")])
def test_missing_entries_are_named(server, zone, entry):
    assert MISSING.format(zone, entry) in server.log()


@pytest.mark.parametrize("zone", ["v4.test", "v6.test", "dbl.test", "both.test"])
def test_zones_that_have_them_are_not(server, zone):
    assert f"zone {zone}: the test entry" not in server.log()


def test_only_news_is_logged(server):
    server.write("v4bare", SOA + "192.0.2.2\n")
    assert poll(lambda: server.log().count("v4bare (ip4set):") == 2)
    assert server.log().count(MISSING.format("v4bare.test", "127.0.0.2")) == 1
    server.write("v4", SOA + "192.0.2.2\n")
    assert poll(lambda: MISSING.format("v4.test", "127.0.0.2") in server.log())
    assert poll(lambda: MISSING.format("both.test", "127.0.0.2") in server.log())
