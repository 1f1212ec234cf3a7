# SPDX-License-Identifier: Apache-2.0
"""What clients notice of copies: of none, of one for each read, and of those to a side that hangs or is dead."""
import contextlib
import socket

from .contenders import PATHS, ask, banyan, in_turns, origin
from .loads import most, steady
from .program import free_ports
from .report import bytes_text, median, ratio, spread

PATH = PATHS["150 B"]
CONNECTIONS = 64
NONE, ALL, HUNG, DEAD = "no copies", "all copied", "side that hangs", "side that is dead"
TARGET = 1.02  # p99 with a copy of each read, beside none
COPIES = """[rollouts.catalog.shadow]
credentials = "pass"
share = "100%"
noise = "0%"
time = "10m"
"""


def run(bench):
    options, report = bench.options, bench.report
    report.heading("Copies of reads for the other side")
    with _proxies(bench) as programs:
        # A copy costs about what its request does, on the same core: at half load there would be none left.
        rate = most(report, programs[0], PATH, CONNECTIONS, 1)["rate"] / 4
        requests = int(rate * options.seconds)
        report.say(f"{rate:,.0f} requests/s, a quarter of what it can do, {CONNECTIONS} connections, 150 B; {options.rounds} "
                   f"rounds of {options.seconds} s\nfor each, in turns; from when a request was due. Target: with a copy of "
                   f"each read a p99 of\nno more than {TARGET} of that without; with a side that hangs or is dead neither more "
                   "time nor\nmemory than that.\n")
        for each in programs[1:]:
            ask(each, "rollouts/catalog/shadow", {"who": "bench", "why": "a measurement", "force": True})
        seen = {each.name: [] for each in programs}
        for each in in_turns(programs, options.rounds):
            seen[each.name].append(steady(report, options, each, PATH, requests, rate))
        memory = {each.name: each.memory() for each in programs}
        copies = {each.name: _copies(each) for each in programs[1:]}
    _print(report, seen, memory, copies)
    if not copies[ALL]["compared"]:
        report.problem(f"{ALL}: nothing was compared, so nothing was measured")
    report.keep("shadow", {"rate": rate, "runs": seen, "memory": memory, "copies": copies})


@contextlib.contextmanager
def _proxies(bench):
    """One for each case, in front of the same origin: they cost nothing while they are not asked."""
    with contextlib.ExitStack() as stack:
        upstream = free_ports(1)[0]
        stack.enter_context(origin(bench.folder, upstream))
        successors = {NONE: upstream, ALL: upstream, HUNG: stack.enter_context(_hanging_side()), DEAD: free_ports(1)[0]}
        programs = []
        for number, (name, successor) in enumerate(successors.items()):
            folder = bench.folder / f"shadow-{number}"
            folder.mkdir(exist_ok=True)
            programs.append(stack.enter_context(banyan(
                folder, free_ports(1)[0], upstream, bench.options, name=name, successor=successor,
                more="" if name == NONE else COPIES)))
        yield programs


@contextlib.contextmanager
def _hanging_side():
    """The system takes connections and requests for it, and it never says a word."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(1024)
        yield listening.getsockname()[1]


def _copies(program):
    return ask(program, "differences?module=catalog")["modules"][0]["copies"]


def _print(report, seen, memory, copies):
    without = [run["p99"] for run in seen[NONE]]
    rows = [("µs", "p50", "p99", "p99.9", "p99 / none", "memory", "copies", "compared", "not made")]
    for name, runs in seen.items():
        p99 = [run["p99"] for run in runs]
        row = [name, spread([run["p50"] for run in runs], 0), spread(p99, 0),
               f"{median([run['p999'] for run in runs]):.0f}"]
        if name == NONE:
            rows.append((*row, "", bytes_text(memory[name]), "", "", ""))
            continue
        of = copies[name]
        rows.append((*row, f"{ratio(p99, without):.2f}", bytes_text(memory[name]), f"{of['sent']:,}",
                     f"{of['compared']:,}", ", ".join(f"{why} {times:,}" for why, times in of["dropped"].items())))
    report.table(rows)
