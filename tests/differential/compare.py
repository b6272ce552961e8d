"""Two replies to one question: the same, different on purpose, or a fault."""
import collections

from wire import ANY, NS, PAYLOAD, SOA, Question, Reply, ask_all

HEX = set("0123456789abcdef")
SUBZONES = [("one",), ("two",), ("x", "two")]
NOERROR, NXDOMAIN, NOTIMP, REFUSED = 0, 3, 4, 5


class Zone:
    """What the rules need to know of a zone. `kinds`: its set types; `above`: names that have a name of its data
    below them, as far as they are asked."""

    def __init__(self, name, kinds, above=()):
        self.name, self.kinds, self.above = name, set(kinds), set(above)
        self.soa_ttl = None

    def learn(self, port):
        """Asks the reference what the data's SOA is."""
        reply = Reply(ask_all(port, [Question(self.name.split("."), self.name.count(".") + 1, SOA)])[0])
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
        inner = [sub for sub in SUBZONES if "combined" in self.kinds and key[-len(sub):] == sub and len(key) > len(sub)]
        return any(self.may_be_above(key[:-len(sub)]) for sub in inner)


def is_apex(q):
    return not q.key


def is_digits(q):
    return len(q.key) == 4 and all(label.isdigit() and len(label) < 4 and int(label) < 256 for label in q.key)


def data(reply):
    return {(rtype, text) for rtype, _, text in reply.answer}


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
     lambda q, z, r, d: is_digits(q) and any(label[0] == "0" != label for label in q.key)
     and (d.empty or "dnset" in z.kinds and data(d) <= data(r))),
    ("types above 250 that are data types are NODATA, not NOTIMP",
     lambda q, z, r, d: q.qtype > 255 and r.rcode == NOTIMP and d.empty),
    ("an answer that does not fit has TC; the reference leaves records out and clears AA",
     lambda q, z, r, d: r.rcode == d.rcode == NOERROR and d.tc
     and (not r.aa or r.size + 11 > (PAYLOAD if q.edns else 512))),
]


def same(r, d):
    return without_soa_ttl(r) == without_soa_ttl(d) and r.authority == d.authority and (r.soa or (0,))[0] == (d.soa or (0,))[0]


def compare(reference_port, port, questions, zones):
    """Asks both. Returns (differences: list of text, how often each rule was used)."""
    zones = {zone.name: zone for zone in zones}
    for zone in zones.values():
        zone.learn(reference_port)
    used, differences = collections.Counter(), []
    pairs = zip(questions, ask_all(reference_port, questions), ask_all(port, questions))
    for q, r, d in ((q, Reply(r), Reply(d)) for q, r, d in pairs):
        if same(r, d):
            continue
        zone = zones[".".join(q.labels[len(q.labels) - q.zone:]).lower()]
        for why, holds in RULES:
            if holds(q, zone, r, d):
                used[why] += 1
                break
        else:
            differences.append(f"{q}\n    reference: {r}\n    dnsbld:    {d}")
    return differences, used


def hidden(port, questions):
    """Names that are NXDOMAIN although a name below them was answered: a resolver would never find that one."""
    replies = [Reply(reply) for reply in ask_all(port, questions)]
    parents = set()
    for q, reply in zip(questions, replies):
        if reply.rcode == NOERROR and reply.answer:
            parents |= {".".join(q.labels[i:]).lower() for i in range(len(q.labels) - q.zone)}
    return sorted({str(q) for q, reply in zip(questions, replies) if reply.rcode == NXDOMAIN and q.name in parents})
