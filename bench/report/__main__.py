"""dnsbld beside other servers: `make bench-report`, or python3 bench/report --help. docs/benchmarks.md has the rest."""
import argparse
import os
import shutil
import signal
import sys
import tempfile
import time

import machine
import pages
from contenders import CONTENDERS
from data import Hosts, RealLists
from measure import Failure, OutOfTime, Server, Settings, command_text, measure_load, measure_stream
from results import Results

BUILD = os.path.abspath("build")
SIZES = (1_000_000, 10_000, 100_000, 10_000_000, 20_000_000)  # the one that all compare first, the slow ones last
LISTS = (2, 4, 8, 16, 31)
LISTS_ENTRIES = 1_000_000


def arguments():
    parser = argparse.ArgumentParser(prog="bench/report", description="Measures dnsbld beside other servers.")
    parser.add_argument("--minutes", type=float, default=float(os.environ.get("REPORT_MINUTES") or 60),
                        help="the time of the whole run (REPORT_MINUTES, 60)")
    parser.add_argument("--only", help="names of contenders, separated by commas")
    parser.add_argument("--sizes", help="numbers of entries, separated by commas; given, without the real lists")
    parser.add_argument("--lists", help="numbers of lists that a million entries are dealt to")
    parser.add_argument("--again", nargs="?", const="all", choices=("all", "failed"),
                        help="measure rows again that are there: all, or those that failed")
    parser.add_argument("--memory", type=float, default=8.0, help="GiB that a server may have (8)")
    parser.add_argument("--port", type=int, default=5520, help="the port of the servers (5520)")
    parser.add_argument("--results", default=f"{BUILD}/bench/report.jsonl", help="the file of rows")
    parser.add_argument("--pages", choices=("auto", "yes", "no"), default="auto",
                        help="write docs/; auto: after a run of all, on a quiet machine")
    return parser.parse_args()


def numbers(text, default):
    return [int(word) for word in text.split(",") if word] if text is not None else default


def data_sets(options, folder):
    """What is measured, in the order of the run."""
    sizes = numbers(options.sizes, SIZES)
    sets = [Hosts(folder, entries, 1, BUILD) for entries in sizes if entries <= LISTS_ENTRIES]
    sets += [Hosts(folder, LISTS_ENTRIES, lists, BUILD) for lists in numbers(options.lists, LISTS)]
    real = os.environ.get("REAL", os.path.abspath("../shared/data"))
    if not options.sizes and os.access(f"{real}/make_rbldnsd_zones.sh", os.R_OK):
        sets.append(RealLists(folder, real))
    return sets + [Hosts(folder, entries, 1, BUILD) for entries in sizes if entries > LISTS_ENTRIES]


