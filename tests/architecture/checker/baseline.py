# SPDX-License-Identifier: Apache-2.0
"""The violations that were there before the rules, and that may only become fewer."""

import os
import subprocess
from pathlib import Path

from .model import Violation


def entries(text: str) -> dict[str, int]:
    """`rule | file | target` -> line number."""
    found = {}
    for number, line in enumerate(text.splitlines(), 1):
        entry = line.split("#", 1)[0].strip()
        if entry:
            found[" | ".join(part.strip() for part in entry.split("|"))] = number
    return found


def judge(baseline: Path, violations: list[Violation]) -> tuple[list[Violation], list[str]]:
    """(violations that are not listed, complaints about the list itself)"""
    listed = entries(baseline.read_text()) if baseline.is_file() else {}
    seen = {violation.key for violation in violations}
    new = [violation for violation in violations if violation.key not in listed]
    complaints = [
        f"{baseline}:{number}: nothing violates this any more: {entry}\n    do: remove this line"
        for entry, number in listed.items()
        if entry not in seen
    ]
    complaints += _grown(baseline, listed)
    return new, complaints


def _grown(baseline: Path, listed: dict[str, int]) -> list[str]:
    """Entries that the branch has and the point where it left the main line has not."""
    base = os.environ.get("BANYAN_BASELINE_BASE") or _git(baseline, "merge-base", "HEAD", "origin/main")
    if not base or base == _git(baseline, "rev-parse", "HEAD"):
        return []
    before = _git(baseline, "show", f"{base}:./{baseline.name}")
    if before is None:
        return []
    allowed = entries(before)
    return [
        f"{baseline}:{number}: added since {base[:12]}: {entry}\n"
        "    do: mend the violation instead; this list may only shrink"
        for entry, number in listed.items()
        if entry not in allowed
    ]


def _git(baseline: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", *arguments], cwd=baseline.resolve().parent, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    except FileNotFoundError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None
