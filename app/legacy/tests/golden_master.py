#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the legacy shop does: nine journeys, each answer, and what it has changed in the database, compared
with tests/golden/. It holds what is, not what ought to be.

    golden_master.py --bin FOLDER [--only NAME…] [--record]
    golden_master.py --bin FOLDER --through BANYAN     the same, behind a proxy that has one route: for everything
    golden_master.py --bin FOLDER --through BANYAN --percent N…
                                                       the same, while N per cent of the people read the catalogue from
                                                       the modular shop, and then another N; tests/journeys has the
                                                       routes, and which answers may be others
    golden_master.py --bin FOLDER --without TABLE…     the same, in a database that has these tables no more

Ids stand as trk:12 (the row that the sample has) or ord:A (the first that came to be), times as now+3d, tokens
as token:1. Every journey begins with the sample, at the same moment, with the same chance.

Exit codes: 0 as recorded, 1 otherwise, 2 the shop could not be started.
"""

import argparse
import difflib
import json
import re
import sqlite3
import sys
import tempfile
from pathlib import Path

from golden_journeys import JOURNEYS
from legacy_shop import Browser, Failed, Server, run
from moved_reads import Answers, MovedReads
from through_proxy import Proxy, one_route

GOLDEN = Path(__file__).resolve().parent / "golden"
NOW = 1_600_000_000 + 30 * 86_400  # 2020-10-13T12:26:40Z, a month after the sample's first order
DESK = "front-desk"
WIDTH = 140
ID = re.compile(r"\b(art|alb|trk|cus|ord)_[0-9a-f]{32}\b")
TIME = re.compile(r"\b(20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ)")
NUMBER = re.compile(r"\b(OUT-|BACK-|RBM)([0-9a-f]{12})\b")
TOKEN = re.compile(r"\b[0-9a-f]{32}\b")
TABLES = {"art": "artists", "alb": "albums", "trk": "item", "cus": "customers", "ord": "orders"}
TIME_COLUMNS = re.compile(r"(_at|^at|_changed)$")
NOISE = re.compile(r'("statements": )\d+')
STEP = re.compile(r"(\w+: [A-Z]+ /\S*|\$ \S+)")  # moved_reads.py has the same
STATUS = re.compile(r"  \d{3}")
STOPPED = "# it cannot go on"


def relative(seconds: int) -> str:
    """As a distance from the journey's beginning."""
    from_now = seconds - NOW
    if abs(from_now) > 400 * 86_400:
        return "long ago"
    sign, rest = ("-" if from_now < 0 else "+"), abs(from_now)
    text = "".join(f"{rest // unit % most}{letter}" for letter, unit, most in
                   (("d", 86_400, 10**6), ("h", 3_600, 24), ("m", 60, 60), ("s", 1, 60)) if rest // unit % most)
    return f"now{sign}{text}" if text else "now"


class Scrubber:
    """Takes out what differs from run to run, and says the same for the same."""

    def __init__(self, database: Path):
        self.names: dict[str, str] = {}
        self.made: dict[str, int] = {}
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as shop:
            for prefix, table in TABLES.items():
                for pub_id, number in shop.execute(f"SELECT pub_id, id FROM {table}"):
                    self.names[pub_id] = f"{prefix}:{number}"
        shop.close()

    def name(self, kind: str, text: str, letters: bool) -> str:
        if text not in self.names:
            count = self.made[kind] = self.made.get(kind, 0) + 1
            self.names[text] = f"{kind}:{chr(64 + count) if letters else count}"
        return self.names[text]

    def text(self, text: str) -> str:
        text = ID.sub(lambda found: self.name(found[1], found[0], True), text)
        text = NUMBER.sub(lambda found: self.name(found[1].rstrip("-"), found[0], False), text)
        text = TOKEN.sub(lambda found: self.name("token", found[0], False), text)
        text = re.sub(r"pbkdf2\$[^' ]*", "pbkdf2$…", text)
        return TIME.sub(lambda found: relative(seconds_of(found[1])), text)

    def column(self, name: str, value) -> str:
        if TIME_COLUMNS.search(name) and isinstance(value, int) and value > 10**8:
            return relative(value)
        if value is None:
            return "-"
        text = self.text(str(value)).replace("\n", "|")
        return text if len(text) <= 60 else text[:57] + "…"


def seconds_of(text: str) -> int:
    import calendar
    import time
    return calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))


