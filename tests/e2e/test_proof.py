"""Proof of control: by a DNS record, a code to a mailbox of the domain, the address itself; by API and page, against a
resolver that answers wrong, late and not at all."""
import concurrent.futures
import http.client
import os
import time

import pytest
from api import Api
from fake_dns import FakeDns
from server import kind, poll, reverse
from test_page import browse, own_path, send

ZONE = "bl.test"
FILES = {"own.ip4trie": "192.0.2.0/24\n", "own6.ip6trie": "2001:db8::/32\n", "txt.ip4trie": "198.51.100.0/24\n", "home.ip4trie": "198.51.100.209\n", "dom.dnset": "spam.example\nother.example\nxn--r8jz45g.jp\n",
         "plain.ip4trie": "10.0.0.0/8\n"}
CONFIG = """
confirm_command: {folder}/send
resolver: {{addresses: [127.0.0.1/{port}], timeout: {timeout}}}
http: {{requests: unlimited, lookups: unlimited, trusted_proxies: [127.0.0.1]}}
limits: {{requests: unlimited}}
rules:
  - lists: [own, own6]
    removal: owner
    proof: [mail, dns, address]
    cool_down: 1s
  - lists: [txt]
    removal: self
    proof: dns
  - lists: [home]
    removal: owner
    proof: address
  - lists: [dom]
    removal: self
    proof: [dns, mail]
  - lists: [plain]
    removal: self
"""


class Proof(Api):
    def __init__(self, binary, folder, timeout="20s"):
        self.dns = FakeDns()
        self.mails = os.path.join(folder, "mails")
        os.mkdir(self.mails)
        os.chmod(self.mails, 0o777)
        with open(os.path.join(folder, "send"), "w", encoding="utf-8") as f:
            f.write(f'#!/bin/sh\nf=$(mktemp {self.mails}/XXXXXXXX.new) && cat >"$f" && mv "$f" "${{f%.new}}"\n')
        os.chmod(os.path.join(folder, "send"), 0o755)
        zones = [f"{ZONE}:{name.partition('.')[2]}:{name}" for name in FILES]
        super().__init__(binary, folder, zones=zones, files=FILES, config=self.fill(CONFIG, folder, timeout))

    def fill(self, config, folder, timeout="20s"):
        return config.format(folder=folder, port=self.dns.port, timeout=timeout)

    def ask_for(self, query, *lists, client="203.0.113.250"):
        return self.post("/v1/requests", {"query": query, "lists": list(lists) or ["own"]}, role=None,
                         headers={"X-Forwarded-For": client})

    def prove(self, request, kind_of_proof, client="203.0.113.250", **fields):
        return self.post(f"/v1/requests/{request['id']}/proof", {"kind": kind_of_proof, **fields}, role=None,
                         headers={"X-Forwarded-For": client})

    def record_of(self, request):
        return next(proof for proof in request["proof"] if proof["kind"] == "dns")

    def publish(self, request):
        record = self.record_of(request)
        self.dns.records[record["name"], "TXT"] = [f'"{record["value"]}"']
        return record["name"]

    def sent(self):
        """Address, code and id of each mail."""
        names = [name for name in os.listdir(self.mails) if not name.endswith(".new")]
        return [open(os.path.join(self.mails, name), encoding="utf-8").read().split("\n")[:3] for name in names]

    def listed(self, address, zone=ZONE):
        return kind(self.ask(reverse(address, zone)))

    def stop(self):
        self.dns.close()
        super().stop()


@pytest.fixture(scope="module")
def server(binary, module_folder):
    made = Proof(binary, module_folder).start()
    yield made
    made.stop()


def name_host(server, address, host, *addresses):
    """Reverse DNS of an address, and the addresses of the name; IPv4."""
    server.dns.records[reverse(address, "in-addr.arpa"), "PTR"] = [host + "."]
    server.dns.records[host, "A"] = list(addresses) or [address]


