# SPDX-License-Identifier: Apache-2.0
"""How long answers take at half of what the slowest proxy can do, from when each request was due."""
from .contenders import PATHS, beside_each_other, in_turns
from .loads import most, steady
from .report import median, ratio, spread

PATH = PATHS["150 B"]
ALONE = "origin, no proxy"


def half_rate(bench):
    """Half of the least maximum; measured unless it is known from the CPU section."""
    if not bench.most:
        with beside_each_other(bench.folder, bench.options) as (_, programs):
            bench.most = {each.name: most(bench.report, each, PATH, 64, 1)["rate"] for each in programs}
    return min(bench.most.values()) / 2


class _Origin:
    def __init__(self, port):
        self.name, self.port = ALONE, port


def run(bench):
    options, report = bench.options, bench.report
    report.heading("Latency at half load")
    rate = half_rate(bench)
    requests = int(rate * options.seconds)
    report.say(f"{rate:,.0f} requests/s, half of what the slowest can do, 64 connections, 150 B; {options.rounds} rounds "
               f"of {options.seconds} s\nfor each, in turns; from when a request was due (no coordinated omission); "
               "target: p99 no worse than nginx.\n")
    with beside_each_other(bench.folder, options) as (upstream, programs):
        everyone = [_Origin(upstream), *programs]
        seen = {each.name: [] for each in everyone}
        for each in in_turns(everyone, options.rounds):
            seen[each.name].append(steady(report, options, each, PATH, requests, rate))
    rows = [("µs", "p50", "p99", "p99.9", "p99 / nginx")]
    for name, runs in seen.items():
        p99 = [run["p99"] for run in runs]
        rows.append((name, spread([run["p50"] for run in runs], 0), spread(p99, 0),
                     f"{median([run['p999'] for run in runs]):.0f}",
                     "" if name == ALONE else f"{ratio(p99, [run['p99'] for run in seen['nginx']]):.2f}"))
    report.table(rows)
    report.keep("latency", {"rate": rate, "runs": seen})