def pretty(value, indent: int = 0) -> str:
    """JSON, on one line as long as it fits."""
    flat = json.dumps(value, ensure_ascii=False)
    if len(flat) + indent <= WIDTH or not isinstance(value, (dict, list)) or not value:
        return flat
    inner = " " * (indent + 2)
    if isinstance(value, dict):
        parts = [f"{inner}{json.dumps(key)}: {pretty(each, indent + 2)}" for key, each in value.items()]
        return "{\n" + ",\n".join(parts) + "\n" + " " * indent + "}"
    parts = [inner + pretty(each, indent + 2) for each in value]
    return "[\n" + ",\n".join(parts) + "\n" + " " * indent + "]"


class Rows:
    """What stands in the tables, and what has changed since one looked last."""

    def __init__(self, database: Path):
        self.shop = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
        tables = self.shop.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        self.columns = {name: [row[1:6:4] for row in self.shop.execute(f"PRAGMA table_info({name})")]
                        for (name,) in tables.fetchall()}
        self.before = self.look()
        self.version = self.data_version()

    def data_version(self) -> int:
        return self.shop.execute("PRAGMA data_version").fetchone()[0]

    def look(self) -> dict[str, dict]:
        seen = {}
        for table, columns in self.columns.items():
            keys = [i for i, (_, key) in enumerate(columns) if key] or range(len(columns))
            rows = self.shop.execute(f"SELECT * FROM {table}").fetchall()
            seen[table] = {tuple(row[i] for i in keys): row for row in rows}
        return seen

    def changed(self, scrubber: Scrubber) -> list[str]:
        version = self.data_version()
        if version == self.version:
            return []
        self.version = version
        before, self.before = self.before, self.look()
        lines = []
        for table, after in self.before.items():
            gone = len(before[table].keys() - after.keys())
            made = sorted(after.keys() - before[table].keys(), key=str)
            if made:
                lines.append(f"  {table} +{len(made)}")
            if gone:
                lines.append(f"  {table} -{gone}")
            for key in sorted(after.keys() & before[table].keys(), key=str):
                lines += self.differences(table, key, before[table][key], after[key], scrubber)
        return lines

    def differences(self, table, key, old, new, scrubber) -> list[str]:
        if old == new:
            return []
        parts = [f"{name} {scrubber.column(name, a)} -> {scrubber.column(name, b)}"
                 for (name, _), a, b in zip(self.columns[table], old, new) if a != b]
        return [f"  {table} {scrubber.text(' '.join(map(str, key)))}: {', '.join(parts)}"]

    def close(self) -> None:
        self.shop.close()


def drop(database: Path, tables: list[str]) -> None:
    """Whether others refer to them or not: who needs them will say so."""
    with sqlite3.connect(database) as shop:
        for table in tables:
            shop.execute(f'DROP TABLE "{table}"')
    shop.close()


