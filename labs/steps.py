# SPDX-License-Identifier: Apache-2.0
"""The steps of the whole way as pairs that can be compared: start and solution of a lab, and the code of the two shops
that the step is about. Counts of checks are taken from the labs' pages, whose blocks come from runs.

Used by figures.py; docs/how-to/from-legacy-to-modular.md has the table.
"""
import difflib
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "labs/runner"))

from lab.course import Course  # noqa: E402
from lab.variants import Files, Variants  # noqa: E402

OLD, ORDERS, WAREHOUSE = "app/legacy/src", "modules/orders/src", "modules/warehouse/src"


@dataclass
class Count:
    """Before and after: what `pattern` finds first and last on the lab's page; with `file`, what it finds in that file of
    start and solution; with `times`, how often it is found there."""
    what: str
    pattern: str
    file: str = ""
    times: bool = False


@dataclass
class Step:
    number: str
    lab: int
    counts: list[Count]
    legacy: list[str] = field(default_factory=list)
    modular: list[str] = field(default_factory=list)


STEPS = [
    Step("1", 1, [Count("threads", r"web\.threads = (\d+)", "shop.properties"),
                  Count("the report's connection", r"report\.connection = (\w+)", "shop.properties")]),
    Step("2", 2, [Count("contexts", r"\((\d+) contexts"), Count("operations that need one at most",
                        r"(\d+) of 41 operations need at most one"),
                  Count("contexts that a sale needs", r"POST /orders(?: needs|,) (\d+)")],
         [f"{OLD}/routes.cpp"], ["modules/*/include/*/port.hpp"]),
    Step("3", 3, [Count("files of nobody", r"(\d+) (?:belong to nobody:|left over:)"),
                  Count("includes that cross, once all are drawn", r"border \((\d+) of \d+\)")]),
    Step("4", 4, [Count("fields of the largest owner", r"(?:saw desk|largest part is desk with) (\d+)"),
                  Count("fields of a pick list", r"PickList (?:has )?(\d+)")],
         [f"{OLD}/order.h", f"{OLD}/order.cpp"], [f"{ORDERS}/domain/order.hpp", f"{ORDERS}/domain/order.cpp"]),
    Step("5", 5, [Count("calls that are recorded by hand", r"(?:your|with) (\d+) calls")],
         [f"{OLD}/stock.h"], ["modules/warehouse/include/warehouse/port.hpp"]),
    Step("6", 6, [Count("sold of 5 copies", r"(?:saw|holds [^(]*\() ?(\d+) (?:sold|of 5 with)"),
                  Count("places that name `set_stock`", r"\bset_stock\(", "*", times=True)],
         [f"{OLD}/stock.h", f"{OLD}/stock.cpp"],
         [f"{WAREHOUSE}/domain/stock_reservation.*", f"{WAREHOUSE}/application/reserve_stock.cpp",
          f"{WAREHOUSE}/application/receive_stock.cpp"]),
    Step("7", 7, [Count("calls for an order of 50 lines", r"(\d+) calls?;")],
         [f"{OLD}/pricing.cpp"], [f"{ORDERS}/application/price_lines.cpp", f"{ORDERS}/domain/tax.cpp"]),
    Step("8.1", 8, [Count("places that ask the table", r"\((\d+) places asked it, (\d+) do")]),
    Step("8.2", 12, [Count("foreign keys that cross", r"(?:saw |\()(\d+) crossings")]),
    Step("9", 11, [Count("steps with an undo", r'\{"\w+", \w+, \w+\}', "place_order_saga.cpp", times=True),
                   Count("deeds outside with a key", r"(?:charge|refund|book)\(sale\.key", "place_order_saga.cpp", times=True),
                   Count("points where it may be killed", r"killed at (\d+) points, each time sold")],
         [f"{OLD}/checkout.cpp"], [f"{ORDERS}/application/place_order.cpp", f"{ORDERS}/application/sagas/*"]),
    Step("10", 13, [Count("symbols that came along", r"(?:saw |\()(\d+) (?:symbols?|of the)\b")]),
    Step("11", 18, [Count("processes", r"\((\d+) processes -> (\d+)"),
                    Count("calls between them", r"(\d+) calls between them for 3 pages -> (\d+)"),
                    Count("lines of the old catalogue that go", r"\((\d+) lines less")]),
]


