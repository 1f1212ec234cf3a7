# SPDX-License-Identifier: Apache-2.0
"""What the kit has once. one_place.toml says what, and where it is."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from . import cpp_text
from .model import Tree, Violation

_FOLDERS = ("adapters", "app", "migrations/engine", "modules", "serving", "strangler")
_LIST = Path(__file__).parent.parent / "one_place.toml"


@dataclass(frozen=True)
class Rule:
    name: str
    pattern: re.Pattern[str]
    only: tuple[str, ...]
    text: bool
    what: str
    todo: str

    def allows(self, file: str) -> bool:
        return any(file == place or (place.endswith("/") and file.startswith(place)) for place in self.only)


def rules(text: str) -> list[Rule]:
    """Refuses a misspelled key, which would quietly allow too much."""
    found = []
    for row in tomllib.loads(text)["rule"]:
        unknown = row.keys() - {"name", "pattern", "only", "in", "what", "todo"}
        if unknown:
            raise ValueError(f"{_LIST.name}: unknown key(s) {', '.join(sorted(unknown))} in {row.get('name')}")
        if row.get("in", "code") not in ("code", "text"):
            raise ValueError(f"{_LIST.name}: in = {row['in']!r} of {row['name']} is neither code nor text")
        found.append(Rule(row["name"], re.compile(row["pattern"]), tuple(row["only"]), row.get("in") == "text",
                          row["what"], row["todo"]))
    return found


def _hits(rule: Rule, text: str, code: str) -> list[tuple[int, str]]:
    if rule.text:
        return [(line, value) for line, value in cpp_text.string_literals(text) if rule.pattern.search(value)]
    return [(code.count("\n", 0, match.start()) + 1, re.sub(r"\s+", " ", match[0]))
            for match in rule.pattern.finditer(code)]


def check(tree: Tree) -> list[Violation]:
    if not _LIST.exists():
        return []  # an application of somebody else: the list is about the kit's own code, and not installed
    found: dict[str, Violation] = {}
    all_rules = rules(_LIST.read_text())
    for file in tree.files(*(f"{folder}/**/*.[ch]pp" for folder in _FOLDERS)):
        text = tree.text(file)
        code = cpp_text.code_only(text)
        for rule in all_rules:
            if rule.allows(file):
                continue
            for line, target in _hits(rule, text, code):
                violation = Violation(file, line, rule.name, target, rule.what, rule.todo)
                found.setdefault(violation.key, violation)
    return list(found.values())
