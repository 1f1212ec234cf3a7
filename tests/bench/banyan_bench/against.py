# SPDX-License-Identifier: Apache-2.0
"""CPU per proxied request beside another build of this proxy, of a commit before: has it become slower?"""
import importlib
import importlib.util
import random
import re
import statistics
import sys
from types import SimpleNamespace

from .contenders import PATHS, contender, in_turns, origin
from .cpu import CONNECTIONS
from .loads import most, with_cpu
from .program import free_ports

SLOWER = 1.02  # the interval of the ratio may not lie above it
RESAMPLES = 10_000


def run(bench):
    options, report = bench.options, bench.report
    before = _contenders_of(options.against)
    report.heading(f"Beside {options.against}")
    report.say(f"CPU of this build / of that one, for each request; {options.rounds} rounds of {options.seconds} s, in turns, "
               f"ratios of the same\nround, median and 95 % interval (bootstrap). An interval above {SLOWER} fails.\n")
    rows, seen = [("", "now", "before", "ratio", "95 % interval")], {}
    loads = [(f"{size}, keep-alive", path, False) for size, path in PATHS.items()]
    for load, path, closes in (*loads, ("150 B, new connections", PATHS["150 B"], True)):
        ratios, costs = _measure(bench, before, path, closes)
        low, high = _interval(ratios)
        rows.append((load, *(f"{statistics.median(cost):.2f} µs" for cost in costs),
                     f"{statistics.median(ratios):.3f}", f"{low:.3f} … {high:.3f}"))
        seen[load] = {"ratios": ratios, "interval": [low, high]}
        if low > SLOWER:
            report.problem(f"{load}: slower than before by {low:.3f} … {high:.3f}")
    report.table(rows)
    report.keep("against", seen)


def _measure(bench, before, path, closes):
    options = bench.options
    other = SimpleNamespace(bin=options.against / "bin", tools=options.tools)
    (bench.folder / "before").mkdir(exist_ok=True)
    upstream = free_ports(1)[0]
    with origin(bench.folder, upstream), \
            contender("banyan", bench.folder, upstream, options, closes) as now, \
            before.contender("banyan", bench.folder / "before", upstream, other, closes) as then:
        cost = {now: [], then: []}
        for each in cost:
            most(bench.report, each, path, CONNECTIONS, 1, closes)  # warm
        for each in in_turns([now, then], options.rounds):
            cost[each].append(with_cpu(each, lambda: most(
                bench.report, each, path, CONNECTIONS, options.seconds, closes))["cpu"])
    return [mine / its for mine, its in zip(cost[now], cost[then])], (cost[now], cost[then])


def _interval(ratios):
    """Of the median, by resampling: no assumption about how the machine's noise is distributed."""
    chance = random.Random(1)
    medians = sorted(statistics.median(chance.choices(ratios, k=len(ratios))) for _ in range(RESAMPLES))
    return medians[int(0.025 * RESAMPLES)], medians[int(0.975 * RESAMPLES)]


def _contenders_of(build):
    """How that commit configures its proxy: its own benchmark knows."""
    cache = build / "CMakeCache.txt"
    source = cache.exists() and re.search(r"(?m)^CMAKE_HOME_DIRECTORY:INTERNAL=(.*)$", cache.read_text())
    folder = f"{source[1]}/tests/bench/banyan_bench" if source else ""
    if not source or not (build / "bin" / "banyan").exists():
        sys.exit(f"bench: --against {build}: no build of Banyan with a bin/banyan in it; in a worktree of the other "
                 "commit run ./dev build release")
    spec = importlib.util.spec_from_file_location("banyan_bench_before", f"{folder}/__init__.py",
                                                  submodule_search_locations=[folder])
    sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[spec.name])
    return importlib.import_module("banyan_bench_before.contenders")
