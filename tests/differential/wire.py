"""Many questions, quickly: packets made and read by hand, and a window of them on the way."""
import select
import socket
import struct

A, NS, SOA, MX, TXT, AAAA, OPT, ANY = 1, 2, 6, 15, 16, 28, 41, 255
WINDOW = 64  # fits the smallest socket buffer in use
PAYLOAD = 1232
TRUSTED = "127.9.9.9"  # a client that every acl lets pass


class Question:
    """`labels`: text labels, first one first, of the whole name; `zone`: how many of them are the zone's."""

    __slots__ = ("labels", "zone", "qtype", "edns")

    def __init__(self, labels, zone, qtype=A, edns=True):
        self.labels, self.zone, self.qtype, self.edns = tuple(labels), zone, qtype, edns

    @property
    def name(self):
        return ".".join(self.labels).lower()

    @property
    def key(self):
        """The labels below the zone, lower case."""
        return tuple(label.lower() for label in self.labels[:len(self.labels) - self.zone])

    def fits(self):
        return all(0 < len(label) < 64 for label in self.labels) and sum(len(label) + 1 for label in self.labels) < 255

    def wire(self, number):
        name = b"".join(bytes([len(label)]) + label.encode("latin-1") for label in self.labels) + b"\0"
        head = struct.pack(">HHHHHH", number, 0x0100, 1, 0, 0, int(self.edns))
        opt = b"\0" + struct.pack(">HHIH", OPT, PAYLOAD, 0, 0) if self.edns else b""
        return head + name + struct.pack(">HH", self.qtype, 1) + opt

    def __str__(self):
        return f"{'.'.join(self.labels)} type {self.qtype}{' edns' if self.edns else ''}"


def ask_all(port, questions, host="127.0.0.1", source=None, silence=None):
    """The replies (bytes) to all questions, in order, asked from the address `source`; fails when one stays away.
    `silence`: seconds after which one that stays away is None instead."""
    replies = [None] * len(questions)
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        if source:
            s.bind((source, 0))
        s.connect((host, port))
        for start in range(0, len(questions), WINDOW):
            ids = range(start, min(start + WINDOW, len(questions)))
            for _ in range(1 if silence else 5):
                open_ids = {i for i in ids if replies[i] is None}
                for i in open_ids:
                    s.send(questions[i].wire(i & 0xffff))
                while open_ids and select.select([s], [], [], silence or 1.0)[0]:
                    reply = s.recv(65535)
                    i = start + ((struct.unpack(">H", reply[:2])[0] - start) & 0xffff)
                    if i in open_ids:
                        replies[i] = reply
                        open_ids.remove(i)
                if not open_ids:
                    break
            if open_ids and not silence:
                raise AssertionError(f"no reply to {[str(questions[i]) for i in sorted(open_ids)][:5]}")
    return replies


class Reply:
    """A reply taken apart: answer, NS records and glue as sets of (type, ttl, data), authority as one of SOA, NS or
    nothing."""

    def __init__(self, wire):
        self.size = len(wire)
        _, flags, questions, answers, authorities, others = struct.unpack(">HHHHHH", wire[:12])
        self.rcode, self.aa, self.tc = flags & 15, bool(flags & 0x0400), bool(flags & 0x0200)
        self.opcode = flags >> 11 & 15
        at = 12
        for _ in range(questions):
            _, at = read_name(wire, at)
            at += 4
        self.answer, at = read_records(wire, at, answers)
        authority, at = read_records(wire, at, authorities)
        self.glue = frozenset(record for record in read_records(wire, at, others)[0] if record[0] != OPT)
        self.ns = frozenset(record for record in authority if record[0] == NS)
        self.soa = next(((ttl, data) for rtype, ttl, data in authority if rtype == SOA), None)
        self.authority = "SOA" if self.soa else "NS" if authority else ""

    @property
    def empty(self):
        """NODATA or NXDOMAIN with what a resolver needs to cache it."""
        return self.rcode in (0, 3) and not self.answer and self.soa is not None

    def __str__(self):
        name = {0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED"}
        records = sorted(f"{ttl} {rtype} {data}" for rtype, ttl, data in self.answer)
        return (f"{name.get(self.rcode, self.rcode)}{' aa' * self.aa}{' tc' * self.tc} {self.size} bytes, "
                f"answer {records}, authority {self.authority} {self.soa or sorted(self.ns) or ''} {sorted(self.glue) or ''}")


def read_name(wire, at):
    labels, end = [], None
    for _ in range(128):
        length = wire[at]
        if length == 0:
            return ".".join(labels), end or at + 1
        if length >= 0xc0:
            end = end or at + 2
            at = (length & 0x3f) << 8 | wire[at + 1]
            continue
        labels.append(wire[at + 1:at + 1 + length].decode("latin-1").lower())
        at += 1 + length
    raise AssertionError("a name without end")


def read_records(wire, at, count):
    records = set()
    for _ in range(count):
        _, at = read_name(wire, at)
        rtype, _, ttl, length = struct.unpack(">HHIH", wire[at:at + 10])
        at += 10
        if rtype == A:
            data = ".".join(str(byte) for byte in wire[at:at + 4])
        elif rtype == NS:
            data = read_name(wire, at)[0]
        elif rtype == MX:
            data = f"{struct.unpack('>H', wire[at:at + 2])[0]} {read_name(wire, at + 2)[0]}"
        elif rtype == SOA:
            mname, after = read_name(wire, at)
            rname, after = read_name(wire, after)
            data = f"{mname} {rname} {struct.unpack('>IIIII', wire[after:after + 20])}"
        else:
            data = wire[at:at + length].decode("latin-1")
        at += length
        records.add((rtype, ttl, data))
    return frozenset(records), at
