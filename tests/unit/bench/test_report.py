"""The arithmetic of bench/report: quantiles, ratios, the search for the highest rate, rows, tables and plots."""
import os
import sys
import xml.etree.ElementTree

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "..", "bench", "report"))

import data  # noqa: E402  (needs the path above)
import figures  # noqa: E402
import measure  # noqa: E402
import pages  # noqa: E402
import plot  # noqa: E402
import results  # noqa: E402

HUNDRED = {delay: 1 for delay in range(1, 101)}


@pytest.mark.parametrize("delays, share, expected", [
    (HUNDRED, 0.5, 50),
    (HUNDRED, 0.99, 99),
    (HUNDRED, 0.999, 100),
    (HUNDRED, 1, 100),
    ({7: 1}, 0.5, 7),
    ({10: 999, 5000: 1}, 0.999, 10),
    ({10: 998, 5000: 2}, 0.999, 5000),
    ({}, 0.5, None),
])
def test_quantile(delays, share, expected):
    assert figures.quantile(delays, share) == expected


def test_merged_delays_are_those_of_all_rounds():
    assert figures.merge_delays([{1: 2, 5: 1}, {5: 3}, {}]) == {1: 2, 5: 4}


@pytest.mark.parametrize("ours, theirs, expected", [(3, 4, 0.75), (None, 4, None), (3, None, None), (3, 0, None)])
def test_ratio(ours, theirs, expected):
    assert figures.ratio(ours, theirs) == expected


def test_median_and_cpu_time():
    assert figures.median([3, None, 1, 2]) == 2
    assert figures.median([None]) is None
    assert figures.cpu_us(0.5, 100_000) == 5
    assert figures.cpu_us(0.5, 0) is None


def server_of(capacity, sender=float("inf")):
    """A trial of a server that loses what is above its capacity, asked by a sender that has a limit of its own."""
    def trial(rate):
        reached = min(rate, sender)
        return reached, max(0, reached - capacity)
    return trial


@pytest.mark.parametrize("capacity, sender, expected, at_least", [
    (130, 1e9, 125, False),  # 100 good, 200 bad; 150 bad, 125 good
    (10, 1e9, 0, False),     # 100 bad; 50 and 25 bad
    (1e9, 300, 300, True),   # the sender is asked for 400 and reaches 300
    (1e9, 1e9, 1000, True),  # the ceiling
    (290, 300, 275, False),  # 200 good, 300 reached and bad; 250 and 275 good
])
def test_highest_rate(capacity, sender, expected, at_least):
    assert figures.highest_rate(server_of(capacity, sender), 100, 1000, 2) == (expected, at_least)


def test_line_rate():
    # The rate that every vendor states: 64-byte frames and 20 bytes between them.
    assert round(figures.line_rate(10, 0)) == 14_880_952
    # 55 bytes of DNS, 28 of IP and UDP, 38 of Ethernet: 121 bytes.
    assert round(figures.line_rate(10, 55)) == 10_330_579
    assert figures.line_rate(100, 55) == pytest.approx(10 * figures.line_rate(10, 55))


def row(name, what="uniform", **more):
    return {"key": [name, "1 M, 1 list", what], "stamp": ["machine", "1"], "entries": 1_000_000, "lists": 1, **more}


def test_a_row_takes_the_place_of_the_one_with_its_key():
    old = [row("dnsbld", rate=1.0), row("NSD", rate=2.0)]
    assert results.merge(old, [row("dnsbld", rate=3.0), row("Knot", rate=4.0)]) == \
        [row("dnsbld", rate=3.0), row("NSD", rate=2.0), row("Knot", rate=4.0)]


def test_rows_are_there_in_the_next_run_unless_the_version_is_another(tmp_path):
    path = str(tmp_path / "build" / "rows")
    first = results.Results(path)
    first.add(row("dnsbld", rate=1.0))
    first.add(row("NSD", failed="it ended"))
    again = results.Results(path)
    assert again.rows == first.rows
    assert again.has(row("dnsbld")["key"], ["machine", "1"])
    assert again.has(row("NSD")["key"], ["machine", "1"])
    assert not again.has(row("dnsbld")["key"], ["machine", "2"])
    assert not again.has(row("dnsbld", "hot")["key"], ["machine", "1"])
    assert again.has(row("dnsbld")["key"], ["machine", "1"], failed_too=False)
    assert not again.has(row("NSD")["key"], ["machine", "1"], failed_too=False)


MEASURED = {"rate": 200_000.0, "full_cpu_us": 4.0, "cpu_us": 6.0, "answer_bytes": 55.0, "p50_ms": 0.1, "p99_ms": 0.2,
            "p99.9_ms": 1.5, "lost": 0}