class Pair:
    """Start and solution of a lab."""

    def __init__(self, course: Course, number: int):
        self.lab = course.lab(number)
        variants = Variants(course, self.lab)
        self.start, self.solution = variants.start(), variants.solution()
        told = (course.root / self.lab.page).read_text().split("\n## What just happened")[0]
        self.page = " ".join(told.split())

    def diffs(self) -> list[list[str]]:
        """Of each file that differs: two lines with its name, then what goes and comes."""
        made = [list(difflib.unified_diff(self.start.get(name, "").splitlines(), self.solution.get(name, "").splitlines(),
                                          f"start/{name}", f"solution/{name}", lineterm=""))
                for name in sorted(self.start.keys() | self.solution.keys())]
        return [each for each in made if each]

    def changed(self) -> tuple[int, int, int]:
        """Files, lines that go, lines that come."""
        lines = [line for each in self.diffs() for line in each[2:]]
        return len(self.diffs()), sum(line.startswith("-") for line in lines), sum(line.startswith("+") for line in lines)

    def write(self, folder: Path) -> None:
        for name, files in (("start", self.start), ("solution", self.solution)):
            for file, text in files.items():
                path = folder / self.lab.name / name / file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)

    def told(self, count: Count) -> str:
        if count.file:
            before, after = (self._in_files(files, count) for files in (self.start, self.solution))
        else:
            found = [match.groups() for match in re.finditer(count.pattern, self.page)]
            if not found:
                raise SystemExit(f"figures: {self.lab.page} does not say {count.what} any more ({count.pattern})")
            before, after = found[0][0], found[-1][-1]
            if found[0] == found[-1] and len(found[0]) == 1:
                return f"{count.what} {before}"
        return f"{count.what} {before} → {after}"

    def _in_files(self, files: Files, count: Count) -> str:
        text = "\n".join(text for name, text in sorted(files.items()) if count.file in ("*", name))
        found = re.findall(count.pattern, text)
        if count.times:
            return str(len(found))
        if not found:
            raise SystemExit(f"figures: {count.file} of lab {self.lab.number} does not say {count.what} any more")
        return found[0]


def lines_of(patterns: list[str]) -> int:
    total = 0
    for pattern in patterns:
        paths = sorted(ROOT.glob(pattern))
        if not paths:
            raise SystemExit(f"figures: there is no {pattern} any more, which labs/steps.py compares")
        total += sum(path.read_text().count("\n") for path in paths if ".postgresql." not in path.name)
    return total


def rows() -> list[list[str]]:
    """The cells of the table."""
    course, made = Course(ROOT), []
    for step in STEPS:
        pair = Pair(course, step.lab)
        files, gone, come = pair.changed()
        shops = f"{lines_of(step.legacy):,} → {lines_of(step.modular):,}" if step.legacy else ""
        made.append([step.number, f"lab {step.lab}", str(files), f"−{gone} +{come}", "; ".join(map(pair.told, step.counts)), shops])
    return made


def table() -> str:
    head = ["| step | pair | files | lines | counted, before → after | lines in the two shops |",
            "| --- | --- | ---: | ---: | --- | ---: |"]
    return "\n".join(head + ["| " + " | ".join(cells) + " |" for cells in rows()]).replace("|  |", "| |")


def problems(shown: str) -> list[str]:
    """What the page has otherwise. Lines of the shops may differ by a tenth; the rest may not."""
    on_page = {}
    for line in shown.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) == 6:
            on_page[cells[0]] = cells
    wrong = []
    for now in rows():
        said = on_page.get(now[0])
        if said is None:
            wrong.append(f"step {now[0]} is not in the table")
        elif said[:5] != now[:5]:
            one, two = next((a, b) for a, b in zip(said, now) if a != b)
            wrong.append(f"step {now[0]}: {one} is shown, {two} is counted")
        elif not alike(said[5], now[5]):
            wrong.append(f"step {now[0]}, lines in the two shops: {said[5]} is shown, {now[5]} is counted")
    return wrong


def alike(said: str, now: str) -> bool:
    one, two = ([int(number.replace(",", "")) for number in re.findall(r"[\d,]+", text)] for text in (said, now))
    return len(one) == len(two) and all(abs(a - b) <= b / 10 for a, b in zip(one, two))


def diff_of(number: int) -> str:
    return "\n".join(line for each in Pair(Course(ROOT), number).diffs() for line in each)


def write_pairs(folder: Path) -> list[Path]:
    """Each pair as two folders; where they are."""
    course = Course(ROOT)
    for step in STEPS:
        Pair(course, step.lab).write(folder)
    return sorted(folder.iterdir())
