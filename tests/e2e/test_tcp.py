"""DNS over TCP (RFC 7766): framing, pipelining, segments of any size, limits, time-outs, hostile clients."""
import os
import random
import select
import socket
import struct
import time

import dns.flags
import dns.message
import dns.query
import pytest

from server import SOA, answers, kind, poll

ZONES = ["bl.test:ip4set:v4", "big.test:ip4set:big"]
NAME = "1.2.0.192.bl.test"
BIG = SOA + "".join(f"192.0.2.1 :127.0.1.{n}:{n:03} {'x' * 200}\n" for n in range(1, 200))
FILES = {"v4": SOA + "192.0.2.1\n", "big": BIG}


@pytest.fixture(scope="module")
def server(start_once):
    return start_once(FILES, zones=ZONES)


def connect(server, timeout=5, source=None):
    return socket.create_connection(("127.0.0.1", server.port), timeout=timeout,
                                    source_address=(source, 0) if source else None)


def framed(name=NAME, qtype="A", number=None):
    query = dns.message.make_query(name, qtype)
    if number is not None:
        query.id = number
    wire = query.to_wire()
    return struct.pack("!H", len(wire)) + wire


def read_exactly(s, count):
    data = b""
    while len(data) < count:
        more = s.recv(count - len(data))
        if not more:
            raise EOFError(f"{len(data)} of {count} bytes")
        data += more
    return data


def read_reply(s):
    return dns.message.from_wire(read_exactly(s, struct.unpack("!H", read_exactly(s, 2))[0]))


def closed(s, seconds=5):
    """Whether the server closes the connection within so many seconds."""
    s.settimeout(seconds)
    try:
        while s.recv(65536):
            pass
        return True
    except ConnectionError:
        return True
    except socket.timeout:
        return False


def alive(server):
    return answers(server.ask(NAME)) == {"127.0.0.2"}


def tcp(server, name, qtype="A", **kw):
    return dns.query.tcp(dns.message.make_query(name, qtype, **kw), "127.0.0.1", timeout=5, port=server.port)


def test_one_query(server):
    assert answers(tcp(server, NAME)) == {"127.0.0.2"}
    assert kind(tcp(server, "9.2.0.192.bl.test")) == "NXDOMAIN"


@pytest.mark.parametrize("qtype", ["TXT", "A", "ANY"])
def test_what_is_truncated_over_udp_comes_whole(server, qtype):
    name = "1.2.0.192.big.test"
    assert server.ask(name, qtype).flags & dns.flags.TC
    reply = tcp(server, name, qtype)
    assert not reply.flags & dns.flags.TC
    if qtype != "TXT":
        assert len(answers(reply)) == 199
    if qtype != "A":
        assert len(answers(reply, "TXT")) == 199


def test_edns_size_does_not_limit_tcp(server):
    reply = tcp(server, "1.2.0.192.big.test", "TXT", use_edns=0, payload=512)
    assert reply.edns == 0 and len(answers(reply, "TXT")) == 199


def test_byte_by_byte(server):
    with connect(server) as s:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in framed() + framed("9.2.0.192.bl.test"):
            s.send(bytes([byte]))
            time.sleep(0.001)
        assert answers(read_reply(s)) == {"127.0.0.2"}
        assert kind(read_reply(s)) == "NXDOMAIN"


def test_a_thousand_pipelined(server):
    """In few segments, answered in order."""
    with connect(server) as s:
        s.sendall(b"".join(framed(number=n) for n in range(1000)))
        for n in range(1000):
            assert read_reply(s).id == n


def test_random_segments(server):
    """The stream is the same however it is cut: queries of all kinds, several connections at once."""
    seed = int(os.environ.get("SEED", time.time_ns() % 1000000))
    rnd = random.Random(seed)
    names = [NAME, "9.2.0.192.bl.test", "bl.test", "foreign.example", "x" * 60 + ".bl.test"]
    streams = []
    for _ in range(8):
        streams.append([connect(server), b"".join(framed(rnd.choice(names), number=n) for n in range(300)), b""])
    while any(rest for _, rest, _ in streams):
        stream = rnd.choice([t for t in streams if t[1]])
        size = rnd.choice([1, 1, 2, 3, 30, 45, 500, 5000])
        stream[0].sendall(stream[1][:size])
        stream[1] = stream[1][size:]
    for s, _, _ in streams:
        assert [read_reply(s).id for _ in range(300)] == list(range(300)), f"SEED={seed}"
        s.close()


def test_half_closed(server):
    """What was asked before the client closed its half is answered, then the server closes too."""
    with connect(server) as s:
        s.sendall(b"".join(framed(number=n) for n in range(200)) + framed()[:7])
        s.shutdown(socket.SHUT_WR)
        assert [read_reply(s).id for _ in range(200)] == list(range(200))
        assert closed(s, 1)


def test_a_client_that_does_not_read(server):
    """Replies are held for it up to a bound, nothing more is read from it, and others are served."""
    with connect(server) as s, connect(server) as other:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.setblocking(False)
        queries, sent = framed("1.2.0.192.big.test", "TXT") * 1000, 0
        for _ in range(500):
            try:
                sent += s.send(queries)
            except (BlockingIOError, ConnectionError):
                time.sleep(0.001)
        assert sent < 500 * len(queries) / 2
        other.sendall(framed())
        assert answers(read_reply(other)) == {"127.0.0.2"}
        assert alive(server)


