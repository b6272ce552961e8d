"""What is answered to one question: names, types, sections, TTLs (rbldnsd.md 1.7; RFC 1035, 2308, 5782, 8020)."""
import dns.flags
import dns.rdatatype
import pytest

from server import SOA, answers, kind, rcode, reverse

FILES = {
    "v4": SOA + "$NS 1d ns1.example ns2.example\n$TTL 35m\n:127.0.0.4:Listed, $\n127.0.0.2\n192.0.2.1\n"
    "192.0.2.2 :5:\n203.0.113.9\n10.0.0.0/8 :9:ten\n1.2.3.0/24\n",
    "v6": SOA + ":127.0.0.6:six $\n2001:db8::/32\n!2001:db8:0:1::/64\n::ffff:c000:209/128\n2002:c000:280::/48\n",
    "names": SOA + ":127.0.1.2:name $\nevil.example.com\n*.wild.example\n.both.example\n!ok.both.example\n!*.gone.both.example\n"
    "TEST\na.b.c.deep.example\n",
    "short": "$SOA 30 ns1.example hostmaster.example 9 1h 1h 1w 2h\n:2:x\n127.0.0.2\n",
    "bare": ":2:bare\n127.0.0.2\n",
}
ZONES = ["bl.test:ip4set:v4", "bl.test:ip6trie:v6", "dbl.test:dnset:names", "six.test:ip6trie:v6",
         "short.test:ip4set:short", "bare.test:ip4set:bare"]


@pytest.fixture(scope="module")
def server(start_once):
    return start_once(FILES, zones=ZONES)


def soa(reply):
    return [s for s in reply.authority if s.rdtype == dns.rdatatype.SOA][0]


@pytest.mark.parametrize("name, qtype, data", [
    ("2.0.0.127.bl.test", "A", {"127.0.0.4"}),
    ("1.2.0.192.bl.test", "A", {"127.0.0.4"}),
    ("1.2.0.192.bl.test", "TXT", {"Listed, 192.0.2.1"}),
    ("2.2.0.192.bl.test", "A", {"127.0.0.5"}),
    ("77.3.2.1.bl.test", "TXT", {"Listed, 1.2.3.77"}),
    ("3.2.1.10.bl.test", "TXT", {"ten"}),
    (reverse("2001:db8::1", "bl.test"), "A", {"127.0.0.6"}),
    (reverse("2001:db8:0:2::1", "bl.test"), "TXT", {"six 2001:db8:0:2::1"}),
    (reverse("2001:db8::1", "bl.test").upper(), "A", {"127.0.0.6"}),
    ("evil.example.com.dbl.test", "TXT", {"name evil.example.com"}),
    ("x.y.wild.example.dbl.test", "TXT", {"name wild.example"}),
    ("both.example.dbl.test", "A", {"127.0.1.2"}),
    ("x.both.example.dbl.test", "A", {"127.0.1.2"}),
    ("x.ok.both.example.dbl.test", "A", {"127.0.1.2"}),   # only the name itself is excluded
    ("gone.both.example.dbl.test", "A", {"127.0.1.2"}),
    ("test.dbl.test", "A", {"127.0.1.2"}),
])
def test_listed(server, name, qtype, data):
    reply = server.ask(name, qtype)
    assert rcode(reply) == "NOERROR" and answers(reply, qtype) == data
    assert reply.flags & dns.flags.AA and not reply.flags & (dns.flags.RA | dns.flags.TC)
    assert [s.rdtype for s in reply.answer] == [dns.rdatatype.from_text(qtype)]
    assert not reply.authority and not reply.additional


@pytest.mark.parametrize("name", [
    "1.0.0.127.bl.test",            # RFC 5782: never listed
    "3.2.0.192.bl.test",
    "1.1.2.0.192.bl.test",          # five labels are no address
    "256.2.0.192.bl.test",
    "004.3.2.1.bl.test", "1.2.0.0192.bl.test", "01.2.0.192.bl.test",  # leading zeros are no address
    "00.0.0.10.bl.test",
    "a.2.0.192.bl.test",
    "k3v9q2x7zz1.bl.test",          # how filters test that a list is alive
    "-1.2.0.192.bl.test", "1.2.0.192a.bl.test",
    reverse("2001:db9::1", "bl.test"),
    reverse("2001:db8:0:1::1", "bl.test"),
    "0." + reverse("2001:db8::1", "bl.test"),
    "g" + reverse("2001:db8::1", "bl.test")[1:],
    "invalid.dbl.test",
    "x.gone.both.example.dbl.test",
    "evilexample.com.dbl.test", "xevil.example.com.dbl.test", "x.evil.example.com.dbl.test",
])
def test_not_listed(server, name):
    reply = server.ask(name)
    assert kind(reply) == "NXDOMAIN"
    assert soa(reply).to_rdataset().to_text().startswith("60 IN SOA ns1.example. hostmaster.example. 7 600 300 86400 60")


