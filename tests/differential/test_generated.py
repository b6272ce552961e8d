"""Generated lists: rbldnsd and dnsbld answer alike, but for what is meant to differ. SEED=n tries another one."""
import os

import pytest

from compare import Zone, compare, hidden
from generate import Generator
from server import TYPES
from wire import ANY, Question, Reply, ask_all

SEEDS = [int(os.environ["SEED"])] if "SEED" in os.environ else [1, 2, 3]
MIXES = [[kind] for kind in TYPES] + [
    ["ip4set", "ip4trie"], ["ip4set", "ip6trie"], ["ip4trie", "ip6tset", "ip4tset"], ["dnset", "dnset"], ["dnset", "generic"],
    ["ip4set", "generic", "ip4trie"], ["ip6trie", "ip6tset", "ip4set"], ["ip4set", "ip4set", "ip4trie", "ip6trie", "dnset"]]


def make(seed, per_zone=500, types=TYPES):
    """All zones of a seed that consist of `types`: (files, zone arguments, questions, zones)."""
    generator = Generator(seed)
    files, arguments, questions, zones = {}, [], [], []

    def ask(name, kinds, count):
        questions.extend(generator.questions(name, count, "combined" in kinds))
        zones.append(Zone(name, kinds, generator.above()))

    for number, kinds in enumerate(MIXES):
        if not set(kinds) <= set(types):
            continue
        name = f"z{number}.test"
        more, own = generator.zone(name, kinds)
        files.update(more)
        arguments += own
        ask(name, kinds, per_zone)
        if number % 5 == 0:  # the same set in a second zone, below the first one
            arguments.append(own[0].replace(name, "sub." + name, 1))
            ask("sub." + name, kinds, per_zone // 5)
    return files, arguments, questions, zones


def report(differences, seed):
    return f"{len(differences)} differences; seed {seed}\n" + "\n".join(differences[:20])


@pytest.mark.parametrize("seed", SEEDS)
def test_same_answers(seed, start, reference, known_types):
    files, arguments, questions, zones = make(seed, types=known_types)
    ours, theirs = start(files, zones=arguments), reference({}, arguments)
    differences, used = compare(theirs.port, ours.port, questions, zones)
    assert not differences, report(differences, seed)
    print(dict(used))


@pytest.mark.parametrize("seed", SEEDS)
def test_no_listed_name_is_hidden(seed, start, known_types):
    files, arguments, questions, _ = make(seed, types=known_types)
    names = hidden(start(files, zones=arguments).port, questions)
    assert not names, report(names, seed)


def test_the_harness_finds_nothing_between_twins(reference):
    files, arguments, questions, zones = make(4, 100)
    differences, used = compare(reference(files, arguments).port, reference({}, arguments).port, questions, zones)
    assert not differences and not used


def test_the_questions_reach_everything(reference):
    """A comparison of nothing with nothing would pass, too."""
    files, arguments, questions, zones = make(1, 200)
    replies = [Reply(reply) for reply in ask_all(reference(files, arguments).port, questions)]
    for zone in zones:
        own = [r for q, r in zip(questions, replies) if ".".join(q.labels[-q.zone:]).lower() == zone.name]
        listed = sum(bool(r.answer) for r in own)
        assert 0.05 < listed / len(own) < 0.95, f"{zone.name} {zone.kinds}: {listed} of {len(own)}"


@pytest.mark.parametrize("planted", ["10.99.0.1 :2:\n", "!10.98.0.0/16\n", "10.98.0.1 :2:another text\n", "$TTL 7777\n"])
def test_the_harness_finds_a_planted_difference(reference, folder, planted):
    lines = "$SOA 60 a.example b.example 1 1 1 1 60\n10.98.0.0/16 :2:text\n"
    other = os.path.join(folder, "other")
    os.mkdir(other, 0o755)
    first = reference({"z": lines}, ["z.test:ip4set:z"])
    second = reference({"z": lines + planted}, ["z.test:ip4set:z"], other)
    questions = [Question(f"1.0.{n}.10.z.test".split("."), 2, ANY) for n in range(90, 100)]
    differences, _ = compare(first.port, second.port, questions, [Zone("z.test", ["ip4set"])])
    assert differences
