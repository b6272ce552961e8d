"""The arithmetic of the report: quantiles of delays, ratios, the search for the highest rate. Pure functions."""
import collections
import statistics


def merge_delays(several):
    """Adds up histograms {upper end of the bucket, ns: count}."""
    total = collections.Counter()
    for delays in several:
        total.update(delays)
    return dict(total)


def quantile(delays, share):
    """The upper end of the bucket in which the `share`-th part of the delays ends; None without any."""
    count = sum(delays.values())
    below = 0
    for end in sorted(delays):
        below += delays[end]
        if below >= share * count:
            return end
    return None


def ratio(ours, theirs):
    """ours / theirs; None when either is missing or theirs is 0."""
    return ours / theirs if ours is not None and theirs else None


def median(values):
    """The median of those that are there; None without any."""
    values = [value for value in values if value is not None]
    return statistics.median(values) if values else None


def cpu_us(busy_seconds, received):
    """Microseconds of CPU time for each answer; None without answers."""
    return busy_seconds * 1e6 / received if received else None


def highest_rate(trial, first, ceiling, halvings):
    """The highest rate without loss, found by doubling `first` and then halving the interval that is left.

    trial(rate) returns the rate that the sender reached and how many queries were lost. Returns the rate, 0 when
    every trial lost some, and whether it is only a lower bound: the sender, or the ceiling, was reached first.
    """
    good, rate = 0, first
    while True:
        reached, lost = trial(rate)
        if lost:
            break
        good = max(good, reached)
        if reached < 0.95 * rate or rate >= ceiling:
            return good, True
        rate = min(2 * rate, ceiling)
    bad = max(good, min(rate, reached))
    for _ in range(halvings):
        middle = (good + bad) / 2
        reached, lost = trial(middle)
        if lost:
            bad = middle
        else:
            good = max(good, reached)
    return good, False


ETHERNET_BYTES = 14 + 4 + 20  # header; checksum; preamble and the gap between frames
IP_UDP_BYTES = 20 + 8


def line_rate(gigabits, message_bytes):
    """DNS messages of that size a second that fill one direction of an Ethernet link (IPv4 over UDP)."""
    frame = max(message_bytes + IP_UDP_BYTES, 46) + ETHERNET_BYTES
    return gigabits * 1e9 / 8 / frame
