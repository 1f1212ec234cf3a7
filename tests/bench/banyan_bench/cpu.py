# SPDX-License-Identifier: Apache-2.0
"""CPU per proxied request, by size of the answer, and for new connections."""
from .contenders import NAMES, PATHS, beside_each_other, in_turns
from .loads import most, with_cpu
from .report import median, ratio, spread

TARGET = 0.80
CONNECTIONS = 64


def run(bench):
    options, report = bench.options, bench.report
    report.heading("CPU per proxied request")
    report.say(f"{CONNECTIONS} connections, {options.rounds} rounds of {options.seconds} s for each, in turns; median "
               "(least … most).\nRatios are of the same round; the target is at most "
               f"{TARGET:.2f} of nginx and of HAProxy.\n")
    seen = {f"{size}, keep-alive": {} for size in PATHS} | {"150 B, new connections": {}}
    with beside_each_other(bench.folder, options) as (_, programs):
        for size, path in PATHS.items():
            _measure(bench, programs, path, False, seen[f"{size}, keep-alive"])
    with beside_each_other(bench.folder, options, closes=True) as (_, programs):
        _measure(bench, programs, PATHS["150 B"], True, seen["150 B, new connections"])
    bench.most = {name: median([run["rate"] for run in runs])
                  for name, runs in seen["150 B, keep-alive"].items()}
    _print(report, seen)
    report.keep("cpu", seen)


def _measure(bench, programs, path, closes, seen):
    for each in programs:
        most(bench.report, each, path, CONNECTIONS, 1, closes)  # warm
        seen[each.name] = []
    for each in in_turns(programs, bench.options.rounds):
        seen[each.name].append(with_cpu(each, lambda: most(
            bench.report, each, path, CONNECTIONS, bench.options.seconds, closes)))


def _print(report, seen):
    cost = {load: {name: [run["cpu"] for run in runs] for name, runs in by_name.items()}
            for load, by_name in seen.items()}
    report.table([("µs CPU/request", *NAMES)] +
                 [(load, *(spread(by_name[name]) for name in NAMES)) for load, by_name in cost.items()])
    report.table([("of it outside the kernel", *NAMES)] +
                 [(load, *(f"{median([run['cpu_user'] for run in by_name[name]]):.1f}" for name in NAMES))
                  for load, by_name in seen.items()])
    rows = [("CPU ratio", "banyan / nginx", "banyan / HAProxy", f"at most {TARGET:.2f}?", "banyan / floor")]
    for load, by_name in cost.items():
        ours = [ratio(by_name["banyan"], by_name[name]) for name in ("nginx", "HAProxy", "floor")]
        rows.append((load, f"{ours[0]:.2f}", f"{ours[1]:.2f}", "yes" if max(ours[:2]) <= TARGET else "NO",
                     f"{ours[2]:.2f}"))
    report.table(rows)
    rows = [("requests/s (p99 ms) at full load", *NAMES)]
    for load, by_name in seen.items():
        rows.append((load, *(f"{median([run['rate'] for run in by_name[name]]):,.0f} "
                             f"({median([run['p99'] for run in by_name[name]]) * 1e3:.2f})" for name in NAMES)))
    report.table(rows)
