"""Lists made from a seed: every set type, all line forms, bad lines, overlaps; and questions near their edges."""
import gzip
import ipaddress
import random

from server import TYPES
from wire import A, AAAA, ANY, MX, NS, SOA, TXT, Question

LABELS = ["a", "b", "c", "x1", "www", "mail", "evil", "com", "net", "example", "xn--p1ai", "4", "10"]
SUBZONES = [["one"], ["two"], ["x", "two"]]
QTYPES = [A] * 10 + [TXT] * 6 + [ANY] * 4 + [MX, AAAA, NS, SOA, 12, 33, 65, 257, 256, 251, 252, 65280]
BAD = ["hello", "1.2.3", "1.2.3.4.5", "10.0.0.256", "10.0.0.0/33", "10.0.0.5/24", "12", "10.0.0.9-10.0.0.1", "!",
       "2001::g", "$nonsense", "$12 x", "$7", ":999:", "::x", ":5 junk", "10.0.0.1 :0:", "..", "*", "a..b", "-1.2.3.4"]


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
        return r.choice(["", "", "", f" :{code}", f" :{code}:", f" :{code}:text {code} of $", f" own text {code}", "\t=alone $1 $",
                         f" :127.0.1.{code}:both", f" :1.{code}:x", " :5 junk", " with $$ and $9 $1", " ; a comment",
                         f":{code}:close", " # a comment", f" :{code}:{'long ' * 40}$",
                         f" :{code}:{'longer ' * 38}$ $ $"])

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
        ttl = r.choice(["", "", "3000 ", "IN ", "60 IN "])
        return f"{name} {ttl}" + r.choice([f"A 127.0.0.{r.randrange(2, 20)}", "TXT bare text", 'TXT "quoted text"', "MX 10 mx.example.com"])

    def lines(self, kind, count, head=True):
        """The lines of one file."""
        r = self.rng
        lines = []
        if head and r.random() < 0.8:
            lines.append(f"$SOA {r.choice([60, 3600])} ns.example host.example {r.randrange(1, 99)} 600 300 86400 {r.choice([30, 600])}")
            if r.random() < 0.7:
                lines.append("$NS 86400 ns1.example ns2.example")
        if kind == "combined":
            return lines + self.sections(count)
        if r.random() < 0.5:
            lines.append(f"$TTL {r.choice([60, 300, '35m', '1h'])}")
        if kind != "generic" and r.random() < 0.5:
            lines.append("$1 http://example.com/bl")
        if kind != "generic" and r.random() < 0.3:
            lines.append("$= See $1?$= for $ ($=)")
        if kind in ("ip4set", "ip4trie") and r.random() < 0.2:
            lines.append(r.choice(["$MAXRANGE4 /12", "$MAXRANGE4 256", "$MAXRANGE4 0"]))
        entry = getattr(self, "entry_" + kind, None)
        for _ in range(count):
            if kind == "generic":
                lines.append(self.generic_line())
            elif r.random() < 0.05:
                lines.append(r.choice(BAD))
            elif r.random() < 0.08:
                lines.append(r.choice([":7:Default of $", ":8", ":127.0.0.9:", ":10:$1?$", "# comment", "", "  ; comment"]))
            else:
                out = "!" if kind in ("ip4set", "ip4trie", "ip6trie", "dnset") and r.random() < 0.12 else ""
                lines.append(r.choice(["", "", " "]) + out + entry() + self.value())
        return lines

    def sections(self, count):
        lines = []
        for _ in range(4):
            kind = self.rng.choice(TYPES[:7])
            subs = self.rng.sample(["@", *map(".".join, SUBZONES)], self.rng.randrange(1, 3))
            lines.append(f"$DATASET {kind}:{kind} {' '.join(subs)}")
            lines += self.lines(kind, count // 4, head=False)
        return lines

    def zone(self, name, kinds, count=60):
        """Files and arguments of one zone, and questions near the edges of its entries."""
        self.v4, self.v6, self.names = [], [], []
        files, arguments = {}, []
        for number, kind in enumerate(kinds):
            parts = []
            for part in range(self.rng.choice([1, 1, 2])):
                file = f"{name}-{number}-{part}"
                data = "".join(line + "\n" for line in self.lines(kind, count)).encode("latin-1")
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
            inside = self.rng.choice(SUBZONES) if combined and self.rng.random() < 0.6 else []
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