def test_zero_octet_is_an_address(server):
    assert answers(server.ask("0.0.0.10.bl.test")) == {"127.0.0.9"}


@pytest.mark.parametrize("qtype", ["AAAA", "MX", "PTR", "SRV", "HTTPS", "SVCB", "CAA", "URI", "DNSKEY", "TYPE65280", "NS", "SOA"])
def test_other_types_of_a_listed_name_are_nodata(server, qtype):
    assert kind(server.ask("1.2.0.192.bl.test", qtype)) == "NODATA"
    assert kind(server.ask("5.2.0.192.bl.test", qtype)) == "NXDOMAIN"


def test_text_where_there_is_none(server):
    assert kind(server.ask("2.2.0.192.bl.test", "TXT")) == "NODATA"


def test_any_is_a_and_txt(server):
    reply = server.ask("1.2.0.192.bl.test", "ANY")
    assert answers(reply) == {"127.0.0.4"} and answers(reply, "TXT") == {"Listed, 192.0.2.1"}
    assert len(reply.answer) == 2


@pytest.mark.parametrize("address, data", [
    ("::ffff:192.0.2.1", {"127.0.0.4"}),      # mapped: the IPv4 data
    ("::ffff:127.0.0.2", {"127.0.0.4"}),      # RFC 5782's test point
    ("::ffff:192.0.2.9", set()),              # ... and no other, although an IPv6 entry names it
    ("::ffff:127.0.0.1", set()),
    ("2002:c000:201::5", {"127.0.0.4"}),      # 6to4 of 192.0.2.1
    ("2002:c000:280::5", {"127.0.0.6"}),      # 6to4 in the IPv6 data itself
    ("2002:c000:203::5", set()),
])
def test_mapped_and_6to4(server, address, data):
    reply = server.ask(reverse(address, "bl.test"))
    assert answers(reply) == data and kind(reply) == ("LISTED" if data else "NXDOMAIN")


def test_mapped_text_names_the_ipv4_address(server):
    assert answers(server.ask(reverse("::ffff:192.0.2.1", "bl.test"), "TXT"), "TXT") == {"Listed, 192.0.2.1"}


def test_a_zone_without_ipv4_data_reads_mapped_names_as_ipv6(server):
    assert answers(server.ask(reverse("::ffff:192.0.2.9", "six.test"))) == {"127.0.0.6"}


@pytest.mark.parametrize("name, what", [
    ("113.0.203.bl.test", "NODATA"), ("0.203.bl.test", "NODATA"), ("203.bl.test", "NODATA"), ("10.bl.test", "NODATA"),
    ("0.10.bl.test", "NODATA"), ("9.9.10.bl.test", "NODATA"),
    ("114.0.203.bl.test", "NXDOMAIN"), ("1.203.bl.test", "NXDOMAIN"), ("204.bl.test", "NXDOMAIN"),
    ("2.bl.test", "NODATA"), ("0.2.bl.test", "NODATA"), ("1.0.0.2.bl.test", "NODATA"),  # 2001:: as nibbles; 2.0.0.1 is not listed
    ("8.b.d.0.1.0.0.2.bl.test", "NODATA"), ("0.8.b.d.0.1.0.0.2.bl.test", "NODATA"),
    ("9.b.d.0.1.0.0.2.bl.test", "NXDOMAIN"), ("4.0.0.2.six.test", "NXDOMAIN"), ("1.0.0.2.six.test", "NODATA"),
    ("f.bl.test", "NXDOMAIN"),
    ("c.d.dbl.test", "NXDOMAIN"), ("com.dbl.test", "NODATA"), ("example.com.dbl.test", "NODATA"),
    ("wild.example.dbl.test", "NODATA"), ("ok.both.example.dbl.test", "NODATA"), ("b.c.deep.example.dbl.test", "NODATA"), ("x.c.deep.example.dbl.test", "NXDOMAIN"),
])
def test_partial_names(server, name, what):
    for qtype in ("A", "TXT", "NS"):
        assert kind(server.ask(name, qtype)) == what