@pytest.fixture(scope="module")
def impatient(binary, module_folder):
    """One that waits two seconds for DNS."""
    folder = os.path.join(module_folder, "impatient")
    os.mkdir(folder, 0o755)
    made = Proof(binary, folder, timeout="2s").start()
    yield made
    made.stop()


# ---- A record ----

@pytest.mark.feature(23)
def test_record(server):
    asked = server.ask_for("192.0.2.1")
    request = asked.json
    assert (asked.status, request["status"], request["verify"], request["review"]) == (201, "verify", None, True)
    record = server.record_of(request)
    assert record["name"] == "_dnsbld.1.2.0.192.in-addr.arpa" and record["type"] == "TXT"
    assert record["value"].startswith("dnsbld-proof=") and len(record["value"]) == 13 + 32
    assert request["id"].replace("-", "") not in record["value"]
    early = server.prove(request, "dns")
    assert (early.status, early.code) == (422, "no_record") and server.listed("192.0.2.1") == "LISTED"
    server.publish(request)
    done = server.prove(request, "dns")
    assert (done.status, done.json["status"], done.json["removed_lists"], done.json["proof"]) == (200, "removed", ["own"], [])
    assert server.get(f"/v1/requests/{request['id']}", role=None).json == done.json
    assert server.prove(request, "dns").code == "decided"


def test_record_of_another_request(server):
    """A record proves the request that it was made for, not whoever asks next."""
    name = server.publish(server.ask_for("192.0.2.2").json)
    other = server.ask_for("192.0.2.2", client="203.0.113.7").json
    assert server.record_of(other)["name"] == name
    assert server.prove(other, "dns").code == "no_record"


def test_record_of_a_domain(server):
    request = server.ask_for("spam.example", "dom").json
    assert server.publish(request) == "_dnsbld.spam.example"
    assert [proof["kind"] for proof in request["proof"]] == ["mail", "dns"]
    assert server.prove(request, "dns").json["status"] == "removed"
    assert kind(server.ask("spam.example." + ZONE)) == "NXDOMAIN"


def test_record_of_a_network(server):
    """For an IPv6 address its /64 is removed, so that is what is proven."""
    request = server.ask_for("2001:db8:1:2::25", "own6").json
    assert server.publish(request) == "_dnsbld.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"
    assert server.prove(request, "dns").json["status"] == "removed"
    assert server.listed("2001:db8:1:2::99") == "NXDOMAIN"


@pytest.mark.parametrize("number, trick, expected", [
    (1, "noise", "removed"), (2, "truncated", "removed"), (3, "forged", "no_answer"), (4, "other port", "no_answer"),
    (5, "other question", "no_answer"), (6, "late", "no_answer"), (7, "silent", "no_answer"), (8, "servfail", "no_answer"),
    (9, "garbage", "no_answer"), (10, "pointers", "no_answer"), (11, "drip", "no_answer"), (12, "no tcp", "no_answer"),
    (13, "query", "no_answer")])
def test_answers_of_a_bad_resolver(server, impatient, number, trick, expected):
    """In time, whatever arrives; what it did not prove stays listed."""
    server = server if expected == "removed" else impatient
    address = f"198.51.100.{number}"
    request = server.ask_for(address, "txt").json
    server.dns.tricks[server.publish(request)] = trick
    before = time.monotonic()
    reply = server.prove(request, "dns")
    assert time.monotonic() - before < 10
    assert (reply.code or reply.json["status"]) == expected
    assert server.get(f"/v1/requests/{request['id']}", role=None).json["status"] == (
        "removed" if expected == "removed" else "verify")
    if expected == "no_answer":
        assert reply.status == 503


