"""Look-ups: what the API says of an address or a domain, beside what DNS answers."""
import pytest
from contract import CONFIG, FILES, LISTS, make
from server import answers, reverse


@pytest.fixture(scope="module")
def api(binary, module_folder):
    # No bound on look-ups without a token: one test makes many.
    server = make(binary, module_folder, config=CONFIG + "http:\n  lookups: unlimited\n")
    yield server.start()
    server.stop()


def look(api, query, role="reader"):
    reply = api.get(f"/v1/lookup/{query}", role=role)
    assert reply.status == 200, reply
    return reply.json


def found(result):
    return [(x["list"], x["code"], x["state"]) for x in result["listings"]]


def test_in_full(api):
    """192.0.2.2 is on xbl, and pbl has all of 192.0.2.0/24: there the same holds from .2 to .3."""
    result = look(api, "192.0.2.2")
    assert (result["query"], result["status"]) == ("192.0.2.2", "listed")
    xbl, pbl = result["listings"]
    assert xbl == {
        "list": "xbl", "zones": ["zen.test"], "code": "127.0.0.4", "text": "xbl says 192.0.2.2", "tier": "permanent",
        "state": "listed", "hidden_by": None, "range": "192.0.2.2/31", "listed_since": xbl["listed_since"],
        "delisted_until": None, "expires_at": None,
        "delisting_id": None, "listing_id": None, "ttl": 300,
        "removal": {"policy": "self", "confirm": False, "proof": [], "removals_left": 2, "next_at": None, "blocked_by": None}}
    assert (pbl["list"], pbl["code"], pbl["removal"]["policy"]) == ("pbl", "127.0.0.10", "single")


@pytest.mark.feature(1, 2)
@pytest.mark.parametrize("query, canonical, status, expected", [
    ("192.0.2.1", "192.0.2.1", "listed", [("xbl", "127.0.0.4"), ("pbl", "127.0.0.10"), ("css", "127.0.0.3")]),
    ("::ffff:192.0.2.99", "192.0.2.99", "listed", [("pbl", "127.0.0.10"), ("top", "127.0.0.9")]),
    ("2001:db8:1:0:0::5", "2001:db8:1::5", "listed", [("xbl", "127.0.0.4")]),
    ("2001:db8:2::5", "2001:db8:2::5", "not_listed", []),
    ("10.0.0.1", "10.0.0.1", "not_listed", []),
    ("SHOP.example", "shop.example", "listed", [("dbl", "127.0.1.2")]),
    ("www.shop.example", "www.shop.example", "not_listed", []),
    ("a.b.spam.example", "a.b.spam.example", "listed", [("dbl", "127.0.1.2")]),
    ("spam.example", "spam.example", "listed", [("dbl", "127.0.1.2")]),
])
def test_queries(api, query, canonical, status, expected):
    for path in (f"/v1/lookup/{query}", f"/v1/lookup?q={query}"):
        result = api.get(path, role="reader").json
        assert (result["query"], result["status"]) == (canonical, status)
        assert found(result) == [(*e, "listed") for e in expected]
    name = reverse(canonical, "zen.test") if canonical[-1].isdigit() else f"{canonical}.zen.test"
    assert answers(api.ask(name)) == {code for _, code in expected}


@pytest.mark.feature(4)
def test_without_a_token(api):
    """No zones, and no text where the list withholds it; the rest is the same."""
    public, known = look(api, "192.0.2.1", role=None), look(api, "192.0.2.1")
    assert [x.get("text") for x in known["listings"]] == ["xbl says 192.0.2.1", "pbl says 192.0.2.1",
                                                          "a secret about 192.0.2.1"]
    for listing in known["listings"]:
        del listing["zones"]
        if listing["list"] == "css":
            del listing["text"]
    assert public == known
    assert known["listings"][2]["tier"] == "temporary"


