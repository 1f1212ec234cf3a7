# SPDX-License-Identifier: Apache-2.0
"""Time, randomness and waiting come in through the module's Environment, so that a test or a
simulation can put its own in their place."""

import re

from . import cpp_text
from .model import Tree, Violation

_CLOCK = "Take the time from Environment::clock."
_RANDOM = "Take numbers from Environment::random."
_WAIT = "Let Environment::scheduler call again later."
_FORBIDDEN = [
    (re.compile(r"\b\w*_clock\s*::\s*now\b"), _CLOCK),
    (re.compile(r"\bsystem_clock\s*\(\s*\)"), _CLOCK),
    (re.compile(r"\b(?:gettimeofday|clock_gettime)\s*\("), _CLOCK),
    (re.compile(r"(?<![\w.>])(?:std::)?time\s*\(\s*(?:nullptr|NULL|0)\s*\)"), _CLOCK),
    (re.compile(r"\brandom_device\b"), _RANDOM),
    (re.compile(r"\bsystem_random\s*\(\s*\)"), _RANDOM),
    (re.compile(r"(?<![\w.>])s?rand\s*\("), _RANDOM),
    (re.compile(r"\b(?:sleep_for|sleep_until|usleep|nanosleep)\b"), _WAIT),
]


def check(tree: Tree) -> list[Violation]:
    found: dict[str, Violation] = {}
    for file in tree.files("modules/**/*.[ch]pp", "app/*/modules/**/*.[ch]pp"):
        if tree.part(file).kind != "module":
            continue
        for number, line in enumerate(cpp_text.code_only(tree.text(file)).splitlines(), 1):
            for pattern, todo in _FORBIDDEN:
                for match in pattern.finditer(line):
                    target = re.sub(r"\s+|\(.*", "", match[0])
                    violation = Violation(file, number, "hidden-input", target,
                                          f"asks {target} past what it was given", todo)
                    found.setdefault(violation.key, violation)
    return list(found.values())
