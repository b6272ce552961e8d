"""The table of contenders: how each server is started on the data, and what it cannot do.

A contender is a row of CONTENDERS. Each has one worker, thread or process for each CPU of the servers; settings that
limit rates or write to disks are off. All reload on SIGHUP.
"""
import collections
import os
import subprocess

# What a server is started with: its port; the data (data.py), None for the echo server; the folder that it runs in,
# in which the data's files are; how many CPUs it has.
Place = collections.namedtuple("Place", "port data folder cpus")

# `data` is "lists" (rbldnsd's formats), "zone" (master files) or None. `command(place)` writes the configuration, if
# there is one, and returns the arguments. `missing()` is the reason why it cannot run here, or None; so is `unfit()`,
# once it runs and answers.
Contender = collections.namedtuple("Contender", "name data command missing version unfit", defaults=[lambda: None])

BUILD = os.path.abspath("build")
ADDRESS = "127.0.0.1"


def write(place, name, text):
    with open(os.path.join(place.folder, name), "w", encoding="utf-8") as file:
        file.write(text)


def output(*command):
    """What a command prints; empty when it cannot be run."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""


def package(name):
    """The version of a Debian package."""
    return lambda: f"{name} {output('dpkg-query', '-W', '-f', '${Version}', name)}"


def dnsbld_version():
    """The version, and a hash of the program, by which rows of another build are known."""
    program = f"{BUILD}/dnsbld"
    commit = output("git", "rev-parse", "--short", "HEAD")
    return f"{output(program, '--version')}, commit {commit}, sha256 {output('sha256sum', program)[:12]}"


def needs(program, *packages):
    def missing():
        found = any(os.access(os.path.join(folder, program), os.X_OK) for folder in ("/usr/sbin", "/usr/bin"))
        return None if found else f"{program} is not installed"
    return missing


def needs_xdp():
    return None if "--xdp" in output(f"{BUILD}/dnsbld", "--help") else "this dnsbld has no --xdp"


def not_attached():
    """Without its program dnsbld goes on by sockets, and the row would be one of them."""
    return None if '"xdp"' in output("ip", "-j", "link", "show", "dev", "lo") else "no XDP program is attached to lo"


def user():
    return ["-u", "nobody"] if os.getuid() == 0 else []


def echo(place):
    return [f"{BUILD}/bench/echo", f"{ADDRESS}/{place.port}", str(place.cpus)]


def dnsbld(place):
    return [f"{BUILD}/dnsbld", "-n", *user(), "-c", "0", "-b", f"{ADDRESS}/{place.port}", *place.data.specs()]


def dnsbld_xdp(place):
    command = dnsbld(place)
    return command[:1] + ["--xdp", "lo"] + command[1:]


def rbldnsd(place):
    return ["rbldnsd", "-n", *user(), "-c", "0", "-w", ".", "-b", f"{ADDRESS}/{place.port}", *place.data.specs()]


def nsd(place):
    write(place, "nsd.conf", f"""server:
  ip-address: {ADDRESS}@{place.port}
  server-count: {place.cpus}
  reuseport: yes
  username: ""
  zonesdir: "{place.folder}"
  database: ""
  pidfile: ""
  logfile: ""
  xfrdfile: ""
  zonelistfile: "{place.folder}/nsd.zones"
  minimal-responses: yes
  rrl-ratelimit: 0
  rrl-whitelist-ratelimit: 0
remote-control:
  control-enable: no
zone:
  name: {place.data.zone}
  zonefile: {place.data.zone_file}
""")
    return ["nsd", "-d", "-c", "nsd.conf"]


def knot(place):
    write(place, "knot.conf", f"""server:
  listen: {ADDRESS}@{place.port}
  rundir: "{place.folder}"
  udp-workers: {place.cpus}
  tcp-workers: 1
  background-workers: 1
log:
  - target: stderr
    any: warning
database:
  storage: "{place.folder}/knot.db"
template:
  - id: default
    storage: "{place.folder}"
    zonefile-load: whole
    zonefile-sync: -1
    journal-content: none
    semantic-checks: off
zone:
  - domain: {place.data.zone}
    file: {place.data.zone_file}
""")
    return ["knotd", "-c", "knot.conf"]


CONTENDERS = [
    Contender("echo", None, echo, lambda: None, lambda: "the same system calls as dnsbld, no DNS"),
    Contender("dnsbld", "lists", dnsbld, lambda: None, dnsbld_version),
    Contender("dnsbld --xdp", "lists", dnsbld_xdp, needs_xdp, dnsbld_version, not_attached),
    Contender("rbldnsd", "lists", rbldnsd, needs("rbldnsd"), package("rbldnsd")),
    Contender("NSD", "zone", nsd, needs("nsd"), package("nsd")),
    Contender("Knot", "zone", knot, needs("knotd"), package("knot")),
]
