# SPDX-License-Identifier: Apache-2.0
"""Proves the labs: `./dev lab --prove`.

Of each lab: its start is red in exactly the claims that lab.toml lists, its solution is green in half of the
learner's limit, each known wrong solution is red with an explanation of its own, each step on the way
turns exactly the claims that it promises, and no learner waits longer for it than he is told, each hint names
what there is and does what it promises, what the page shows comes from a run, and none of it flips when it is repeated. With `--states` the first two of these, each once; with `--short`
all of it, repeated once.
"""
import os
import resource
import shutil
import time
from pathlib import Path
from typing import Callable

from .checking import SLOWER
from .course import Course, Lab, Wrong
from .faults import COURSE, HOLDS, Ending, Usage
from .hints import problems_of_hints
from .judge import Judge, Recorded, Verdict, untold
from .machine import busy
from .page import problems_of_page
from .variants import Files, Variants
from .words import WIDTH, count, say

STATES, SHORT = "--states", "--short"
REPEATS = 20
REPEATS_SHORT = 1
REPEATS_WRONG = 5


def prove(course: Course, words: list[str]) -> int:
    depths = {word for word in words if word in (STATES, SHORT)}
    if len(depths) > 1:
        raise Usage(f"{STATES} is less than {SHORT}: one of them")
    numbers = []
    for word in words:
        if word.isdigit():
            numbers.append(int(word))
        elif word not in depths:
            raise Usage(f"--prove knows {STATES}, {SHORT} and numbers of labs, not '{word}'")
    folder = Path(os.environ.get("BANYAN_LAB_PROOFS", course.root / "build" / "labs"))
    problems: list[str] = []
    for number in numbers or course.numbers:
        begun, computed = time.monotonic(), processor_time()
        proof = Proof(course, course.lab(number), folder / f"{number:02}", SHORT in depths)
        proof.states() if STATES in depths else proof.all()
        took = f"{time.monotonic() - begun:.0f} s, {processor_time() - computed:.0f} s of a processor"
        what = "start and solution are " if STATES in depths else ""
        say(f"lab {number}: " + (f"{what}proven ({took})" if not proof.problems else
                                 f"NOT proven, {count(len(proof.problems), 'problem')} ({took})"))
        problems += [f"lab {number}: {each}" for each in proof.problems]
    for each in problems:
        say(each)
    return COURSE if problems else HOLDS


def processor_time() -> float:
    """Seconds of a processor that this program and those whom it has waited for have had: what a proof costs, however
    busy the machine is."""
    uses = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in uses)


