# SPDX-License-Identifier: Apache-2.0
"""CPU per proxied request, by size of the answer, and for new connections."""
from .contenders import DOING_AS_MUCH, NAMES, PATHS, beside_each_other, in_turns
from .loads import most, with_cpu
from .report import median, ratio, spread

TARGET = 0.80
ALL = (*NAMES, *DOING_AS_MUCH)
CONNECTIONS = 64


def run(bench):
    options, report = bench.options, bench.report
    report.heading("CPU per proxied request")
    report.say(f"{CONNECTIONS} connections, {options.rounds} rounds of {options.seconds} s for each, in turns; median "
               "(least … most).\nRatios are of the same round. nginx and HAProxy are plain proxies; with a + they do, "
               "as far as they can,\nwhat banyan always does: routes, sticky percentage, ids, trace context, "
               f"figures by operation.\nThe target is at most {TARGET:.2f} of each.\n")
    seen = {f"{size}, keep-alive": {} for size in PATHS} | {"150 B, new connections": {}}
    with beside_each_other(bench.folder, options, ALL) as (_, programs):
        for size, path in PATHS.items():
            _measure(bench, programs, path, False, seen[f"{size}, keep-alive"])
    with beside_each_other(bench.folder, options, ALL, closes=True) as (_, programs):
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
    report.table([("µs CPU/request", *ALL)] +
                 [(load, *(spread(by_name[name]) for name in ALL)) for load, by_name in cost.items()])
    report.table([("of it outside the kernel", *ALL)] +
                 [(load, *(f"{median([run['cpu_user'] for run in by_name[name]]):.1f}" for name in ALL))
                  for load, by_name in seen.items()])
    others = [name for name in ALL if name != "banyan"]
    rows = [("CPU of banyan / of", *others)]
    for load, by_name in cost.items():
        ratios = {name: ratio(by_name["banyan"], by_name[name]) for name in others}
        rows.append((load, *(_judged(ratios[name], name) for name in others)))
    report.table(rows)
    rows = [("requests/s (p99 ms) at full load", *ALL)]
    for load, by_name in seen.items():
        rows.append((load, *(f"{median([run['rate'] for run in by_name[name]]):,.0f} "
                             f"({median([run['p99'] for run in by_name[name]]) * 1e3:.2f})" for name in ALL)))
    report.table(rows)


def _judged(share, name):
    if name == "floor":
        return f"{share:.2f}"
    return f"{share:.2f} {'yes' if share <= TARGET else 'NO'}"
