"""Texts as lists of the wild have them: rbldnsd and dnsbld answer the same, in every type of set and with every template."""
import pytest

from server import SOA, answers, kind, rcode, reverse

VALUES = [
    "", " ", "text", " text with  two blanks ", "\ttab\tinside\t", "# comment", "; comment", "text # no comment", "text; no comment",
    '"quoted"', '"half', 'a "b" c', "'single'", r"back\slash", r"\"escaped\"", r"\032 \065", "$", "$$", "$$$", "a$", "$a", "$1", "$1$2",
    "$9 unset", "$12", "$=", "$==", "a $= b $= c", "=", "==", "=$", "=$=", "= text", "=$1 alone", ":2", ":2:", ":2:text", ":2: text",
    ":127.0.0.3:", ":127.0.0.3:t:u:v", ":1.2:x", ":3 :x", ":3x", ":x", "::", ": :", ":0:x", ":256:x", ":5:$", ":5:=$", ":5:=",
    "http://bl.example/?ip=$&l=en", "https://bl.example/lookup/$#frag", "<a href=\"http://x/$\">$</a>", "100% spam %d %s %n", "a,b;c|d",
    "listed (see $1) [code:5] {x}", "mailto:abuse@example.com?subject=$", "127.0.0.2", "192.0.2.7/32 in text", "!not excluded",
    "Gr\xc3\xb6\xc3\x9fe \xe4\xbd\xa0\xe5\xa5\xbd", "latin \xe9\xff\xa0", "\x01\x1f control", "-", "*", ".", "@", "TXT", "IN A 1.2.3.4",
    "v=spf1 -all", "2023-01-01 00:00:00", "1700000000", "0x7f000002", "NULL", "true", "0", "AS64500", "x" * 200, "$" * 5 + "x",
]
HEADS = {
    "plain": "",
    "variables": "$1 one $ $2\n$2 two\n",
    "template": "$1 one\n$= See $1?q=$= for $ ($$)\n",
    "bare": "$= $=\n",
    "default": ":4:Default of $\n",
    "both": "$= [$=]\n:4:\n",
}
TYPES = {"ip4set": "192.0.2.{}", "ip4trie": "192.0.2.{}", "ip6trie": "2001:db8::{:x}", "dnset": "n{}.example.com"}


def name_of(set_type, number, zone):
    key = TYPES[set_type].format(number)
    return f"{key}.{zone}" if set_type == "dnset" else reverse(key, zone)


@pytest.mark.parametrize("set_type", TYPES)
def test_texts(start, reference, set_type):
    entries = "".join(f"{TYPES[set_type].format(i)} {value}\n" for i, value in enumerate(VALUES))
    files = {name: SOA + head + entries for name, head in HEADS.items()}
    zones = [f"{name}.test:{set_type}:{name}" for name in HEADS]
    ours, theirs = start(files, zones=zones), reference({}, zones)
    for name in HEADS:
        for number, value in enumerate(VALUES):
            asked = name_of(set_type, number, f"{name}.test")
            for qtype in ("A", "TXT"):
                a, b = ours.ask(asked, qtype), theirs.ask(asked, qtype)
                assert (rcode(a), answers(a, qtype)) == (rcode(b), answers(b, qtype)), (name, value)
                assert kind(a) == ("LISTED" if answers(b, qtype) else "NODATA" if rcode(b) == "NOERROR" else "NXDOMAIN")


def test_texts_of_records(start, reference):
    """Of one string; several in one line are ours alone."""
    values = [v for v in VALUES if v.strip() and not v.startswith(("\t", r"\#"))]
    values += [f'"{v}"' for v in values if '"' not in v and "\\" not in v]
    lines = SOA + "".join(f"n{i} TXT {value}\n" for i, value in enumerate(values))
    ours, theirs = start({"g": lines}, zones=["z.test:generic:g"]), reference({}, ["z.test:generic:g"])
    for i, value in enumerate(values):
        a, b = ours.ask(f"n{i}.z.test", "TXT"), theirs.ask(f"n{i}.z.test", "TXT")
        assert (rcode(a), answers(a, "TXT")) == (rcode(b), answers(b, "TXT")), value