@pytest.mark.parametrize("number, records, expected", [
    (21, {"CNAME": ["proof.customer.example."]}, "removed"),
    (22, {"CNAME": ["_dnsbld.22.100.51.198.in-addr.arpa."]}, "no_record"),
    (23, {"CNAME": ["loop.example."]}, "no_record"),
    (24, {"TXT": ['"v=spf1 -all"'] + [f'"{n} {"x" * 200}"' for n in range(200)]}, "removed"),
])
def test_strange_answers(server, number, records, expected):
    """Aliases, loops of them, and an answer of 40 kB."""
    request = server.ask_for(f"198.51.100.{number}", "txt").json
    record = server.record_of(request)
    value = f'"{record["value"]}"'
    server.dns.records["proof.customer.example", "TXT"] = [value]
    server.dns.records["loop.example", "CNAME"] = [record["name"] + "."]
    for type_, texts in records.items():
        server.dns.records[record["name"], type_] = texts + ([value] if type_ == "TXT" else [])
    reply = server.prove(request, "dns")
    assert (reply.code or reply.json["status"]) == expected


def test_look_ups_are_bounded(server):
    request = server.ask_for("198.51.100.40", "txt").json
    codes = [server.prove(request, "dns").code for _ in range(21)]
    assert codes == ["no_record"] * 20 + ["too_many_checks"]


def test_other_calls_go_on(impatient):
    """While the resolver is silent: look-ups, removals and DNS wait for nobody; a client has two look-ups at a time."""
    server = impatient
    requests = [server.ask_for(f"198.51.100.{n}", "txt").json for n in range(50, 54)]
    for request in requests:
        server.dns.tricks[server.record_of(request)["name"]] = "silent"
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        proofs = [pool.submit(server.prove, request, "dns") for request in requests]
        assert poll(lambda: sum(proof.done() for proof in proofs) == 2)
        assert server.get("/v1/lookup/10.1.1.1", role=None).status == 200
        assert server.ask_for("10.1.1.1", "plain").json["status"] == "removed"
        assert server.listed("10.1.1.2") == "LISTED"
        assert sum(proof.done() for proof in proofs) == 2
        codes = sorted(proof.result().code for proof in proofs)
    assert codes == ["busy", "busy", "no_answer", "no_answer"]


def test_stop_during_a_look_up(binary, folder):
    """The server does not wait for a resolver that is silent."""
    server = Proof(binary, folder).start()
    request = server.ask_for("192.0.2.1").json
    server.dns.tricks[server.record_of(request)["name"]] = "silent"
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        proof = pool.submit(server.prove, request, "dns")
        assert poll(lambda: any("_dnsbld" in name for name in server.dns.asked))
        server.stop()
        assert proof.result().status == 503


# ---- The address ----

@pytest.mark.feature(23)
def test_from_the_address(server):
    assert server.ask_for("192.0.2.30", client="192.0.2.30").json["removed_lists"] == ["own"]
    assert server.ask_for("2001:db8:5::1", "own6", client="2001:db8:5::ffff").json["removed_lists"] == ["own6"]
    request = server.ask_for("192.0.2.31", client="192.0.2.32").json
    assert request["status"] == "verify" and {"kind": "address", "range": "192.0.2.31"} in request["proof"]
    assert server.prove(request, "address", client="192.0.2.32").code == "other_address"
    assert server.prove(request, "address", client="192.0.2.31").json["status"] == "removed"
    assert server.ask_for("198.51.100.30", "txt", client="198.51.100.30").json["status"] == "verify"


def test_nobody_can_say_where_he_comes_from(binary, folder):
    """Without trusted proxies the header is the client's own."""
    server = Proof(binary, folder)
    server.write("dnsbld.yaml", server.fill(CONFIG.replace(", trusted_proxies: [127.0.0.1]", ""), folder))
    server.start()
    try:
        request = server.ask_for("192.0.2.30", client="192.0.2.30").json
        assert request["status"] == "verify"
        assert server.prove(request, "address", client="192.0.2.30").code == "other_address"
    finally:
        server.stop()


# ---- A mailbox ----

def mailboxes(request):
    return next((proof["to"] for proof in request["proof"] if proof["kind"] == "mail"), None)


