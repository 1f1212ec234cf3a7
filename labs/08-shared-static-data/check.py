# SPDX-License-Identifier: Apache-2.0
"""Judges lab 8: who still asks the table, what a bad line does, and which rate holds on which day."""
import os
import re
import sqlite3
import subprocess
from pathlib import Path

from lab.checking import Bench, Holds, NotYet, claim, columns, main
from lab.legacy import LegacyShop, journeys, make_database

FILE, LOADER, PRICES = "app/legacy/countries.txt", "app/legacy/src/countries.cpp", "app/legacy/src/pricing.cpp"
WHOLE = Path(__file__).resolve().parents[2] / "app/legacy"  # as it was before somebody began to take the table away
# Each way of being bad, and what would come of it if the shop began.
BAD = {
    "XX | Nowhere | 2 | - | nineteen": "a line that is left out is a country without tax, or a customer who is sent away, from"
                                       " today on; and nobody has been told",
    "XX | Nowhere | 2": "a country with three parts of five has no rate: whatever is taken for it, nobody has written it",
    "XX | Nowhere | far | - | 1900": "there are zones 1, 2 and 3, and postage is charged by them. The table's column was a number;"
                                     " here nobody has asked, and a label says zone far",
}
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')
ASKS = re.compile(r"\b(FROM|JOIN|INTO|UPDATE) countries\b")


def statements(legacy: Path) -> list[tuple[str, str]]:
    """The places that name the table, and how: SQL of the programs, and the view."""
    found = []
    for path in sorted((legacy / "src").glob("*.cpp")):
        text = re.sub(r"^\s*#include.*$|//[^\n]*", "", path.read_text(), flags=re.MULTILINE)
        found += [(path.name, " ".join(literal.split())) for literal in LITERAL.findall(text) if ASKS.search(literal)]
    schema = (legacy / "schema.sql").read_text()
    for view in re.findall(r"^CREATE VIEW\b[^;]*;", schema, re.MULTILINE):
        found += [("schema.sql", line.strip().rstrip(";")) for line in view.splitlines() if ASKS.search(line)]
    return found


def places(before: list[tuple[str, str]], now: list[tuple[str, str]]) -> list[str]:
    """A row for each that asks the table, or did before; those that still do come first."""
    return columns(("place", "asks it", "by"), *((file, "still", statement) for file, statement in now),
                   *((file, "no more", statement) for file, statement in before if (file, statement) not in now))


def sells(bench: Bench, database: Path, now: str, countries: Path, country: str) -> dict:
    """An order of a day, to a country, with a list of countries; as it is answered. {} when it is refused."""
    shop = LegacyShop(bench, database, look=LOADER, SHOP_NOW=now, SHOP_COUNTRIES=str(countries))
    address = {"recipient": "Mo", "street": "Katu 1", "postal_code": "00100", "city": "Oulu", "country": country}
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        track, number = connection.execute("SELECT pub_id, (SELECT count(*) FROM customers) FROM item WHERE price = 99"
                                           " ORDER BY id LIMIT 1").fetchone()
    cookie = shop.ask("POST", "/customers", {"name": "Mo", "email": f"mo{number}@example.org", "address": address,
                                             "password": "long enough"})[2]
    status, order, _ = shop.ask("POST", "/orders", {"lines": [{"track": track, "quantity": 10}]}, cookie)
    shop.stop()
    return order if status == 201 else {}


