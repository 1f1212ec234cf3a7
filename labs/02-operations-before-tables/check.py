# SPDX-License-Identifier: Apache-2.0
"""Judges lab 2: each operation is run once, and SQLite tells which columns it reads and writes; the postconditions are
asked of the shop as it is, and of three that are broken."""
import sqlite3
import tomllib
from collections import Counter
from pathlib import Path

from lab.checking import Bench, Holds, NotYet, Red, claim, columns, main
from lab.legacy import BERLIN, DESK, LegacyShop, make_database, routes_of, touched_in, touched_library

OPERATIONS, CUT = "operations.toml", "cut.toml"
MANY = 3  # contexts: an operation that needs so many is a conversation
SIZE = 1 / 2  # of all that is written down
# Two deeds of two departments, which have one row for both: the noun is an item, and one sets a price, one counts a shelf.
APART = ("PUT /tracks/{id}/price", "POST /stock/{track}/deliveries")
# A shop that does something else, made by a trigger: the programs are the same.
BROKEN = {
    "sells a copy that stays on the shelf":
        "CREATE TRIGGER broken AFTER INSERT ON payments BEGIN UPDATE item SET on_hand = on_hand + 1"
        " WHERE id IN (SELECT item_id FROM order_lines WHERE order_id = NEW.order_id); END",
    "cancels, and keeps the money":
        "CREATE TRIGGER broken AFTER UPDATE OF state ON payments WHEN NEW.state = 'refunded'"
        " BEGIN UPDATE payments SET state = 'captured' WHERE order_id = NEW.order_id; END",
    "cancels, and leaves the shelf empty": "DROP TRIGGER order_gives_back",
}


def table_of(bench: Bench, name: str) -> dict:
    try:
        return tomllib.loads(bench.file(name).read_text())
    except tomllib.TOMLDecodeError as error:
        last = len(bench.file(name).read_text().splitlines())
        said = str(error).replace("at end of document", f"at line {last}, where the file ends: what was begun there or above is not ended")
        raise Red(NotYet(f"read {name}", said, "what the file's first lines say", "it is read by a program",
                         name)) from None


# --- what the operations do, seen from below


class Walk:
    """Asks for each route once. After each, what it has touched."""

    def __init__(self, bench: Bench):
        self.database, self.track = make_database(bench, "walk")
        self.log = bench.folder / "touched.txt"
        self.log.touch()
        self.shop = LegacyShop(bench, self.database, LD_PRELOAD=str(touched_library(bench)), SHOP_TOUCHED=str(self.log))
        self.touched: dict[str, tuple[set, set]] = {}
        self.refused: dict[str, int] = {}
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as shop:
            self.album = shop.execute("SELECT pub_id FROM albums ORDER BY id LIMIT 1").fetchone()[0]
            self.never_sold = shop.execute("SELECT pub_id FROM item WHERE id NOT IN (SELECT item_id FROM order_lines)"
                                           " AND pub_id <> ? ORDER BY id DESC LIMIT 1", (self.track,)).fetchone()[0]
        self.cookie = ""
        self.columns = columns_of(self.database)
        self.all_of_them()
        self.shop.stop()

    def ask(self, route: str, body: dict | None = None, desk: bool = False, **names: str) -> dict:
        method, path = route.split(" ", 1)
        path, _, query = path.partition("?")
        written = self.log.stat().st_size
        url = path
        for name, value in names.items():
            url = url.replace("{" + name + "}", value)
        status, document, cookie = self.shop.ask(method, url + ("?" + query if query else ""), body, self.cookie,
                                                 **(DESK if desk else {}))
        self.cookie = cookie or self.cookie
        if status >= 400 or status == 0:
            self.refused[f"{method} {path}"] = status
        reads, writes = touched_in(self.log.read_text()[written:])
        before = self.touched.setdefault(f"{method} {path}", (set(), set()))
        before[0].update(reads)
        before[1].update(writes)
        return document

    def all_of_them(self) -> None:
        ask, track = self.ask, self.track
        ask("GET /"), ask("GET /health")
        ask("GET /albums"), ask("GET /albums/{id}", id=self.album), ask("GET /tracks"), ask("GET /tracks/{id}", id=track)
        ask(f"GET /tracks-by-id?ids={track}"), ask("GET /search?text=a"), ask("GET /pricelist.xml")
        ask("PUT /tracks/{id}/price", {"price": {"minor_units": 149, "currency": "EUR"}}, desk=True, id=track)
        ask("DELETE /tracks/{id}", desk=True, id=self.never_sold)
        ask("GET /stock/{track}", track=track)
        ask("POST /stock/{track}/deliveries", {"quantity": 5}, desk=True, track=track)
        who = ask("POST /customers", {"name": "Greta", "email": "greta@example.org", "address": BERLIN,
                                      "password": "long enough"})["id"]
        ask("DELETE /session")
        self.cookie = ""
        ask("POST /session", {"email": "greta@example.org", "password": "long enough"}), ask("GET /session")
        ask("GET /customers/{id}", id=who), ask("PUT /customers/{id}/name", {"name": "Greta L."}, id=who)
        ask("PUT /customers/{id}/address", {"address": BERLIN}, id=who)
        ask("PUT /customers/{id}/password", {"current": "long enough", "password": "longer still"}, id=who)
        ask("PUT /customers/{id}/hold", {"reason": "a letter came back"}, desk=True, id=who)
        ask("DELETE /customers/{id}/hold", desk=True, id=who)
        ask("PUT /basket/{track}", {"quantity": 1}, track=track), ask("GET /basket"), ask("DELETE /basket")
        first = self.order()
        ask("GET /orders"), ask("GET /orders/{id}", id=first), ask("GET /orders/{id}/invoice", id=first)
        ask("GET /orders/{id}/picklist", desk=True, id=first)
        ask("PUT /orders/{id}/picked", {"picker": "Jonas"}, desk=True, id=first)
        ask("GET /orders/{id}/label", desk=True, id=first)
        parcel = ask("GET /consignments/{order}", order=first)["tracking_number"]
        ask("POST /carrier/scans", {"tracking_number": parcel, "sighting": "delivered", "note": ""}, desk=True)
        ask("PUT /orders/{id}/return", id=first)
        ask("DELETE /orders/{id}", id=self.order())
        ask("GET /reports/sales", desk=True), ask("GET /reports/shelves", desk=True), ask("GET /reports/history", desk=True)
        ask("DELETE /customers/{id}", id=who)

    def order(self) -> str:
        return self.ask("POST /orders", {"lines": [{"track": self.track, "quantity": 1}]})["id"]