class Report:
    """A run: what is there already, what is left, and the rows as they come."""

    def __init__(self, options, folder):
        self.options = options
        self.results = Results(options.results)
        self.settings = Settings(options.minutes, options.memory * 1.073741824e3, options.port, BUILD)
        self.about = machine.describe()
        self.begin = time.monotonic()
        only = options.only.split(",") if options.only else [contender.name for contender in CONTENDERS]
        self.versions = {contender.name: contender.version() for contender in CONTENDERS}
        sets = data_sets(options, folder)
        # To the echo server only the lengths of the queries make a difference.
        self.work = [(contender, data) for data in sets for contender in CONTENDERS
                     if contender.name in only and (contender.data or data is sets[0])]
        self.work = [(contender, data, missing) for contender, data in self.work
                     if (missing := self.missing(contender, data))]
        self.settings.share_among(sum(len(missing) for _, _, missing in self.work))

    def stamp(self, name):
        """By what a row of a contender is known to be of this machine and version."""
        return [str(self.about), self.versions[name]]

    def missing(self, contender, data):
        """What is not measured yet of a contender with data: `load`, and streams."""
        whats = ["load", *data.streams]
        return [what for what in whats if self.options.again == "all" or
                not self.results.has((contender.name, data.name, what), self.stamp(contender.name),
                                     self.options.again != "failed")]

    def add(self, contender, data, what, **row):
        self.results.add({"key": [contender.name, data.name, what], "stamp": self.stamp(contender.name),
                          "entries": data.entries, "lists": getattr(data, "lists", None), **row})
        shown = row.get("failed") or "  ".join(f"{name} {value:.4g}" for name, value in row.items()
                                               if isinstance(value, float))
        print(f"[{time.monotonic() - self.begin:5.0f} s] {contender.name}, {data.name}, {what}: {shown}", flush=True)

    def known_reason(self, contender, data):
        """Why there is no need to try: the contender is not here, or a smaller data set was too large for it."""
        reason = contender.missing() or data.cannot_hold(contender)
        if reason or not data.entries:
            return reason
        for row in self.results.rows:
            name, smaller, what = row["key"]
            if name != contender.name or what != "load" or row["stamp"] != self.stamp(contender.name) or \
                    not row["entries"] or not 1_000_000 <= row["entries"] < data.entries:
                continue
            if "needs" in row.get("failed", ""):
                return f"{smaller}: {row['failed']}"
            expected = row.get("memory_mb", 0) / row["entries"] * data.entries
            if expected > self.settings.memory_mb:
                return f"needs about {expected / 1000:.0f} GB, by its memory with {smaller}"
        return None

    def measure(self, contender, data, missing):
        reason = self.known_reason(contender, data)
        try:
            if reason:
                raise Failure(reason)
            busy = machine.wait_until_quiet()
            with Server(contender, data, self.settings) as server:
                for what in [what for what in missing if what != "load"] + ["load"]:  # the reload comes last
                    if what in missing:
                        figures = measure_load(server) if what == "load" else measure_stream(server, what)
                        self.add(contender, data, what, busy=busy, command=command_text(server), **figures)
                        missing.remove(what)
        except Failure as failure:
            while missing:
                self.add(contender, data, missing.pop(0), failed=str(failure))

    def run(self):
        """Measures until all is there or the time is over; returns how many rows are left."""
        left = sum(len(missing) for _, _, missing in self.work)
        print(f"{left} rows to measure in {self.options.minutes:g} minutes, {self.settings.row_seconds:.1f} s for each "
              f"flood; servers on CPU {self.settings.server_cpus}, senders on {self.settings.sender_cpus}", flush=True)
        try:
            for contender, data, missing in self.work:
                self.measure(contender, data, missing)
        except OutOfTime:
            pass
        return sum(len(missing) for _, _, missing in self.work)


def publish(report, left):
    """Writes the pages of docs/ when the figures deserve it, or says why not."""
    options, rows = report.options, report.results.rows
    busy = max((row.get("busy", 0) for row in rows), default=0)
    reason = None
    if left or any(part is not None for part in (options.only, options.sizes, options.lists)):
        reason = "not all was measured"
    elif any(row["stamp"] != report.stamp(row["key"][0]) for row in rows):
        reason = "some rows are of another machine or version"
    elif busy > machine.QUIET:
        reason = f"the machine was {busy:.0%} busy before a server started"
    if options.pages == "no" or options.pages == "auto" and reason:
        print(f"docs/ is left as it is: {reason or 'as asked'}")
    else:
        pages.publish(rows, report.about, report.versions)
        print("written: docs/benchmarks.md, docs/line-rate.md, docs/benchmarks/")


def main():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
    options = arguments()
    for number in (signal.SIGTERM, signal.SIGHUP):  # as after Ctrl-C, servers are ended on the way out
        signal.signal(number, lambda *_: sys.exit(1))
    kept = os.environ.get("DATA")
    folder = kept or tempfile.mkdtemp(prefix="bench-report-data-")
    os.makedirs(folder, exist_ok=True)
    try:
        report = Report(options, folder)
        left = report.run()
    finally:
        if not kept:
            shutil.rmtree(folder)
    print(f"{len(report.results.rows)} rows in {options.results}, {left} left" + (": run again to go on" if left else ""))
    pages.write(report.results.rows, report.about, report.versions, f"{BUILD}/bench/report")
    publish(report, left)


if __name__ == "__main__":
    main()
