"""The lists that the resolvers' server has, and what they are asked: names, types, and the data that must come."""
from server import SOA, reverse

CHANGING = SOA.replace("1m\n", "1\n") + "$TTL 1\n192.0.2.4\n"  # what the list of ttl.test holds all the time
FILES = {
    "v4": SOA + ":127.0.0.4:Listed, $\n127.0.0.2\n192.0.2.1\n192.0.2.128/25 :9:half\n198.51.100.7 :2:first\n"
    "198.51.100.7 :3:second\n10.0.0.0/8 :5:ten\n" + "".join(f"203.0.113.9 :4:{n:02} {'long ' * 40}\n" for n in range(12)),
    "v6": SOA + ":127.0.0.6:six $\n2001:db8:0:1::/64\n!2001:db8:0:1::5/128\n2001:db8:7::25/128\n",
    "names": SOA + ":127.0.1.2:name $\nevil.example.com\n*.wild.example\n.both.example\n!no.both.example\n"
    "a.b.c.d.e.deep.example\nTEST\n",
    "generic": f"www CNAME web.dbl.test\nweb CNAME host.dbl.test\nhost A 192.0.2.80\ngone CNAME nothing.dbl.test\n"
    f"long TXT \"{'x' * 300}\" \"y\"\n",
    "changing": CHANGING,
}
ZONES = ["bl.test:ip4set:v4", "bl.test:ip6trie:v6", "dbl.test:dnset:names", "dbl.test:generic:generic",
         "ttl.test:ip4set:changing"]

# Unlisted names come first where they would hide the listed ones after them if a partial name were NXDOMAIN.
QUESTIONS = [
    ("2.0.0.127.bl.test", "A", {"127.0.0.4"}),
    ("2.2.0.192.bl.test", "A", set()),
    ("1.2.0.192.bl.test", "A", {"127.0.0.4"}),
    ("1.2.0.192.bl.test", "TXT", {"Listed, 192.0.2.1"}),
    ("200.2.0.192.bl.test", "A", {"127.0.0.9"}),
    ("7.100.51.198.bl.test", "A", {"127.0.0.2", "127.0.0.3"}),
    ("7.100.51.198.bl.test", "TXT", {"first", "second"}),
    ("3.2.1.10.bl.test", "TXT", {"ten"}),
    (reverse("2001:db8:1::1", "bl.test"), "A", set()),
    (reverse("2001:db8:0:1::1", "bl.test"), "A", {"127.0.0.6"}),
    (reverse("2001:db8:0:1::1", "bl.test"), "TXT", {"six 2001:db8:0:1::1"}),
    (reverse("2001:db8:0:1::5", "bl.test"), "A", set()),
    (reverse("2001:db8:7::25", "bl.test"), "A", {"127.0.0.6"}),
    (reverse("::ffff:127.0.0.2", "bl.test"), "A", {"127.0.0.4"}),
    (reverse("2002:c000:201::9", "bl.test"), "A", {"127.0.0.4"}),
    ("good.example.com.dbl.test", "A", set()),
    ("evil.example.com.dbl.test", "A", {"127.0.1.2"}),
    ("evil.example.com.dbl.test", "TXT", {"name evil.example.com"}),
    ("x.y.wild.example.dbl.test", "A", {"127.0.1.2"}),
    ("wild.example.dbl.test", "A", None),
    ("no.both.example.dbl.test", "A", None),
    ("x.no.both.example.dbl.test", "A", {"127.0.1.2"}),
    ("both.example.dbl.test", "TXT", {"name both.example"}),
    ("e.deep.example.dbl.test", "A", None),
    ("a.b.c.d.e.deep.example.dbl.test", "A", {"127.0.1.2"}),
    ("test.dbl.test", "A", {"127.0.1.2"}),
    ("www.dbl.test", "A", {"192.0.2.80"}),
    ("web.dbl.test", "TXT", None),
    ("gone.dbl.test", "A", set()),
    ("long.dbl.test", "TXT", {"x" * 300 + "y"}),
    # What says that a list is alive and does not list the world (RFC 5782 section 5).
    ("1.0.0.127.bl.test", "A", set()),
    (reverse("::ffff:127.0.0.1", "bl.test"), "A", set()),
    ("k3v9q2x7zz1.bl.test", "A", set()),
    ("invalid.dbl.test", "A", set()),
]
