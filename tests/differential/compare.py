"""Two replies to one question: the same, different on purpose, or a fault."""
import collections
import os
import shutil

from generate import SUBZONES
from wire import ANY, NS, PAYLOAD, SOA, TRUSTED, TXT, Question, Reply, ask_all

RBLDNSD = shutil.which("rbldnsd", path="/usr/sbin:/usr/bin:" + os.environ.get("PATH", ""))
HEX = set("0123456789abcdef")
NOERROR, NXDOMAIN, NOTIMP, REFUSED = 0, 3, 4, 5


class Zone:
    """What the rules need to know of a zone. `kinds`: its set types; `above`: names that have a name of its data
    below them, as far as they are asked; `restricted`: clients for whom an acl says :empty, or lists everything."""

    def __init__(self, name, kinds, above=(), restricted=()):
        self.name, self.kinds, self.above, self.restricted = name, set(kinds), set(above), set(restricted)
        self.soa_ttl = self.client = None

    def learn(self, port):
        """Asks the reference what the data's SOA is."""
        question = Question(self.name.split("."), self.name.count(".") + 1, SOA)
        reply = Reply(ask_all(port, [question], source=TRUSTED)[0])
        self.soa_ttl = next((ttl for rtype, ttl, _ in reply.answer if rtype == SOA), None)

    def may_be_above(self, key):
        """True when a name of the zone's data can be below `key`: where NODATA is no lie."""
        addresses = bool(self.kinds & {"ip4set", "ip4trie", "ip4tset", "ip6trie", "ip6tset", "combined"})
        octets = bool(self.kinds & {"ip4set", "ip4trie", "ip4tset", "combined"})
        if addresses and len(key) < 32 and all(label in HEX for label in key):
            return True
        if octets and len(key) < 4 and all(label.isdigit() and len(label) < 4 and int(label) < 256 for label in key):
            return True
        if ".".join(key) in self.above:
            return True
        if "combined" in self.kinds and any(key == sub[-len(key):] and key != sub for sub in SUBZONES):
            return True
        return any(self.may_be_above(inner) for inner in self.inner_keys(key))

    def inner_keys(self, key):
        """What a name asks about in the sub-zones of a combined set."""
        return [key[:-len(sub)] for sub in SUBZONES
                if "combined" in self.kinds and key[-len(sub):] == sub and len(key) > len(sub)]


def is_apex(q):
    return not q.key


def has_leading_zeros(q, z):
    return any(len(key) == 4 and all(label.isdigit() and len(label) < 4 and int(label) < 256 for label in key)
               and any(label[0] == "0" != label for label in key) for key in [q.key, *z.inner_keys(q.key)])


def data(reply):
    return {(rtype, text) for rtype, _, text in reply.answer}


def joined(data):
    """The text of a TXT record: its character-strings one after the other."""
    text = ""
    while data:
        text, data = text + data[1:1 + ord(data[0])], data[1 + ord(data[0]):]
    return text


def has_cut_text(r):
    return any(rtype == TXT and len(text) == 1 + 254 for rtype, _, text in r.answer)


def has_longer_texts(r, d):
    """True when the replies differ only in texts that the reference cuts at 254 bytes."""
    def cut(records):
        return sorted((rtype, ttl, joined(text)[:254] if rtype == TXT else text) for rtype, ttl, text in records)
    return {tuple(rr) for rr in cut(r.answer)} == {tuple(rr) for rr in cut(d.answer)} and \
        any(rtype == TXT and len(joined(text)) > 254 for rtype, _, text in d.answer)


def without_soa_ttl(reply):
    return reply.rcode, reply.aa, reply.tc, reply.answer, reply.soa and reply.soa[1]


