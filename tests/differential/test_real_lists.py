"""The same comparison over real lists, where they lie beside the checkout."""
import ipaddress
import os
import random
import re
import subprocess

import pytest

from compare import Zone, compare, hidden
from generate import Generator
from server import ROOT

DATA = os.path.join(os.path.dirname(ROOT), "shared", "data")
COUNT = 20000
ZEN = ["sbl.ip4trie", "xbl.ip4set", "pbl.ip4trie", "bl6.ip6trie"]
LISTS = ZEN + ["xbl.ip4trie", "alloc.ip4set", "alloc.ip4trie", "pbl6.ip6trie", "alloc6.ip6trie", "dbl.dnset", "wl.ip4trie"]

pytestmark = pytest.mark.skipif(not os.path.isdir(DATA), reason="no real lists in ../shared/data")


def number4(text):
    a, b, c, d = map(int, text.split("."))
    return a << 24 | b << 16 | c << 8 | d


def sample(path, generator, count):
    """Draws lines of a list and makes them what the generator asks about."""
    with open(path, encoding="latin-1") as f:
        lines = [line for line in f if line[0] not in "#:$"]
    for line in generator.rng.sample(lines, min(count, len(lines))):
        subject = line.split()[0].lstrip("!")
        first, _, rest = re.match(r"([^-/]*)([-/]?)(.*)", subject).groups()
        if path.endswith("dnset"):
            generator.names.append(subject.lstrip("*."))
        elif ":" in subject:
            generator.block(int(ipaddress.IPv6Address(first)), int(rest or 128), 128)
        elif "-" in subject:
            generator.v4 += [number4(first) - 1, number4(first), number4(rest), number4(rest) + 1]
        else:
            generator.block(number4(first), int(rest or 32), 32)


@pytest.fixture(scope="module")
def real(module_folder):
    """The zone files, the arguments, the questions and the zones."""
    subprocess.run(["sh", os.path.join(DATA, "make_rbldnsd_zones.sh"), module_folder], check=True, stdout=subprocess.DEVNULL)
    arguments = [f"{name.replace('.', '-')}.test:{name.split('.')[1]}:{name}" for name in LISTS]
    arguments += [f"zen.test:{name.split('.')[1]}:{name}" for name in ZEN]
    questions, zones = [], []
    for zone, names in [(f"{name.replace('.', '-')}.test", [name]) for name in LISTS] + [("zen.test", ZEN)]:
        generator = Generator(zone)
        for name in names:
            sample(os.path.join(module_folder, name), generator, 400)
        questions += generator.questions(zone, COUNT // (len(LISTS) + 1))
        above = set()
        if names == ["dbl.dnset"]:
            with open(os.path.join(module_folder, names[0])) as f:
                generator.names += [line.split()[0].lstrip("*.") for line in f if line[0] not in "#:$"]
            above = generator.above()
        zones.append(Zone(zone, [name.split(".")[1] for name in names], above))
    random.Random(1).shuffle(questions)
    return arguments, questions, zones


def test_real_lists(real, start_once, reference, module_folder):
    arguments, questions, zones = real
    ours = start_once({}, zones=arguments)
    differences, used = compare(reference({}, arguments, module_folder).port, ours.port, questions, zones)
    assert not differences, f"{len(differences)} differences\n" + "\n".join(differences[:20])
    print(dict(used))
    names = hidden(ours.port, questions)
    assert not names, f"{len(names)} listed names hidden by NXDOMAIN: {names[:20]}"
