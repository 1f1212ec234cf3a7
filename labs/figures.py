#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the way from the legacy shop to the modular one has cost and brought, counted in this very tree.

    figures.py                     the figures that can be counted in the sources
    figures.py --bin FOLDER        and those that are measured: both shops with the same records are started, and asked in
                                   turns (FOLDER has the built programs; say build/release/bin)
    figures.py --check PAGE        are the tables of the page those of now? Lines may differ by a tenth; the rest may not
    figures.py --steps             the table of the steps: each a pair, with its numbers (steps.py)
    figures.py --diff N            what differs between start and solution of lab N
    figures.py --pairs FOLDER      each pair as two folders, for your own tool

docs/how-to/from-legacy-to-modular.md says what they mean.
"""
import argparse
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

import steps

ROOT = Path(__file__).resolve().parents[1]
LEGACY = ROOT / "app/legacy"
MODULES = ("catalog", "customers", "orders", "payments", "shipping", "warehouse")
CUT = ROOT / "labs/02-operations-before-tables/solution/cut.toml"
MAP = ROOT / "labs/03-seams/solution/contexts.toml"
BEGIN, END = "<!-- figures: made by labs/figures.py -->", "<!-- end of figures -->"
STEPS_BEGIN, STEPS_END = "<!-- steps: made by labs/figures.py --steps -->", "<!-- end of steps -->"
SOURCES = (".cpp", ".hpp", ".h")
ROUNDS = 60

Rows = dict[str, tuple[int, int]]  # what: in the legacy shop, in the modular one


def sources(*folders: Path) -> list[Path]:
    return sorted(path for folder in folders for path in folder.rglob("*")
                  if path.suffix in SOURCES and "tests" not in path.relative_to(folder).parts)


def lines(paths: list[Path]) -> int:
    return sum(path.read_text().count("\n") for path in paths)


def tables(scripts: list[Path]) -> dict[str, str]:
    """Each table with what stands between its brackets."""
    found: dict[str, str] = {}
    for script in scripts:
        for table in re.finditer(r"^CREATE TABLE (\w+) \((.*?)^\)", script.read_text(), re.MULTILINE | re.DOTALL):
            found[table[1]] = table[2]
    return found


def keys_across(found: dict[str, str], owner: dict[str, str]) -> int:
    return sum(1 for table, body in found.items() for other in re.findall(r"REFERENCES (\w+)", body)
               if owner.get(table) != owner.get(other))


def scripts_of(module: str) -> list[Path]:
    return [path for path in sorted((ROOT / "migrations" / module).glob("*.sql")) if ".postgresql." not in path.name]


def modular_tables() -> tuple[dict[str, str], dict[str, str]]:
    """Those that are there in the end, and whose they are."""
    found: dict[str, str] = {}
    owner: dict[str, str] = {}
    for module in MODULES:
        gone = {name for path in scripts_of(module) for name in re.findall(r"^DROP TABLE (\w+)", path.read_text(), re.MULTILINE)}
        here = {name: body for name, body in tables(scripts_of(module)).items() if name not in gone}
        found |= here
        owner |= {name: module for name in here}
    return found, owner


def left_after_separation() -> int:
    """Foreign keys that cross and that no separation script takes away."""
    found, owner = modular_tables()
    for module in MODULES:
        for script in sorted((ROOT / "migrations" / module / "separation").glob("*.sql")):
            for made, body in tables([script]).items():
                found[made.removesuffix("_separated")] = body
                owner.setdefault(made.removesuffix("_separated"), module)
    return keys_across(found, owner)


def joins_across(paths: list[Path], owner: dict[str, str]) -> int:
    """Statements that name tables of several owners."""
    count = 0
    for path in paths:
        text = re.sub(r"//[^\n]*", "", path.read_text())
        for literal in re.findall(r'"(?:[^"\\]|\\.)*"(?:\s*"(?:[^"\\]|\\.)*")*', text):
            named = {owner[name] for name in re.findall(r"\b(?:FROM|JOIN|INTO|UPDATE)\s+(\w+)", literal) if name in owner}
            count += len(named) > 1
    return count


def legacy_owner() -> dict[str, str]:
    cut = tomllib.loads(CUT.read_text())
    return {name: context for context, entry in cut.items() for name in entry["owns"] if "." not in name}


def includes_across() -> tuple[int, int]:
    contexts = tomllib.loads(MAP.read_text())["contexts"]
    where = {file: context for context, files in contexts.items() for file in files}
    pairs = {(path.stem, other) for path in sources(LEGACY / "src")
             for other in re.findall(r'^#include "(\w+)\.h"', path.read_text(), re.MULTILINE)}
    crossing = sum(1 for one, other in pairs if where.get(one) and where.get(other) and where[one] != where[other])
    # In the modular shop only what is published can be included; an inside would be reached by a path.
    inside = 0
    for module in MODULES:
        for path in sources(ROOT / "modules" / module):
            for other in re.findall(r'^#include "(\w+)/([\w/.]+)"', path.read_text(), re.MULTILINE):
                if other[0] in MODULES and other[0] != module:
                    inside += not (ROOT / "modules" / other[0] / "include" / other[0] / other[1]).is_file()
    return crossing, inside


def counted() -> Rows:
    legacy, modular = sources(LEGACY / "src"), sources(*(ROOT / "modules" / module for module in MODULES))
    schema = tables([LEGACY / "schema.sql"])
    found, owner = modular_tables()
    header = (LEGACY / "src/order.h").read_text()
    routes = len(re.findall(r"router\.on\(", (LEGACY / "src/routes.cpp").read_text()))
    operations = sum(len(re.findall(r"static constexpr banyan::Operation\b", path.read_text()))
                     for module in MODULES for path in (ROOT / "modules" / module / "include").rglob("port.hpp"))
    return {
        "lines of code": (lines(legacy), lines(modular)),
        "files": (len(legacy), len(modular)),
        "lines of the largest file": (max(lines([path]) for path in legacy), max(lines([path]) for path in modular)),
        "doors: routes, operations": (routes, operations),
        "fields of the class Order": (len(re.findall(r"^    (?:i64|int|std::\S+) +m_\w+;", header[header.index("class Order\n"):],
                                                     re.MULTILINE)), order_fields()),
        "tables": (len(schema), len(found)),
        "foreign keys across contexts": (keys_across(schema, legacy_owner()), left_after_separation()),
        "statements across contexts": (joins_across(legacy, legacy_owner()), joins_across(modular, owner)),
        "includes across contexts, past what is published": includes_across(),
        "triggers and views": (sum((LEGACY / "schema.sql").read_text().count(f"CREATE {what}") for what in ("TRIGGER", "VIEW")),
                               sum(script.read_text().count(f"CREATE {what}") for module in MODULES
                                   for script in scripts_of(module) for what in ("TRIGGER", "VIEW "))),
    }


def order_fields() -> int:
    """Of the aggregate that has taken the class's place."""
    text = re.sub(r"//[^\n]*", "", (ROOT / "modules/orders/src/domain/order.hpp").read_text())
    body = text[text.index("  struct Data {"):]
    return len(re.findall(r"^    (?!friend)[\w:<>]+ \w+(?: = [\w:]+)?;", body[:body.index("  };")], re.MULTILINE))


