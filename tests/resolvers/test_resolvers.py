"""What mail servers see of a zone through a resolver: whatever it minimises, every listed name is found (RFC 9156)."""
import re
import time

import dns.rdatatype
import pytest

from server import answers, poll, rcode
from zones import CHANGING, QUESTIONS


def logged(server):
    """(name as asked, rcode) of the queries that have reached the server, all of them: the last one is ours."""
    last = f"last-{time.monotonic_ns()}.invalid"
    server.ask(last)

    def read():
        with open(server.path("log")) as f:
            text = f.read()
        return text if last in text else None

    return re.findall(r"^\d+ 127\.0\.0\.1 (\S+test) \S+ IN: (\w+)/", poll(read), re.IGNORECASE | re.MULTILINE)


def test_every_listed_name_is_found(resolver, server):
    """From an empty cache on. `None` is NODATA: there is something below the name."""
    before = len(logged(server))
    for name, qtype, data in QUESTIONS:
        reply = resolver.ask(name, qtype)
        assert answers(reply, qtype) == (data or set()), (name, reply.to_text())
        assert rcode(reply) == ("NXDOMAIN" if data == set() else "NOERROR"), (name, reply.to_text())
    whole = {name.lower() for name, _, _ in QUESTIONS}
    listed = [name.lower() for name, _, data in QUESTIONS if data != set()]
    partial = [(name.lower(), code) for name, code in logged(server)[before:] if name.lower() not in whole]
    assert len(partial) > 10, "it does not minimise"
    for name, code in partial:
        if any(other.endswith("." + name) for other in listed):
            assert code == "NOERROR", name


def test_a_long_answer_comes_over_tcp(resolver):
    assert len(answers(resolver.ask("9.113.0.203.bl.test", "TXT"), "TXT")) == 12


def test_the_case_of_a_question_comes_back(resolver):
    for name in ("1.2.0.192.bL.TeSt", "EVil.exAmple.COM.dbl.tesT", "nO.suCH.dbl.TEST"):
        assert resolver.ask(name).question[0].name.to_text() == name + "."


def test_case_is_kept_for_resolvers_that_test_it(server, resolvers):
    """use-caps-for-id: a reply whose question is not byte for byte the query's would be no answer."""
    if "unbound" not in resolvers:
        pytest.skip("unbound is not installed")
    before = len(logged(server))
    assert answers(resolvers["unbound"].ask("77.9.9.10.bl.test")) == {"127.0.0.5"}
    assert any(name not in (name.lower(), name.upper()) for name, _ in logged(server)[before:])


def test_negative_answers_are_cached_for_their_ttl(resolver, server):
    """The SOA's TTL in a negative answer is the minimum, 60 s, not its own, 3600 s."""
    def ask():
        reply = resolver.ask("99.2.0.192.bl.test")
        soa = [s for s in reply.authority if s.rdtype == dns.rdatatype.SOA]
        assert rcode(reply) == "NXDOMAIN" and len(soa) == 1 and 50 <= soa[0].ttl <= 60, reply.to_text()

    ask()
    before = logged(server)
    ask()
    assert logged(server) == before


def test_changes_are_seen_once_the_ttl_has_passed(resolvers, server):
    """Listed, and taken off again, behind all resolvers at once."""
    name = "5.2.0.192.ttl.test"

    def all_answer(data):
        return lambda: all(answers(resolver.ask(name)) == data for resolver in resolvers.values())

    assert all_answer(set())()
    for listed, data in (("192.0.2.5\n", {"127.0.0.2"}), ("", set())):
        server.write("changing", CHANGING + listed)
        server.reload()
        assert poll(lambda: answers(server.ask(name)) == data, 5)
        assert poll(all_answer(data), 5, 0.1), {n: r.ask(name).to_text() for n, r in resolvers.items()}