def walked(bench: Bench) -> Walk:
    walk = bench.once("walk", lambda: Walk(bench))
    if walk.refused:
        raise RuntimeError(f"the walk is refused: {walk.refused}")
    return walk


@claim
def kinds(bench: Bench):
    said = table_of(bench, OPERATIONS).get("kind", {})
    routes = routes_of(bench)
    walk = walked(bench)
    if missing := set(routes) - set(walk.touched):
        raise RuntimeError(f"nobody walks {missing}")
    lost = [route for route in routes if said.get(route) not in ("command", "query")]
    strangers = [route for route in said if route not in routes]
    if lost or strangers:
        return NotYet(f"laid {OPERATIONS} beside app/legacy/src/routes.cpp, which has {len(routes)} routes",
                      f"{len(lost)} of them say neither command nor query, the first is {lost[0]}" if lost else
                      f"there is no route {strangers[0]}", "a kind for each",
                      "before anything is cut, one has to know what there is to do", OPERATIONS)
    for route in routes:
        written = sorted({table for table, _ in walk.touched[route][1]})
        if written and said[route] == "query":
            return NotYet(f"ran {route}, which is a query as you say", f"it has written {', '.join(written)}", "nothing written",
                          "a query may be asked twice, by anybody, from a copy; a command may not", OPERATIONS)
        if not written and said[route] == "command":
            return NotYet(f"ran {route}, which is a command as you say", "it has written nothing", "a row that changes",
                          "what changes nothing needs no care, and can be moved first", OPERATIONS)
    count = Counter(said[route] for route in routes)
    return Holds(f"{count['command']} commands, {count['query']} queries")


# --- what must be so afterwards


def conditions(bench: Bench) -> dict[str, list[str]]:
    found = table_of(bench, OPERATIONS).get("post", {})
    return {route: [each] if isinstance(each, str) else list(each) for route, each in found.items()}


class Broken(Exception):
    def __init__(self, route: str, condition: str):
        super().__init__(condition)
        self.route, self.condition = route, condition