def test_tables_have_the_ratio_and_the_reasons_of_failures():
    rows = [row("rbldnsd", **MEASURED | {"full_cpu_us": 8.0}), row("Knot", failed="it ended: no memory"),
            row("dnsbld", at_least=True, **MEASURED), row("dnsbld", "load", load_s=0.5, memory_mb=7.0)]
    lines = pages.query_table(rows).splitlines()
    assert lines[2] == "| 1 M, 1 list | uniform | dnsbld | at least 200 | 4 | 0.5 | 6 | 0.1 | 0.2 | 1.5 |  |"
    assert lines[3].startswith("| 1 M, 1 list | uniform | rbldnsd | 200 | 8 | 1 |")
    assert lines[4] == "| 1 M, 1 list | uniform | Knot |  |  |  |  |  |  |  | it ended: no memory |"
    assert pages.load_table(rows).splitlines()[2] == "| 1 M, 1 list | dnsbld | 0.5 | 7 | 7 |  |  |  |  |"


def test_cores_of_a_full_link():
    # 10,330,579 answers a second of 4 us each.
    assert pages.line_rate_table([row("dnsbld", **MEASURED)]).splitlines()[-1] == \
        "| dnsbld | 200 | 4 | 55 | 10.3 M/s: 41.3 | 25.8 M/s: 103 | 103 M/s: 413 |"


def test_the_page_keeps_what_is_outside_the_markers():
    page = f"before\n{pages.BEGIN}\nold\n{pages.END}\nafter\n"
    once = pages.put(page, "new\n")
    assert once == f"before\n{pages.BEGIN}\n\nnew\n\n{pages.END}\nafter\n"
    assert pages.put(once, "new") == once
    with pytest.raises(ValueError):
        pages.put("a page without markers", "new")


@pytest.mark.parametrize("low, high, logarithmic, expected", [
    (3, 250, True, [1, 10, 100, 1000]),
    (10, 10, True, [10, 100]),
    (1, 5.4, False, [0, 1, 2, 3, 4, 5, 6]),
    (0, 130, False, [0, 50, 100, 150]),
])
def test_ticks_enclose_the_data(low, high, logarithmic, expected):
    assert plot.ticks(low, high, logarithmic) == expected


def test_labels_are_moved_apart():
    assert plot.spread([100, 50, 52], 14) == [100, 50, 64]


def test_charts_are_xml_with_a_line_a_server():
    rows = [row(name, what, **MEASURED) for name in ("dnsbld", "rbldnsd") for what in ("hot", "uniform")]
    drawn = pages.plots(rows)
    assert sorted(drawn) == ["cpu.svg", "delays.svg", "lists.svg", "rate.svg", "streams.svg"]
    for text in drawn.values():
        assert len(xml.etree.ElementTree.fromstring(text).findall("{*}polyline")) == 2
    assert plot.chart("", "", "", ["x"], {"dnsbld": {}}) is None


def test_what_the_sender_prints():
    assert measure.parse_flood("sent 3\nwrong 1\nbusy 0.250\ndelay 1024 2\ndelay 99 1\n") == \
        {"sent": 3, "wrong": 1, "busy": 0.25, "delays": {1024: 2, 99: 1}}


@pytest.fixture(name="hosts")
def fixture_hosts(tmp_path):
    """A thousand hosts, dealt to three lists; without bench/hosts, which make bench-bin builds."""
    (tmp_path / "1000.hosts").write_text("".join(f"192.0.{i >> 8}.{i & 255}\n" for i in range(0, 2000, 2)))
    return data.Hosts(str(tmp_path), 1000, 3, "build")


def test_lists_and_master_file_agree_with_what_queries_expect(hosts):
    listed = {}
    for number, path in enumerate(hosts.list_files()):
        with open(path, encoding="ascii") as file:
            listed.update((line.strip(), f"127.0.0.{2 + number}") for line in file if line[0].isdigit())
    with open(hosts.master_file(), encoding="ascii") as file:
        records = dict(line.split(" A ") for line in file if " A " in line)
    assert len(listed) == len(records) == 1001
    expected = set()
    with open(hosts.stream("probe"), encoding="ascii") as file:
        for name, _, code in (line.split() for line in file):
            address = data.reverse(name.removesuffix("." + data.ZONE))
            assert listed.get(address, "-") == code
            assert records.get(data.reverse(address), "-").strip() == code
            expected.add(code)
    assert expected == {"-", "127.0.0.2", "127.0.0.3", "127.0.0.4"}