@pytest.mark.feature(23)
def test_mail(server):
    name_host(server, "192.0.2.40", "mx40.example.com")
    request = server.ask_for("192.0.2.40").json
    assert mailboxes(request) == ["postmaster@mx40.example.com", "abuse@mx40.example.com"]
    for wrong in ("postmaster@example.com", "", "ann@mx40.example.com", "POSTMASTER@mx40.example.com"):
        assert server.prove(request, "mail", to=wrong).code == "other_mailbox"
    reply = server.prove(request, "mail", to="abuse@mx40.example.com")
    assert (reply.status, reply.json["status"]) == (200, "verify") and reply.json["verify"]["path"].endswith("/verify")
    assert poll(lambda: [m for m in server.sent() if m[2] == request["id"]])
    [[address, code, _]] = [m for m in server.sent() if m[2] == request["id"]]
    assert address == "abuse@mx40.example.com"
    wrong = server.post(reply.json["verify"]["path"], {"code": "2345-6789-ABCD-EFGH"}, role=None)
    assert (wrong.status, wrong.code) == (422, "wrong_code")
    done = server.post(reply.json["verify"]["path"], {"code": code}, role=None)
    assert (done.json["status"], done.json["removed_lists"]) == ("removed", ["own"])
    events = server.get("/v1/history/192.0.2.40").json["events"]
    assert "control proven: mail" in {event["reason"] for event in events}


def test_one_mail_a_day(server):
    """Whoever asks for the same target shares the code, wherever it went."""
    name_host(server, "192.0.2.41", "mx41.example.com")
    first = server.ask_for("192.0.2.41").json
    server.prove(first, "mail", to="postmaster@mx41.example.com")
    assert poll(lambda: [m for m in server.sent() if m[0].endswith("@mx41.example.com")])
    second = server.ask_for("192.0.2.41", client="203.0.113.9").json
    assert second["id"] != first["id"]
    reply = server.prove(second, "mail", to="abuse@mx41.example.com", client="203.0.113.9").json
    assert next(p["sent_to"] for p in reply["proof"] if p["kind"] == "mail") == "postmaster@mx41.example.com"
    time.sleep(0.2)
    [mail] = [m for m in server.sent() if m[0].endswith("@mx41.example.com")]
    assert server.post(f"/v1/requests/{second['id']}/verify", {"code": mail[1]}, role=None).json["status"] == "removed"


def test_mails_about_all_addresses_of_a_host(server):
    """Each is the only one of a day, so none is kept back because of the others."""
    addresses = [f"192.0.2.{number}" for number in range(240, 247)]  # more than per_mailbox
    for address in addresses:
        name_host(server, address, "mx240.example.com", *addresses)
        request = server.ask_for(address).json
        assert server.prove(request, "mail", to="postmaster@mx240.example.com").status == 200
    assert poll(lambda: len([m for m in server.sent() if m[0] == "postmaster@mx240.example.com"]) == len(addresses))


def test_mail_to_a_domain(server):
    request = server.ask_for("other.example", "dom").json
    assert mailboxes(request) == ["postmaster@other.example", "abuse@other.example"]
    assert server.prove(request, "mail", to="postmaster@other.example").json["status"] == "verify"
    assert poll(lambda: [m for m in server.sent() if m[0] == "postmaster@other.example"])


def test_a_refusal_without_a_look_up_stores_nothing(server):
    """Or anybody could make the server write, and a reviewer's decision on an older version fail."""
    request = server.ask_for("other.example", "dom").json
    path = f"/v1/requests/{request['id']}"
    before = server.get(path).headers["ETag"]
    assert server.prove(request, "mail", to="ann@other.example").code == "other_mailbox"
    assert server.get(path).headers["ETag"] == before