# --- measured


class Both:
    """The two shops with the same records, one process each."""

    def __init__(self, binaries: Path, folder: Path):
        sys.path[:0] = [str(LEGACY / "tests"), str(ROOT / "tests/journeys")]
        import legacy_shop
        import shops
        made, legacy = folder / "modular.db", folder / "legacy.db"
        legacy_shop.run([binaries / "recordshop-data", "generate", "--tracks", "500", "--database", made])
        legacy_shop.run([binaries / "legacy-import", "--recordshop", made, "--database", legacy])
        for database, table in ((legacy, "item"), (made, "stock")):
            with sqlite3.connect(database) as shop:
                shop.execute(f"UPDATE {table} SET on_hand = 100000")
            shop.close()
        self.servers = [legacy_shop.Server([binaries / "legacy-shop", "--database", legacy])]
        ready = folder / "ready"
        self.process = subprocess.Popen([binaries / "recordshop", "--listen", "127.0.0.1:0", "--ready-file", ready, "--database", made,
                                         "--control", folder / "control.db"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 30
        while not (ready.is_file() and ready.read_text().strip()):
            if self.process.poll() is not None or time.monotonic() > until:
                raise SystemExit("figures: the modular shop does not begin")
            time.sleep(0.02)
        self.old = shops.LegacyShop(self.servers[0].port)
        self.new = shops.ModularShop(int(ready.read_text()), self.servers[0].port)
        account = {"name": "Greta", "email": "greta@example.org", "password": "long enough",
                   "address": {"recipient": "Greta", "street": "Ring 1", "postal_code": "10115", "city": "Berlin", "country": "DE"}}
        self.who = (self.old.open_account("greta", account), self.new.open_account("greta", account))
        self.tracks = [each["id"] for each in self.old.tracks("greta", 100)["tracks"]]
        self.album = self.old.albums("greta", 1)["albums"][0]["id"]

    def stop(self) -> None:
        self.old.close(), self.new.close()
        self.process.terminate()
        self.process.wait(30)
        for each in self.servers:
            each.stop()

    def statements(self) -> int:
        return self.old.ask("meter", "GET", "/health")["statements"]

    def calls(self) -> int:
        text = self.new.browser("meter").ask("GET", "/metrics")[2].decode()
        return int(sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith("banyan_port_calls_total{")
                       and 'operation="get_order"' not in line))  # that is us, looking whether it is done

    def order(self, shop, who: str, number: int) -> str:
        lines_ = {track: 1 for track in self.tracks[number % 50:number % 50 + 10]}
        return shop.order("greta", who, lines_, method="card-4242")["id"]


def timed(work) -> float:
    begun = time.monotonic()
    work()
    return (time.monotonic() - begun) * 1000


def measured(binaries: Path) -> tuple[Rows, list[str]]:
    with tempfile.TemporaryDirectory(prefix="figures-") as folder:
        both = Both(binaries.resolve(), Path(folder))
        try:
            # One that is asked alone says what one costs; what is done behind the scenes comes to an end first.
            counts = {}
            for name, work in (("an album's page", lambda: (both.old.album("greta", both.album), both.new.album("greta", both.album))),
                               ("an order of 10 lines", lambda: ordered(both, 0))):
                before = (both.statements(), both.calls())
                work()
                counts[name] = (both.statements() - before[0] - 1, both.calls() - before[1])
            times: dict[str, tuple[list[float], list[float]]] = {"an album's page": ([], []), "an order of 10 lines": ([], [])}
            for number in range(1, ROUNDS + 1):
                times["an album's page"][0].append(timed(lambda: both.old.album("greta", both.album)))
                times["an album's page"][1].append(timed(lambda: both.new.album("greta", both.album)))
                times["an order of 10 lines"][0].append(timed(lambda: both.order(both.old, both.who[0], number)))
                times["an order of 10 lines"][1].append(timed(lambda: both.order(both.new, both.who[1], number)))
        finally:
            both.stop()
    rows = {f"{name}: statements, calls of ports": pair for name, pair in counts.items()}
    told = [f"| {name}: ms until it is answered | {statistics.median(one):.1f} | {statistics.median(two):.1f} |"
            for name, (one, two) in times.items()]
    return rows, told


def ordered(both: Both, number: int) -> None:
    both.order(both.old, both.who[0], number)
    order = both.order(both.new, both.who[1], number)
    both.new.order_when("greta", order, lambda found: found["fulfilment"] == "done")


# --- told


def table(rows: Rows, more: list[str]) -> str:
    head = ["| | legacy | modular |", "| --- | ---: | ---: |"]
    return "\n".join(head + [f"| {what} | {one:,} | {two:,} |" for what, (one, two) in rows.items()] + more)


def check(page: Path) -> int:
    shown = page.read_text().split(BEGIN)[1].split(END)[0]
    wrong = []
    for what, now in counted().items():
        found = re.search(rf"^\| {re.escape(what)} \| ([\d,]+) \| ([\d,]+) \|", shown, re.MULTILINE)
        if not found:
            wrong.append(f"{what} is not in the table")
            continue
        for side, value, said in zip(("legacy", "modular"), now, (int(each.replace(",", "")) for each in found.groups())):
            tolerance = value / 10 if what.startswith(("lines", "files")) else 0
            if abs(value - said) > tolerance:
                wrong.append(f"{what}, {side}: {said:,} is shown, {value:,} is counted")
    found_wrong = [(each, "") for each in wrong]
    found_wrong += [(each, " --steps") for each in steps.problems(page.read_text().split(STEPS_BEGIN)[1].split(STEPS_END)[0])]
    for each, how in found_wrong:
        print(f"{page}: {each}. Run: python3 labs/figures.py{how}")
    return 1 if found_wrong else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path)
    parser.add_argument("--check", type=Path)
    parser.add_argument("--steps", action="store_true")
    parser.add_argument("--diff", type=int, choices=sorted(step.lab for step in steps.STEPS), metavar="N")
    parser.add_argument("--pairs", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    if options.check:
        return check(options.check)
    if options.steps or options.diff:
        print(steps.table() if options.steps else steps.diff_of(options.diff))
        return 0
    if options.pairs:
        print("\n".join(f"diff -ru {each}/start {each}/solution" for each in steps.write_pairs(options.pairs)))
        return 0
    rows, more = counted(), []
    if options.bin:
        also, more = measured(options.bin)
        rows |= also
    print(table(rows, more))
    return 0


if __name__ == "__main__":
    sys.exit(main())
