"""dnsblctl: its requests, how it shows the answers, and its exit status."""
import errno
import hashlib
import json
import os
import pty
import re
import select
import subprocess

import pytest

from fake_api import Fake, client_under_test, fail
from server import free_port

CTL = client_under_test()
DELISTING = {"id": "0199aaaa-0000-7000-8000-000000000001", "range": "192.0.2.0/24", "lists": ["xbl", "pbl"],
             "state": "active", "expires_at": "2030-01-01T00:00:00Z", "created_by": "ann", "reason": None}
LISTING = {"list": "xbl", "code": "127.0.0.4", "state": "listed", "tier": "permanent", "range": "192.0.2.1",
           "text": "spam", "listed_since": "2026-11-28T09:00:00Z", "delisted_until": None, "expires_at": None, "hidden_by": None,
           "removal": {"policy": "self", "removals_left": 2, "next_at": None, "blocked_by": None}}
NOT_FOUND = fail(404, "not_found", "There is none.")


def found(query, *listings):
    return {"query": query, "status": "listed" if listings else "not_listed", "listings": list(listings)}


@pytest.fixture
def fake(folder):
    """fake(answer, **options) starts a stand-in for the server until the test ends."""
    fakes = []

    def starter(answer, **options):
        fakes.append(Fake(answer, **options))
        return fakes[-1]

    yield starter
    for one in fakes:
        one.close()


@pytest.fixture
def ctl(folder):
    """ctl(*arguments, to=fake) runs the client; the result has returncode, stdout, stderr and json()."""

    def run(*arguments, to=None, stdin="", env=None, status=0):
        words = [CTL, *(["--url", to.url] if to else []), *arguments]
        clean = {k: v for k, v in os.environ.items() if not k.startswith("DNSBLD_")}
        done = subprocess.run(words, input=stdin, capture_output=True, text=True, cwd=folder, check=False,
                              env={**clean, **(env or {})}, timeout=60)
        assert done.returncode == status, done
        done.json = lambda: json.loads(done.stdout)
        return done

    return run


def on_terminal(words, answers=b"", stdin=None):
    """Runs it on a terminal of its own; returns all that it wrote there, and its status. `stdin`: instead of it."""
    try:
        pid, terminal = pty.fork()
    except OSError as error:
        pytest.skip(f"there are no terminals here: {error}")
    if pid == 0:
        if stdin is not None:
            os.dup2(os.open(stdin, os.O_RDONLY), 0)
        os.execv(words[0], words)
    os.write(terminal, answers)
    output = b""
    try:
        while select.select([terminal], [], [], 30)[0]:
            output += os.read(terminal, 65536)
    except OSError as error:
        assert error.errno == errno.EIO  # all is read, and it has ended
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.close(terminal)
    return output.decode().replace("\r\n", "\n"), status


# ---- Look-up ----

def test_one_lookup_is_json_where_there_is_no_terminal(fake, ctl):
    api = fake(lambda _: (200, found("192.0.2.1", LISTING)))
    assert ctl("lookup", "192.0.2.1", to=api).json() == found("192.0.2.1", LISTING)
    assert (api.only().method, api.only().path) == ("GET", "/v1/lookup/192.0.2.1")
    assert "Authorization" not in api.only().headers


def test_lookup_as_a_table(fake, ctl):
    api = fake(lambda _: (200, found("192.0.2.1", LISTING, {**LISTING, "code": "127.0.0.11", "list": "a-longer-name"})))
    lines = ctl("lookup", "192.0.2.1", "--table", to=api).stdout.split("\n")
    assert lines[0].split() == ["QUERY", "STATE", "LIST", "CODE", "RANGE", "SINCE", "UNTIL", "TIER", "REMOVAL", "TEXT"]
    assert lines[1].split("  ")[0] == "192.0.2.1"
    assert "2026-11-28T09:00:00Z" in lines[1] and "self, 2 left" in lines[1] and lines[1].endswith("spam")
    assert lines[1].index("127.0.0.4 ") == lines[2].index("127.0.0.11 ") == lines[0].index("CODE")


@pytest.mark.parametrize("typed, path", [
    ("2001:DB8::1", "/v1/lookup/2001%3Adb8%3A%3A1"),
    ("::ffff:192.0.2.1", "/v1/lookup/192.0.2.1"),
    ("Mail.Example.COM.", "/v1/lookup/mail.example.com"),
])
def test_lookup_asks_in_canonical_form(fake, ctl, typed, path):
    api = fake(lambda _: (200, found("x")))
    ctl("lookup", typed, to=api)
    assert api.only().path == path