def run_and_ask(bench: Bench, name: str, change: str = "") -> int:
    """Delivers, sells and cancels, and asks the postconditions after each; how many were asked."""
    database, track = make_database(bench, name, copies=20)
    if change:
        with sqlite3.connect(database) as shop:
            shop.execute(change)
    running = LegacyShop(bench, database)
    cookie = running.open_accounts(1)[0]
    order: dict = {}
    asked = 0

    def deliver():
        running.ask("POST", f"/stock/{track}/deliveries", {"quantity": 7}, **DESK)

    def sell():
        lines = [{"track": track, "quantity": 3}]
        order.update(running.ask("POST", "/orders", {"lines": lines, "payment_method": "card-4242"}, cookie)[1])

    def cancel():
        running.ask("DELETE", f"/orders/{order['id']}", None, cookie)

    try:
        for route, quantity, work in (("POST /stock/{track}/deliveries", 7, deliver), ("POST /orders", 3, sell),
                                      ("DELETE /orders/{id}", 3, cancel)):
            before = bench.folder / f"{name}.before.db"
            copy_of(database, before)
            work()
            for condition in conditions(bench).get(route, []):
                asked += 1
                if not holds(database, before, condition, {"track": track, "quantity": quantity, "order": order.get("id", "")}):
                    raise Broken(route, condition)
        return asked
    finally:
        running.stop()


def copy_of(database: Path, copy: Path) -> None:
    copy.unlink(missing_ok=True)
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as source, sqlite3.connect(copy) as target:
        source.backup(target)


def holds(database: Path, before: Path, condition: str, names: dict) -> bool:
    shop = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        shop.execute("ATTACH ? AS before", (f"file:{before}?mode=ro",))
        return bool(shop.execute(f"SELECT ({condition})", names).fetchone()[0])
    except sqlite3.Error as error:
        raise Red(NotYet(f"asked the database: {condition}", str(error), "an expression that is true or false",
                         "a postcondition is asked of the rows before and after", OPERATIONS)) from None
    finally:
        shop.close()


@claim
def posts(bench: Bench):
    missing = [route for route in ("POST /orders", "DELETE /orders/{id}") if not conditions(bench).get(route)]
    if missing:
        return NotYet(f"looked for the postconditions in {OPERATIONS}", f"{missing[0]} has none", "what is so when it has ended",
                      "an operation without a postcondition can be moved anywhere, and nobody will notice what it lost",
                      OPERATIONS)
    try:
        return Holds(f"{run_and_ask(bench, 'whole')} asked")
    except Broken as broken:
        return NotYet(f"ran {broken.route} in the shop as it is, and asked: {broken.condition}", "no", "yes",
                      "the shop works, so this is no condition of what it does", OPERATIONS)


@claim
def caught(bench: Bench):
    missed, found = [], []
    for number, (what, change) in enumerate(BROKEN.items()):
        try:
            run_and_ask(bench, f"broken{number}", change)
            missed.append(what)
        except Broken:
            found.append(what)
    if len(found) >= 2:
        return Holds(f"{len(found)} of {len(BROKEN)}")
    return NotYet(f"asked your postconditions of {len(BROKEN)} broken shops", f"they hold in one that {', and in one that '.join(missed)}",
                  "at least 2 of them are noticed", "a condition that a broken shop keeps says nothing: say what has to be on"
                  " the shelf, and what has to be paid", OPERATIONS)


# --- the cut


class Cut:
    def __init__(self, bench: Bench, columns: set[tuple[str, str]]):
        self.owner: dict[str, str] = {}
        tables = {table for table, _ in columns}
        for context, entry in table_of(bench, CUT).items():
            for name in entry.get("owns", []) if isinstance(entry, dict) else []:
                if name in self.owner:
                    raise Red(NotYet(f"read {CUT}", f"{name} belongs to {self.owner[name]} and to {context}", "one owner",
                                     "two owners are none", CUT))
                table, _, column = name.partition(".")
                if table not in tables or (column and (table, column) not in columns):
                    raise Red(NotYet(f"read {CUT}", f"there is no {name}", "tables, and table.column", "it is read by a program",
                                     CUT))
                self.owner[name] = context
        if lost := sorted(table for table in tables if table not in self.owner):
            raise Red(NotYet(f"laid {CUT} over {len(tables)} tables", f"nobody owns {', '.join(lost)}", "an owner for each",
                             "what nobody owns, everybody writes", CUT))
        self.columns = Counter(self.of(each) for each in columns)

    def of(self, place: tuple[str, str]) -> str:
        return self.owner.get(".".join(place)) or self.owner[place[0]]


