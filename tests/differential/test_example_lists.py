"""The lists in zones/ are good for rbldnsd as well, and it answers from them as dnsbld does."""
import os
import shutil

from compare import Zone, compare
from generate import Generator
from server import ROOT
from wire import Question

ZONES = os.path.join(ROOT, "zones")


def test_examples(start, reference, folder):
    names = sorted(os.listdir(ZONES))
    for name in names:
        shutil.copy(os.path.join(ZONES, name), folder)
    arguments = [f"{zone}:{name.split('.')[1]}:{name}" for name in names
                 for zone in [name.split(".")[0] + ".test"] + ["zen.test"] * (name != "dbl.dnset")]
    theirs, ours = reference({}, arguments), start({}, zones=arguments)
    log = [line for line in theirs.log().splitlines() if "no glue" not in line]
    assert not [line for line in log if "warning" in line or "file " in line], log
    generator = Generator(1)
    addresses = [f"{host}.{net}" for net in ("2.0.192", "100.51.198", "113.0.203", "0.0.127") for host in range(256)]
    questions = [Question(f"{address}.{zone}.test".split("."), 2, qtype) for address in addresses
                 for zone in ("sbl", "xbl", "pbl", "zen") for qtype in (1, 16)]
    generator.v6 = [0x20010db80bad << 80, 0x20010db80bad00010000000000000025, 0x20010db8000400020000000000000053]
    questions += generator.questions("zen.test", 300)
    zones = [Zone(f"{zone}.test", ["ip4set", "ip6trie"]) for zone in ("sbl", "xbl", "pbl", "zen")]
    differences, _ = compare(theirs.port, ours.port, questions, zones)
    assert not differences, "\n".join(differences[:20])