def test_lookup_of_many_asks_for_a_thousand_at_once(fake, ctl, folder):
    api = fake(lambda asked: (200, {"results": [found(q) for q in asked.body["queries"]]}))
    names = [f"198.51.{i // 250}.{i % 250}" for i in range(2100)]
    with open(os.path.join(folder, "names"), "w") as f:
        f.write("# all of them\n\n" + "\n".join(f" {name}\t# why" for name in names))
    results = ctl("lookup", "--file", "names", to=api).json()["results"]
    assert [r["query"] for r in results] == names
    assert [len(asked.body["queries"]) for asked in api.asked] == [1000, 1000, 100]
    assert {asked.path for asked in api.asked} == {"/v1/lookup"}


def test_lookup_reads_standard_input(fake, ctl):
    api = fake(lambda asked: (200, {"results": [found(q) for q in asked.body["queries"]]}))
    ctl("lookup", "192.0.2.1", "-", to=api, stdin="192.0.2.2\r\nexample.org\r\n")
    assert api.only().body == {"queries": ["192.0.2.1", "192.0.2.2", "example.org"]}


def test_lookup_by_exit_status(fake, ctl):
    listed = fake(lambda _: (200, found("192.0.2.1", LISTING)))
    assert ctl("lookup", "-q", "192.0.2.1", to=listed, status=10).stdout == ""
    clean = fake(lambda _: (200, found("192.0.2.1")))
    assert ctl("lookup", "--exit-code", "192.0.2.1", to=clean, status=0).stdout == ""
    one_of_two = fake(lambda _: (200, {"results": [found("192.0.2.1"), found("192.0.2.2", LISTING)]}))
    ctl("lookup", "-q", "192.0.2.1", "192.0.2.2", to=one_of_two, status=10)
    ctl("lookup", "192.0.2.1", to=listed, status=0)
    broken = fake(lambda _: fail(503, "not_loaded", "Not yet."))
    ctl("lookup", "-q", "192.0.2.1", to=broken, status=4)


def test_lookup_reports_queries_that_are_not_valid(fake, ctl):
    api = fake(lambda _: (200, {"results": [found("192.0.2.1"), {"query": "x.example", "error": {
        "code": "bad_query", "message": "No.", "field": "query"}}]}))
    done = ctl("lookup", "192.0.2.1", "x.example", to=api, status=5)
    assert "x.example: No. (bad_query, query)" in done.stderr


# ---- Delist, list, allow ----

def test_delist_one(fake, ctl):
    api = fake(lambda _: (201, DELISTING))
    done = ctl("delist", "192.0.2.0-192.0.2.255", "--list", "xbl,pbl", "--lists", "sbl", "--for", "2h", "--reason",
               "clean", "--requester", "bob", "--sticky", "--force", "--idempotency-key", "k1", to=api)
    assert (api.only().method, api.only().path) == ("POST", "/v1/delistings")
    assert api.only().body == {"range": "192.0.2.0/24", "lists": ["xbl", "pbl", "sbl"], "expires_in": 7200,
                               "reason": "clean", "requester": "bob", "sticky": True, "force": True}
    assert api.only().headers["Idempotency-Key"] == "k1"
    assert api.only().headers["Content-Type"] == "application/json"
    assert done.json() == DELISTING


@pytest.mark.parametrize("options, fields", [
    ([], {}),
    (["--until", "2030-12-31"], {"expires_at": "2030-12-31T00:00:00Z"}),
    (["--until", "2030-12-31T18:05Z"], {"expires_at": "2030-12-31T18:05:00Z"}),
    (["--until", "2028-02-29 18:05:09"], {"expires_at": "2028-02-29T18:05:09Z"}),
    (["--forever"], {"expires_in": None}),
    (["--no-sticky"], {"sticky": False}),
    (["--dry-run"], {"dry_run": True}),
    (["--for", "90"], {"expires_in": 90}),
])
def test_options_of_delist(fake, ctl, options, fields):
    api = fake(lambda _: (201, DELISTING))
    ctl("delist", "192.0.2.1", *options, to=api)
    assert api.only().body == {"range": "192.0.2.1", **fields}


def test_a_domain_with_all_below(fake, ctl):
    api = fake(lambda _: (201, DELISTING))
    ctl("delist", "Example.org", "--subdomains", to=api)
    assert api.only().body == {"range": "example.org", "include_subdomains": True}


def test_list_and_allow(fake, ctl):
    api = fake(lambda _: (201, DELISTING))
    ctl("list", "192.0.2.1", "--list", "xbl", "--code", "127.0.0.9", "--text", "see $", to=api)
    ctl("allow", "192.0.2.1", "--list", "pbl", to=api)
    assert [(a.path, a.body) for a in api.asked] == [
        ("/v1/listings", {"range": "192.0.2.1", "list": "xbl", "code": "127.0.0.9", "text": "see $"}),
        ("/v1/allows", {"range": "192.0.2.1", "lists": ["pbl"]})]


