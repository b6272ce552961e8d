"""What /proc tells: the machine, how busy it is, the memory of a server's processes."""
import glob
import os
import platform
import re
import time

QUIET = 0.03  # a machine that is busier than this before a server starts gives no figures worth keeping


def read(path):
    """The text of a file of /proc or /sys; empty when it is gone."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError:
        return ""


def describe():
    """Machine, kernel and mitigations: pairs of a word and a text."""
    models = re.findall(r"model name\s*: (.*)", read("/proc/cpuinfo"))
    memory = int(re.search(r"MemTotal:\s*(\d+)", read("/proc/meminfo")).group(1))
    mitigations = {os.path.basename(path): read(path).strip()
                   for path in sorted(glob.glob("/sys/devices/system/cpu/vulnerabilities/*"))}
    return [
        ("CPU", f"{os.cpu_count()} x {models[0] if models else platform.machine()}"),
        ("memory", f"{memory / 2**20:.0f} GiB"),
        ("kernel", platform.release()),
        ("mitigations", "; ".join(f"{name}: {state}" for name, state in mitigations.items()
                                  if state != "Not affected") or "none needed"),
    ]


def cpu_seconds():
    """CPU seconds since the start of the machine: idle, stolen by the host."""
    ticks = [int(word) for word in read("/proc/stat").split("\n")[0].split()[1:]]
    hertz = os.sysconf("SC_CLK_TCK")
    return (ticks[3] + ticks[4]) / hertz, ticks[7] / hertz


def busy_share(seconds):
    """The share of all CPUs' time that the machine is busy or stolen while this program sleeps for `seconds`."""
    (idle, stolen), begin = cpu_seconds(), time.monotonic()
    time.sleep(seconds)
    (idle_then, stolen_then), end = cpu_seconds(), time.monotonic()
    all_seconds = (end - begin) * os.cpu_count()
    return min(1.0, max(0.0, 1 - (idle_then - idle) / all_seconds, (stolen_then - stolen) / all_seconds))


def wait_until_quiet(tries=20):
    """Waits for half a second in which the machine is quiet; returns the busy share of the quietest one seen."""
    least = 1.0
    while least > QUIET and tries > 0:
        least, tries = min(least, busy_share(0.5)), tries - 1
    return least


def session(leader):
    """The processes of the session that `leader` began."""
    for path in glob.glob("/proc/[0-9]*/stat"):
        fields = read(path).rpartition(")")[2].split()
        if len(fields) > 3 and int(fields[3]) == leader:
            yield int(path.split("/")[2])


def memory_mb(leader):
    """Resident memory of a server in MB: what its processes share counts once."""
    pages = sum(int((re.findall(r"^Pss:\s*(\d+)", read(f"/proc/{pid}/smaps_rollup"), re.M) or [0])[0])
                for pid in session(leader))
    return pages * 1024 / 1e6


def resident_mb(leader):
    """The same without a walk through its pages, so what processes share counts for each of them."""
    sizes = (read(f"/proc/{pid}/statm").split() for pid in session(leader))
    return sum(int(size[1]) for size in sizes if size) * os.sysconf("SC_PAGE_SIZE") / 1e6