@pytest.mark.parametrize("number, pointers, addresses", [
    (50, ["mx50.example.com."], ["192.0.2.99"]), (51, ["mx51.example.com."], []), (52, [], []),
    (53, ["-x.example.com."], ["192.0.2.53"]), (54, [r"a\@b.example.com."], ["192.0.2.54"]),
    (55, [r"\<script\>.example.com."], ["192.0.2.55"]), (56, ["localhost."], ["192.0.2.56"]),
    (57, ["a_b.example.com."], ["192.0.2.57"]), (58, [r"postmaster\032x.example.com."], ["192.0.2.58"]),
])
def test_names_that_are_no_proof(server, number, pointers, addresses):
    """They do not lead back to the address, or are no names of hosts: then there is no mailbox."""
    address = f"192.0.2.{number}"
    if pointers:
        server.dns.records[reverse(address, "in-addr.arpa"), "PTR"] = pointers
        server.dns.records[pointers[0].rstrip(".").lower(), "A"] = addresses
    request = server.ask_for(address).json
    assert request["status"] == "verify" and mailboxes(request) == []
    assert server.prove(request, "mail", to=f"postmaster@{pointers[0].rstrip('.') if pointers else 'x.example'}").code == "no_mailbox"
    name_host(server, address, f"mx{number}.example.net")  # now its owner has set it
    assert server.prove(request, "mail").code == "other_mailbox"
    shown = server.get(f"/v1/requests/{request['id']}", role=None).json
    assert mailboxes(shown) == [f"postmaster@mx{number}.example.net", f"abuse@mx{number}.example.net"]


def test_names_of_two_hosts(server):
    names = [f"mx{n}.example.org" for n in range(6)]
    server.dns.records[reverse("192.0.2.60", "in-addr.arpa"), "CNAME"] = ["60.customer.example."]  # RFC 2317
    server.dns.records["60.customer.example", "PTR"] = [name + "." for name in names]
    for name in names[1:]:
        server.dns.records[name, "A"] = ["192.0.2.61", "192.0.2.60"]
    found = mailboxes(server.ask_for("192.0.2.60").json)
    assert len(found) == 4 and len({m.partition("@")[2] for m in found}) == 2


def test_name_of_ip6(server):
    address = "2001:db8:7::25"
    server.dns.records[reverse(address, "ip6.arpa"), "PTR"] = ["mx.six.example."]
    server.dns.records["mx.six.example", "AAAA"] = [address]
    assert mailboxes(server.ask_for(address, "own6").json) == ["postmaster@mx.six.example", "abuse@mx.six.example"]


def test_silent_resolver_at_the_request(impatient):
    """The request is made all the same, in time; mailboxes can be looked for later."""
    server = impatient
    server.dns.tricks["70.2.0.192.in-addr.arpa"] = "silent"
    before = time.monotonic()
    request = server.ask_for("192.0.2.70").json
    assert time.monotonic() - before < 10 and request["status"] == "verify" and mailboxes(request) == []
    assert server.prove(request, "mail").code == "no_answer"
    del server.dns.tricks["70.2.0.192.in-addr.arpa"]
    name_host(server, "192.0.2.70", "mx70.example.com")
    assert server.prove(request, "mail", to="postmaster@mx70.example.com").status == 200


# ---- What else ----

def test_metrics(server):
    def count(result):
        line = f'dnsbld_resolver_lookups_total{{result="{result}"}} '
        return int(next(text for text in server.get("/metrics").text.split("\n") if text.startswith(line)).split()[1])

    before = {result: count(result) for result in ("found", "missing", "no_answer", "busy")}
    request = server.ask_for("198.51.100.90", "txt").json
    server.prove(request, "dns")
    server.publish(request)
    server.prove(request, "dns")
    assert (count("missing"), count("found")) == (before["missing"] + 1, before["found"] + 1)


def test_lookup_names_the_proofs(server):
    removal = server.get("/v1/lookup/192.0.2.200", role=None).json["listings"][0]["removal"]
    assert (removal["policy"], removal["proof"], removal["removals_left"]) == ("owner", ["mail", "dns", "address"], 3)
    removal = server.get("/v1/lookup/10.1.1.200", role=None).json["listings"][0]["removal"]
    assert removal["proof"] == []


