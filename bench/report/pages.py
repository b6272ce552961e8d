"""The tables and plots: Markdown between two markers of a page, and SVG files beside it."""
import os
import textwrap

import figures
import machine
import plot
from contenders import CONTENDERS
from data import words
from measure import RELOAD_RATE, STEADY_RATE

BEGIN, END = "<!-- bench-report: begin -->", "<!-- bench-report: end -->"
NAMES = [contender.name for contender in CONTENDERS]
COMPARED = 1_000_000  # entries of the plots that are not over entries
LINKS = (10, 25, 100)  # Gbit/s


def put(page, block):
    """The page with `block` between the markers; raises ValueError when it has none."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"no place between {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{block.strip()}\n\n{END}{after}"


def order(rows):
    """By data (few entries first, one list first, the real lists last), then what was measured, then server."""
    whats = ["load", "hot", "Zipf", "uniform", "mail"]

    def place(row):
        name, _, what = row["key"]
        return (row["entries"] or float("inf"), row["lists"] or 0, whats.index(what), NAMES.index(name))
    return sorted(rows, key=place)


def cell(value, digits=3):
    """A figure with as many digits as it deserves; empty when there is none."""
    if value is None:
        return ""
    return f"{value:.0f}" if value >= 100 else f"{value:.{digits}g}"


def table(head, lines):
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, ["---"] * len(head), *lines])


def query_table(rows):
    """Rates, CPU time and delays; the ratio is that of the CPU time at the highest rate to rbldnsd's in the same row."""
    theirs = {tuple(row["key"][1:]): row.get("full_cpu_us") for row in rows if row["key"][0] == "rbldnsd"}
    lines = []
    for row in order(rows):
        name, data, what = row["key"]
        if what == "load":
            continue
        rate = cell(row["rate"] / 1000) if row.get("rate") else ""
        lost = f"{row['lost']:.0f} lost at {STEADY_RATE // 1000} k/s" if row.get("lost") else ""
        lines.append([data, what, name, ("at least " if row.get("at_least") else "") + rate,
                      cell(row.get("full_cpu_us")),
                      cell(figures.ratio(row.get("full_cpu_us"), theirs.get((data, what))), 2), cell(row.get("cpu_us")),
                      *(cell(row.get(f"{q}_ms")) for q in ("p50", "p99", "p99.9")), row.get("failed") or lost])
    return table(["data", "queries", "server", "highest rate, k/s", "CPU at it, us", "to rbldnsd's",
                  f"CPU at {STEADY_RATE // 1000} k/s, us", "p50, ms", "p99, ms", "p99.9, ms", "remark"], lines)


def load_table(rows):
    lines = []
    for row in order(rows):
        name, data, what = row["key"]
        if what != "load" or name == "echo":
            continue
        each = figures.ratio(row["memory_mb"] * 1e6, row["entries"]) if "memory_mb" in row else None
        lines.append([data, name, *(cell(row.get(figure)) for figure in ("load_s", "memory_mb")), cell(each),
                      *(cell(row.get(figure)) for figure in ("reload_s", "reload_longest_ms", "reload_lost")),
                      row.get("failed", "")])
    return table(["data", "server", "load, s", "memory, MB", "bytes an entry", "reload, s", "longest wait in it, ms",
                  f"lost of {RELOAD_RATE}/s", "remark"], lines)


def run_text(rows, about, versions):
    """Machine, versions and commands of the run."""
    busy = max((row.get("busy", 0) for row in rows), default=0)
    facts = [*about, ("busy before a server started", f"at most {busy:.1%} of all CPUs"), *versions.items()]
    if busy > machine.QUIET:
        facts.insert(0, ("note", "other programs were running; these figures are of no use"))
    lines = [textwrap.fill(f"* {word}: {text}", 120, subsequent_indent="  ") for word, text in facts]
    commands = {row["key"][0]: row["command"] for row in rows if "command" in row}
    if commands:
        lines += ["", "```", *(commands[name] for name in NAMES if name in commands), "```"]
    return "\n".join(lines)