@pytest.mark.feature(21)
def test_bulk(api):
    """In order; what cannot be understood has its error in its place."""
    queries = ["10.0.0.1", "192.0.2.0/24", "shop.example", "10.0.0.1"]
    reply = api.post("/v1/lookup", {"queries": queries}, role="reader")
    results = reply.json["results"]
    assert [r.get("status") for r in results] == ["not_listed", None, "listed", "not_listed"]
    assert (results[1]["query"], results[1]["error"]["code"]) == ("192.0.2.0/24", "not_single")
    many = api.post("/v1/lookup", {"queries": [f"192.0.2.{n % 256}" for n in range(1000)]}, role="reader").json
    assert [r["query"] for r in many["results"]] == [f"192.0.2.{n % 256}" for n in range(1000)]
    assert all(r["status"] == "listed" for r in many["results"])


def test_delisted(api):
    """By whom and until when; with several lists by each."""
    item = api.delist("192.0.2.3", lists=["xbl"])
    result = look(api, "192.0.2.3", role=None)
    xbl = result["listings"][[x["list"] for x in result["listings"]].index("xbl")]
    assert result["status"] == "listed"
    assert (xbl["state"], xbl["hidden_by"]) == ("delisted", "delisting")
    assert (xbl["delisting_id"], xbl["delisted_until"]) == (item["id"], item["expires_at"])
    rest = api.delist("192.0.2.3", role="admin", lists=["pbl"], expires_in=None)
    result = look(api, "192.0.2.3")
    assert result["status"] == "delisted" and {x["state"] for x in result["listings"]} == {"delisted"}
    pbl = [x for x in result["listings"] if x["list"] == "pbl"][0]
    assert (pbl["delisting_id"], pbl["delisted_until"]) == (rest["id"], None)
    api.delete("/v1/delistings/" + rest["id"])
    assert look(api, "192.0.2.3")["status"] == "listed"


def test_listed_by_hand(api):
    item = api.post("/v1/listings", {"range": "198.51.100.96/28", "list": "css", "code": "127.0.0.15", "text": "for $",
                                     "expires_in": "10m"}).json
    [listing] = look(api, "198.51.100.100")["listings"]
    assert (listing["listing_id"], listing["expires_at"]) == (item["id"], item["expires_at"])
    assert (listing["range"], listing["text"]) == ("198.51.100.96/28", "for 198.51.100.100")
    assert 0 < listing["ttl"] <= 600 and listing["delisting_id"] is None


def test_allowed_and_protected(api):
    item = api.post("/v1/allows", {"range": "203.0.113.5"}).json
    [pbl] = look(api, "203.0.113.5")["listings"]
    assert (pbl["state"], pbl["hidden_by"], pbl["delisting_id"]) == ("delisted", "allow", item["id"])
    [pbl] = look(api, "203.0.113.77")["listings"]
    assert (pbl["state"], pbl["hidden_by"], pbl["delisting_id"]) == ("delisted", "protected", None)


@pytest.mark.feature(17)
def test_removal(api):
    """What a request may hope for: blocked, used up, not yet."""
    def outlook(address, name):
        return [x["removal"] for x in look(api, address, role=None)["listings"] if x["list"] == name][0]

    assert outlook("192.0.2.66", "pbl") == {"policy": "single", "confirm": False, "proof": [], "removals_left": 3, "next_at": None, "blocked_by": "sbl"}
    assert outlook("192.0.2.66", "sbl")["policy"] == "owner" and outlook("192.0.2.99", "top")["policy"] == "never"
    asked = api.post("/v1/requests", {"query": "198.51.100.5", "lists": ["xbl"]}, role=None).json
    assert asked["status"] == "removed"
    removal = outlook("198.51.100.5", "xbl")
    assert removal["removals_left"] == 1 and removal["next_at"] is not None


def test_all_lists_are_known(api):
    names = {x["name"] for x in api.get("/v1/lists").json["lists"]}
    assert set(LISTS) <= names and {f.split(".")[0] for f in FILES} >= names


def test_text_that_is_no_utf8(api):
    """List files may hold any bytes; an answer is JSON all the same."""
    api.write("top.ip4set", b":127.0.0.9:caf\xe9 \xf0\x9f\x90\xa6 \xc0\xaf\n192.0.2.99\n")
    api.post("/v1/reload")
    [top] = [x for x in look(api, "192.0.2.99")["listings"] if x["list"] == "top"]
    assert top["text"] == "caf\ufffd \U0001f426 \ufffd\ufffd"
