"""What was acknowledged survives: the server is killed at every step of store, publish and acknowledge, and at random
moments under load. DNSBLD_CRASH_ROUNDS says how many of the latter (default 8)."""
import http.client
import os
import random
import threading
import time

import pytest

from api import Api
from server import kind, poll, reverse

ZONE = "bl.test"
FILES = {"xbl": "10.0.0.0/8\n127.0.0.2\n"}
STEPS = ["taken", "written", "committed", "edited", "published", "answered"]


@pytest.fixture
def server(binary, folder):
    made = Api(binary, folder, zones=[f"{ZONE}:ip4trie:xbl"], files=FILES)
    yield made
    made.kill()


def delist(server, number, connection=None):
    """The id of an acknowledged delisting of host number `number`, or None."""
    address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    try:
        reply = server.post("/v1/delistings", {"range": address, "expires_in": "1d"}, connection=connection)
    except (OSError, http.client.HTTPException, ValueError):
        return None, address
    return reply.json["id"] if reply.status == 201 else None, address


def check_kept(server, kept):
    """Every acknowledged delisting is there, and DNS says so."""
    for address, number in kept.items():
        shown = server.get(f"/v1/delistings/{number}")
        assert shown.status == 200 and shown.json["state"] == "active", (address, shown)
        assert kind(server.ask(reverse(address, ZONE))) == "NXDOMAIN", address


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("count", [2, 4])  # at start the sweep passes some of them once
def test_killed_at(server, step, count):
    if not server.has_clock:
        pytest.skip("fault points are in debug builds only")
    server.start().stop()  # making the store passes some of the points, too
    server.environment = {"DNSBLD_FAULT": f"{step}:{count}"}
    server.start()
    kept, unsure = {}, []
    for number in range(1, count + 3):  # one of them is too many
        identity, address = delist(server, number)
        if identity is None:
            unsure.append(address)
            break
        kept[address] = identity
    assert poll(lambda: server.process.poll() is not None), "the fault point was not reached"
    assert server.process.returncode == -9
    server.environment = {}
    server.start()
    check_kept(server, kept)
    for address in unsure:  # stored and visible, or neither
        listed = kind(server.ask(reverse(address, ZONE))) == "LISTED"
        found = server.get(f"/v1/delistings?covers={address}").json["delistings"]
        assert listed == (not found), (address, found)
        if step in ("taken", "written"):
            assert listed
        if step in ("committed", "edited", "published"):
            assert not listed
    assert server.post("/v1/delistings", {"range": "10.255.0.1"}).status == 201
    server.stop()


def test_killed_in_a_backup(server):
    """What it had copied is removed at the next start; finished copies and others' files stay."""
    if not server.has_clock:
        pytest.skip("fault points are in debug builds only")
    server.start()
    backup = server.post("/v1/backup").json["path"]
    server.stop()
    server.environment = {"DNSBLD_FAULT": "copied:1"}
    server.start()
    with pytest.raises((OSError, http.client.HTTPException)):
        server.post("/v1/backup")
    assert poll(lambda: server.process.poll() is not None) and server.process.returncode == -9
    folder = os.path.dirname(backup)
    kept = [os.path.basename(backup), "dnsbld.part", "other.part.123456"]
    for name in kept[1:]:
        with open(os.path.join(folder, name), "w", encoding="ascii"):
            pass
    assert len(os.listdir(folder)) == 4
    server.environment = {}
    server.start()
    assert sorted(os.listdir(folder)) == sorted(kept)
    assert server.post("/v1/backup").status == 201
    server.stop()


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("verb", ["request", "approve", "deny"])
def test_requests_killed_at(binary, folder, step, verb):
    """What was acknowledged of removal requests is there, the count of those that wait is right, and DNS agrees."""
    server = Api(binary, folder, zones=[f"{ZONE}:ip4trie:xbl"], files=FILES)
    if not server.has_clock:
        pytest.skip("fault points are in debug builds only")

    def act(number):
        if verb == "request":
            return server.post("/v1/requests", {"query": f"10.1.0.{number}"}, role=None)
        return server.post(f"/v1/requests/{waiting[number]}/{verb}", role="operator")

    server.start()
    waiting = [server.post("/v1/requests", {"query": f"10.0.0.{n}"}, role=None).json["id"] for n in range(8)]
    server.stop()
    server.environment = {"DNSBLD_FAULT": f"{step}:3"}
    server.start()
    kept = []
    for number in range(8):
        try:
            kept.append(act(number).json)
        except (OSError, http.client.HTTPException):
            break
    server.kill()  # a denial and a request neither edit nor publish
    server.environment = {}
    server.start()
    for reply in kept:
        shown = server.get("/v1/requests/" + reply["id"], role=None).json
        assert shown == {name: reply[name] for name in shown}
        listed = kind(server.ask(reverse(shown["query"], ZONE))) == "LISTED"
        assert listed == (shown["status"] != "removed")
    pending = len(server.get("/v1/requests?status=pending", role="operator").json["requests"])
    assert f"\ndnsbld_requests_pending {pending}\n" in server.get("/metrics").text
    if verb == "request":
        assert pending - 8 - len(kept) in (0, 1)
    else:
        assert 8 - pending - len(kept) in (0, 1)
    server.stop()


def load(server, start, kept, stop):
    connection = server.connect()
    number = start
    while not stop.is_set():
        identity, address = delist(server, number, connection)
        if identity is None:
            return
        kept[address] = identity
        number += 1


@pytest.mark.feature(30)
def test_killed_at_random(server):
    dice = random.Random(4)
    kept = {}
    for turn in range(int(os.environ.get("DNSBLD_CRASH_ROUNDS", "8"))):
        server.start()
        check_kept(server, dict(dice.sample(sorted(kept.items()), min(len(kept), 200))))
        stop = threading.Event()
        threads = [threading.Thread(target=load, args=(server, turn << 16 | i << 12, kept, stop)) for i in range(8)]
        for thread in threads:
            thread.start()
        time.sleep(dice.uniform(0.05, 0.4))
        server.kill()
        stop.set()
        for thread in threads:
            thread.join()
    server.start()
    assert len(kept) > 10
    check_kept(server, kept)
    server.stop()