@pytest.mark.parametrize("arguments, message", [
    (["delist"], "too few arguments"),
    (["delist", "192.0.2.1/24"], "192.0.2.0/24"),
    (["delist", "nonsense"], "nonsense"),
    (["delist", "192.0.2.1", "--for", "7x"], "--for: '7x'"),
    (["delist", "192.0.2.1", "--for", "0"], "--for: '0'"),
    (["delist", "192.0.2.1", "--until", "2027-02-29"], "--until: '2027-02-29'"),
    (["delist", "192.0.2.1", "--until", "tomorrow"], "--until: 'tomorrow'"),
    (["delist", "192.0.2.1", "--for", "1h", "--forever"], "--for and --forever exclude each other"),
    (["delist", "192.0.2.1", "--list", "a,,b"], "--list: 'a,,b'"),
    (["delist", "192.0.2.1", "--state", "active"], "'delist' has no such option"),
    (["delist", "192.0.2.1", "--nothing"], "--nothing: unknown option"),
    (["delist", "192.0.2.1", "--reason"], "--reason: an argument is missing"),
    (["delist", "192.0.2.1", "--sticky=yes"], "takes no argument"),
    (["delist", "192.0.2.1", "--reason", os.fsdecode(b"\xff")], "--reason: the text is not valid UTF-8"),
    (["list", "192.0.2.1", "--list", "a,b"], "takes one list"),
    (["lookup", "192.0.2.0/24"], "not a range"),
    (["delistings", "--state", "gone"], "--state: 'gone' is not one of active|fulfilled"),
    (["delistings", "--limit", "many"], "--limit: 'many' is not a valid number"),
    (["privacy", "read", "x"], "no such verb"),
    (["frobnicate"], "'frobnicate': no such verb"),
    (["zones", "extra"], "too many arguments"),
    (["zones", "--url", "ftp://x"], "'ftp://x': expected http://HOST:PORT, https://HOST:PORT or unix:PATH"),
    (["zones", "--timeout", "soon"], "--timeout: 'soon' is not a valid time"),
    (["--json"], "a verb is missing"),
])
def test_mistakes_are_reported_before_anything_is_sent(fake, ctl, arguments, message):
    api = fake(lambda _: (200, {}))
    done = ctl(*arguments, to=None if "--url" in arguments else api, status=1)
    assert message in done.stderr and done.stderr.startswith("dnsblctl: ")
    assert done.stdout == "" and not api.asked


# ---- Many ----

def bulk_answer(asked):
    """Accepts all items but those whose range ends in .13."""
    results = [{"status": 422, "error": {"code": "never", "message": "Never that.", "field": "range"}}
               if item["range"].endswith(".13") else {"status": 201, "delisting": {**DELISTING, "range": item["range"]}}
               for item in asked.body["items"]]
    failed = sum("error" in r for r in results)
    return 200, {"batch_id": f"batch-{len(asked.body['items'])}", "done": len(results) - failed, "failed": failed,
                 "results": results}


def test_ranges_of_a_file(fake, ctl):
    api = fake(bulk_answer)
    done = ctl("delist", "--file", "-", "--list", "xbl", "--subdomains", "--for", "1d", to=api,
               stdin="# first\n192.0.2.0/28  # one\n\n192.0.2.32 pbl,sbl\r\nexample.org\n")
    same = {"expires_in": 86400}
    assert api.only().path == "/v1/delistings/bulk"
    assert api.only().body == {"atomic": True, "items": [
        {"range": "192.0.2.0/28", "lists": ["xbl"], **same}, {"range": "192.0.2.32", "lists": ["pbl", "sbl"], **same},
        {"range": "example.org", "lists": ["xbl"], "include_subdomains": True, **same}]}
    answer = done.json()
    assert [r["range"] for r in answer["results"]] == ["192.0.2.0/28", "192.0.2.32", "example.org"]
    assert (answer["done"], answer["failed"], answer["unanswered"], answer["batch_ids"]) == (3, 0, 0, ["batch-3"])


def test_a_line_names_the_list_of_a_listing(fake, ctl):
    api = fake(bulk_answer)
    ctl("list", "--file", "-", "--list", "xbl", to=api, stdin="192.0.2.1\n192.0.2.2 pbl\n")
    assert [item["list"] for item in api.only().body["items"]] == ["xbl", "pbl"]


def test_some_fail(fake, ctl):
    api = fake(bulk_answer)
    done = ctl("delist", "192.0.2.12", "192.0.2.13", "--no-atomic", to=api, status=5)
    assert api.only().body["atomic"] is False
    assert "dnsblctl: 192.0.2.13: Never that. (never, range)\n" in done.stderr
    assert (done.json()["done"], done.json()["failed"]) == (1, 1)
    ctl("delist", "192.0.2.13", "198.51.100.13", "--no-atomic", to=api, status=3)