class Journey:
    """One run through the shop, written down as it goes."""

    def __init__(self, binaries: Path, folder: Path, shop: str, through: Path | None = None, without: list[str] | None = None,
                 moved: MovedReads | None = None):
        self.binaries, self.folder, self.database = binaries, folder, folder / "shop.db"
        self.shop_program, self.through, self.moved = shop, through, moved
        run([binaries / "legacy-import", "--sample", "--database", self.database], self.seams(0))
        self.scrubber = Scrubber(self.database)
        drop(self.database, without or [])
        self.rows = Rows(self.database)
        self.lines: list[str] = []
        self.exchanges = 0
        self.starts = 0
        self.now = NOW
        self.server, self.proxy = None, None
        self.open()

    def seams(self, number: int) -> dict[str, str]:
        return {"SHOP_NOW": str(getattr(self, "now", NOW)), "SHOP_SEED": str(4711 + number)}

    def open(self) -> None:
        self.starts += 1
        self.server = Server([self.binaries / self.shop_program, "--database", self.database],
                             self.seams(self.starts))
        self.browsers: dict[str, Browser] = {}
        self.asked = 0
        if self.through:
            try:
                folder, port = self.folder / f"proxy-{self.starts}", self.server.port
                self.proxy = self.moved.proxy(folder, port) if self.moved else Proxy(self.through, folder, one_route(port))
            except Failed:
                self.server.stop()
                raise

    def close(self) -> None:
        for browser in self.browsers.values():
            browser.close()
        if self.proxy:
            sent = self.proxy.sent()
            self.proxy.stop()
            self.proxy = None
            if sent < self.asked:
                raise Failed(f"{self.asked} were asked and the proxy has sent {sent} on: this would prove nothing")
        if self.server:
            self.server.stop()
            self.server = None

    def end(self) -> None:
        self.close()
        self.rows.close()

    # --- what journeys say

    def say(self, text: str) -> None:
        self.lines += ["", f"# {text}"]

    def later(self, **time: int) -> None:
        """The shop is restarted so much later; sessions live on, for they are in the database."""
        cookies = {who: browser.cookies for who, browser in self.browsers.items()}
        self.close()
        self.now += time.get("days", 0) * 86_400 + time.get("minutes", 0) * 60
        self.open()
        for who, kept in cookies.items():
            self.browser(who).cookies = kept
        self.lines += ["", f"# later: {relative(self.now)}"]

    def browser(self, who: str) -> Browser:
        if who not in self.browsers:
            self.browsers[who] = Browser((self.proxy or self.server).port)
            if who == "desk":
                self.browsers[who].headers["X-Desk-Key"] = DESK
        return self.browsers[who]

    def ask(self, who: str, method: str, path: str, body=None, **headers: str):
        """The body of the answer, as JSON or as text."""
        browser = self.browser(who)
        if self.moved:
            self.moved.somebody_else(browser)
        status, fields, content = browser.ask(method, path, body, **headers)
        if self.moved:
            self.moved.answered(fields)
        self.exchanges += 1
        self.asked += 1
        sent = "" if body is None else " " + (body if isinstance(body, str) else json.dumps(body))
        extra = "".join(f" [{name.replace('_', '-')}: {value}]" for name, value in headers.items())
        self.lines += ["", self.scrubber.text(f"{who}: {method} {path}{sent}{extra}"), f"  {status}"]
        for name, value in fields:
            if name in ("Location", "Set-Cookie"):
                self.lines.append("  " + self.scrubber.text(f"{name}: {value}"))
        answer = None
        if content:
            kind = dict(fields).get("Content-Type", "")
            answer = json.loads(content) if "json" in kind else content.decode()
            shown = NOISE.sub(r"\1…", pretty(json.loads(self.scrubber.text(content.decode())), 2)) if "json" in kind \
                else self.scrubber.text(answer.rstrip("\n")).replace("\n", "\n  ")
            self.lines += ("  " + shown).splitlines()
        self.lines += self.rows.changed(self.scrubber)
        return answer

    def nightly(self) -> None:
        said = run([self.binaries / "legacy-nightly", "--database", self.database], self.seams(100 + self.starts))
        self.exchanges += 1
        self.lines += ["", "$ legacy-nightly"] + ["  " + line for line in said.splitlines()]
        self.lines += self.rows.changed(self.scrubber)

    def sign_in(self, who: str = "ada", email: str = "ada@example.org", password: str = "paper harbour"):
        return self.ask(who, "POST", "/session", {"email": email, "password": password})

    def track(self, number: int) -> str:
        return next(pub_id for pub_id, name in self.scrubber.names.items() if name == f"trk:{number}")

    def album(self, number: int) -> str:
        return next(pub_id for pub_id, name in self.scrubber.names.items() if name == f"alb:{number}")

    def text(self, title: str) -> str:
        return "\n".join([title] + self.lines) + "\n"


def walk(name: str, binaries: Path, shop: str, through: Path | None = None,
         without: list[str] | None = None, moved: MovedReads | None = None) -> tuple[str, int]:
    journey_function = JOURNEYS[name]
    with tempfile.TemporaryDirectory(prefix="golden-") as folder:
        journey = Journey(binaries, Path(folder), shop, through, without, moved)
        try:
            journey_function(journey)
        except (LookupError, TypeError) as lacks:
            # An answer was another one, and had not what the next question is made of.
            journey.lines += ["", f"{STOPPED}: {type(lacks).__name__}, {lacks}"]
        finally:
            journey.end()
    return journey.text((journey_function.__doc__ or name).strip()), journey.exchanges


