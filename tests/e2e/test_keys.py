"""Keys, limits on them, and the codes 127.255.255.252 to .255."""
import hashlib
import os
import subprocess
import time

import pytest

from api import Api
from server import SOA, Server, answers, kind, poll, rcode

LISTED = "1.2.0.192"
SETS = {"xbl": SOA + "192.0.2.1 :4:listed $\n", "sbl": SOA + "192.0.2.1 :2:\n"}
KEY, OTHER, HASHED = "abcdefghijklmnop", "0123456789abcdef", "s3cr3t-hashed-key"
KEYS = f"""# customers
{KEY} Alice limit_qps=5
{OTHER} Bob zones=xbl.test   # one zone only
sha256:{hashlib.sha256(HASHED.encode()).hexdigest()} Carol lists=sbl
expiredkey Dave expires=2020-01-01T00:00:00Z
"""
CONFIG = """
lists:
  - {name: xbl, type: ip4set, files: [xbl]}
  - {name: sbl, type: ip4set, files: [sbl]}
zones:
  - {name: xbl.test, lists: [xbl], keys: true, misspelt: %s}
  - {name: sbl.test, lists: [sbl], keys: true}
  - {name: both.test, lists: [xbl, sbl], keys: true}
  - {name: open.test, lists: [xbl]}
help_address: https://bl.example/help
keys:
  file: keys
"""


@pytest.fixture
def keyed(start, folder):
    def starter(more="", keys=KEYS, misspelt="false"):
        return start({**SETS, "keys": keys, "c.yaml": CONFIG % misspelt + more}, "--config", f"{folder}/c.yaml")

    return starter


def ask(server, name, qtype="A"):
    reply = server.ask(name, qtype)
    return answers(reply, qtype) or kind(reply)


def test_who_may_ask(keyed):
    server = keyed()
    assert ask(server, f"{LISTED}.{KEY}.xbl.test") == {"127.0.0.4"}
    assert ask(server, f"{LISTED}.{KEY.upper()}.XBL.test") == {"127.0.0.4"}
    assert ask(server, f"{LISTED}.{KEY}.xbl.test", "TXT") == {"listed 192.0.2.1"}
    assert ask(server, f"2.2.0.192.{KEY}.xbl.test") == "NXDOMAIN"
    assert ask(server, f"192.{KEY}.xbl.test") == "NODATA"
    assert ask(server, f"{LISTED}.{KEY}.both.test") == {"127.0.0.4", "127.0.0.2"}
    assert ask(server, f"{LISTED}.{OTHER}.xbl.test") == {"127.0.0.4"}
    assert ask(server, f"{LISTED}.{HASHED}.sbl.test") == {"127.0.0.2"}
    assert ask(server, f"{LISTED}.open.test") == {"127.0.0.4"}
    assert rcode(server.ask("xbl.test", "SOA")) == "NOERROR"


@pytest.mark.feature(25)
@pytest.mark.parametrize("name", [f"{LISTED}.xbl.test", f"{LISTED}.wrongwrong.xbl.test", f"{LISTED}.{OTHER}.sbl.test",
                                  f"{LISTED}.{HASHED}.both.test", f"{LISTED}.expiredkey.xbl.test", "192.xbl.test",
                                  f"{KEY}.{LISTED}.xbl.test"])
def test_who_may_not(keyed, name):
    assert ask(keyed(), name) == "REFUSED"


def test_keys_are_read_again(keyed):
    server = keyed()
    server.write("keys", f"newkey-newkey Eve\n{OTHER} Bob#1 # not Alice\n")
    assert poll(lambda: ask(server, f"{LISTED}.newkey-newkey.sbl.test") == {"127.0.0.2"})
    assert ask(server, f"{LISTED}.{KEY}.xbl.test") == "REFUSED"
    for secret in (KEY, OTHER, "newkey-newkey", HASHED):
        assert secret not in server.log()


INVALID = f"newkey-newkey Eve\n{OTHER} Bob\nbad\nshort X\n{OTHER} Bob\n{KEY} Alice lists=nosuch\n"