def columns_of(database: Path) -> set[tuple[str, str]]:
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as shop:
        tables = [row[0] for row in shop.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {(table, row[1]) for table in tables for row in shop.execute(f"PRAGMA table_info({table})")}


def is_id(column: str) -> bool:
    return column in ("", "*", "id", "pub_id", "ROWID", "rowid") or column.endswith("_id")


def written(walk: Walk, route: str) -> set[tuple[str, str]]:
    """The columns that it writes. A new row is written in all of them, whoever owns them."""
    _, writes = walk.touched[route]
    places = writes | {place for place in walk.columns if (place[0], "*") in writes}
    return {place for place in places if not is_id(place[1])}


def needed(cut: Cut, walk: Walk, route: str) -> set[str]:
    """The contexts that have what it reads and writes. Whoever asks may know ids."""
    reads, _ = walk.touched[route]
    return {cut.of(place) for place in written(walk, route) | {place for place in reads if not is_id(place[1])}}


def drawn(bench: Bench) -> tuple[Cut, dict[str, set[str]]]:
    def make():
        walk = walked(bench)
        cut = Cut(bench, walk.columns)
        return cut, {route: needed(cut, walk, route) for route in routes_of(bench)}
    return bench.once("cut", make)


@claim
def cut(bench: Bench):
    _, needs = drawn(bench)
    sizes = Counter(min(len(each), MANY) for each in needs.values())
    told = f"{sizes[0] + sizes[1]} of {len(needs)} operations need at most one context, {sizes[2]} two, {sizes[MANY]} more"
    most = max(needs, key=lambda route: len(needs[route]))
    table = columns(("operation", "needs", "contexts"),
                    *((route, len(needs[route]), " ".join(sorted(needs[route]))) for route in
                      sorted(needs, key=lambda route: (-len(needs[route]), routes_of(bench).index(route)))))
    if sizes[MANY] * 3 <= len(needs) and sizes[0] + sizes[1] > len(needs) / 2:
        return Holds(f"{told}; most: {most}, {len(needs[most])}", table)
    return NotYet("laid your cut over what each operation reads and writes", f"{told}; {most} needs {len(needs[most])}",
                  "half of them need one at most, and no more than a third three or more",
                  "a table is a noun. What is done goes through many nouns, so a service for each makes every deed a"
                  " conversation", CUT, table)


@claim
def sizes(bench: Bench):
    made, _ = drawn(bench)
    total = sum(made.columns.values())
    largest, size = made.columns.most_common(1)[0]
    table = columns(("columns", "context"), *((count, context) for context, count in made.columns.most_common()))
    if size <= total * SIZE:
        return Holds(f"{len(made.columns)} contexts, the largest is {largest} with {size} of {total} columns", table)
    return NotYet(f"counted {total} columns by context", f"{largest} has {size}", f"none has more than {int(total * SIZE)}",
                  "nothing crosses a border where there is none: this context is the shop", CUT, table)


@claim
def glued(bench: Bench):
    made, _ = drawn(bench)
    walk = walked(bench)
    deeds = {route: written(walk, route) for route in APART}
    owners = [{made.of(place) for place in places} for places in deeds.values()]
    shared = set.intersection(*({table for table, _ in places} for places in deeds.values()))
    rows = sorted((made.of(place), place) for place in walk.columns if place[0] in shared and not is_id(place[1]))
    # Who writes a column by its name: a row that is deleted is deleted in all of them.
    table = columns((f"column of {' and '.join(sorted(shared))}", "owner", "written by"),
                    *((place[1], owner, " ".join(route.replace(" ", "\u00a0") for route in routes_of(bench)
                                                 if place in walk.touched[route][1]) or "-") for owner, place in rows))
    both = sorted(owners[0] & owners[1])
    if not both:
        return Holds(" and ".join(", ".join(sorted(each)) for each in owners), table)
    saw = ", and ".join(f"{route} writes " + ", ".join(sorted(".".join(place) for place in places if made.of(place) == both[0]))
                        for route, places in deeds.items())
    return NotYet("looked whose columns these two write", f"{saw}; {both[0]} owns all of that", "two owners",
                  "an item is a noun, and two departments work in its row: with one owner each of them waits for the other, and"
                  " changes what the other has to trust. Fewer contexts are needed only because it was not cut here", CUT, table)


main()
