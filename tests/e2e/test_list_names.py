"""Files that are named after their zones are lists of their own, and what a store has on their former common list stays
on all of them."""
import sqlite3
import subprocess

import pytest

from api import TOKENS, Api
from server import kind, poll, reverse

BLOCK, TRUST = "list.dsbl.test", "list.dnswl.test"
FILES = {BLOCK: ":2:blocked\n192.0.2.7\n192.0.2.8\n", TRUST: ":127.0.5.3:trusted\n192.0.2.7\n192.0.2.8\n"}
ZONES = [f"{BLOCK}:ip4set:{BLOCK}", f"{TRUST}:ip4set:{TRUST}"]
ONE_LIST = f"""lists:
- {{name: list, type: ip4set, files: [{BLOCK}]}}
- {{name: list, type: ip4set, files: [{TRUST}]}}
zones:
- {{name: {BLOCK}, lists: ['ip4set:{BLOCK}']}}
- {{name: {TRUST}, lists: ['ip4set:{TRUST}']}}
"""


@pytest.fixture
def make(binary, folder):
    made = []

    def start(**options):
        made.append(Api(binary, folder, files=FILES, **options))
        return made[-1]

    yield start
    for server in made:
        server.kill()


def listed(server, address):
    return [kind(server.ask(reverse(address, zone))) == "LISTED" for zone in (BLOCK, TRUST)]


def store_of_one_list(make):
    """A store with a delisting of 192.0.2.7 on "list", as a version that knew no files of lists has written it."""
    server = make(config=ONE_LIST).start()
    made = server.post("/v1/delistings", {"range": "192.0.2.7", "lists": ["list"], "reason": "then"})
    assert made.status == 201
    assert listed(server, "192.0.2.7") == [False, False]
    server.stop()
    with sqlite3.connect(server.path("state/dnsbld.db")) as store:
        store.execute("DELETE FROM facts WHERE name LIKE 'file:%' OR name LIKE 'list files%'")
    store.close()
    return made.json["id"]


def test_two_lists(make):
    server = make(zones=ZONES).start()
    assert listed(server, "192.0.2.7") == [True, True]
    made = server.post("/v1/delistings", {"range": "192.0.2.7", "lists": [BLOCK]})
    assert made.status == 201 and made.json["lists"] == [BLOCK]
    assert listed(server, "192.0.2.7") == [False, True]
    assert sorted(one["name"] for one in server.get("/v1/lists").json["lists"]) == [TRUST, BLOCK]
    reply = server.post("/v1/delistings", {"range": "192.0.2.7", "lists": ["list"]})
    assert (reply.status, reply.code) == (400, "unknown_list")
    assert f"it is {BLOCK}, {TRUST} now" in reply.json["error"]["message"]
    server.stop()


@pytest.mark.parametrize("zones", [ZONES, ZONES[::-1]])
def test_a_store_of_one_list(make, zones):
    identity = store_of_one_list(make)
    server = make(zones=zones).start()
    assert listed(server, "192.0.2.7") == [False, False] and listed(server, "192.0.2.8") == [True, True]
    shown = server.get(f"/v1/delistings/{identity}").json
    assert sorted(shown["lists"]) == [TRUST, BLOCK] and shown["state"] == "active"
    first = zones[0].split(":")[0]
    assert f"list 'list' is named '{first}' now" in server.log()
    for name in (BLOCK, TRUST):
        found = server.get(f"/v1/delistings?list={name}").json["delistings"]
        assert [one["id"] for one in found] == [identity]
    assert server.post("/v1/delistings", {"range": "192.0.2.8", "lists": [TRUST]}).status == 201
    for _ in range(2):  # nothing more happens at the next starts
        server.stop()
        server.start()
        assert listed(server, "192.0.2.7") == [False, False] and listed(server, "192.0.2.8") == [True, False]
    assert server.log().count("is named") == server.log().count("delistings, listings and allows of") == 1
    server.stop()


@pytest.mark.parametrize("point", ["written:1", "committed:1", "written:2", "committed:2"])
def test_killed_while_names_change(make, point):
    identity = store_of_one_list(make)
    server = make(zones=ZONES)
    if not server.has_clock:
        pytest.skip("fault points are in debug builds only")
    server.environment = {"DNSBLD_FAULT": point}
    server.spawn()
    assert poll(lambda: server.process.poll() is not None) and server.process.returncode == -9
    server.environment = {}
    server.start()
    assert listed(server, "192.0.2.7") == [False, False]
    assert sorted(server.get(f"/v1/delistings/{identity}").json["lists"]) == [TRUST, BLOCK]
    server.stop()


def test_tokens_and_rules_are_told(make):
    """Who names the list as it was is refused, with the names as they are now."""
    server = make(zones=ZONES)
    server.write("tokens", f"{TOKENS['admin']} admin boss lists=list\n")
    server.spawn()
    assert server.process.wait(10) != 0
    told = f"there is no list 'list'; it is {BLOCK}, {TRUST} now"
    assert told in server.log()
    check = subprocess.run([*server.command(), "--check"], capture_output=True, text=True, timeout=10)
    assert check.returncode == 1 and told in check.stderr

    server.write("keys", "0123456789abcdef0123456789 customer lists=list\n")
    for text, told in (("rules:\n- {lists: [list], removal: never}\n", "'list': no list has this name"),
                       (f"keys: {{file: {server.path('keys')}}}\n", "lists: there is no list 'list'")):
        server.write("more.yaml", text)
        done = subprocess.run([server.binary, "-n", "-b", server.bind[0], "-w", server.folder, "--config",
                               server.path("more.yaml"), *ZONES], capture_output=True, text=True, timeout=10)
        assert done.returncode != 0
        assert f"{told}; it is {BLOCK}, {TRUST} now" in done.stderr