def test_review_instead(server):
    request = server.ask_for("192.0.2.80").json
    reply = server.post(f"/v1/requests/{request['id']}/review", role=None)
    assert (reply.status, reply.json["status"], reply.json["proof"]) == (200, "pending", [])
    assert server.prove(request, "dns").code == "decided"
    done = server.post(f"/v1/requests/{request['id']}/approve", {}, role="operator")
    assert done.json["status"] == "removed"
    other = server.ask_for("198.51.100.80", "txt").json
    assert (other["review"], server.post(f"/v1/requests/{other['id']}/review", role=None).code) == (False, "no_review")


@pytest.mark.parametrize("body, status, code", [
    ({}, 400, "missing_field"), ({"kind": "whois"}, 400, "bad_kind"), ({"kind": 1}, 400, "bad_type"),
    ({"kind": "confirm"}, 400, "bad_kind"), ({"kind": "dns", "name": "x"}, 400, "unknown_field"),
    ({"kind": "mail", "to": "x" * 300}, 400, "too_long"), ({"kind": "mail", "to": "a\nb"}, 400, "bad_text"),
    ({"kind": "mail"}, 422, "other_proof"), ({"kind": "address"}, 422, "other_proof")])
def test_bad_calls(server, body, status, code):
    request = server.ask_for("198.51.100.81", "txt").json
    reply = server.post(f"/v1/requests/{request['id']}/proof", body, role=None)
    assert (reply.status, reply.code) == (status, code)


def test_get_changes_nothing(server):
    """Mail scanners follow links."""
    request = server.ask_for("192.0.2.82").json
    server.publish(request)
    before = len(server.dns.asked)
    for path in (f"/v1/requests/{request['id']}/proof", "/proof", "/review", "/confirm"):
        assert server.get(path + "?kind=dns&id=" + request["id"], role=None).status in (400, 404, 405)
    for _ in range(3):
        assert server.get("/requests/" + request["id"], role=None).status == 200
        assert server.get(f"/v1/requests/{request['id']}", role=None).json == request
    assert len(server.dns.asked) == before and server.listed("192.0.2.82") == "LISTED"


def test_killed_between_steps(binary, folder):
    """What was acknowledged is there: the request, its record, the code that was sent, the mail of the day."""
    server = Proof(binary, folder).start()

    def again():
        server.kill()
        server.start()

    name_host(server, "192.0.2.1", "mx1.example.com")
    by_mail = server.ask_for("192.0.2.1").json
    by_record = server.ask_for("192.0.2.2").json
    again()
    assert server.get(f"/v1/requests/{by_mail['id']}", role=None).json == by_mail
    server.publish(by_record)
    sent = server.prove(by_mail, "mail", to="postmaster@mx1.example.com").json
    assert poll(server.sent)
    again()
    assert server.get(f"/v1/requests/{by_mail['id']}", role=None).json == sent
    other = server.ask_for("192.0.2.1", client="203.0.113.9").json
    assert server.prove(other, "mail", to="abuse@mx1.example.com", client="203.0.113.9").status == 200
    assert server.prove(by_record, "dns").json["status"] == "removed"
    again()
    assert server.get(f"/v1/requests/{by_record['id']}", role=None).json["status"] == "removed"
    [mail] = server.sent()
    assert server.post(f"/v1/requests/{by_mail['id']}/verify", {"code": mail[1]}, role=None).json["status"] == "removed"
    server.stop()


@pytest.mark.parametrize("step", ["taken", "written", "committed", "edited", "published", "answered"])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_killed_at(binary, folder, step, count):
    """A proof is stored and seen by DNS, or neither; and it can be given again."""
    server = Proof(binary, folder)
    if not server.has_clock:
        server.dns.close()
        pytest.skip("fault points are in debug builds only")
    server.start()
    requests = [server.ask_for(f"192.0.2.{n}").json for n in range(1, 5)]
    for request in requests:
        server.publish(request)
    server.kill()
    server.environment = {"DNSBLD_FAULT": f"{step}:{count}"}
    proven = []
    try:
        server.start()
        for request in requests:
            proven.append(server.prove(request, "dns").json["id"])
    except (AssertionError, OSError, http.client.HTTPException):
        pass  # killed; perhaps at the start, where the store is swept
    assert poll(lambda: server.process.poll() is not None) and server.process.returncode == -9
    server.environment = {}
    server.start()
    for request in requests:
        status = server.get(f"/v1/requests/{request['id']}", role=None).json["status"]
        assert server.listed(request["query"]) == {"verify": "LISTED", "removed": "NXDOMAIN"}[status]
        assert status == "removed" or request["id"] not in proven
        again = server.prove(request, "dns")
        assert (again.code == "decided") if status == "removed" else (again.json["status"] == "removed")
    server.stop()


