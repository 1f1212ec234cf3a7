#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The list of knots in README.md, made from knots.toml.

    knots.py            compares; exit code 1 when the list is not current, or a text does not stand
                        exactly once in its file
    knots.py --write    rewrites the list
"""

import sys
import tomllib
from pathlib import Path

SHOP = Path(__file__).resolve().parents[1]
COMING = SHOP.parents[1] / "labs/coming.toml"
TO_COME = " (to come)"
BEGIN, END = "<!-- knots: made by tests/knots.py --write -->", "<!-- end of knots -->"
HEADS = {
    "knot": ("| knot | where | lab |", "What a decomposition has to undo, each once:"),
    "lie": ("| comment | where | |", "Comments that are not true:"),
    "migration": ("| migration | where | |", "Migrations that were never finished:"),
    "dead": ("| dead code | where | |", "Code that nobody calls:"),
    "seam": ("| seam | where | |", "Where a test takes hold:"),
}


class Rot(Exception):
    """A knot that is not where it is said to be."""


def knots(shop: Path) -> list[dict]:
    found = tomllib.loads((shop / "knots.toml").read_text())["knot"]
    problems = []
    for name in {each["id"] for each in found}:
        if sum(each["id"] == name for each in found) > 1:
            problems.append(f"knots.toml: there are two of {name}")
    for each in found:
        each.setdefault("kind", "knot")
        text = (shop / each["file"]).read_text()
        times = text.count(each["text"])
        if times != 1:
            problems.append(f"knots.toml: {each['id']}: its text stands {times} times in {each['file']}: "
                            f"{each['text']!r}")
        each["line"] = text.count("\n", 0, text.find(each["text"])) + 1
    if problems:
        raise Rot("\n".join(sorted(problems)))
    return found


def listed(shop: Path, readme: str) -> str:
    lines = []
    for kind, (head, title) in HEADS.items():
        of_kind = [each for each in knots(shop) if each["kind"] == kind]
        lines += [title, "", head, "| --- | --- | --- |"]
        for each in of_kind:
            place = f"[{each['file']}:{each['line']}]({each['file']}#L{each['line']})"
            lines.append(f"| `{each['id']}`: {each['what']} | {place} | {lab_of(each, readme)} |")
        lines.append("")
    return "\n".join(lines)


def lab_of(knot: dict, readme: str) -> str:
    """Its number, and that it is not there yet. Who has the legacy shop alone is told as the list was told."""
    number = knot["lab"]
    if COMING.is_file():
        to_come = number in {each["number"] for each in tomllib.loads(COMING.read_text())["lab"]}
    else:
        to_come = f"| {number}{TO_COME} |" in readme
    return f"{number or ''}" + (TO_COME if to_come else "")


def with_list(readme: str, shop: Path) -> str:
    before, rest = readme.split(BEGIN)
    return before + BEGIN + "\n" + listed(shop, readme) + END + rest.split(END)[1]


def main() -> int:
    readme = SHOP / "README.md"
    try:
        wanted = with_list(readme.read_text(), SHOP)
    except Rot as rot:
        print(rot)
        return 1
    if "--write" in sys.argv:
        readme.write_text(wanted)
        return 0
    if readme.read_text() == wanted:
        print(f"{len(knots(SHOP))} knots are where README.md says")
        return 0
    print("README.md: the list of knots is not current. Run: python3 app/legacy/tests/knots.py --write")
    return 1


if __name__ == "__main__":
    sys.exit(main())
