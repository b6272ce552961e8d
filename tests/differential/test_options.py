"""Options that change answers, given to both: -t, -e, -A, -C, -v; and what a query log and a statistics file say."""
import gzip
import os
import re

import pytest

from compare import RBLDNSD, compare
from server import Server, answers, poll, rcode
from test_generated import make, report
from wire import Question, Reply, ask_all

OPTIONS = [["-t", "1000"], ["-t", "1h:10m:90m"], ["-t", "200::300"], ["-t", "100:100:100"], ["-e"], ["-A"], ["-C"], ["-4"], ["-c", "0"],
           ["-q"], ["-A", "-e", "-t", "7m"]]


@pytest.mark.parametrize("options", OPTIONS, ids=" ".join)
def test_same_answers(options, start, reference, folder, known_types):
    seed = 100 + OPTIONS.index(options)
    files, arguments, questions, zones = make(seed, 120, known_types)
    if "-C" in options:
        files = {name: gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data for name, data in files.items()}
    theirs, ours = reference(files, arguments, folder, *options), start({}, *options, zones=arguments)
    if "-q" in options:
        poll(lambda: "zones reloaded" in ours.log() and "zones reloaded" in theirs.log())
    differences, _ = compare(theirs.port, ours.port, questions, zones)
    assert not differences, report(differences, seed)


def test_gzip_is_refused(binary, folder):
    """-C: a packed file is not read as if it were plain."""
    for program in (RBLDNSD, binary):
        server = Server(program, folder, "-C", zones=["z.test:ip4set:packed"], files={"packed": gzip.compress(b"192.0.2.1\n")}).spawn()
        try:
            assert server.process.wait(10) == 1
        finally:
            server.kill()
        assert "packed: " in server.log() and "is compressed" in server.log()
        os.unlink(server.path("stderr"))


@pytest.mark.parametrize("options, said", [([], "dnsbld"), (["-v"], "dnsbld"), (["-vv"], None), (["-v", "-v"], None)])
def test_version(options, said, start, reference, folder):
    theirs = reference({"z": ""}, ["z.test:ip4set:z"], folder, *options)
    ours = start({}, *options, zones=["z.test:ip4set:z"])
    for name in ("version.bind", "VERSION.server", "hostname.bind"):
        replies = [server.ask(name, "TXT", "CH") for server in (theirs, ours)]
        known = said if name != "hostname.bind" else None
        assert [rcode(reply) for reply in replies] == ["NOERROR" if known else "REFUSED"] * 2
        for reply, word in zip(replies, (known and "rbldnsd", known)):
            text = "".join(answers(reply, "TXT"))
            assert text == (word or "") if options else text.startswith(word or "")


# Both give these the same answers but for OPT records and compression, so that the lines can be the same.
LOGGED = [("1.2.0.192.z.test", 1), ("1.2.0.192.Z.tesT", 16), ("2.2.0.192.z.test", 1), ("1.2.0.192.z.test", 65), ("z.test", 6),
          ("1.2.0.192.z.test", 28), ("1.2.0.192.z.test", 255), ("foreign.example", 1), ("1.2.0.192.z.test", 252), ("a b.c\\d.z.test", 1),
          ("\x00\xff\"(;@$.z.test", 16), ("evil.n.test", 1), ("x.evil.n.test", 15), ("n.test", 33), ("", 1), ("1.2.0.192.z.test", 250)]
FILES = {"z": "$SOA 60 a.example b.example 1 1 1 1 60\n192.0.2.1 :2:text\n", "n": "$SOA 60 a.example b.example 1 1 1 1 60\nevil\n"}


@pytest.fixture
def both(start, reference, folder):
    """both(options for a name) -> rbldnsd and dnsbld, which write to files of their own in `folder`."""
    os.chmod(folder, 0o777)
    zones = ["z.test:ip4set:z", "n.test:dnset:n"]
    return lambda options: (reference(FILES, zones, folder, *options("theirs")),
                            start({}, "--workers", "1", *options("ours"), zones=zones))


def ask_logged(server):
    questions = [Question([label for label in name.split(".") if label], 2, qtype, i % 2 == 0) for i, (name, qtype) in enumerate(LOGGED)]
    return [ask_all(server.port, [question])[0] for question in questions]


def test_query_log(both, folder):
    theirs, ours = both(lambda name: ["-l", "+" + name])
    found = []
    for server, name in ((theirs, "theirs"), (ours, "ours")):
        sizes = [len(reply) for reply in ask_logged(server)]

        def lines(path=os.path.join(folder, name)):
            with open(path) as f:
                return [line for line in f.read().splitlines() if "version.bind" not in line]

        assert poll(lambda: len(lines()) == len(LOGGED)), lines()
        parts = [re.fullmatch(r"\d{10} (127\.0\.0\.1 .*/)(\d+)", line) for line in lines()]
        assert all(parts), lines()
        assert [int(part.group(2)) for part in parts] == sizes
        found.append([part.group(1) for part in parts])
    assert found[0] == found[1]


def test_statistics_file(both, folder):
    theirs, ours = both(lambda name: ["-s", name, "-c", "1"])
    found = []
    for server, name in ((theirs, "theirs"), (ours, "ours")):
        sizes = [0, 0]
        for (asked, _), reply in zip(LOGGED, ask_logged(server)):
            for i, zone in enumerate(("z.test", "n.test")):
                sizes[i] += len(reply) * asked.lower().endswith(zone) * (Reply(reply).rcode != 4)

        def last(path=os.path.join(folder, name)):
            with open(path) as f:
                return re.fullmatch(r"\d{10} z\.test:(\d+:\d+:\d+:\d+):(\d+) n\.test:(\d+:\d+:\d+:\d+):(\d+) "
                                    r"\*:(\d+):(\d+):(\d+):(\d+):(\d+)", f.read().splitlines()[-1])

        assert poll(lambda: last() and [int(last().group(n)) for n in (2, 4)] == sizes), (last(), sizes)
        found.append([last().group(n) for n in (1, 3, 6, 7)])
    assert found[0] == found[1]