def test_apex(server):
    assert kind(server.ask("bl.test")) == "NODATA"
    assert kind(server.ask("bl.test", "TXT")) == "NODATA"
    reply = server.ask("bl.test", "SOA")
    assert answers(reply, "SOA") == {"ns1.example. hostmaster.example. 7 600 300 86400 60"}
    assert reply.answer[0].ttl == 3600
    reply = server.ask("BL.TEST", "NS")
    assert answers(reply, "NS") == {"ns1.example.", "ns2.example."} and reply.answer[0].ttl == 86400
    reply = server.ask("bl.test", "ANY")
    assert {s.rdtype for s in reply.answer} == {dns.rdatatype.SOA, dns.rdatatype.NS}


def test_apex_without_soa_and_ns(server):
    """A resolver must be able to cache "no" of a zone whose data names no SOA."""
    assert rcode(server.ask("bare.test", "SOA")) == "NOERROR" and server.ask("bare.test", "SOA").answer
    assert rcode(server.ask("bare.test", "NS")) == "NOERROR"
    assert kind(server.ask("bare.test")) == "NODATA"
    reply = server.ask("9.0.0.127.bare.test")
    assert kind(reply) == "NXDOMAIN" and soa(reply).name.to_text() == "bare.test."


def test_ttls(server):
    assert server.ask("1.2.0.192.bl.test").answer[0].ttl == 2100
    assert server.ask("2.0.0.127.bare.test").answer[0].ttl == 2100  # the default of 35 minutes
    assert soa(server.ask("9.2.0.192.bl.test")).ttl == 60  # RFC 2308: the lesser of TTL and minimum
    assert soa(server.ask("9.2.0.192.short.test")).ttl == 30
    assert soa(server.ask("2.0.0.127.short.test", "MX")).ttl == 30


def test_ttl_is_the_lowest_of_its_type(start):
    server = start({"a": "$TTL 100\n:2:a\n192.0.2.1\n", "b": "$TTL 50\n192.0.2.1 :3:\n"},
                   zones=["z.test:ip4set:a", "z.test:ip4set:b"])
    reply = server.ask("1.2.0.192.z.test", "ANY")
    assert {s.rdtype: s.ttl for s in reply.answer} == {dns.rdatatype.A: 50, dns.rdatatype.TXT: 100}
    assert answers(reply) == {"127.0.0.2", "127.0.0.3"}


def test_case_of_the_question_is_kept(server):
    reply = server.ask("1.2.0.192.bL.TeSt")
    assert reply.question[0].name.to_text() == "1.2.0.192.bL.TeSt." and answers(reply) == {"127.0.0.4"}
    reply = server.ask("EVIL.example.COM.dbl.test", "TXT")
    assert reply.question[0].name.to_text() == "EVIL.example.COM.dbl.test."
    assert answers(reply, "TXT") == {"name evil.example.com"}


@pytest.mark.parametrize("name", ["1.2.0.192.other.test", "test", ".", "xbl.test", "2.0.0.127.xbl.test"])
def test_foreign_names_are_refused(server, name):
    reply = server.ask(name)
    assert rcode(reply) == "REFUSED" and not reply.answer and not reply.authority
    assert not reply.flags & dns.flags.AA


@pytest.mark.parametrize("qtype", ["AXFR", "IXFR", "MAILB", "MAILA", "TSIG"])
def test_meta_types_are_not_implemented(server, qtype):
    assert rcode(server.ask("bl.test", qtype)) == "NOTIMP"


def test_classes(server):
    for qclass in ("CH", "HS"):
        assert rcode(server.ask("1.2.0.192.bl.test", "A", qclass)) == "REFUSED"
    assert answers(server.ask("1.2.0.192.bl.test", "A", "ANY")) == {"127.0.0.4"}
    reply = server.ask("version.bind", "TXT", "CH")
    assert "dnsbld" in "".join(answers(reply, "TXT")) and reply.answer[0].ttl == 0


def test_flags(server):
    reply = server.ask("1.2.0.192.bl.test", flags=dns.flags.RD | dns.flags.AD | dns.flags.CD)
    assert reply.flags & dns.flags.RD and not reply.flags & (dns.flags.RA | dns.flags.AD | dns.flags.CD)
    assert not server.ask("1.2.0.192.bl.test").flags & dns.flags.RD
    assert rcode(server.ask("1.2.0.192.bl.test", flags=dns.flags.TC)) == "NOTIMP"


def test_options_that_change_answers(start):
    server = start({"v4": FILES["v4"]}, "-A", "-vv", zones=["bl.test:ip4set:v4"])
    reply = server.ask("1.2.0.192.bl.test")
    assert {rr.to_text() for s in reply.authority for rr in s} == {"ns1.example.", "ns2.example."}
    assert rcode(server.ask("version.bind", "TXT", "CH")) == "REFUSED"
