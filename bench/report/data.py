"""The data: random hosts as lists of rbldnsd's formats and as a master file, the real lists, and queries for them.

Files are made when they are first needed, and the same ones in every run: the random numbers have fixed seeds.
"""
import itertools
import mmap
import os
import random
import shutil
import subprocess

ZONE = "bl.test"
TEXT = "Listed, see https://bl.test/?ip="
TEST_ENTRY = "127.0.0.2"  # on one list only: 31 answers would be more than 512 bytes
NEW_ENTRY = "127.9.9.9"  # what a reload adds; the random hosts have no loopback addresses
ZIPF_NAMES = 100_000
COUNTS = {"hot": 1, "Zipf": 200_000, "uniform": 300_000, "probe": 20_000}
HEAD = "$TTL 2100\n@ SOA ns.test. mail.test. {:010d} 600 300 86400 300\n@ NS ns.test.\n"


def reverse(address):
    return ".".join(reversed(address.split(".")))


def code(address, lists):
    """The A record of a listed host: its list's, and which list it is on is decided by its last octet."""
    return f"127.0.0.{2 + int(address.rpartition('.')[2]) % lists}"


def number(address):
    a, b, c, d = map(int, address.split("."))
    return a << 24 | b << 16 | c << 8 | d


def sample(path, count, seed):
    """`count` random lines of a file of ascending addresses, each with the line after it."""
    rng = random.Random(seed)
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        while count > 0:
            begin = text.find(b"\n", rng.randrange(len(text))) + 1
            middle = text.find(b"\n", begin)
            end = text.find(b"\n", middle + 1)
            if begin and middle >= 0 and end >= 0:
                yield text[begin:middle].decode(), text[middle + 1:end].decode()
                count -= 1


def queries(path, lists, count, seed):
    """Half of them for listed hosts, half for the neighbours after them that are not listed."""
    for place, (host, following) in enumerate(sample(path, count, seed)):
        next_one = host.rpartition(".")
        if place % 2 and next_one[2] != "255" and number(following) != number(host) + 1:
            yield f"{reverse(next_one[0] + '.' + str(int(next_one[2]) + 1))}.{ZONE} A -\n"
        else:
            yield f"{reverse(host)}.{ZONE} A {code(host, lists)}\n"