def test_batches_and_the_first_that_fails(fake, ctl, folder):
    def answer(asked):
        if len(api.asked) == 1:
            return bulk_answer(asked)
        error = {"code": "never", "message": "Never that.", "field": "range"}
        results = [{"status": 424, "error": {"code": "not_done", "message": "-"}} for _ in asked.body["items"]]
        results[7] = {"status": 422, "error": error}
        return 422, {"error": {**error, "field": "items[7].range"}, "request_id": "0199-body", "results": results}

    api = fake(answer)
    lines = [f"10.{i // 200}.{i % 200}.1" for i in range(2500)]
    with open(os.path.join(folder, "ranges"), "w") as f:
        f.write("\n".join(lines))
    done = ctl("delist", "-f", "ranges", "--idempotency-key", "k", to=api, status=5)
    assert [len(a.body["items"]) for a in api.asked] == [1000, 1000]
    assert [a.headers["Idempotency-Key"] for a in api.asked] == ["k", "k-1"]
    assert f"dnsblctl: {lines[1007]}: Never that. (never, range)\n" in done.stderr
    assert "items[7].range" in done.stderr and "0199-body" in done.stderr and "revert" in done.stderr
    answer = done.json()
    assert (answer["done"], answer["failed"], answer["unanswered"]) == (1000, 1000, 500)
    assert answer["batch_ids"] == ["batch-1000"]


def test_a_batch_stays_below_what_the_server_accepts(fake, ctl, folder):
    api = fake(bulk_answer)
    with open(os.path.join(folder, "ranges"), "w") as f:
        f.write("\n".join(f"10.0.{i // 250}.{i % 250 + 1}" for i in range(1000) if i % 250 != 12))
    ctl("delist", "-f", "ranges", "--reason", "x" * 1000, to=api)
    assert len(api.asked) == 2
    assert all(len(a.text) < 1 << 20 for a in api.asked)
    assert sum(len(a.body["items"]) for a in api.asked) == 996


def test_bad_lines_are_all_named_and_nothing_is_sent(fake, ctl, folder):
    api = fake(bulk_answer)
    with open(os.path.join(folder, "ranges"), "wb") as f:
        f.write(b"192.0.2.1\n192.0.2.1/24\n192.0.2.2 xbl pbl\n192.0.2.3\0\n\x1b[2J\n")
    done = ctl("delist", "-f", "ranges", to=api, status=1)
    assert re.findall(r"dnsblctl: ranges:(\d+): ", done.stderr) == ["2", "3", "4", "5"]
    assert "4 bad lines; nothing was sent" in done.stderr and "\x1b" not in done.stderr
    ctl("delist", "-f", "missing", to=api, status=1)
    ctl("delist", "-f", "/dev/null", to=api, status=1)
    assert not api.asked


def test_a_dry_run_of_many(fake, ctl):
    api = fake(lambda asked: (200, {"batch_id": None, "done": 2, "failed": 0, "results": [
        {"status": 200, "dry_run": {"addresses": 256, "listed_now": 3, "lists": ["xbl"]}} for _ in asked.body["items"]]}))
    lines = ctl("delist", "192.0.2.0/24", "198.51.100.0/24", "-n", "--table", to=api).stdout.split("\n")
    assert all(item["dry_run"] is True for item in api.only().body["items"])
    assert lines[1].split() == ["192.0.2.0/24", "200", "256", "3", "xbl", "-"]


# ---- Items and collections ----

def test_a_collection_and_its_filters(fake, ctl):
    api = fake(lambda _: (200, {"delistings": [DELISTING], "next_cursor": "c+1"}))
    done = ctl("delistings", "--state", "active", "--list", "xbl", "--covers", "192.0.2.1", "--within", "2001:DB8::/32",
               "--created-by", "ann & bob", "--expires-before", "2030-01-01", "--limit", "5", "--batch", "b", to=api)
    assert api.only().path == ("/v1/delistings?state=active&list=xbl&covers=192.0.2.1&within=2001%3Adb8%3A%3A%2F32"
                               "&created_by=ann%20%26%20bob&expires_before=2030-01-01T00%3A00%3A00Z&limit=5&batch_id=b")
    assert done.json()["next_cursor"] == "c+1"
    table = ctl("delistings", "--table", to=api)
    assert table.stdout.split("\n")[1].split()[1:6] == ["192.0.2.0/24", "xbl,", "pbl", "active", "2030-01-01T00:00:00Z"]
    assert "--all" in table.stderr


def test_all_pages(fake, ctl):
    pages = [(200, {"allows": [{"id": str(n)}], "next_cursor": f"c {n}" if n < 3 else None}) for n in (1, 2, 3)]
    api = fake(list(pages))
    assert ctl("allows", "--all", to=api).json() == {"allows": [{"id": "1"}, {"id": "2"}, {"id": "3"}], "next_cursor": None}
    assert [a.path for a in api.asked] == ["/v1/allows?limit=1000", "/v1/allows?limit=1000&cursor=c%201",
                                           "/v1/allows?limit=1000&cursor=c%202"]
    api = fake(list(pages))
    assert [line.split()[0] for line in ctl("allows", "--all", "--table", to=api).stdout.splitlines()] == ["ID", "1", "2", "3"]
    api = fake([pages[0], fail(500, "oops", "No more.")])
    ctl("allows", "--all", to=api, status=4)