# The differences that are meant: why, and when they hold. `r` is the reference's reply, `d` ours.
RULES = [
    ("a name with something listed below it is NODATA, not NXDOMAIN",
     lambda q, z, r, d: r.rcode == NXDOMAIN and d.rcode == NOERROR and d.empty and z.may_be_above(q.key)
     and (z.soa_ttl is None or r.soa and r.soa[1] == d.soa[1])),
    ("a negative answer has a SOA even if the data has none",
     lambda q, z, r, d: z.soa_ttl is None and r.rcode in (NOERROR, NXDOMAIN) and not r.answer and not r.authority
     and d.rcode == r.rcode and d.empty),
    ("the negative SOA's TTL is the lesser of its TTL and its minimum",
     lambda q, z, r, d: r.soa and d.soa and without_soa_ttl(r) == without_soa_ttl(d)
     and d.soa[0] == min(r.soa[0], z.soa_ttl)),
    ("SOA, NS and ANY of a zone whose data names none are answered, not refused",
     lambda q, z, r, d: is_apex(q) and q.qtype in (SOA, NS, ANY) and r.rcode == REFUSED and d.rcode == NOERROR),
    ("an octet with leading zeros is none: only the zone's names, if it has any, can answer",
     lambda q, z, r, d: has_leading_zeros(q, z)
     and (d.empty or z.kinds & {"dnset", "generic", "combined"} and (data(d) <= data(r) or not r.aa))),
    ("types above 250 that are data types are NODATA, not NOTIMP",
     lambda q, z, r, d: q.qtype > 255 and r.rcode == NOTIMP and d.empty),
    ("an answer that does not fit has TC; the reference leaves records out and clears AA",
     lambda q, z, r, d: r.rcode == d.rcode == NOERROR and d.tc
     and (not r.aa or r.size + 11 > (PAYLOAD if q.edns else 512) or has_cut_text(r))),
    ("a text of more than 254 bytes is several strings; the reference cuts it",
     lambda q, z, r, d: r.rcode == d.rcode == NOERROR and r.aa == d.aa and has_longer_texts(r, d)),
    ("the NS records that answer a question are not said again in the authority section",
     lambda q, z, r, d: is_apex(q) and q.qtype == NS and not d.ns and {rr[2] for rr in r.ns} == {rr[2] for rr in d.answer}
     and without_soa_ttl(r) == without_soa_ttl(d) and r.glue == d.glue),
    ("an acl that makes a zone empty or lists everything leaves generic records alone",
     lambda q, z, r, d: z.client in z.restricted and z.kinds & {"generic", "combined"} and r.rcode in (NOERROR, NXDOMAIN)
     and d.rcode == NOERROR and data(r) < data(d)),
    ("a name that a wildcard lists is NODATA, not NXDOMAIN, for a client to whom an acl shows nothing",
     lambda q, z, r, d: z.client in z.restricted and z.kinds & {"dnset", "combined"} and r.rcode == NXDOMAIN
     and d.rcode == NOERROR and d.empty),
    ("an acl that lists everything does so where the zone, or its section, has some entry",
     lambda q, z, r, d: z.client in z.restricted and "combined" in z.kinds and r.rcode == NOERROR and d.rcode == NXDOMAIN
     and any(len(key) in (4, 32) for key in z.inner_keys(q.key))),
    ("an acl that lists everything lists addresses of both families, whatever the zone has",
     lambda q, z, r, d: z.client in z.restricted and r.rcode == NXDOMAIN and d.rcode == NOERROR
     and any(len(key) in (4, 32) for key in [q.key, *z.inner_keys(q.key)])),
]


def same(r, d):
    if r is None or d is None:
        return r is d
    return (without_soa_ttl(r) == without_soa_ttl(d) and r.ns == d.ns and r.glue == d.glue
            and (r.soa or (0,))[0] == (d.soa or (0,))[0])


def ask_both(ports, questions, client):
    """Pairs of replies; for a client of an acl, None is one that stays away twice."""
    if client is None:
        return zip(*([Reply(reply) for reply in ask_all(port, questions)] for port in ports))
    host = "::1" if ":" in client else "127.0.0.1"
    pairs = list(zip(*(ask_all(port, questions, host, client, 0.2) for port in ports)))
    for i, pair in enumerate(pairs):
        if None in pair and pair != (None, None):  # it may just have been slow
            pairs[i] = [ask_all(port, [questions[i]], host, client, 1)[0] for port in ports]
    return [[reply and Reply(reply) for reply in pair] for pair in pairs]


def compare(reference_port, port, questions, zones, client=None):
    """Asks both, from the address `client`. Returns (differences: list of text, how often each rule was used)."""
    zones = {zone.name: zone for zone in zones}
    for zone in zones.values():
        zone.client = client
        if zone.soa_ttl is None:
            zone.learn(reference_port)
    used, differences = collections.Counter(), []
    for q, (r, d) in zip(questions, ask_both((reference_port, port), questions, client)):
        if same(r, d):
            continue
        zone = zones[".".join(q.labels[len(q.labels) - q.zone:]).lower()]
        for why, holds in RULES if r and d else []:
            if holds(q, zone, r, d):
                used[why] += 1
                break
        else:
            differences.append(f"{q}{' from ' + client if client else ''}\n    reference: {r}\n    dnsbld:    {d}")
    return differences, used


def hidden(port, questions):
    """Names that are NXDOMAIN although a name below them was answered: a resolver would never find that one."""
    replies = [Reply(reply) for reply in ask_all(port, questions)]
    parents = set()
    for q, reply in zip(questions, replies):
        if reply.rcode == NOERROR and reply.answer:
            parents |= {".".join(q.labels[i:]).lower() for i in range(len(q.labels) - q.zone)}
    return sorted({str(q) for q, reply in zip(questions, replies) if reply.rcode == NXDOMAIN and q.name in parents})