class Proof:
    def __init__(self, course: Course, lab: Lab, folder: Path, short: bool):
        self.course, self.lab, self.folder, self.short = course, lab, folder, short
        self.variants = Variants(course, lab)
        self.judge = Judge(course, lab, folder / "judged" / lab.label)
        self.problems: list[str] = []
        self.beside_others = False
        self.recorded = folder / "recorded"
        shutil.rmtree(self.recorded, ignore_errors=True)
        self.judge.recorded = Recorded(self.recorded)

    def all(self) -> None:
        self._each(self._start, self._solution, self._steps, self._waits, self._hints, self._wrong, self._repeats,
                   self._texts)

    def states(self) -> None:
        """Start and solution, and nothing else. First the one that lies there since the last proof: what is built of
        it already is not built again."""
        self.beside_others = True
        order = [self._start, self._solution]
        if self.judge.has(self.variants.solution()):
            order.reverse()
        self._each(*order)

    def _each(self, *parts: Callable[[], None]) -> None:
        try:
            if stale := self.variants.stale():
                self.problems.append(", ".join(stale) + f" changed since lab {self.lab.number} was cut: look, then"
                                     f" ./dev lab {self.lab.number} recut")
            for part in parts:
                part()
        except Ending as ending:
            self.problems.append(str(ending))

    def _verdicts(self, what: str, files: Files, seed: int = 1) -> list[Verdict]:
        verdicts = self.judge.judge_until_told(files, seed)
        self.took = sum(each.ms for each in verdicts) / 1000
        red = red_of(verdicts)
        say(f"  {what}: " + ("green" if not red else "red in " + ", ".join(red)) + f" ({self.took:.1f} s)")
        if any(len(line) > WIDTH for each in verdicts for line in each.shown):
            self.problems.append(f"{what}: a line of what was counted has more than {WIDTH} columns")
        if open_ := untold(verdicts):
            self.problems.append(f"{what}: {', '.join(open_)} cannot be told, after three times. That is no proof: run it"
                                 " again on a machine that has nothing else to do")
        return verdicts

    def _expect_red(self, what: str, verdicts: list[Verdict], expected: list[str]) -> None:
        red = red_of(verdicts)
        if set(red) == set(expected):
            return
        told = "; ".join(f"{each.claim.id}: saw {each.said.get('saw', '')}" for each in verdicts if each.holds is False)
        self.problems.append(f"{what} is red in {', '.join(red) or 'nothing'}, and ought to be in"
                             f" {', '.join(expected) or 'nothing'} ({told})")

    def _start(self) -> None:
        self._expect_red("the start", self._verdicts("start", self.variants.start()), self.lab.start_red)

    def _solution(self) -> None:
        self._expect_red("the solution", self._verdicts("solution", self.variants.solution()), [])
        if self.took > self._half():  # a busy machine, perhaps
            shutil.rmtree(self.recorded, ignore_errors=True)
            self._expect_red("the solution", self._verdicts("solution again", self.variants.solution()), [])
        if self.took > self._half():
            self.problems.append(f"the solution takes {self.took:.1f} s to be judged; more than half of the learner's"
                                 f" {2 * self._half():.0f} s")

    def _half(self) -> float:
        """Of the learner's time. Beside other tests, as on any busy machine, he would have more, and so has this."""
        return self.lab.limit * (max(SLOWER, busy()) if self.beside_others else SLOWER) / 2

    def _steps(self) -> None:
        red = list(self.lab.start_red)
        for number in range(1, len(self.lab.steps) + 1):
            red = [each for each in red if each not in self.lab.steps[number - 1].turns]
            files = self.variants.step(self.lab.steps[:number])
            self._expect_red(f"step {number}", self._verdicts(f"step {number}", files), red)
        if self.lab.steps and red:
            self.problems.append(f"after the last step {', '.join(red)} would still be red")

    def _hints(self) -> None:
        """Who does what the last hint of a claim says has turned it, and nothing else."""
        for each in self.variants.followed():
            what = f"the last hint of {each.claim.id}"
            self._expect_red(what, self._verdicts(what, each.files), each.red)

    def _waits(self) -> None:
        """How long a learner waits who makes the steps one after the other: what he changes is compiled, and not taken
        from the compiler's cache, and all of it is checked."""
        if self.short:
            return
        ways = [self.variants.step(self.lab.steps[:number]) for number in range(1, len(self.lab.steps) + 1)]
        before = self.variants.start()
        for number, files in enumerate(ways or [self.variants.solution()], 1):
            what = f"step {number}" if ways else "the solution"
            most = self.lab.wait * max(SLOWER, busy())
            if (waited := self._wait(what, before, files)) > most:
                waited = min(waited, self._wait(what + " again", before, files))
            if waited > most:
                self.problems.append(f"{what}: a learner waits {waited:.1f} s for the build and the check, and ought to wait"
                                     f" {self.lab.wait:.0f} s at most. Where that cannot be less, lab.toml says so:"
                                     " wait_seconds, and waits_for")
            before = files

    def _wait(self, what: str, before: Files, files: Files) -> float:
        self.judge.lay_out(before)
        self.judge.build()
        self.judge.lay_out(files)
        begun = time.monotonic()
        self.judge.build(anew=True)
        built = time.monotonic()
        self.judge.verdicts(1)
        done = time.monotonic()
        say(f"  {what}: a learner waits {done - begun:.1f} s (build {built - begun:.1f} s, check {done - built:.1f} s)")
        return done - begun

    def _wrong(self) -> None:
        if len(self.lab.wrong) < 2:
            self.problems.append(f"there {'is' if len(self.lab.wrong) == 1 else 'are'} only"
                                 f" {count(len(self.lab.wrong), 'known wrong solution')}; there have to be 2")
        for wrong in self.lab.wrong:
            files = self.variants.wrong(wrong)
            if strangers := [name for name, text in files.items()
                             if name not in self.lab.edit and text != self.variants.start().get(name)]:
                self.problems.append(f"wrong {wrong.name} changes {', '.join(strangers)}, which no learner edits")
            self._explained(f"wrong {wrong.name}", wrong, self._verdicts(f"wrong {wrong.name}", files))
            for seed in range(2, 2 + (0 if self.short else REPEATS_WRONG)):
                self._explained(f"wrong {wrong.name}, repeated with seed {seed}", wrong,
                                self._verdicts(f"wrong {wrong.name}, seed {seed}", files, seed))

    def _explained(self, what: str, wrong: Wrong, verdicts: list[Verdict]) -> None:
        self._expect_red(what, verdicts, wrong.red)
        told = " ".join(" ".join(each.said.values()) for each in verdicts if each.holds is False)
        if wrong.says not in told:
            self.problems.append(f"{what} is not explained by '{wrong.says}', but by: {told}")

    def _repeats(self) -> None:
        """The hard cases are in every seed; whatever else a seed decides, it decides no verdict."""
        times = REPEATS_SHORT if self.short else REPEATS
        for name, files, expected in (("start", self.variants.start(), self.lab.start_red),
                                      ("solution", self.variants.solution(), [])):
            if self.short and name == "start":
                continue
            for number in range(times):
                self._expect_red(f"the {name}, repeated with seed {number + 2}",
                                 self._verdicts(f"{name}, seed {number + 2}", files, number + 2), expected)

    def _texts(self) -> None:
        self.problems += problems_of_hints(self.course, self.lab, self.variants, self.judge.tree)
        self.problems += problems_of_page(self.course, self.lab, self.variants, self.folder, self.recorded)
        say("  hints and page: looked at")


def red_of(verdicts: list[Verdict]) -> list[str]:
    """What does not hold; what waits for it is red as well."""
    return [each.claim.id for each in verdicts if not each.holds]


