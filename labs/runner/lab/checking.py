# SPDX-License-Identifier: Apache-2.0
"""What a lab's check.py is written with.

    from lab.checking import Bench, Holds, NotYet, claim, main

    @claim
    def one_call(bench: Bench):
        facts = bench.facts("lab07", "--lines", "50")
        if facts["calls"] <= 2:
            return Holds(f"{facts['calls']} calls")
        return NotYet(did="priced an order of 50 tracks", saw=…, expected=…, why=…, look=…)

    main()

The functions are named after the claims of lab.toml. Each prints its verdict as soon as it has one. What
the learner's program does (it crashes, it hangs) is the learner's; any other exception is the course's.
Each verdict may have lines to be `shown`, a table of what was counted (`columns`): ./dev lab N show prints them.
"""
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
import traceback
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Callable

from .machine import busy
from .words import WIDTH

# The verdicts, as they are told and kept.
HOLDS, NOT_YET, WAITS, CANNOT_TELL = "holds", "not_yet", "waits", "cannot_tell"
CLAIMS: dict[str, Callable[["Bench"], Any]] = {}
# A machine that is busy with other work takes longer over everything.
SLOWER = float(os.environ.get("BANYAN_LAB_PATIENCE", "1"))


@dataclass
class Holds:
    evidence: str = ""
    shown: list[str] = field(default_factory=list)


@dataclass
class NotYet:
    did: str
    saw: str
    expected: str
    why: str
    look: str = ""
    shown: list[str] = field(default_factory=list)


@dataclass
class CannotTell:
    """The windows that were measured contradict each other: nobody's fault, and no verdict."""
    did: str
    saw: str
    why: str = "the windows that were measured differ more among themselves than what is asked about"
    shown: list[str] = field(default_factory=list)


class Red(Exception):
    """Raised in the depths of a check, with a NotYet."""

    def __init__(self, verdict: NotYet):
        super().__init__(verdict.saw)
        self.verdict = verdict


class TookTooLong(Exception):
    """A program of the learner's does not end."""


def claim(function: Callable[["Bench"], Any]) -> Callable[["Bench"], Any]:
    CLAIMS[function.__name__] = function
    return function


class Bench:
    """Where the check works: the judged tree, its programs, a folder for what it makes, and the seed."""

    def __init__(self, tree: Path, programs: Path, folder: Path, seed: int):
        self.tree, self.programs, self.folder, self.seed = tree, programs, folder, seed
        self._known: dict[tuple, Any] = {}

    def file(self, name: str) -> Path:
        """Of the learner's, or of the tree around it."""
        return self.tree / name

    def program(self, name: str) -> str:
        return str(self.programs / name)

    def run(self, name: str, *words: str, limit: float = 15, **more) -> subprocess.CompletedProcess:
        limit *= max(SLOWER, busy())
        try:
            return subprocess.run([self.program(name), *map(str, words)], capture_output=True, text=True,
                                  errors="replace", timeout=limit, check=False, cwd=self.folder, **more)
        except subprocess.TimeoutExpired:
            raise TookTooLong(f"{name} {' '.join(map(str, words))} had {limit:.0f} s and did not end") from None

    def facts(self, name: str, *words: str, look: str = "", limit: float = 15) -> Any:
        """What the program prints as JSON, once for the same words."""
        key = (name, words)
        if key not in self._known:
            done = self.run(name, *words, limit=limit)
            if done.returncode != 0:
                raise Red(NotYet(did=f"ran {name} {' '.join(words)}", saw=ending_of(done), expected="an answer",
                                 why=(done.stderr.strip().splitlines() or ["it said nothing"])[-1], look=look))
            self._known[key] = json.loads(done.stdout)
        return self._known[key]

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """Something that several claims look at: made by the first, and the same for all."""
        if name not in self._known:
            try:
                self._known[name] = (make(), None)
            except Red as red:
                self._known[name] = (None, red)
        made, red = self._known[name]
        if red is not None:
            raise red
        return made


def ending_of(done: subprocess.CompletedProcess) -> str:
    if done.returncode < 0:
        return f"it was ended by {signal.Signals(-done.returncode).name}"
    return f"it ended with exit code {done.returncode}"