def test_an_empty_collection(fake, ctl):
    api = fake(lambda _: (200, {"listings": [], "next_cursor": None}))
    assert ctl("listings", "--all", to=api).json() == {"listings": [], "next_cursor": None}
    assert ctl("listings", "--table", to=api).stdout.split()[0] == "ID"


def test_show_finds_the_kind(fake, ctl):
    api = fake(lambda asked: (200, {"id": "x"}) if "/allows/" in asked.path else NOT_FOUND)
    assert ctl("show", "a/b", to=api).json() == {"id": "x"}
    assert [a.path for a in api.asked] == ["/v1/delistings/a%2Fb", "/v1/listings/a%2Fb", "/v1/allows/a%2Fb"]
    del api.asked[:]
    ctl("show", "x", "--kind", "allow", to=api)
    assert api.only().path == "/v1/allows/x"
    nothing = fake(lambda _: NOT_FOUND)
    done = ctl("show", "x", to=nothing, status=3)
    assert "x (not_found)" in done.stderr and done.stdout == ""


def test_change(fake, ctl):
    api = fake(lambda _: (200, DELISTING))
    ctl("change", "x", "--for", "1h", "--reason", "more", "--if-match", "7", to=api)
    ctl("change", "x", "--forever", "--force", "--if-match", '"8"', to=api)
    assert [(a.method, a.path, a.body, a.headers["If-Match"]) for a in api.asked] == [
        ("PATCH", "/v1/delistings/x", {"expires_in": 3600, "reason": "more"}, '"7"'),
        ("PATCH", "/v1/delistings/x", {"expires_in": None, "force": True}, '"8"')]


def test_end_several(fake, ctl):
    api = fake(lambda asked: (200, {"id": "b"}) if asked.path.endswith("/b") else NOT_FOUND)
    done = ctl("end", "a", "b", to=api, status=5)
    assert done.json() == {"id": "b"} and "a (not_found)" in done.stderr
    assert api.asked[-1].method == "DELETE" and api.asked[-1].body is None
    held = fake(lambda _: fail(412, "changed", "It changed."))
    ctl("end", "a", "--if-match", "1", to=held, status=3)
    assert len(held.asked) == 1  # a refusal is no reason to try another kind


def test_end_by_value(fake, ctl):
    def answer(asked):
        if asked.path.startswith("/v1/listings?"):
            return 200, {"ended": 2, "dry_run": False, "durable": True}
        return (200, {"ended": 0}) if "?" in asked.path else NOT_FOUND

    api = fake(answer)
    done = ctl("end", "192.0.2.0-192.0.2.255", "--list", "xbl", "--max", "3", to=api)
    assert done.json() == {"range": "192.0.2.0/24", "delistings": 0, "listings": 2, "allows": 0, "ended": 2}
    assert [(a.method, a.path) for a in api.asked] == [
        ("DELETE", f"/v1/{kind}?list=xbl&max=3&range=192.0.2.0%2F24") for kind in ("delistings", "listings", "allows")]
    one = fake(answer)
    assert ctl("end", "--within", "2001:db8::/32", "--kind", "listing", "--dry-run", to=one).json() == {
        "listings": 2, "would_end": 2}
    assert [a.path for a in one.asked] == ["/v1/listings?within=2001%3Adb8%3A%3A%2F32&dry_run=true"]
    none = fake(answer)
    assert "nothing active matches bad.example" in ctl("relist", "bad.example", to=none, status=3).stderr
    assert [a.path for a in none.asked] == ["/v1/delistings?range=bad.example"]


def test_end_by_value_in_part(fake, ctl):
    """What has ended is shown, though the next kind was refused."""
    api = fake(lambda asked: (200, {"ended": 1}) if "delistings" in asked.path else fail(409, "too_many_matches", "5."))
    done = ctl("end", "192.0.2.1", to=api, status=5)
    assert done.json()["ended"] == 1 and "too_many_matches" in done.stderr and len(api.asked) == 2


@pytest.mark.parametrize("arguments", [
    ["end"], ["relist"], ["end", "192.0.2.1", "--covers", "192.0.2.1"], ["end", "192.0.2.1/24"], ["relist", "00000000"]])
def test_end_nothing(fake, ctl, arguments):
    api = fake(lambda _: (200, {"ended": 1}))
    ctl(*arguments, to=api, status=1)
    assert api.asked == []