def money(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"


def list_with(bench: Bench, name: str, code: str, rates: str) -> Path:
    """The learner's list, with other rates for one country."""
    made = bench.folder / f"{name}.txt"
    text = re.sub(rf"^({code} \|.*\|)[^|]*$", rf"\1 {rates}", bench.file(FILE).read_text(), flags=re.MULTILINE)
    made.write_text(text)
    return made


@claim
def answers(bench: Bench):
    os.environ["SHOP_COUNTRIES"] = str(bench.file(FILE))
    return journeys(bench, "3_account", "4_order", "6_follow", "9_night", look=FILE)


@claim
def no_table(bench: Bench):
    before, now = statements(WHOLE), statements(bench.tree / "app/legacy")
    left, table = [file for file, _ in now], places(before, now)
    database, _ = make_database(bench, "dropped")
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("DROP TABLE IF EXISTS countries")
    connection.close()
    order = sells(bench, database, "2020-10-13T12:00:00Z", bench.file(FILE), "DE")
    if not left and order:
        return Holds(f"{len(before)} places asked it, 0 do; the table is dropped, and the shop sells", table)
    return NotYet("dropped the table, and bought ten records", f"{'sold' if order else 'not sold'}; {len(left)} statement"
                  f"{'' if len(left) == 1 else 's'} ask{'s' if len(left) == 1 else ''} it: {', '.join(left)}"
                  if left else "not sold", "sold, and no statement that asks it",
                  "as long as one statement joins it, the table has to be in everybody's database", PRICES, table)


@claim
def bad_line(bench: Bench):
    lines = bench.file(FILE).read_text().splitlines()
    database, _ = make_database(bench, "bad")
    for bad, why in BAD.items():
        made = bench.folder / "bad.txt"
        made.write_text("\n".join([*lines[:9], bad, *lines[9:]]) + "\n")
        ready = bench.folder / "bad.ready"
        ready.unlink(missing_ok=True)
        process = subprocess.Popen([bench.program("legacy-shop"), "--database", database, "--port", "0", "--ready-file", ready],
                                   cwd=bench.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                   env=dict(os.environ, SHOP_COUNTRIES=str(made)))
        while process.poll() is None and not ready.exists():
            try:
                process.wait(0.02)
            except subprocess.TimeoutExpired:
                pass
        began = ready.exists()
        process.terminate()
        said = process.communicate()[1].strip()
        if began:
            return NotYet(f"gave the shop a list with the line: {bad}", "it sells", "it does not begin", why, LOADER)
        if "bad.txt:10" not in said:
            return NotYet(f"gave the shop a list with the line: {bad}", f"it said: {(said.splitlines() or ['nothing'])[-1]}",
                          "the file, and the line: bad.txt:10", "whoever has to mend it at five in the morning has not written"
                          " it", LOADER)
    return Holds(f"{len(BAD)} of {len(BAD)} refused, with file and line")


@claim
def one_place(bench: Bench):
    database, _ = make_database(bench, "place")
    order = sells(bench, database, "2020-10-13T12:00:00Z", list_with(bench, "seventeen", "DE", "1700"), "DE")
    if order.get("tax_rate") == 1700:
        return Holds("1700 in the file, 1700 in the cart")
    theirs = order.get("tax_rate", 0)
    return NotYet("set Germany's rate to 1700 in the file, and bought ten records for 9.90",
                  f"taxed with {theirs}: {money(990 + (990 * theirs + 5000) // 10000)}",
                  f"1700: {money(990 + (990 * 1700 + 5000) // 10000)}", "somebody has a list of his own. Two lists are equal until"
                  " one of them is changed; then the same cart has two prices", PRICES)


@claim
def valid_from(bench: Bench):
    database, _ = make_database(bench, "days")
    before = sells(bench, database, "2020-12-31T12:00:00Z", bench.file(FILE), "FI")
    after = sells(bench, database, "2021-01-01T00:00:00Z", bench.file(FILE), "FI")
    if not before or not after:
        return NotYet("bought for Finland on the last day of 2020, and on the next", "not sold", "sold on both", "we send there",
                      FILE)
    rates = (before["tax_rate"], after["tax_rate"])
    did = "bought for Finland on the last day of 2020, and on the next"
    if rates == (2400, 2400):
        return NotYet(did, "2400 on both", "2550, then 2400", "an order pays a rate that does not hold yet: a rate has a first"
                      " day, and it is not the day on which somebody has typed it", LOADER)
    if rates != (2550, 2400):
        return NotYet(did, f"{rates[0]}, then {rates[1]}", "2550, then 2400", "the letter of the tax office says: 24 per cent from"
                      " 2021-01-01 on. It has to stand in the file with its day", FILE)
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        kept = connection.execute("SELECT tax_rate, total FROM orders WHERE pub_id = ?", (before["id"],)).fetchone()
    if kept != (2550, before["total"]["minor_units"]):
        return NotYet("looked at the order of 2020 again, in 2021", f"{kept[0]}", "2550", "what was sold was sold", PRICES)
    return Holds("2550, then 2400; the older order keeps its 2550")


main()