@pytest.mark.parametrize("old, new, message", [
    ("proof: dns", "proof: [dns, whois]", "'whois': mail, dns or address expected"),
    ("proof: dns", "proof: dns\n    confirm: true", "not together with confirm"),
    ("confirm_command: {folder}/send\n", "", "mail requires confirm_command"),
    ("127.0.0.1/{port}", "not an address", "resolver.addresses"),
])
def test_bad_configuration(binary, folder, old, new, message):
    server = Proof(binary, folder)
    assert old in CONFIG
    server.write("dnsbld.yaml", server.fill(CONFIG.replace(old, new), folder))
    server.spawn().process.wait(20)
    assert server.process.returncode != 0 and message in server.log()
    server.process = None
    server.dns.close()


# ---- The page ----

CLIENT = {"X-Forwarded-For": "203.0.113.250"}


def ask_on_page(server, query, language="en", client="203.0.113.250"):
    headers = {"X-Forwarded-For": client}
    form = browse(server, "/" + query, language=language, headers=headers).form("/requests")
    return browse(server, form.action, form.fields, language=language, headers=headers)


def forms_of(page, path):
    return {form.fields.get("kind", ""): form for form in page.forms if form.action.partition("?")[0] == path}


def test_page_record(server):
    start = browse(server, "/192.0.2.100", headers=CLIENT)
    assert "once you have shown that it is yours" in start.text and "On the next page" in start.text
    assert start.form("/requests").button == "Go on to remove 192.0.2.100"
    page = ask_on_page(server, "192.0.2.100")
    assert page.heading == "Show that it is yours"
    assert "192.0.2.100 is removed from own as soon as you have shown that it is yours." in page.text
    assert "One of these ways is enough." in page.text and "One of these" not in ask_on_page(server, "198.51.100.100").text
    request = server.get("/v1" + own_path(page), role=None).json
    record = server.record_of(request)
    assert f'{record["name"]}. 300 IN TXT "{record["value"]}"' in page.text
    form = forms_of(page, "/proof")["dns"]
    assert form.method == "post" and form.button == "Check the record now"
    early = browse(server, form.action, form.fields, headers=CLIENT)
    assert early.heading == "Show that it is yours" and "was not found in DNS yet" in early.text
    server.publish(request)
    done = browse(server, forms_of(early, "/proof")["dns"].action, form.fields, headers=CLIENT)
    assert done.heading == "Removed" and server.listed("192.0.2.100") == "NXDOMAIN"


def test_page_mail(server):
    page = ask_on_page(server, "192.0.2.101")
    assert "No mailbox is known" in page.text
    form = forms_of(page, "/proof")["mail"]
    assert form.button == "Look for mailboxes again" and "to" not in form.fields
    name_host(server, "192.0.2.101", "mx101.example.com")
    page = browse(server, form.action, form.fields, headers=CLIENT)
    form = forms_of(page, "/proof")["mail"]
    assert form.fields["to"] == "postmaster@mx101.example.com" and "abuse@mx101.example.com" in page.text
    page = browse(server, form.action, form.fields, headers=CLIENT)
    assert "A code was sent to postmaster@mx101.example.com." in page.text and "mail" not in forms_of(page, "/proof")
    assert poll(lambda: [m for m in server.sent() if m[0] == "postmaster@mx101.example.com"])
    [mail] = [m for m in server.sent() if m[0] == "postmaster@mx101.example.com"]
    code = page.form("/confirm")
    wrong = browse(server, code.action, {**code.fields, "code": "AAAA"}, headers=CLIENT)
    assert "not the code" in wrong.text and "Attempts left: 4." in wrong.text
    assert browse(server, code.action, {**code.fields, "code": mail[1]}, headers=CLIENT).heading == "Removed"