def first_difference(name: str, recorded: str, now: str) -> str:
    """Where the two part: the journey, which of its steps, what was asked there, and what came in place of what."""
    old, new = recorded.splitlines(), now.splitlines()
    at = next((i for i, (one, two) in enumerate(zip(old, new)) if one != two), min(len(old), len(new)))
    steps = [found[1] for found in map(STEP.match, new[:at + 1]) if found]
    where = f"step {len(steps)}, {steps[-1]}" if steps else "before its first step"
    was, came = (lines[at] if at < len(lines) else "" for lines in (old, new))
    if not (STATUS.fullmatch(was) and STATUS.fullmatch(came)):
        was, came = (line.strip()[:70] or "nothing" for line in (was, came))
    return f"{name}, {where}: {came.strip()} in place of {was.strip()}"


def compare(options, moved: MovedReads | None = None, answers: Answers | None = None) -> bool:
    """All journeys once; says what is not as recorded."""
    exchanges, wrong = 0, []
    names = options.only or list(JOURNEYS)
    for name in names:
        text, count = walk(name, options.bin, options.shop, options.through, options.without, moved)
        exchanges += count
        file = options.golden / f"{name}.txt"
        if options.record:
            if STOPPED in text:
                raise Failed(f"{name} {text[text.index(STOPPED) + 2:].strip()}: that is not recorded")
            options.golden.mkdir(exist_ok=True)
            file.write_text(text)
            continue
        recorded = file.read_text() if file.exists() else ""
        if answers:
            text = answers.excused(name, recorded, text)
        if recorded != text:
            wrong.append(name)
            sys.stdout.writelines(difflib.unified_diff(recorded.splitlines(True), text.splitlines(True),
                                                       f"recorded/{name}.txt", f"now/{name}.txt", n=6))
            print(f"first difference: {first_difference(name, recorded, text)}")
    done = "recorded" if options.record else f"{len(names) - len(wrong)} of {len(names)} journeys as recorded"
    where = " through the proxy" if options.through else ""
    if moved:
        where += f", {moved.told()}"
    print(f"golden master: {exchanges} exchanges{where}, {done}" + (f"; not {', '.join(wrong)}" if wrong else ""))
    if moved and (doubt := moved.doubt()):
        print(f"golden master: {doubt}")
        return False
    return not wrong


def compare_moved(options) -> bool:
    """With each share of the people at the new side, one after the other."""
    answers, good = Answers.allowed(), True
    with tempfile.TemporaryDirectory(prefix="golden-new-") as folder:
        moved = MovedReads(options.bin, options.through, Path(folder))
        try:
            for percent in options.percent:
                moved.begin(percent)
                good = compare(options, moved, answers) and good
        finally:
            moved.stop()
    if 100 in options.percent:
        for unneeded in answers.unneeded(options.only or JOURNEYS):
            print(f"golden master: nothing needs '{unneeded}' in allowed_differences.toml any more")
            good = False
    return good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, required=True, help="the folder with the shop's programs")
    parser.add_argument("--shop", default="legacy-shop", help="the program to walk through (legacy-shop)")
    parser.add_argument("--through", type=Path, metavar="BANYAN", help="walk through a proxy; BANYAN is its program")
    parser.add_argument("--percent", nargs="+", type=float, metavar="N", help="of the people read at the modular shop")
    parser.add_argument("--only", nargs="+", choices=JOURNEYS, help="these journeys")
    parser.add_argument("--without", nargs="+", default=[], metavar="TABLE", help="drop these tables before each journey")
    parser.add_argument("--golden", type=Path, default=GOLDEN, help="what was recorded (tests/golden)")
    parser.add_argument("--record", action="store_true", help="what is said now is right from now on")
    options = parser.parse_args()
    if options.record and (options.through or options.without):
        parser.error("what is recorded is what the shop itself says: --record goes without --through and --without")
    if options.percent and not options.through:
        parser.error("who reads where is the proxy's to say: --percent goes with --through")
    options.bin = options.bin.resolve()
    options.through = options.through and options.through.resolve()
    try:
        good = compare_moved(options) if options.percent else compare(options)
    except Failed as why:
        print(f"golden master: {why}", file=sys.stderr)
        return 2
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
