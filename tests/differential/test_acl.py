"""Access lists, of zones and for all: clients at several addresses get the same from rbldnsd and dnsbld. SEED=n as elsewhere."""
import pytest

from compare import Zone, compare
from generate import Generator
from server import free_port
from test_generated import SEEDS, report
from wire import TRUSTED, Question

CLIENTS = [f"127.0.0.{n}" for n in range(1, 8)] + ["127.0.1.9", "::1"]
MIXES = [["ip4set", "ip6trie"], ["dnset"], ["ip4trie", "generic"], ["combined"]]


def make(seed, with_global):
    generator = Generator(seed)
    files, arguments, questions, zones = {}, [], [], []
    lines, everywhere = generator.acl(CLIENTS, 2)
    files["acl"] = "\n".join(lines) + "\n"
    for number, kinds in enumerate(MIXES):
        name = f"z{number}.test"
        more, own = generator.zone(name, kinds)
        files.update(more)
        arguments += own
        questions += [q for q in generator.questions(name, 30, "combined" in kinds) if q.qtype < 256]
        lines, restricted = generator.acl(CLIENTS, 6)
        files[name + "-acl"] = "\n".join(lines) + "\n"
        arguments.append(f"{name}:acl:{name}-acl")
        zones.append(Zone(name, kinds, generator.above(), restricted | everywhere if with_global else restricted))
    return files, arguments + [":acl:acl"] * with_global, questions, zones


@pytest.mark.parametrize("with_global", [False, True], ids=["zones", "global"])
@pytest.mark.parametrize("seed", SEEDS)
def test_same_answers(seed, with_global, start, reference, folder):
    files, arguments, questions, zones = make(seed, with_global)
    ports = free_port(), free_port()
    binds = [[f"127.0.0.1/{port}", f"::1/{port}"] for port in ports]
    theirs = reference(files, arguments, folder, port=ports[0], bind=binds[0], source=TRUSTED)
    ours = start({}, zones=arguments, port=ports[1], bind=binds[1], source=TRUSTED)
    differences = []
    for client in CLIENTS:
        differences += compare(theirs.port, ours.port, questions, zones, client)[0]
    assert not differences, report(differences, seed)


@pytest.mark.parametrize("planted", [":ignore", ":refuse", ":empty", ":9:listed"])
def test_the_harness_finds_a_planted_difference(planted, reference, folder):
    files = {"z": "10.0.0.1\n", "none": "", "some": f"{CLIENTS[1]} {planted}\n"}
    theirs = [reference(files, ["z.test:ip4set:z", f"z.test:acl:{acl}"]) for acl in ("none", "some")]
    for client, differ in ((CLIENTS[0], False), (CLIENTS[1], True)):
        question = Question("1.0.0.10.z.test".split("."), 2)
        differences, _ = compare(theirs[0].port, theirs[1].port, [question], [Zone("z.test", ["ip4set"])], client)
        assert bool(differences) == differ