def test_slow_reader_gets_all(server):
    with connect(server) as s:
        s.sendall(b"".join(framed("1.2.0.192.big.test", "TXT", number=n) for n in range(100)))
        time.sleep(0.3)
        for n in range(100):
            reply = read_reply(s)
            assert reply.id == n and len(answers(reply, "TXT")) == 199


@pytest.mark.parametrize("garbage", [
    b"\0\0", b"\0\1x", b"\0\x0c" + b"\xff" * 12, struct.pack("!H", 65535) + b"\xff" * 65535,
], ids=["empty", "short", "response", "long"])
def test_garbage_ends_the_connection(server, garbage):
    with connect(server) as s:
        s.sendall(framed() + garbage)
        assert answers(read_reply(s)) == {"127.0.0.2"}
        assert closed(s, 2)
    assert alive(server)


def test_longest_message(server):
    with connect(server) as s:
        query = framed()[2:]
        s.sendall(struct.pack("!H", 65535) + query + b"\0" * (65535 - len(query)) + framed(number=7))
        assert answers(read_reply(s)) == {"127.0.0.2"}
        assert read_reply(s).id == 7


def test_a_lone_idle_connection_is_closed(start):
    server = start(FILES, "--tcp-idle", "1", zones=ZONES)
    with connect(server) as s:
        assert not closed(s, 0.5)
        assert closed(s, 1.5)


def test_idle_connections_are_closed(start):
    server = start(FILES, "--tcp-idle", "1", zones=ZONES)
    with connect(server) as silent, connect(server) as trickling, connect(server) as busy:
        begun = time.monotonic()
        for byte in framed()[:-1]:
            try:
                trickling.send(bytes([byte]))
            except ConnectionError:
                break
            busy.sendall(framed())
            read_reply(busy)
            time.sleep(0.05)
            if time.monotonic() - begun > 2:
                break
        assert closed(silent, 1) and closed(trickling, 1)
        busy.sendall(framed())
        assert answers(read_reply(busy)) == {"127.0.0.2"}


def test_connections_of_one_client_are_limited(start):
    server = start(FILES, "--workers", "1", zones=ZONES)
    held = [connect(server) for _ in range(20)]
    for s in held:
        s.sendall(framed())
        assert answers(read_reply(s)) == {"127.0.0.2"}
    with connect(server) as one_more:
        assert closed(one_more, 2)
    with connect(server, source="127.0.0.9") as other:
        other.sendall(framed())
        assert answers(read_reply(other)) == {"127.0.0.2"}
    held.pop().close()

    def again():
        with connect(server) as s:
            try:
                s.sendall(framed())
                return answers(read_reply(s)) == {"127.0.0.2"}
            except (EOFError, ConnectionError):
                return False

    assert poll(again)
    for s in held:
        s.close()


def test_connections_in_all_are_limited(start):
    server = start(FILES, "--workers", "1", zones=ZONES)
    honest = connect(server, source="127.1.1.9")
    held = [connect(server, source=f"127.1.0.{host}") for _ in range(20) for host in range(1, 50)]
    held += [connect(server, source="127.1.0.50") for _ in range(19)]
    # All are taken: a new one takes the place of an idle one of the clients that hold most.
    with connect(server, source="127.1.1.1") as one_more:
        one_more.sendall(framed())
        assert answers(read_reply(one_more)) == {"127.0.0.2"}
        ended = select.poll()  # select() has no room for so many
        for s in held:
            ended.register(s, select.POLLIN)
        gone = [s for s in held if s.fileno() in dict(ended.poll(0))]
        assert len(gone) == 1 and gone[0] in held[:49] and closed(gone[0], 1)
    honest.sendall(framed())
    assert answers(read_reply(honest)) == {"127.0.0.2"}
    assert alive(server)
    # Crowded, the idle ones have two seconds.
    assert closed(held[49], 4)
    with connect(server, source="127.1.1.1") as s:
        s.sendall(framed())
        assert answers(read_reply(s)) == {"127.0.0.2"}
    for s in [honest, *held]:
        s.close()


def test_queries_during_reloads(start):
    """Every answer on one connection is of one of the versions, in order."""
    server = start({"v4": SOA + "192.0.2.1 :1:\n", "big": BIG}, zones=ZONES)
    last = 1
    with connect(server) as s:
        for n in range(2, 22):
            server.write("v4", SOA + f"192.0.2.1 :{n}:\n")
            server.reload()
            for _ in range(20):
                s.sendall(framed())
                now = int(answers(read_reply(s)).pop().split(".")[3])
                assert last <= now <= n
                last = now


def test_a_second_server_is_refused_by_tcp_too(binary, folder):
    from server import Server
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen()
        server = Server(binary, folder, zones=ZONES, files=FILES, port=s.getsockname()[1]).spawn()
        assert server.process.wait(20) == 1
        server.process = None
        assert "TCP" in server.log()


def test_counted(start):
    server = start(FILES, "--workers", "1", zones=ZONES)
    with connect(server) as s:
        s.sendall(framed() * 5)
        for _ in range(5):
            read_reply(s)
    import signal
    server.process.send_signal(signal.SIGUSR1)
    assert poll(lambda: "1 TCP connections" in server.log() and "5 queries by TCP" in server.log(), 3), server.log()
