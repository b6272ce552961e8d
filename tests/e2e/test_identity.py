"""What the server says about itself: version.bind, hostname.bind, id.server (RFC 4892), NSID (RFC 5001); ANY."""
import re

import dns.edns
import dns.message
import dns.query
import pytest

from server import SOA, answers, rcode

FILES = {"v4": SOA + "192.0.2.1 :2:text\n"}
ZONES = ["bl.test:ip4set:v4"]
NSID = dns.edns.GenericOption(dns.edns.NSID, b"")


def told(server, name):
    reply = server.ask(name, "TXT", "CH")
    return answers(reply, "TXT") or rcode(reply)


@pytest.fixture
def identified(start, folder):
    return start({**FILES, "c.yaml": "hostname: host-7\nidentity: node-3\nminimal_any: true\n"},
                 "--config", f"{folder}/c.yaml", zones=ZONES)


def nsid(reply):
    return [option.data for option in reply.options if option.otype == dns.edns.NSID]


@pytest.mark.parametrize("args, expected", [([], r"\{'dnsbld \d+\.\d+\.\d+'\}"), (["-v"], r"\{'dnsbld'\}"),
                                            (["-v", "-v"], "REFUSED"), (["-vv"], "REFUSED")])
def test_version(start, args, expected):
    server = start(FILES, *args, zones=ZONES)
    assert re.fullmatch(expected, str(told(server, "version.bind")))
    assert told(server, "version.server") == told(server, "version.bind")


def test_nothing_else_is_said_unasked(start):
    server = start(FILES, zones=ZONES)
    assert told(server, "hostname.bind") == told(server, "id.server") == "REFUSED"
    assert nsid(server.ask("1.2.0.192.bl.test", edns=0, options=[NSID])) == []


def test_identity(identified):
    assert told(identified, "hostname.bind") == {"host-7"}
    assert told(identified, "ID.Server") == {"node-3"}
    assert nsid(identified.ask("1.2.0.192.bl.test", edns=0, options=[NSID])) == [b"node-3"]
    assert nsid(identified.ask("9.2.0.192.bl.test", edns=0, options=[NSID])) == [b"node-3"]
    assert nsid(identified.ask("1.2.0.192.bl.test", edns=0)) == []


def test_minimal_any(identified):
    reply = identified.ask("1.2.0.192.bl.test", "ANY")
    assert answers(reply) == {"127.0.0.2"} and not answers(reply, "TXT")
    query = dns.message.make_query("1.2.0.192.bl.test", "ANY")
    reply = dns.query.tcp(query, "127.0.0.1", timeout=3, port=identified.port)
    assert answers(reply) == {"127.0.0.2"} and answers(reply, "TXT") == {"text"}