def columns(*rows: tuple) -> list[str]:
    """Rows as lines of 60 columns, the first of them the head: numbers stand at the right, and what is too long in the last
    column goes on below."""
    sides = list(zip(*rows))[:-1]
    widths = [max(len(str(cell)) for cell in side) for side in sides]
    right = [all(isinstance(cell, int) for cell in side[1:]) for side in sides]
    lines: list[str] = []
    for row in rows:
        begin = "".join((str(cell).rjust(width) if at_right else str(cell).ljust(width)) + "  "
                        for cell, width, at_right in zip(row, widths, right))
        lines += textwrap.wrap(str(row[-1]), WIDTH, initial_indent=begin, subsequent_indent=" " * len(begin),
                               break_long_words=False, break_on_hyphens=False) or [begin.rstrip()]
    return lines


def middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def ratio_of(first: list[float], second: list[float]) -> float | None:
    """How many times longer the windows of `first` took than those of `second`, which were measured in
    turns with them. None: cannot tell, because the windows of one side differ more among themselves than
    the two sides differ."""
    if len(first) < 3 or len(second) < 3:
        return None
    ratio = middle(first) / middle(second)
    lower, upper = (second, first) if ratio >= 1 else (first, second)
    quarter = len(lower) // 4
    if sorted(lower)[len(lower) - 1 - quarter] >= sorted(upper)[quarter]:
        return None
    return ratio


def side_of(bar: float, ratios: list[float], at_least: int = 3) -> bool | None:
    """Are these ratios, each of two windows that were measured in turns, above the bar? Three have to agree, of five or
    more a quarter may differ; where `at_least` is less, those that are twice or half the bar are enough.
    None: cannot tell, with these."""
    if len(ratios) < at_least:
        return None
    above = sum(1 for each in ratios if each >= bar)
    differ = min(above, len(ratios) - above)
    if differ > (len(ratios) - 1) // 4:
        return None
    if len(ratios) < 3 and any(bar / 2 < each < bar * 2 for each in ratios):
        return None
    return above > len(ratios) / 2


def measured(bar: float, window: Callable[[], float], at_least: int = 3, at_most: int = 7) -> tuple[bool | None, list[float]]:
    """As many ratios as it takes to tell, and what they say."""
    ratios: list[float] = []
    while len(ratios) < at_most:
        ratios.append(window())
        if (side := side_of(bar, ratios, at_least)) is not None:
            return side, ratios
    return None, ratios


def tell(**line: Any) -> None:
    print(json.dumps(line), flush=True)


def judge(bench: Bench, id_: str) -> bool:
    begun = time.monotonic()
    try:
        verdict = CLAIMS[id_](bench)
    except Red as red:
        verdict = red.verdict
    if not isinstance(verdict, (Holds, NotYet, CannotTell)):
        raise TypeError(f"the claim {id_} answered {verdict!r}")
    word = {Holds: HOLDS, NotYet: NOT_YET, CannotTell: CANNOT_TELL}[type(verdict)]
    tell(id=id_, verdict=word, ms=round((time.monotonic() - begun) * 1000), **asdict(verdict))
    return word == HOLDS


def main() -> None:
    """Judges the claims that it is told of, in their order; those that need one that does not hold wait."""
    task = json.loads(os.environ["BANYAN_LAB_TASK"])
    bench = Bench(Path(task["tree"]), Path(task["programs"]), Path(task["folder"]), task["seed"])
    held: set[str] = set()
    try:
        for each in task["claims"]:
            if each["id"] not in CLAIMS:
                raise KeyError(f"check.py has no claim {each['id']}")
            if not set(each["needs"]) <= held:
                tell(id=each["id"], verdict=WAITS, ms=0)
            elif judge(bench, each["id"]):
                held.add(each["id"])
    except TookTooLong as late:
        tell(late=str(late), id=each["id"])
        sys.exit(4)
    except Exception:  # noqa: BLE001: whatever it is, it is the course's
        traceback.print_exc()
        sys.exit(5)