@pytest.mark.parametrize("arguments, method, path, body", [
    (["revert", "b1"], "POST", "/v1/batches/b1/revert", None),
    (["suspend"], "POST", "/v1/overlay/suspend", None),
    (["resume"], "POST", "/v1/overlay/resume", None),
    (["request", "192.0.2.1", "--list", "xbl", "--name", "Ann", "--email", "a@example.org", "--company", "C",
      "--details", "D", "--category", "news", "--fixed", "--lang", "en"], "POST", "/v1/requests",
     {"query": "192.0.2.1", "lists": ["xbl"], "contact_name": "Ann", "email": "a@example.org", "company": "C",
      "details": "D", "category": "news", "fixed": True, "lang": "en"}),
    (["request-status", "r1"], "GET", "/v1/requests/r1", None),
    (["verify", "r1", "12ab"], "POST", "/v1/requests/r1/verify", {"code": "12ab"}),
    (["prove", "r1", "dns"], "POST", "/v1/requests/r1/proof", {"kind": "dns"}),
    (["prove", "r1", "mail", "--to", "abuse@a.test"], "POST", "/v1/requests/r1/proof", {"kind": "mail", "to": "abuse@a.test"}),
    (["review", "r1"], "POST", "/v1/requests/r1/review", None),
    (["approve", "r1"], "POST", "/v1/requests/r1/approve", {}),
    (["deny", "r1", "--reply", "no"], "POST", "/v1/requests/r1/deny", {"reply": "no"}),
    (["requests", "--status", "pending", "--order", "newest"], "GET", "/v1/requests?status=pending&order=newest", None),
    (["history", "Example.org"], "GET", "/v1/history/example.org", None),
    (["hits", "--within", "192.0.2.0/24"], "GET", "/v1/hits?within=192.0.2.0%2F24", None),
    (["changes", "--since", "5", "--limit", "2"], "GET", "/v1/changes?since=5&limit=2", None),
    (["lists"], "GET", "/v1/lists", None),
    (["loads", "x bl"], "GET", "/v1/lists/x%20bl/loads", None),
    (["zones"], "GET", "/v1/zones", None),
    (["status"], "GET", "/v1/status", None),
    (["metrics"], "GET", "/metrics", None),
    (["reload"], "POST", "/v1/reload", {}),
    (["reload", "a", "b", "--accept"], "POST", "/v1/reload", {"lists": ["a", "b"], "accept": True}),
    (["backup"], "POST", "/v1/backup", None),
    (["privacy", "export", "a@example.org"], "GET", "/v1/privacy?subject=a%40example.org", None),
    (["privacy", "erase", "192.0.2.1"], "DELETE", "/v1/privacy?subject=192.0.2.1", None),
])
def test_every_other_call(fake, ctl, arguments, method, path, body):
    api = fake(lambda _: (200, {"any": "thing"}))
    assert ctl(*arguments, to=api).json() == {"any": "thing"}
    assert (api.only().method, api.only().path, api.only().body) == (method, path, body)


def test_metrics_are_text(fake, ctl):
    text = b"# HELP x y\nx{a=\"b\"} 1\n"
    api = fake(lambda _: (200, text))
    assert ctl("metrics", to=api).stdout.encode() == text


def test_health(fake, ctl):
    well = fake(lambda _: (200, {"status": "ok", "reasons": []}))
    assert ctl("health", to=well).json() == {"checks": [
        {"check": check, "ok": True, "http_status": 200, "status": "ok", "reasons": []} for check in ("livez", "readyz", "healthz")]}
    unwell = fake(lambda asked: (503, {"status": "unwell", "reasons": [{"list": "xbl", "reason": "too old"}]})
                  if asked.path == "/healthz" else (200, {"status": "ok", "reasons": []}))
    assert re.search(r"^healthz +no +xbl: too old$", ctl("health", "--table", to=unwell, status=4).stdout, re.M)
    ctl("health", "--url", f"http://127.0.0.1:{free_port()}", status=2)


def test_following_changes(fake, ctl):
    api = fake([(200, {"sequence": 41}), (200, {"changes": [{"sequence": 42}, {"sequence": 43}], "next": 43}),
                (200, {"changes": [], "next": 43}), (200, {"changes": [{"sequence": 44}], "next": 44}),
                fail(410, "too_old", "Gone.")])
    done = ctl("changes", "--follow", "--limit", "7", to=api, status=3)
    assert [json.loads(line)["sequence"] for line in done.stdout.splitlines()] == [42, 43, 44]
    assert [a.path for a in api.asked] == ["/v1/status", "/v1/changes?limit=7&since=41",
                                           "/v1/changes?limit=7&since=43&wait=30", "/v1/changes?limit=7&since=43&wait=30",
                                           "/v1/changes?limit=7&since=44&wait=30"]


# ---- Where the server is, and the token ----

def test_the_next_server_when_one_cannot_be_reached(fake, ctl, folder):
    dead = f"http://127.0.0.1:{free_port()}"
    api = fake(lambda asked: bulk_answer(asked) if asked.body else (200, found("192.0.2.1")),
               path=os.path.join(folder, "api.sock"))
    ctl("lookup", "192.0.2.1", "--url", dead, "--url", "unix:nothing.sock", "--url", "unix:api.sock", status=0)
    ctl("delist", "192.0.2.1", "192.0.2.2", env={"DNSBLD_URL": f"{dead}/ {api.url}"})
    assert [a.method for a in api.asked] == ["GET", "POST"]
    done = ctl("zones", "--url", dead, "--url", "unix:nothing.sock", status=2)
    assert dead in done.stderr and "unix:nothing.sock: No such file or directory" in done.stderr


