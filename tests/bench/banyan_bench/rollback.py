# SPDX-License-Identifier: Apache-2.0
"""How long a new side that has become worse keeps its users: a plan in a running proxy, with real sockets."""
import contextlib
import datetime
import math
import random
import sys
import time
from dataclasses import dataclass

from .contenders import ask, banyan
from .program import free_ports
from .report import median
from .two_sides import TwoSides

RATE = 1_000  # requests a second, of both sides together
SAME = 60  # seconds in which both sides stay the same, at the end
REASON = {"who": "bench", "why": "a measurement"}
PLAN = """[rollouts.catalog.plan]
steps = ["{share}", "100%"]
dwell = "1440m"
"""


@dataclass(frozen=True)
class Case:
    name: str
    share: str
    usual: float  # share of the answers that fail, of both sides
    worse: float  # of the new one, later
    target: float  # seconds
    simulated: str  # ADR 0034, from when the failures begin
    patience: float


CASES = (Case("Every second answer fails, at 1 %", "1%", 0.0001, 0.5, 1,
              "mean 0.6 s, 90 of 100 within 1 s, longest 3.0 s", 20),
         Case("2 of 100 fail besides, at 25 %", "25%", 0.001, 0.021, 10,
              "mean 4.0 s, 95 of 100 within 6.3 s, longest 9.3 s", 60))
TIMES = {"last_request": "first failed answer … last request there", "logged": "first failed answer … switch log",
         "logged_since_begin": "failures begin … switch log"}


def run(bench):
    options, report = bench.options, bench.report
    warm, same = options.warm, 10 if options.quick else SAME
    if not (options.bin / "banyan").exists():
        sys.exit(f"bench: {options.bin / 'banyan'} is not built; run: cmake --build {options.build} --target banyan")
    report.heading("Rolling back")
    seconds = sum(options.times * (warm + 2 * case.target) for case in CASES) + same
    report.say(f"{RATE:,} requests/s, each of another user; a plan at its first step; {warm} s of the same, then the new side\n"
               f"fails. {options.times} times each, a new proxy each time: about {seconds / 60:.0f} min.\n")
    seen = {}
    for case in CASES:
        report.say(f"{case.name}; target {case.target} s")
        seen[case.name] = []
        for turn in range(options.times):
            one = _once(bench, case, warm)
            seen[case.name].append(one)
            report.say(f"  {turn + 1} of {options.times}: " + (f"{one['logged']:.2f} s" if one else "not measured"))
        report.say()
        _print(report, case, seen[case.name])
    seen["same"] = _the_same(bench, CASES[-1], same)
    report.say(f"Both sides the same, at {CASES[-1].share}: {seen['same']}\n")
    report.keep("rollback", {"rate": RATE, "warm": warm, "same_seconds": same, "seen": seen})


class _Trial:
    """A plan that is running, and readers."""

    def __init__(self, bench, case):
        self._bench, self._case = bench, case
        self.sides = TwoSides(random.SystemRandom().getrandbits(64))

    def __enter__(self):
        folder = self._bench.folder / f"rollback-{random.getrandbits(48):x}"
        folder.mkdir()
        with contextlib.ExitStack() as stack:
            sides = stack.enter_context(self.sides)
            self._proxy = stack.enter_context(banyan(
                folder, free_ports(1)[0], sides.old.port, self._bench.options, successor=sides.new.port,
                more=PLAN.format(share=self._case.share)))
            ask(self._proxy, "rollouts/catalog/plan", {"action": "start", **REASON})
            for each in (sides.old, sides.new):
                sides.at_once(lambda side=each: side.fail(self._case.usual))
            self._begun = sides.now()
            sides.read(self._proxy.port, RATE)
            stack.callback(sides.stop_reading)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    def plan(self):
        return ask(self._proxy, "plans")["plans"][0]

    def logged(self):
        """When the newest line of the switch log was written, by the clock of the sides."""
        told = ask(self._proxy, "log?kind=stage&limit=1")["entries"][0]["time"]
        at = datetime.datetime.fromisoformat(told).timestamp()
        return self.sides.now() - (time.time() - at)

    def stays(self, seconds):
        """Whether the plan runs on, and it was asked as often as it should be; else a problem is told."""
        time.sleep(seconds)
        plan = self.plan()
        if plan["state"] != "running":
            self._bench.report.problem(f"{self._case.name}: with both sides the same the plan is {plan['state']}: "
                                       f"{plan['reason']}")
            return False
        answered = self.sides.readers.answers.total()
        due = (self.sides.now() - self._begun) * RATE
        if answered < 0.98 * due or self.sides.readers.unanswered:
            self._bench.report.problem(f"{self._case.name}: {answered:,} of {due:,.0f} requests were answered in time, and "
                                       f"{self.sides.readers.unanswered} not at all")
        return True


def _once(bench, case, warm):
    """None: it was not to be measured, which is a problem that was told."""
    with _Trial(bench, case) as trial:
        if not trial.stays(warm):
            return None
        sides = trial.sides
        revision = sides.old.revision
        begun = sides.at_once(lambda: sides.new.fail(case.worse) or sides.now())
        while sides.old.revision == revision and sides.now() < begun + case.patience:
            time.sleep(0.02)
        if sides.old.revision == revision:
            bench.report.problem(f"{case.name}: not rolled back within {case.patience:.0f} s: {trial.plan()['reason']}")
            return None
        time.sleep(1)  # for whoever was on the way
        new, first, logged = sides.new, sides.new.first_failure, trial.logged()
        plan = trial.plan()
        if plan["state"] != "rolled_back" or plan["share"] != "0%":
            bench.report.problem(f"{case.name}: the plan is {plan['state']}, {plan['share']}: {plan['reason']}")
        return {"last_request": new.last_request - first, "logged": logged - first, "logged_since_begin": logged - begun,
                "first_request_elsewhere": sides.old.revised - first, "requests": new.requests, "failures": new.failures,
                "reason": plan["reason"], "slowest_answer": sides.readers.slowest}


def _the_same(bench, case, seconds):
    with _Trial(bench, case) as trial:
        if not trial.stays(seconds):
            return "rolled back"
        return (f"{trial.sides.new.requests:,} requests on the new side in {seconds} s, and nothing rolled back "
                f"({trial.sides.new.failures} failed there, {trial.sides.old.failures} of {trial.sides.old.requests:,} on "
                "the old one)")


def _nine_of_ten(values):
    return sorted(values)[math.ceil(0.9 * len(values)) - 1]


def _print(report, case, runs):
    runs = [each for each in runs if each]
    if not runs:
        report.say(f"{case.name}: nothing was measured\n")
        return
    rows = [("", "median", "90 of 100", "longest", "within target")]
    for key, name in TIMES.items():
        values = [each[key] for each in runs]
        within = sum(each <= case.target for each in values)
        rows.append((name, *(f"{of(values):.2f} s" for of in (median, _nine_of_ten, max)),
                     f"{within} of {len(values)}"))
    failed = [each["failures"] for each in runs]
    rows.append(("failed answers", *(f"{of(failed):.0f}" for of in (median, _nine_of_ten, max)), ""))
    report.table(rows)
    report.say(f"  simulated (decision 0034), from when the failures begin: {case.simulated}\n")
