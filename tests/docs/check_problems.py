#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Are the rules that answers name on the page about problems, with their status, and no others?

    check_problems.py ROOT [PAGE]

A rule is a text such as "banyan.bad_path" in the code. Its status is the one that stands before it
there, as a number or as an ErrorCode; where it cannot be read there, the page is believed.

Exit codes: 0 they agree, 1 they do not.
"""
import re
import sys
from pathlib import Path

from declared_in_code import line_of, rows, sources

FOLDERS = ("adapters", "app/banyan", "app/recordshop", "migrations", "modules", "serving", "strangler")
RULE = re.compile(
    r'"((?:banyan|catalog|customers|http|manifest|mover|orders|payments|proxy|recordshop|shipping|supervision|warehouse)'
    r'\.[a-z_]+)"')
# Not rules: names of files, of outside parties, and of spans and their attributes.
NAMES = re.compile(r'\.(?:conf|db|hpp|token|toml)"$')
SPAN = re.compile(r'(?:set\(|\bparty<[\w:]+>\(\s*|\.name = |_of\([^;{]*?)\s*$|Kind::Internal, \s*$')
CODE = re.compile(r'\{ErrorCode::(\w+), "\w+", (\d\d\d)\}')  # modules/kernel/src/error.cpp
BEFORE = re.compile(r"(?:ErrorCode::(\w+)|(?:\{|\brefus(?:e|al)\()\s*(\d\d\d)),\s*(?:\w+ \? )?$|unavailable\(\s*$")
# Answered otherwise than their code says (adapters/binding/src/problem.cpp).
OF_PROBLEM = re.compile(r'error\.rule == "([a-z._]+)"\) return (\d\d\d);')
OF_ENDING = re.compile(r'error\.rule\.ends_with\(kChangedMeanwhile\)\) return (\d\d\d);')
CHANGED_MEANWHILE = ".changed_meanwhile"  # kernel/version.hpp


def status_before(text: str, of_code: dict[str, int]) -> int | None:
    found = BEFORE.search(text[-160:])
    if not found:
        return None
    if found[1]:
        return of_code[found[1]]
    return int(found[2]) if found[2] else of_code["Unavailable"]


def of_code(files: dict[str, str]) -> dict[str, tuple[str, set[int]]]:
    rules: dict[str, tuple[str, set[int]]] = {}
    of_codes = {code: int(status) for text in files.values() for code, status in CODE.findall(text)}
    special = {rule: int(status) for text in files.values() for rule, status in OF_PROBLEM.findall(text)}
    ending = next(int(status) for text in files.values() for status in OF_ENDING.findall(text))
    for name, text in files.items():
        for found in RULE.finditer(text):
            before = text[:found.start()]
            if NAMES.search(found[0]) or SPAN.search(before[-120:]):
                continue
            _, statuses = rules.setdefault(found[1], (f"{name}:{line_of(text, found.start())}", set()))
            status = status_before(before, of_codes)
            if status:
                statuses.add(ending if found[1].endswith(CHANGED_MEANWHILE) else special.get(found[1], status))
    return rules


def main() -> int:
    root = Path(sys.argv[1]).resolve()
    page = Path(sys.argv[2]) if len(sys.argv) > 2 else root / "docs/reference/problems.md"
    code = of_code(sources(root, *FOLDERS))
    told = {name: (line, cells) for name, (line, cells) in rows(page, "rule").items()}
    problems = []
    for rule, (where, statuses) in sorted(code.items()):
        if rule not in told:
            problems.append(f"{where}: the rule {rule} is not in {page.name}"
                            + (f"; the code answers it with {sorted(statuses)}" if statuses else ""))
            continue
        line, cells = told[rule]
        named = {int(number) for number in re.findall(r"\b\d{3}\b", cells[0])}
        if named and statuses - named:
            problems.append(f"{page.name}:{line}: {rule} is answered with {sorted(statuses)} ({where})")
    problems += [f"{page.name}:{line}: the code has no rule {rule}"
                 for rule, (line, _) in told.items() if rule not in code]
    print("\n".join(problems) or f"{len(code)} rules are on the page")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