def test_a_write_that_may_have_arrived_goes_to_no_other_server(fake, ctl):
    lost, other = fake(lambda _: None), fake(lambda _: (200, DELISTING))
    done = ctl("delist", "192.0.2.1", "--url", other.url, "--wait", "5", to=lost, status=2)
    assert "may have been carried out" in done.stderr and len(lost.asked) == 1 and not other.asked
    ctl("show", "x", "--url", other.url, to=lost)
    assert len(other.asked) == 1


def test_the_token(fake, ctl, folder):
    api = fake(lambda _: (200, {"zones": []}))
    path = os.path.join(folder, "token")
    with open(path, "w") as f:
        f.write("# for the tests\n\n  s3cret operator ann\n")
    os.chmod(path, 0o600)
    ctl("zones", "--token-file", path, to=api)
    ctl("zones", env={"DNSBLD_TOKEN_FILE": path}, to=api)
    assert [a.headers["Authorization"] for a in api.asked] == ["Bearer s3cret"] * 2
    os.chmod(path, 0o604)
    assert "chmod 600" in ctl("zones", "--token-file", path, to=api, status=1).stderr
    ctl("zones", "--token-file", path + ".missing", to=api, status=1)
    os.chmod(path, 0o600)
    for bad in ("sha256:0123 admin x", "# nothing", "two\x01words"):
        with open(path, "w") as f:
            f.write(bad)
        assert bad.split()[0] not in ctl("zones", "--token-file", path, to=api, status=1).stderr.replace("sha256:", "")
    assert len(api.asked) == 2


def test_https_with_a_private_authority(fake, ctl, folder):
    certificate = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-out", certificate[0], "-keyout",
                    certificate[1]], check=True, capture_output=True)
    api = fake(lambda _: (200, {"zones": []}), certificate=certificate)
    ctl("zones", "--cacert", certificate[0], to=api)
    assert len(api.asked) == 1
    assert "certificate" in ctl("zones", to=api, status=2).stderr
    assert len(api.asked) == 1


def test_redirects_are_not_followed(fake, ctl):
    other = fake(lambda _: (200, {}))
    api = fake(lambda _: (302, b"", {"Location": other.url + "/v1/zones"}))
    ctl("zones", to=api, status=3)
    assert not other.asked


def test_waiting_for_a_busy_server(fake, ctl):
    busy = fail(503, "busy", "Later.")
    api = fake([(*busy, {"Retry-After": "1"}), (200, {"zones": []})])
    ctl("zones", "--wait", "30", to=api)
    assert len(api.asked) == 2
    api = fake(lambda _: (*busy, {"Retry-After": "60"}))
    ctl("zones", "--wait", "30", to=api, status=4)
    assert len(api.asked) == 1
    ctl("zones", to=fake(lambda _: (*fail(429, "too_many", "Slowly."), {"Retry-After": "1"})), status=3)


# ---- Errors ----

def test_errors_of_the_server(fake, ctl):
    api = fake(lambda _: fail(422, "too_wide", "At most a /16.", field="range", allowed="/16"))
    done = ctl("delist", "10.0.0.0/8", to=api, status=3)
    assert done.stderr == "dnsblctl: At most a /16. (too_wide, range); allowed: /16; request 0199-body\n"
    assert done.stdout == ""
    odd = fake(lambda _: (502, b"<html>\x1b[31m bad gateway"))
    done = ctl("zones", to=odd, status=4)
    assert "status 502" in done.stderr and "\x1b" not in done.stderr


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"3", b"{", b'{"lists": 3}', b'{"lists": [3, null, {}]}',
                                  b'{"lists": {"a": [1]}, "next_cursor": 5}'])
def test_answers_that_are_not_of_the_api_do_no_harm(fake, ctl, body):
    api = fake(lambda _: (200, body))
    for arguments in (["lists"], ["lists", "--table"], ["lookup", "192.0.2.1"], ["lookup", "192.0.2.1", "--table"],
                      ["lookup", "192.0.2.1", "192.0.2.2"], ["delist", "192.0.2.1", "--table"],
                      ["delist", "192.0.2.1", "192.0.2.2"], ["health"], ["changes"], ["status", "--table"]):
        ctl(*arguments, to=api, status=4 if body in (b"", b"{") and arguments != ["health"] else 0)


# ---- On a terminal ----

