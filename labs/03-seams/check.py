# SPDX-License-Identifier: Apache-2.0
"""Judges lab 3: a map of contexts over the includes of the legacy shop. Everything is counted."""
import re
import shutil
import tomllib
from collections import Counter
from pathlib import Path

from lab.checking import Bench, Holds, NotYet, Red, claim, columns, main
from lab.legacy import journeys

MAP = "contexts.toml"
SOURCES = "app/legacy/src"
INCLUDE = re.compile(r'^#include "(\w+)\.h"', re.MULTILINE)
LIMIT = 2 / 3  # of the includes
# What somebody will try on the day after the map was drawn: who includes what.
PLANTED = (("customer", "stock"), ("stock", "shipment"), ("shipment", "pricelist"), ("report", "payment"))


class Map:
    def __init__(self, bench: Bench, sources: Path | None = None):
        try:
            table = tomllib.loads(bench.file(MAP).read_text())
            self.tools = set(table.get("tools", []))
            self.contexts = {name: list(files) for name, files in table.get("contexts", {}).items()}
        except (tomllib.TOMLDecodeError, AttributeError, TypeError) as error:
            raise Red(NotYet(f"read {MAP}", str(error), "a line for each context: name = [files]",
                             "the map is read by a program", MAP)) from None
        self.includes: dict[str, set[str]] = {}
        self.headers: dict[str, set[str]] = {}
        for path in sorted((sources or bench.tree / SOURCES).iterdir()):
            found = set(INCLUDE.findall(path.read_text())) - {path.stem}
            self.includes.setdefault(path.stem, set()).update(found)
            if path.suffix == ".h":
                self.headers[path.stem] = found
        self.check_names()

    def check_names(self) -> None:
        placed = Counter([*self.tools, *(file for files in self.contexts.values() for file in files)])
        twice = [name for name, times in placed.items() if times > 1]
        strangers = [name for name in placed if name not in self.includes]
        if twice or strangers:
            raise Red(NotYet(f"read {MAP}", f"{twice[0]} is there twice" if twice else f"there is no file {strangers[0]}",
                             "each file once", "what is in two contexts is in none", MAP))

    @property
    def subject(self) -> list[str]:
        """The files that are about something."""
        return [name for name in self.includes if name not in self.tools]

    def context_of(self, file: str) -> str | None:
        return next((name for name, files in self.contexts.items() if file in files), None)

    def pairs(self) -> list[tuple[str, str]]:
        """Includes between files that are placed."""
        return [(file, other) for file in self.subject for other in sorted(self.includes[file])
                if other not in self.tools and self.context_of(file) and self.context_of(other)]


    def across(self) -> list[tuple[str, str]]:
        """Those that cross a border: today's are the baseline, which may only shrink."""
        return [(file, other) for file, other in self.pairs() if self.context_of(file) != self.context_of(other)]


def drawn(bench: Bench) -> Map:
    return bench.once("map", lambda: Map(bench))


@claim
def placed(bench: Bench):
    here = drawn(bench)
    left = [file for file in here.subject if here.context_of(file) is None]
    if len(left) <= 3:
        return Holds(f"{len(left)} left over: {', '.join(left)}" if left else "none is left over")
    return NotYet(f"laid {MAP} over {len(here.subject)} files", f"{len(left)} belong to nobody: {', '.join(left)}", "at most 3",
                  "what is left has something in common that has no name yet: a missing context", MAP)


@claim
def countries(bench: Bench):
    here = drawn(bench)
    sizes = {name: len(files) for name, files in here.contexts.items()}
    largest = max(sizes, key=sizes.get, default="none")
    most = len(here.subject) / 3
    if len(sizes) >= 6 and sizes[largest] <= most:
        return Holds(f"{len(sizes)} contexts, the largest is {largest} with {sizes[largest]} files")
    why = (f"{largest} has taken what was left, and has hidden the borders, not removed them" if sizes.get(largest, 0) > most
           else "so few contexts are the nouns of the whiteboard, not the work of the shop")
    return NotYet(f"counted {len(here.subject)} files by context", ", ".join(f"{name} {size}" for name, size in sizes.items()),
                  f"6 contexts, none with more than {int(most)}", why, MAP)


@claim
def crossings(bench: Bench):
    here = drawn(bench)
    pairs = here.pairs()
    by_border: dict[tuple[str, str], list[str]] = {}
    for file, other in here.across():
        by_border.setdefault((here.context_of(file), here.context_of(other)), []).append(f"{file}->{other}")
    across = [border for border, files in by_border.items() for _ in files]
    table = columns(("from", "to", "includes", "which"),
                    *((one, other, len(files), " ".join(files)) for (one, other), files in
                      sorted(by_border.items(), key=lambda each: (-len(each[1]), each[0]))))
    share = len(across) / max(len(pairs), 1)
    if share <= LIMIT:
        return Holds(f"{len(across)} of {len(pairs)}", table)
    (one, other), times = Counter(across).most_common(1)[0]
    return NotYet("counted the includes between files that are placed", f"{len(across)} of {len(pairs)} cross a border, most of"
                  f" them from {one} to {other} ({times})", "at most two thirds",
                  "these are layers, how the shop is built: a change of one thing goes through all of them", MAP, table)


@claim
def planted(bench: Bench):
    here = drawn(bench)
    baseline = set(here.across())
    copy = bench.folder / "planted"
    shutil.copytree(bench.tree / SOURCES, copy)
    for file, other in PLANTED:
        with (copy / f"{file}.cpp").open("a") as source:
            source.write(f'\n#include "{other}.h"\n')
    new = set(Map(bench, copy).across()) - baseline
    unseen = [each for each in PLANTED if each not in new]
    if not unseen:
        return Holds(f"{len(PLANTED)} of {len(PLANTED)}; the baseline has {len(baseline)}")
    file, other = unseen[0]
    return NotYet(f'wrote down the crossings of today as a baseline, and planted #include "{other}.h" in {file}.cpp, in the'
                  " check's own copy", f"nobody noticed: both are in {here.context_of(file) or 'no context'}",
                  "a crossing that is not in the baseline", "a border is where something is refused; within one"
                  " context nothing is", MAP)


@claim
def cycle(bench: Bench):
    here = drawn(bench)
    way = way_round(here.headers, "customer")
    if way is None:
        return Holds()
    return NotYet("followed the headers of customers through the headers that they include",
                  " -> ".join(f"{name}.h" for name in way), "no way back",
                  "whoever needs one of the two gets both, and neither can leave without the other",
                  f"{SOURCES}/customer.h")


def way_round(headers: dict[str, set[str]], begin: str) -> list[str] | None:
    """The shortest way from a header back to itself."""
    ways, seen = [[begin]], set()
    while ways:
        way = ways.pop(0)
        for name in sorted(headers.get(way[-1], ())):
            if name == begin:
                return [*way, begin]
            if name not in seen:
                seen.add(name)
                ways.append([*way, name])
    return None


@claim
def answers(bench: Bench):
    return journeys(bench, "3_account", "4_order", look=f"{SOURCES}/customer.cpp", why="only includes were to change")


main()
