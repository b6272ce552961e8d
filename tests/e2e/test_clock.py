"""Clocks that no machine should have: the server answers and takes changes all the same."""
import pytest
from api import Api
from server import SOA, answers, poll, reverse

YEAR = 365 * 86400


@pytest.mark.parametrize("seconds", [-57 * YEAR, -100 * YEAR, -2**55, -2**62, 240 * YEAR, 2**40, 2**62])
@pytest.mark.parametrize("at_start", [True, False])
def test_absurd_times(binary, folder, seconds, at_start):
    """Before 1970 or long after 2262, from the start on or suddenly, and back: no sum of times overflows."""
    server = Api(binary, folder, zones=["bl.test:ip4set:xbl"], files={"xbl": SOA + "198.51.100.0/24\n"},
                 config="rules: [{lists: [xbl], removal: self}]\n")
    if not server.has_clock:
        pytest.skip("the clock can be set in a debug build only")
    if at_start:
        server.set_clock(seconds)
    server.start()
    try:
        server.set_clock(seconds)
        for kind, body in (("delistings", {"range": "198.51.100.1", "lists": ["xbl"]}),
                           ("delistings", {"range": "198.51.100.2", "lists": ["xbl"], "expires_in": None}),
                           ("listings", {"range": "203.0.113.1", "list": "xbl"})):
            made = server.post("/v1/" + kind, body)
            assert made.status == 201, made
        assert server.post("/v1/requests", {"query": "198.51.100.3", "lists": ["xbl"]}, role=None).status == 201
        assert poll(lambda: not answers(server.ask(reverse("198.51.100.1", "bl.test"))))
        assert poll(lambda: answers(server.ask(reverse("203.0.113.1", "bl.test"))))
        for path in ("/v1/status", "/metrics", "/v1/delistings", "/v1/changes", "/v1/history/198.51.100.1",
                     "/v1/lookup/198.51.100.3", "/v1/requests", "/v1/lists", "/v1/zones"):
            assert server.get(path).status == 200, path
        server.set_clock(0)
        assert server.post("/v1/delistings", {"range": "198.51.100.9", "lists": ["xbl"]}).status == 201
        assert not answers(server.ask(reverse("198.51.100.9", "bl.test")))
    finally:
        server.stop()
