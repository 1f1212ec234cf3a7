# SPDX-License-Identifier: Apache-2.0
"""How verdicts are told: the first that does not hold in full, the others in one line each."""
from typing import Any

from .checking import CANNOT_TELL, HOLDS, NOT_YET, WAITS
from .course import Lab
from .judge import Verdict, untold
from .words import bold, filled, row, say

MARKS = {HOLDS: "holds", NOT_YET: "not yet", WAITS: "waits", CANNOT_TELL: "cannot tell"}
PARTS = ("did", "saw", "expected", "why", "look")
INDENT = 11


class Report:
    """Verdicts are told as they come, so the first one that does not hold is known at once."""

    def __init__(self, lab: Lab):
        self.lab = lab
        self.first: dict[str, Verdict] = {}  # of those that are told in full
        self.told: list[Verdict] = []

    def head(self) -> None:
        say(bold(f"Lab {self.lab.number}  {self.lab.title}"))

    def tell(self, verdict: Verdict) -> None:
        mark = MARKS[verdict.word]
        text = verdict.claim.text
        if verdict.word == WAITS:
            text += f" (needs {self._needed(verdict)})" if self.first else ""
        elif verdict.holds and verdict.said.get("evidence"):
            text += f" ({verdict.said['evidence']})"
        say(filled(text, indent=" " * INDENT, first=f"  {mark:<7}  "))
        if verdict.word in (NOT_YET, CANNOT_TELL) and verdict.word not in self.first:
            self.first[verdict.word] = verdict
            self._explain(verdict)
        self.told.append(verdict)

    def _needed(self, verdict: Verdict) -> str:
        open_ = [each for each in self.told if each.claim.id in verdict.claim.needs and not each.holds]
        return "the line above" if not open_ or open_[0] is self.told[-1] else f"that {open_[0].claim.text}"

    def _explain(self, verdict: Verdict) -> None:
        for part in PARTS:
            if verdict.said.get(part):
                label = "expect" if part == "expected" else part
                row(label, verdict.said[part])
        row("next", f"./dev lab {self.lab.number} hint" if verdict.word == NOT_YET else
            f"./dev lab {self.lab.number} check, once more, when the machine is less busy")


def status_of(verdicts: list[Verdict]) -> str:
    """What does not hold counts before what nobody can tell."""
    if any(each.holds is False for each in verdicts):
        return "fail"
    return "cannot_tell" if untold(verdicts) else "pass"


def as_json(lab: Lab, status: str, seed: int, verdicts: list[Verdict], problem: str = "") -> dict[str, Any]:
    """After results.json of Exercism (version 3)."""
    told = {verdict.claim.id: verdict for verdict in verdicts}
    claims = []
    for claim in lab.claims:
        verdict = told.get(claim.id)
        said = verdict.said if verdict else {}
        claims.append({"id": claim.id, "task": claim.task, "text": claim.text,
                       "holds": verdict.holds if verdict else None,
                       "verdict": verdict.word if verdict else "not_judged",
                       "evidence": said.get("evidence", ""),
                       "ms": verdict.ms if verdict else 0,
                       **{part: said[part] for part in PARTS if part in said},
                       **({"shown": verdict.shown} if verdict and verdict.shown else {})})
    return {"version": 1, "lab": lab.number, "seed": seed, "status": status, "claims": claims,
            **({"problem": problem} if problem else {})}