def plots(rows):
    """The SVGs, {file name: text}."""
    def series(figure, x, chosen):
        return {name: {x(row): row[figure] for row in order(rows)
                       if row["key"][0] == name and chosen(row) and row.get(figure) is not None} for name in NAMES}

    def places(x, chosen):
        return list(dict.fromkeys(x(row) for row in order(rows) if chosen(row)))

    def draw(title, x_label, y_label, figure, x, chosen, logarithmic=False):
        return plot.chart(title, x_label, y_label, places(x, chosen), series(figure, x, chosen), logarithmic)

    def entries(row):
        return words(row["entries"])

    def sized(what):
        return lambda row: row["lists"] == 1 and row["entries"] and row["key"][2] == what and row["key"][0] != "echo"

    def compared(row):
        return row["lists"] == 1 and row["entries"] == COMPARED and row["key"][2] != "load"

    def lists(row):
        return row["entries"] == COMPARED and row["key"][2] == "uniform" and row["key"][0] != "echo"

    uniform, load = sized("uniform"), sized("load")
    of_all = "CPU time of the machine, us an answer"
    delays = {name: {q: row[f"{q}_ms"] for row in rows if compared(row) and row["key"][::2] == [name, "uniform"]
                     for q in ("p50", "p99", "p99.9") if row.get(f"{q}_ms") is not None} for name in NAMES}
    drawn = {
        "cpu": draw("CPU time at the highest rate, uniform queries", "entries", of_all, "full_cpu_us", entries, uniform),
        "rate": draw("Highest rate without loss, uniform queries", "entries", "queries a second", "rate", entries,
                     uniform),
        "streams": draw("CPU time at the highest rate, 1 M entries", "queries", of_all, "full_cpu_us",
                        lambda row: row["key"][2], compared),
        "lists": draw("CPU time at the highest rate, 1 M entries", "lists of the zone", of_all, "full_cpu_us",
                      lambda row: str(row["lists"]), lists),
        "delays": plot.chart(f"Delays at {STEADY_RATE // 1000} k/s, uniform queries, 1 M entries", "quantile", "ms",
                             ["p50", "p99", "p99.9"], delays, True),
        "memory": draw("Memory", "entries", "MB", "memory_mb", entries, load, True),
        "load": draw("From the start to the first answer", "entries", "s", "load_s", entries, load, True),
        "reload": draw("Longest wait of a query during a reload", "entries", "ms", "reload_longest_ms", entries, load,
                       True),
    }
    return {f"{name}.svg": text for name, text in drawn.items() if text}


def line_rate_table(rows):
    """What the uniform queries of 1 M entries mean for links that answers fill."""
    chosen = {row["key"][0]: row for row in rows if row["entries"] == COMPARED and row["lists"] == 1 and
              row["key"][2] == "uniform" and row.get("full_cpu_us")}
    lines = []
    for name in NAMES:
        if name in chosen:
            row = chosen[name]
            rates = [figures.line_rate(link, row["answer_bytes"]) for link in LINKS]
            lines.append([name, cell(row["rate"] / 1000), cell(row["full_cpu_us"]), cell(row["answer_bytes"]),
                          *(f"{cell(rate / 1e6)} M/s: {cell(rate * row['full_cpu_us'] / 1e6)}" for rate in rates)])
    return table(["server", "highest rate, k/s", "CPU, us an answer", "bytes of DNS",
                  *(f"{link} GbE: cores" for link in LINKS)], lines)


def benchmarks_block(rows, about, versions, images):
    drawn = plots(rows)
    pictures = "\n".join(f"![{name[:-4]}]({images}/{name})" for name in drawn)
    return "\n\n".join([run_text(rows, about, versions), query_table(rows), load_table(rows), pictures]), drawn


def save(folder, files):
    os.makedirs(folder, exist_ok=True)
    for name, text in files.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)


def write(rows, about, versions, folder):
    """All rows that there are, as a page of its own with the plots."""
    block, drawn = benchmarks_block(rows, about, versions, ".")
    save(folder, {"report.md": f"{block}\n\n{line_rate_table(rows)}\n", **drawn})
    print(f"written: {folder}/report.md")


def publish(rows, about, versions):
    """The same into the pages of docs/."""
    block, drawn = benchmarks_block(rows, about, versions, "benchmarks")
    save("docs/benchmarks", drawn)
    for path, text in (("docs/benchmarks.md", block), ("docs/line-rate.md", line_rate_table(rows))):
        with open(path, encoding="utf-8") as file:
            page = put(file.read(), text)
        with open(path, "w", encoding="utf-8") as file:
            file.write(page)