def test_tables_are_escaped_on_a_terminal(fake):
    evil = {**DELISTING, "reason": "a\x1b[2Jb\u202ec\x9bd\ne", "created_by": "z\u00fcrich"}
    api = fake(lambda _: (200, {"delistings": [evil], "next_cursor": None}))
    output, status = on_terminal([CTL, "delistings", "--url", api.url])
    assert status == 0 and r"a\x1b[2Jb\u202ec\u009bd\ne" in output and "z\u00fcrich" in output
    output, _ = on_terminal([CTL, "delistings", "--url", api.url, "--json"])
    assert json.loads(output)["delistings"] == [evil] and output.isascii()


def test_many_addresses_need_confirmation(fake, folder):
    api = fake(lambda _: (201, DELISTING))
    words = [CTL, "delist", "192.0.2.0-192.0.3.0", "--url", api.url]
    output, status = on_terminal(words, b"n\n")
    assert "257 addresses" in output and "nothing was done" in output and status == 6 and not api.asked
    output, status = on_terminal(words, b"y\n")
    assert status == 0 and len(api.asked) == 1
    for more in (["--yes"], ["--dry-run"]):
        output, status = on_terminal(words + more)
        assert status == 0 and "?" not in output
    output, status = on_terminal([CTL, "delist", "192.0.2.0/24", "--url", api.url])
    assert status == 0 and "?" not in output
    assert len(api.asked) == 4
    many = fake(bulk_answer)
    path = os.path.join(folder, "ranges")
    with open(path, "w") as f:
        f.write("192.0.2.0/25\n2001:db8::/32\n")
    output, status = on_terminal([CTL, "delist", "-f", "-", "--url", many.url], b"n\n", stdin=path)
    assert status == 6 and "more addresses than can be counted" in output and not many.asked


def test_progress(fake, folder):
    api = fake(bulk_answer)
    path = os.path.join(folder, "ranges")
    with open(path, "w") as f:
        f.write("\n".join(f"10.0.{i // 10}.{i % 10}" for i in range(2000)))
    output, status = on_terminal([CTL, "delist", "-y", "-f", path, "--url", api.url])
    assert status == 0 and "1000 of 2000" in output and "#" * 20 + " " in output
    assert re.search(r"done +2000$", output, re.M)


# ---- Without a server ----

def test_token(ctl, folder):
    done = ctl("token", "owner", "ann", "--list", "a", "--list", "b,c", "--within", "2001:DB8::/32", "--within", "192.0.2.1",
               "--until", "2030-01-01").json()
    digest = hashlib.sha256(done["token"].encode()).hexdigest()
    assert len(done["token"]) == 64
    assert done["line"] == (f"sha256:{digest} owner ann lists=a,b,c ranges=2001:db8::/32,192.0.2.1"
                            " expires=2030-01-01T00:00:00Z")
    line = ctl("token", "admin", "bob", "--output", "t", "--table").stdout
    with open(os.path.join(folder, "t")) as f:
        assert line == f"sha256:{hashlib.sha256(f.read().strip().encode()).hexdigest()} admin bob\n"
    assert os.stat(os.path.join(folder, "t")).st_mode & 0o777 == 0o600
    ctl("token", "admin", "bob", "--output", "t", status=1)
    ctl("token", "king", "bob", status=1)
    ctl("token", "admin", "two words", status=1)


def test_help_and_version(ctl):
    assert "delist RANGE..." in ctl("--help").stdout
    assert "--sticky" in ctl("delist", "--help").stdout
    assert re.fullmatch(r"dnsblctl [0-9.]+\n", ctl("--version").stdout)
    assert "Usage" in ctl(status=1).stderr


@pytest.mark.parametrize("words, candidates", [
    (["del"], ["delist", "delistings"]),
    (["pri"], ["privacy"]),
    (["privacy", "e"], ["export", "erase"]),
    (["delist", "--st"], ["--sticky"]),
    (["delistings", "--st"], ["--state"]),
    (["delistings", "--state", "e"], ["expired", "ended"]),
    (["delistings", "--list", ""], []),
    (["--js"], ["--json"]),
    (["delist", ""], []),
    ([], []),
])
def test_completion(ctl, words, candidates):
    assert ctl("--complete", *words).stdout.split() == candidates


def test_completion_in_bash(folder):
    script = os.path.join(os.path.dirname(__file__), "../../dist/dnsblctl.bash-completion")
    program = f"""
        PATH={os.path.dirname(CTL)}:$PATH
        . {script}
        COMP_WORDS=(dnsblctl delistings --state '') COMP_CWORD=3
        _dnsblctl
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=True, cwd=folder)
    assert done.stdout.split() == ["active", "fulfilled", "expired", "ended", "relisted"]


def test_output_that_cannot_be_written(fake):
    api = fake(lambda _: (200, {"zones": []}))
    with open("/dev/full", "w") as full:
        done = subprocess.run([CTL, "zones", "--url", api.url], stdout=full, stderr=subprocess.PIPE,
                              check=False)
    assert done.returncode == 1 and b"standard output" in done.stderr
