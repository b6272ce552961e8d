"""Lists made from a seed: every set type, all line forms, bad lines, overlaps; and questions near their edges."""
import gzip
import ipaddress
import random

from server import TYPES
from wire import A, AAAA, ANY, MX, NS, SOA, TRUSTED, TXT, Question

LABELS = ["a", "b", "c", "x1", "www", "mail", "evil", "com", "net", "example", "xn--p1ai", "4", "10"]
SUBZONES = [("one",), ("two",), ("x", "two"), ("b", "one")]
QTYPES = [A] * 10 + [TXT] * 6 + [ANY] * 4 + [MX, AAAA, NS, SOA, 12, 33, 65, 257, 256, 251, 252, 65280]
BAD = ["hello", "1.2.3", "1.2.3.4.5", "10.0.0.256", "10.0.0.0/33", "10.0.0.5/24", "12", "10.0.0.9-10.0.0.1", "!",
       "2001::g", "$nonsense", "$12 x", "$7", ":999:", "::x", ":5 junk", "10.0.0.1 :0:", "..", "*", "-1.2.3.4"]


class Generator:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.v4, self.v6, self.names = [], [], []  # what the lines of the current zone are about

    # Addresses are drawn from few values, so that entries meet.
    def address4(self):
        r = self.rng
        return r.choice([10, 10, 11, 127, 192]) << 24 | r.choice([0, 1, 2, 16]) << 16 | r.randrange(4) << 8 | r.choice(
            [0, 1, 2, 63, 64, 127, 128, 254, 255, r.randrange(256)])

    def address6(self):
        r = self.rng
        value = 0x20010db8 << 96
        for shift in (80, 64, 48, 32, 16, 0):
            value |= r.choice([0, 0, 1, 2, 0x8000, 0xffff]) << shift
        return value

    def name(self):
        return ".".join(self.rng.choice(LABELS) for _ in range(self.rng.randrange(1, 5)))

    def block(self, address, bits, width):
        size = 1 << (width - bits)
        first = address & ~(size - 1)
        edges = self.v4 if width == 32 else self.v6
        edges += [first - 1, first, first + size - 1, first + size, first + self.rng.randrange(size)]
        return first

    def value(self):
        r = self.rng
        code = r.randrange(2, 12)
        return r.choice(["", "", "", f" :{code}", f" :{code}:", f" :{code}:text {code} of $", f" own text {code}", "\t=alone $1 $= $",
                         f" :127.0.1.{code}:both", f" :1.{code}:x", " :5 junk", " with $$ and $9 $1 $= $$=", " ; a comment",
                         f":{code}:close", " # a comment", f" :{code}:{'long ' * 40}$",
                         f" :{code}:{'longer ' * 38}$ $ $"])

    def host_bits(self):
        """A CIDR whose host bits are set: -e clears them, else the line is bad."""
        self.block(10 << 24, 24, 32)
        return self.rng.choice(["10.0.0.5/24", "10.16.3.1/12", "127.0.0.2/31", "192.16/9"])

    def entry_ip4set(self):
        r = self.rng
        a = self.address4()
        bits = r.choice([8, 9, 12, 16, 16, 17, 20, 22, 24, 24, 24, 25, 28, 30, 31, 32, 32, 32, 32])
        first = self.block(a, bits, 32)
        octets = dotted(first).split(".")
        form = r.randrange(4)
        if form == 0 and bits in (16, 24):
            return ".".join(octets[:bits // 8])
        if form == 1:
            last = min(a + r.choice([0, 1, 5, 200, 300, 70000]), (1 << 32) - 1)
            self.v4 += [a - 1, a, last, last + 1]
            if a >> 8 == last >> 8:
                return f"{dotted(a)}-{last & 255}"
            return f"{dotted(a)}-{dotted(last)}"
        if form == 2 and bits <= 24:
            whole = octets[:(bits + 7) // 8]
            return ".".join(whole if len(whole) > 1 else octets[:2]) + f"/{bits}"
        return dotted(first) if bits == 32 else f"{dotted(first)}/{bits}"

    def entry_ip4tset(self):
        return dotted(self.block(self.address4(), 32, 32))

    def entry_ip4trie(self):
        bits = self.rng.choice([1, 7, 8, 9, 15, 16, 17, 22, 23, 24, 24, 25, 28, 31, 32, 32])
        first = self.block(self.address4(), bits, 32)
        if bits in (16, 24) and self.rng.random() < 0.3:
            return ".".join(dotted(first).split(".")[:bits // 8])
        return f"{dotted(first)}/{bits}"

    def entry_ip6trie(self):
        bits = self.rng.choice([3, 16, 31, 32, 33, 47, 48, 49, 60, 63, 64, 64, 65, 80, 100, 127, 128, 128])
        first = ipaddress.IPv6Address(self.block(self.address6(), bits, 128))
        text = str(first) if self.rng.random() < 0.7 else first.exploded
        if bits % 16 == 0 and 16 < bits < 128 and self.rng.random() < 0.4:
            return ":".join(first.exploded.split(":")[:bits // 16])
        return f"{text}/{bits}"

    def entry_ip6tset(self):
        if self.rng.random() < 0.3:
            return "!" + str(ipaddress.IPv6Address(self.block(self.address6(), 128, 128)))
        first = ipaddress.IPv6Address(self.block(self.address6(), 64, 128))
        return ":".join(first.exploded.split(":")[:4])

    def entry_dnset(self):
        name = self.name()
        self.names.append(name)
        return self.rng.choice(["", "*.", ".", "."]) + (name.upper() if self.rng.random() < 0.1 else name)

    def generic_line(self):
        r = self.rng
        name = r.choice(["@", self.name(), self.name()])
        self.names.append(name)
        if r.random() < 0.1:
            name = name.upper()
        if r.random() < 0.06:
            return f"{name} " + r.choice(["A 300.1.1.1", "TXT", "NS ns.example", "A", "CH A 127.0.0.2"])
        ttl = r.choice(["", "", "3000 ", "IN ", "60 IN ", "2h ", "0 ", "1d in "])
        return f"{name}{r.choice([' ', '  ', chr(9)])}{ttl}" + r.choice([
            f"A 127.0.0.{r.randrange(2, 20)}", "a 1.2", "A 127.0.0.9 ; comment", "TXT bare \\065 text", 'TXT "quoted "text" and more"',
            "txt 'single' $ $1", 'TXT "open', 'TXT ""', 'TXT a "b" c', "TXT text ; no comment", "MX 10 mx.example.com",
            "MX 0 Mx.Example.COM.", "mx 65535 a\\.b.example"])

    def head(self):
        """$SOA and $NS, in all forms."""
        r = self.rng
        times = [f"{r.choice([60, 3600])} ns.example host.example {r.randrange(1, 99)} 600 300 86400 {r.choice([30, 600])}",
                 "0 NS.example. host\\.master.example. 0 10m 5m 1d 1m", "1h ns.example host.example 4294967295 1w 1 2h30m 1d"]
        lines = [f"{r.choice(['$SOA', '$SOA', '$soa', '#$SOA', ':$SOA'])} {r.choice(times)}"]
        if r.random() < 0.1:
            lines.insert(0, r.choice(["$SOA 60 ns.example", "$SOA 60 a b 1 2 3 4 5 6", "$SOA 60 a b 1 2 3 4 5 # comment"]))
        if r.random() < 0.7:
            lines.append(r.choice(["$NS 86400 ns1.example ns2.example", "$NS 0 ns1.example", "$NAMESERVER 1d ns1.example. -ns2.example",
                                   "$ns 1h ns1.example\n$NS 2h other.example", "$NS 1h -ns1.example", "$NS ns1.example"]))
        if r.random() < 0.3:
            lines.append(r.choice(["$TIMESTAMP 0", "$TIMESTAMP 2005:01:02", "$TIMESTAMP 20050102 2099-01-01-00:00", "$TIMESTAMP - -",
                                   "$TIMESTAMP 2005-13-45", "$TIMESTAMP 0 20990101"]))
        return lines

    def variables(self, kind):
        """$TTL, $n, $= and $MAXRANGE4, in all forms."""
        r = self.rng
        lines = []
        if r.random() < 0.5:
            lines.append(r.choice(["$TTL 60", "$TTL 300", "$TTL 35m", "$ttl 1h", ";$TTL 90", "$TTL 0", "$TTL", "$TTL 1x"]))
        for chance, line in ((0.5, "$1 http://example.com/bl"), (0.2, "$9 nine $ $1"), (0.1, "$1 again"), (0.1, "$0\tzero")):
            if r.random() < chance:
                lines.append(line)
        if r.random() < 0.3:
            lines.append(r.choice(["$= See $1?$= for $ ($=)", "$= $", "$= $0 $9", "$= =$=", "$="]))
        if kind in ("ip4set", "ip4trie") and r.random() < 0.2:
            lines.append(r.choice(["$MAXRANGE4 /12", "$MAXRANGE4 256", "$MAXRANGE4 0", "$maxrange4 /33", "$MAXRANGE4 1\n$MAXRANGE4 /8"]))
        return lines

    def lines(self, kind, count, head=True):
        """The lines of one file."""
        r = self.rng
        lines = []
        if head and r.random() < 0.8:
            lines += self.head()
        if kind == "combined":
            return lines + (self.variables(kind) if head else []) + self.sections(count)
        if kind != "generic" or r.random() < 0.3:
            lines += self.variables(kind)
        entry = getattr(self, "entry_" + kind, None)
        for _ in range(count):
            if kind == "generic":
                lines.append(self.generic_line())
            elif r.random() < 0.05:
                lines.append(r.choice(BAD))
            elif kind in ("ip4set", "ip4trie") and r.random() < 0.04:
                lines.append(self.host_bits() + self.value())
            elif r.random() < 0.08:
                lines.append(r.choice([":7:Default of $", ":8", ":127.0.0.9:", ":10:$1?$", "# comment", "", "  ; comment"]))
            else:
                out = "!" if kind in ("ip4set", "ip4trie", "ip6trie", "dnset") and r.random() < 0.12 else ""
                lines.append(r.choice(["", "", " "]) + out + entry() + self.value())
        return lines

    def sections(self, count):
        r = self.rng
        lines = []
        for _ in range(4):
            kind = r.choice([kind for kind in TYPES if kind != "combined"])
            subs = r.sample(["@", *map(".".join, SUBZONES)], r.randrange(1, 3))
            label = r.choice([kind, f"{kind}:{kind}", f"{kind}:a-name-that-is-longer-than-twenty"])
            places = " ".join(sub.upper() if r.random() < 0.1 else sub for sub in subs)
            lines.append(f"{r.choice(['$DATASET', '$dataset'])} {label} {places}{r.choice(['', '', ' # comment'])}")
            if r.random() < 0.1:
                lines += self.head()
            lines += self.lines(kind, count // 4, head=False)
        return lines

    def acl(self, clients, count):
        """An acl's lines, `count` of them about one of `clients` each, and the clients for whom it may say :empty or list
        everything."""
        r = self.rng
        lines, restricted = [f"{TRUSTED} :pass", r.choice(["$TTL 66", "$1 var", "$= B $= $ $1", "# comment"])], set()
        for client in r.sample(clients, count) + ["wide", "wide"]:
            subject = client
            if client == "wide":
                subject = r.choice(["127.0.0.0/30", "127.0.0.4/30", "127/8", "127.0.1", "0/0", "::/0", "::/64", "::1/128", "10/8"])
            action = r.choice([":ignore", ":blackhole", ":refuse", ":REFUSE", "=refuse", ":empty", ":Empty", ":pass", ":pass",
                               ":9:you $ $1", ":127.0.0.8:", ":7:$$", "a text", ":pass:", ":999:"])
            lines.append(f"{subject} {action}")
            if action.lower() not in (":ignore", ":blackhole", ":refuse", "=refuse", ":pass"):
                family = ":" in subject
                restricted |= {c for c in clients if (":" in c) == family} if client == "wide" else {client}
        return lines, restricted

    def zone(self, name, kinds, count=60):
        """Files and arguments of one zone, and questions near the edges of its entries."""
        self.v4, self.v6, self.names = [], [], []
        files, arguments = {}, []
        for number, kind in enumerate(kinds):
            parts = []
            for part in range(self.rng.choice([1, 1, 2])):
                file = f"{name}-{number}-{part}"
                # In a combined set the reference takes what stands first in a later file for the last section's.
                head = part == 0 or kind != "combined"
                data = "".join(line + "\n" for line in self.lines(kind, count, head)).encode("latin-1")
                files[file] = gzip.compress(data) if self.rng.random() < 0.15 else data
                parts.append(file)
            arguments.append(f"{name}:{kind}:{','.join(parts)}")
        return files, arguments

    def above(self):
        """The names that have a name of the last zone()'s data below them."""
        return {".".join(labels[i:]) for labels in (("*." + name).lower().split(".") for name in self.names)
                for i in range(1, len(labels))}

    def questions(self, zone, count, combined=False):
        """Near what the last zone() was about; `combined`: its sub-zones, too."""
        asked = []
        while len(asked) < count:
            inside = list(self.rng.choice(SUBZONES)) if combined and self.rng.random() < 0.6 else []
            labels = self.key() + inside + zone.split(".")
            if self.rng.random() < 0.2:
                labels = [label.upper() if self.rng.random() < 0.5 else label for label in labels]
            q = Question(labels, zone.count(".") + 1, self.rng.choice(QTYPES), self.rng.random() < 0.7)
            if q.fits():
                asked.append(q)
        return asked

    def key(self):
        r = self.rng
        kind = r.choice(["4"] * (6 if self.v4 else 1) + ["6"] * (5 if self.v6 else 1) + ["n"] * (5 if self.names else 1) + ["apex", "junk"])
        if kind == "4":
            address = r.choice(self.v4) & 0xffffffff if self.v4 and r.random() < 0.9 else self.address4()
            labels = reversed_octets(address)
            form = r.random()
            if form < 0.12:
                return labels[r.randrange(1, 4):]
            if form < 0.3:
                mapped, tunnel = 0xffff << 32 | address, 0x2002 << 112 | address << 80 | r.choice([0, 1, 0x1234])
                nibbles = reversed_nibbles(r.choice([mapped, tunnel]))
                return nibbles[r.randrange(1, 32):] if form < 0.14 else nibbles
            if form < 0.33:
                return ["0" + labels[0], *labels[1:]]
            if form < 0.35:
                return ["9", *labels]
            return labels
        if kind == "6":
            address = r.choice(self.v6) & (1 << 128) - 1 if self.v6 and r.random() < 0.9 else self.address6()
            nibbles = reversed_nibbles(address)
            return nibbles[r.randrange(1, 32):] if r.random() < 0.2 else nibbles
        if kind == "n":
            labels = (r.choice(self.names) if self.names else self.name()).lower().replace("@", "").split(".")
            form = r.random()
            if form < 0.3:
                labels = [r.choice(LABELS), *labels]
            elif form < 0.5:
                labels = labels[1:]
            return [label for label in labels if label]
        if kind == "junk":
            return r.choice([["k3v9q2x7"], ["256", "0", "0", "10"], ["a", "0", "0", "10"], ["0000", "0", "0", "10"], ["invalid"], ["-"]])
        return []


def dotted(address):
    return ".".join(str(address >> shift & 255) for shift in (24, 16, 8, 0))


def reversed_octets(address):
    return [str(address >> shift & 255) for shift in (0, 8, 16, 24)]


def reversed_nibbles(address):
    return list(f"{address:032x}"[::-1])
