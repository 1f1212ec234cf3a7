# SPDX-License-Identifier: Apache-2.0
"""How verdicts are told: the first that does not hold in full, the others in one line each."""
from typing import Any

from .course import Lab
from .judge import Verdict
from .words import bold, filled, row, say

MARKS = {True: "holds", False: "not yet", None: "waits"}
PARTS = ("did", "saw", "expected", "why", "look")
INDENT = 11


class Report:
    """Verdicts are told as they come, so the first one that does not hold is known at once."""

    def __init__(self, lab: Lab):
        self.lab = lab
        self.first: Verdict | None = None

    def head(self) -> None:
        say(bold(f"Lab {self.lab.number}  {self.lab.title}"))

    def tell(self, verdict: Verdict) -> None:
        mark = MARKS[verdict.holds]
        text = verdict.claim.text
        if verdict.holds is None:
            text += " (needs the line above)" if self.first else ""
        elif verdict.holds and verdict.said.get("evidence"):
            text += f" ({verdict.said['evidence']})"
        say(filled(text, indent=" " * INDENT, first=f"  {mark:<7}  "))
        if verdict.holds is False and self.first is None:
            self.first = verdict
            self._explain(verdict)

    def _explain(self, verdict: Verdict) -> None:
        for part in PARTS:
            if verdict.said.get(part):
                label = "expect" if part == "expected" else part
                row(label, verdict.said[part])
        row("next", f"./dev lab {self.lab.number} hint")


def as_json(lab: Lab, status: str, seed: int, verdicts: list[Verdict], problem: str = "") -> dict[str, Any]:
    """After results.json of Exercism (version 3)."""
    told = {verdict.claim.id: verdict for verdict in verdicts}
    claims = []
    for claim in lab.claims:
        verdict = told.get(claim.id)
        said = verdict.said if verdict else {}
        claims.append({"id": claim.id, "task": claim.task, "text": claim.text,
                       "holds": verdict.holds if verdict else None,
                       "evidence": said.get("evidence", ""),
                       "ms": verdict.ms if verdict else 0,
                       **{part: said[part] for part in PARTS if part in said}})
    return {"version": 1, "lab": lab.number, "seed": seed, "status": status, "claims": claims,
            **({"problem": problem} if problem else {})}