def test_a_file_with_an_invalid_line_keeps_the_old_keys(binary, folder):
    """The log has all such lines, /healthz the first, until the file is valid again."""
    server = Api(binary, folder, "--config", f"{folder}/c.yaml", files={**SETS, "keys": KEYS, "c.yaml": CONFIG % "false"}).start()
    try:
        assert server.get("/healthz").status == 200
        server.write("keys", INVALID)
        assert poll(lambda: "keys:3: " in server.log())
        log = server.log()
        assert "keys:4: a key has 8 to 63" in log and "keys:5: duplicate key" in log
        assert "keys:6: lists: there is no list 'nosuch'" in log
        assert ask(server, f"{LISTED}.newkey-newkey.sbl.test") == "REFUSED"
        assert ask(server, f"{LISTED}.{KEY}.xbl.test") == {"127.0.0.4"}
        health = server.get("/healthz")
        assert health.status == 503
        assert [r["reason"].rsplit("/", 1)[-1] for r in health.json["reasons"]] == ["keys:3: a key has 8 to 63 characters"]
        server.write("keys", KEYS + "newkey-newkey Eve\n")
        assert poll(lambda: ask(server, f"{LISTED}.newkey-newkey.sbl.test") == {"127.0.0.2"})
        assert poll(lambda: server.get("/healthz").status == 200)  # recorded right after the keys are published
        for secret in (KEY, OTHER, "newkey-newkey", HASHED):
            assert secret not in server.log()
    finally:
        server.stop()


def test_an_invalid_line_stops_the_start(binary, folder):
    server = Server(binary, folder, "--config", f"{folder}/c.yaml", files={**SETS, "keys": KEYS + "bad\n", "c.yaml": CONFIG % "false"})
    with pytest.raises(AssertionError, match="keys:6: a key has 8 to 63 characters"):
        server.start()


def test_a_file_that_cannot_be_read_keeps_the_old_keys(keyed, folder):
    server = keyed()
    os.unlink(f"{folder}/keys")
    assert poll(lambda: "cannot be read" in server.log())
    assert ask(server, f"{LISTED}.{KEY}.xbl.test") == {"127.0.0.4"}
    server.write("keys", f"{OTHER} Bob\n")
    assert poll(lambda: ask(server, f"{LISTED}.{KEY}.xbl.test") == "REFUSED")


def test_usage_is_counted_by_name(keyed):
    server = keyed()
    for _ in range(7):
        ask(server, f"{LISTED}.{OTHER}.xbl.test")
    server.write("keys", KEYS + "morekeys-morekeys Bob\n")  # counts go on over a reload, with a second key too
    assert poll(lambda: ask(server, f"{LISTED}.morekeys-morekeys.sbl.test") == {"127.0.0.2"})
    ask(server, f"{LISTED}.{OTHER}.xbl.test")
    server.stop()
    assert "customer Bob: 9 queries" in server.log()
    assert OTHER not in server.log()