def test_page_address_and_review(server):
    page = ask_on_page(server, "192.0.2.102")
    form = forms_of(page, "/proof")["address"]
    assert "another address" in browse(server, form.action, form.fields, headers=CLIENT).text
    there = browse(server, form.action, form.fields, headers={"X-Forwarded-For": "192.0.2.102"})
    assert there.heading == "Removed"
    assert ask_on_page(server, "192.0.2.103", client="192.0.2.103").heading == "Removed"
    page = ask_on_page(server, "192.0.2.104")
    review = page.form("/review")
    assert review.button == "Ask for a review"
    assert browse(server, review.action, review.fields, headers=CLIENT).heading == "Your request will be reviewed"


def test_page_in_japanese(server):
    """No English is left but names and the record."""
    page = ask_on_page(server, "192.0.2.105", language="ja")
    assert page.heading == "管理者であることの確認"
    request = server.get("/v1" + own_path(page), role=None).json
    record = server.record_of(request)
    text = page.text
    for known in (record["name"], record["value"], request["id"], "dnsbld", "English", "example.com", "own", "TXT", "IN", "DNS"):
        text = text.replace(known, "")
    assert not [word for word in text.split() if word.isascii() and word.isalpha() and len(word) > 2], text
    form = forms_of(page, "/proof")["dns"]
    early = browse(server, form.action, form.fields, language="ja", headers=CLIENT)
    assert "DNSの設定がまだ見つかりません" in early.text


def test_page_of_an_open_request(server):
    """The look-up says what it waits for: a proof, not a code."""
    made = ask_on_page(server, "192.0.2.106")
    page = browse(server, "/192.0.2.106", headers=CLIENT)
    assert own_path(made) in page.links and page.links[own_path(made)] == "Show that it is yours"
    assert "192.0.2.106 is removed from own as soon as you have shown that it is yours." in page.text
    assert "A code was sent" not in page.text and "One of these" not in page.text


def test_page_of_a_domain(server):
    """It is shown as people write it; the record has the name of DNS."""
    made = ask_on_page(server, "xn--r8jz45g.jp")
    assert "Add this record to the DNS of 例え.jp (xn--r8jz45g.jp), or" in made.text
    assert "_dnsbld.xn--r8jz45g.jp. 300 IN TXT" in made.text
    page = browse(server, "/xn--r8jz45g.jp", headers=CLIENT)
    assert "例え.jp (xn--r8jz45g.jp) is removed from dom as soon as you have shown that it is yours." in page.text


def test_page_of_what_is_left(server):
    """What a proof has removed is not among what an operator reviews."""
    request = server.ask_for("198.51.100.209", "txt", "home").json
    server.publish(request)
    assert server.prove(request, "dns").json["removed_lists"] == ["txt"]
    proof = "198.51.100.209 is removed from home as soon as"
    review = "An operator will review the request to remove 198.51.100.209 from home."
    paths = ["/198.51.100.209", "/requests/" + request["id"]]
    assert [proof in browse(server, path, headers=CLIENT).text for path in paths] == [True, True]
    assert server.post(f"/v1/requests/{request['id']}/review", {}, role=None).json["status"] == "pending"
    assert [review in browse(server, path, headers=CLIENT).text for path in paths] == [True, True]


def test_page_of_a_request_that_is_not_there(server):
    unknown = "01890a5d-ac96-774b-bcce-b302099a8057"
    browse(server, "/proof", {"id": unknown, "kind": "dns"}, status=404)
    browse(server, "/review", {"id": unknown}, status=404)
    assert send(server, "/proof", {"kind": "dns"}).status == 404
    assert send(server, "/proof", {"id": unknown}).status == 400