class Hosts:
    """`entries` random hosts, dealt to `lists` lists of one zone, so that no host is on two."""

    zone = ZONE
    zone_file = "zone"
    streams = ("hot", "Zipf", "uniform")
    probe_name = f"{reverse(TEST_ENTRY)}.{ZONE}"
    new_name = f"{reverse(NEW_ENTRY)}.{ZONE}"

    def __init__(self, folder, entries, lists, build):
        self.folder, self.entries, self.lists, self.build = folder, entries, lists, build
        self.name = f"{words(entries)}, {lists} list{'s' * (lists > 1)}"
        self.stem = os.path.join(folder, f"{entries}-{lists}-")
        self.reloads = lists == 1
        if lists > 1:
            self.streams = ("uniform",)

    def cannot_hold(self, contender):
        """Why a contender cannot hold the data, or None."""
        return None

    def hosts(self):
        """The file of all hosts, ascending."""
        path = os.path.join(self.folder, f"{self.entries}.hosts")
        if not os.path.exists(path):
            with open(path + ".new", "wb") as file:
                subprocess.run([f"{self.build}/bench/hosts", str(self.entries)], stdout=file, check=True)
            os.rename(path + ".new", path)
        return path

    def specs(self):
        return [f"{ZONE}:ip4set:list{i}" for i in range(self.lists)]

    def files(self, contender):
        """What a server reads: {its name in the server's folder: path}."""
        if contender.data == "zone":
            return {self.zone_file: self.master_file()}
        return {f"list{i}": path for i, path in enumerate(self.list_files())}

    def list_files(self):
        paths = [f"{self.stem}list{i}" for i in range(self.lists)]
        if not os.path.exists(paths[-1]):
            files = [open(path, "w", encoding="ascii") for path in paths]
            for i, file in enumerate(files):
                file.write(f"$SOA 2100 ns.test. mail.test. 0 600 300 86400 300\n$NS 2100 ns.test.\n$TTL 2100\n"
                           f":127.0.0.{2 + i}:{TEXT}$\n")
            files[2 % self.lists].write(TEST_ENTRY + "\n")
            with open(self.hosts(), encoding="ascii") as hosts:
                if self.lists == 1:
                    shutil.copyfileobj(hosts, files[0], 1 << 20)
                for host in hosts:
                    files[int(host.rpartition(".")[2]) % self.lists].write(host)
            for file in files:
                file.close()
        return paths

    def master_file(self):
        path = self.stem + "zone"
        if not os.path.exists(path):
            with open(self.hosts(), encoding="ascii") as hosts, open(path + ".new", "w", encoding="ascii") as file:
                file.write(HEAD.format(1))
                file.writelines(self.records(host.rstrip()) for host in itertools.chain([TEST_ENTRY], hosts))
            os.rename(path + ".new", path)
        return path

    def records(self, host):
        name = reverse(host)
        return f'{name} A {code(host, self.lists)}\n{name} TXT "{TEXT}{host}"\n'

    def change(self, contender, folder):
        """Puts the last file of a server, with NEW_ENTRY and a new serial, in the place of the present one."""
        name, path = list(self.files(contender).items())[-1]
        new = os.path.join(folder, "new")
        with open(path, "rb") as old, open(new, "wb") as file:
            if contender.data == "zone":
                file.write(HEAD.format(2).encode())
                old.seek(len(HEAD.format(1)))
            shutil.copyfileobj(old, file, 1 << 20)
            last = self.records(NEW_ENTRY) if contender.data == "zone" else NEW_ENTRY + "\n"
            file.write(last.encode())
        os.replace(new, os.path.join(folder, name))

    def stream(self, name):
        """The file of queries of a stream, for bench/flood."""
        path = f"{self.stem}{name}.queries"
        if not os.path.exists(path):
            rng = random.Random(name)
            count = min(COUNTS[name], 4 * self.entries) if name != "hot" else 1
            if name == "Zipf":
                names = list(queries(self.hosts(), self.lists, min(ZIPF_NAMES, self.entries), 2))
                weights = itertools.accumulate(1 / rank for rank in range(1, len(names) + 1))
                lines = rng.choices(names, cum_weights=list(weights), k=count)
            else:
                lines = queries(self.hosts(), self.lists, count, name)
            with open(path + ".new", "w", encoding="ascii") as file:
                file.writelines(lines)
            os.rename(path + ".new", path)
        return path


class RealLists:
    """The real lists and the mail traffic modelled on them (docs/benchmarks.md); replies are checked by rcode alone."""

    name = "real lists"
    entries = None
    streams = ("mail",)
    reloads = False
    probe_name = "2.0.0.127.zen.example"

    def __init__(self, folder, source):
        self.folder, self.source = os.path.join(folder, "real"), source
        os.makedirs(self.folder, exist_ok=True)

    def cannot_hold(self, contender):
        """Ranges of addresses have no form in a master file; as names, those of PBL alone would be 1.5 thousand M."""
        return "a master file has no ranges, and PBL's have 1.5 G addresses" if contender.data == "zone" else None

    def specs(self):
        return ["zen.example:ip4trie:sbl.ip4trie", "zen.example:ip4set:xbl.ip4set", "zen.example:ip4trie:pbl.ip4trie",
                "bl6.example:ip6trie:bl6.ip6trie", "dbl.example:dnset:dbl.dnset"]

    def files(self, _contender):
        if not os.path.exists(f"{self.folder}/dbl.dnset"):
            subprocess.run(["sh", f"{self.source}/make_rbldnsd_zones.sh", self.folder], stdout=subprocess.DEVNULL,
                           check=True)
        names = (spec.rpartition(":")[2] for spec in self.specs())
        return {name: os.path.join(self.folder, name) for name in names}

    def stream(self, name):
        """All streams are the same mix, also what the probe asks."""
        path = f"{self.folder}/queries"
        if not os.path.exists(path):
            with open(path + ".new", "wb") as file:
                subprocess.run(["python3", f"{self.source}/make_queries.py", "synth", "-n", "300000"], stdout=file,
                               stderr=subprocess.DEVNULL, check=True)
            os.rename(path + ".new", path)
        return path


def words(count):
    """A count as tables have it: 10 k, 20 M."""
    return f"{count // 1_000_000} M" if count % 1_000_000 == 0 else f"{count // 1000} k"