def hammer(server, seconds=2.5):
    """More than Alice may, for longer than judging takes; the last answer."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        last = ask(server, f"{LISTED}.{KEY}.xbl.test")
        time.sleep(0.01)
    return last


@pytest.mark.feature(25)
@pytest.mark.parametrize("more, expected", [
    ("", {"127.0.0.4"}),
    ("  over_limit: refuse\n", "REFUSED"),
    ("  over_limit: refuse\n  dry_run: true\n", {"127.0.0.4"}),
    ("  over_limit: code\n", {"127.255.255.255"}),
])
def test_over_a_limit(keyed, more, expected):
    server = keyed(more)
    assert hammer(server) == expected
    assert ask(server, f"{LISTED}.{OTHER}.xbl.test") == {"127.0.0.4"}
    assert "customer Alice is over a limit" in server.log()
    if "code" in more:
        assert ask(server, f"{LISTED}.{KEY}.xbl.test", "TXT") == {
            "Error: too many queries; you are 127.0.0.1; see https://bl.example/help"}
    time.sleep(2.2)
    assert ask(server, f"{LISTED}.{KEY}.xbl.test") == {"127.0.0.4"}


def test_a_daily_limit(keyed):
    server = keyed("  over_limit: refuse\n", keys=f"{KEY} Alice limit_day=20\n")
    for _ in range(21):
        ask(server, f"{LISTED}.{KEY}.xbl.test")
    assert poll(lambda: ask(server, f"{LISTED}.{KEY}.xbl.test") == "REFUSED")


def test_keys_on_trial(keyed):
    server = keyed("  dry_run: true\n")
    assert ask(server, f"{LISTED}.xbl.test") == {"127.0.0.4"}
    assert ask(server, f"{LISTED}.{KEY}.xbl.test") == {"127.0.0.4"}
    server.stop()
    assert "1 without a valid key" in server.log()


@pytest.mark.feature(25)
def test_public_resolvers(keyed):
    server = keyed("public_resolvers: {prefixes: [127.0.0.0/8]}\n")
    assert ask(server, f"{LISTED}.open.test") == ask(server, "9.9.9.9.open.test") == {"127.255.255.254"}
    assert ask(server, f"{LISTED}.{KEY}.xbl.test") == {"127.0.0.4"}
    assert ask(server, f"{LISTED}.open.test", "TXT") == {
        "Error: query by way of a public resolver, 127.0.0.1; see https://bl.example/help"}


def test_public_resolvers_on_trial(keyed):
    server = keyed("public_resolvers: {prefixes: [127.0.0.1], dry_run: true}\n")
    assert ask(server, f"{LISTED}.open.test") == {"127.0.0.4"}
    server.stop()
    assert "1 from public resolvers" in server.log()


@pytest.mark.feature(25)
def test_misspelt_zones(keyed):
    assert ask(keyed(), f"{LISTED}.xlb.test") == "REFUSED"


@pytest.mark.parametrize("more, expected", [("", {"127.255.255.252"}), ("misspelt_zones: {dry_run: true}\n", "REFUSED")])
def test_misspelt_zones_are_told(keyed, more, expected):
    server = keyed(more, misspelt="true")
    assert ask(server, f"{LISTED}.xlb.test") == expected
    assert ask(server, f"{LISTED}.{KEY}.xbl.test") == {"127.0.0.4"}
    assert ask(server, f"{LISTED}.xlb.elsewhere") == "REFUSED"


def test_a_zone_that_wants_keys_needs_a_file(binary, folder):
    config = CONFIG.replace("  file: keys", "  over_limit: log") % "false"
    with pytest.raises(AssertionError, match="requires keys"):
        Server(binary, folder, "--config", f"{folder}/c.yaml", files={**SETS, "c.yaml": config}).start()


def test_print_config_tells_the_same(binary, keyed, folder):
    keyed("public_resolvers: {prefixes: [127.0.0.0/8]}\nrate_limit: {responses_per_second: 9, exempt: [192.0.2.1]}\n",
          misspelt="true")
    printed = subprocess.run([binary, "--config", f"{folder}/c.yaml", "-b", "127.0.0.1", "--print-config"], capture_output=True,
                             text=True, check=True).stdout
    for text in ("keys: true", "misspelt: true", "file: keys", "127.0.0.0/8", "192.0.2.1", "responses_per_second: 9"):
        assert text in printed, printed


@pytest.mark.parametrize("keys, code", [(KEYS, 0), (KEYS + "bad\n", 1), (None, 1)])
def test_check_reads_the_keys(binary, folder, keys, code):
    server = Server(binary, folder, files={**SETS, "c.yaml": CONFIG % "false"})
    if keys is not None:
        server.write("keys", keys)
    done = subprocess.run([binary, "--check", "--config", f"{folder}/c.yaml", "-w", folder, "-b", "127.0.0.1"],
                          capture_output=True, check=False)
    assert done.returncode == code
