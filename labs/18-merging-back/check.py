# SPDX-License-Identifier: Apache-2.0
"""Judges lab 18: two bets, the processes that follow, and a day and a night of the legacy shop, by which is told what of it
is dead."""
import json
import os
import re
import subprocess
import time
import tomllib
from datetime import datetime, timezone

from lab.checking import Bench, Holds, NotYet, Red, claim, columns, main, middle, ratio_of
from lab.legacy import BERLIN, DESK, LegacyShop, journeys, make_database, routes_of, tables_of, touched_in, touched_library
from lab.programs import Running, make_shop

VERDICT, DEPLOY, RETIRE, PROXY = "verdict.toml", "deploy.toml", "retire.toml", "proxy.toml"
MODULES = ("catalog", "customers", "orders", "payments", "shipping", "warehouse")
DECIDES = {"catalog": "most_instances", "payments": "teams"}
AT_LEAST = 100  # lines
NIGHT = "2020-10-14T02:00:00Z"
LOOKED = ("2020-10-13T00:00:00Z", "2020-10-15T00:00:00Z")  # the two days of which it is written down who came


def table_of(bench: Bench, name: str) -> dict:
    try:
        return tomllib.loads(bench.file(name).read_text())
    except tomllib.TOMLDecodeError as error:
        raise Red(NotYet(f"read {name}", str(error), "what its first lines say", "it is read by a program", name)) from None


@claim
def bets(bench: Bench):
    given, bet = table_of(bench, VERDICT), table_of(bench, "bets.toml")
    for module, key in DECIDES.items():
        said = given.get(module, {})
        if not isinstance(said, dict) or not isinstance(said.get("because", ""), str):
            return NotYet(f"read {VERDICT}", f"{module} = {said}", f'[{module}], and below it verdict = "…" and because = "…"',
                          "it is read by a program", VERDICT)
        if said.get("because") != key:
            value = bet[module].get(said.get("because"), "nothing")
            return NotYet(f"read why {module} {'comes home' if said.get('verdict') == 'home' else 'stays'}",
                          f"{said.get('because') or 'no reason'}: {value}", "the number that the bet was about",
                          f"the bet was: {bet[module]['bet']}. What a split costs is its price; whether it was worth that is"
                          " said by what was bet", f"{VERDICT}, bets.toml")
        if said.get("verdict") != "home":
            return NotYet(f"read the verdict about {module}", f"{said.get('verdict')}, with {key} = {bet[module][key]}", "home",
                          f"the bet was: {bet[module]['bet']}. It did not come so", VERDICT)
    return Holds(", ".join(f"{module}: {key} = {bet[module][key]}" for module, key in DECIDES.items()))


# --- the processes


class Deployment:
    """The processes of a plan; services first, as the edge has to be told where they are."""

    def __init__(self, bench: Bench, plan: dict[str, list[str]], label: str):
        self.services = {name: Running(bench, "recordshop", "--database", database(bench), "--modules", ",".join(modules),
                                       "--internal", label=f"{label}-{name}", look=DEPLOY)
                         for name, modules in plan.items() if name != "edge"}
        places = [word for name, modules in plan.items() if name != "edge" for module in modules
                  for word in ("--at", f"{module}=127.0.0.1:{self.services[name].port}")]
        self.edge = Running(bench, "recordshop", "--database", database(bench), "--modules", ",".join(plan["edge"]), *places,
                            label=f"{label}-edge", look=DEPLOY)

    def pages(self) -> list[tuple[int, str]]:
        albums = self.edge.get("/shop/albums")
        album = sorted(re.findall(r"/shop/albums/(alb_\w+)", albums[1]))[:1]
        return [albums, self.edge.get("/shop/search?text=a"),
                self.edge.get(f"/shop/albums/{album[0]}" if album else "/shop/albums/none")]

    def milliseconds(self) -> float:
        begun = time.monotonic()
        self.edge.get("/shop/albums")
        return (time.monotonic() - begun) * 1000

    def answered_calls(self) -> int:
        return int(self.edge.metric("banyan_port_calls_total", binding="remote", module="catalog", outcome="ok"))

    def calls_between(self) -> int:
        """Those that the pages are made of: the fewest of three times, as on a machine that is busy with other work one is asked
        again, and those who work in the background ask for themselves."""
        counts = [self.answered_calls()]
        for _ in range(3):
            self.pages()
            counts.append(self.answered_calls())
        return min(after - before for before, after in zip(counts, counts[1:]))

    def stop(self) -> None:
        for each in (self.edge, *self.services.values()):
            each.stop()


def database(bench: Bench):
    return bench.once("shop", lambda: make_shop(bench, tracks=60))


def plan_of(bench: Bench) -> dict[str, list[str]]:
    given = table_of(bench, DEPLOY)
    for name, each in given.items():
        modules = each.get("modules") if isinstance(each, dict) else None
        if not isinstance(modules, list) or not modules or not all(isinstance(module, str) for module in modules):
            raise Red(NotYet(f"read {DEPLOY}", f"{name} = {each}", f'[{name}], and below it modules = ["catalog", …]',
                             "a process is there for what runs in it; one that hosts nothing is not started, and not written down",
                             DEPLOY))
    plan = {name: each["modules"] for name, each in given.items()}
    hosted = sorted(module for modules in plan.values() for module in modules)
    if "edge" not in plan or hosted != sorted(MODULES):
        raise Red(NotYet(f"read {DEPLOY}", f"modules: {', '.join(hosted) or 'none'}", "an edge, and each of the six modules once",
                         "a module that runs nowhere answers nobody, and one that runs twice answers two ways", DEPLOY))
    return plan


SPLIT = {"edge": ["customers", "orders", "shipping", "warehouse"], "catalog": ["catalog"], "payments": ["payments"]}


def words_of(page: tuple[int, str]) -> tuple[int, str]:
    return page[0], " ".join(re.sub(r"<[^>]*>", " ", page[1]).split())


@claim
def home(bench: Bench):
    plan = plan_of(bench)
    split, mine = Deployment(bench, SPLIT, "split"), Deployment(bench, plan, "mine")
    before, after = split.pages(), mine.pages()
    calls = (split.calls_between(), mine.calls_between())
    windows: tuple[list[float], list[float]] = ([], [])
    for _ in range(9):
        windows[0].append(split.milliseconds())
        windows[1].append(mine.milliseconds())
    split.stop(), mine.stop()
    if [words_of(page) for page in before] != [words_of(page) for page in after]:
        return NotYet("asked for three pages, of the split shop and of yours", "other pages", "the same",
                      "coming home changes where, never what", DEPLOY)
    away = [module for name, modules in plan.items() if name != "edge" for module in modules]
    if away:
        return NotYet("started the processes that you have written down", f"{len(plan)} processes; {', '.join(away)} still away",
                      "1 process", "a bet that was lost costs as long as it runs: a process to watch, a network to fail, and calls"
                      " that can be lost", DEPLOY)
    ratio = ratio_of(*windows)
    beside = f"{middle(windows[0]):.1f} ms -> {middle(windows[1]):.1f} ms a page" + ("" if ratio else ", cannot tell")
    return Holds(f"3 processes -> 1, {calls[0]} calls between them for 3 pages -> {calls[1]}; {beside}")


# --- a day and a night of the legacy shop

READ, WROTE = "read", "wrote into"
FORMS = {"routes": '"GET /albums": a method and a path, as in app/legacy/src/routes.cpp',
         "tables": '"sessions": a name, as in app/legacy/schema.sql'}


def listed(bench: Bench, what: str) -> list[str]:
    """The routes or the tables of retire.toml."""
    names = table_of(bench, RETIRE).get(what, [])
    if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
        raise Red(NotYet(f"read {RETIRE}", f"{what} = {names}", f"a list of texts, each like {FORMS[what]}",
                         "it is read by a program", RETIRE))
    return names


class Day:
    """What is used, and when: routes by who asks, tables by which program. Each kind of visitor comes, those who come
    seldom as well: a copy is asked for, an order held, a record sent back."""

    def __init__(self, bench: Bench):
        self.bench = bench
        self.database, self.track = make_database(bench, "day", copies=4)
        self.log = bench.folder / "touched.txt"
        self.routes: list[tuple[str, str, str]] = []  # when, who, which
        self.tables: list[tuple[str, str, str, str]] = []  # when, which program, READ or WROTE, which
        self.environment = {"LD_PRELOAD": str(touched_library(bench)), "SHOP_TOUCHED": str(self.log)}
        self.cookie, self.customer, self.order = "", "", ""
        self.retired = listed(bench, "routes")
        self.missed = False  # somebody has asked for what is retired
        self.shop_at("2020-10-13T09:30:00Z", self.morning)
        self.shop_at("2020-10-13T14:00:00Z", self.desk)
        self.shop_at("2020-10-13T19:00:00Z", self.evening)
        self.nightly()
        self.shop_at("2020-10-14T06:00:00Z", self.reseller)

    def shop_at(self, when: str, work) -> None:
        self.log.write_text("")
        shop = LegacyShop(self.bench, self.database, look=RETIRE, SHOP_NOW=when, **self.environment)

        def ask(who: str, route: str, body: dict | None = None, **names: str) -> dict:
            method, path = route.split(" ", 1)
            for name, value in names.items():
                path = path.replace("{" + name + "}", value)
            self.routes.append((when, who, route))
            status, document, cookie = shop.ask(method, path, body, self.cookie, **({} if who == "a customer" else DESK))
            # The shop that is walked is the one without what is listed: who asks for that has asked all the same, and
            # what he wanted with the answer is refused, too.
            self.missed = self.missed or (status in (404, 405) and route in self.retired)
            if status == 0 or (status >= 400 and not self.missed):
                raise RuntimeError(f"{route} is refused with {status}")
            self.cookie = cookie or self.cookie
            return document if status < 400 else {}

        work(ask)
        shop.stop()
        self.note(when, "legacy-shop")

    def note(self, when: str, program: str) -> None:
        reads, writes = (sorted({table for table, _ in columns}) for columns in touched_in(self.log.read_text()))
        self.tables += [(when, program, READ, table) for table in reads] + [(when, program, WROTE, table) for table in writes]

    def morning(self, ask) -> None:
        self.customer = ask("a customer", "POST /customers", {"name": "Greta", "email": "g@example.org", "address": BERLIN,
                                                              "password": "long enough"}).get("id", "")
        ask("a customer", "GET /customers/{id}", id=self.customer), ask("a customer", "GET /session")
        ask("a customer", "GET /stock/{track}", track=self.track)
        ask("a customer", "PUT /basket/{track}", {"quantity": 1}, track=self.track), ask("a customer", "GET /basket")
        self.order = ask("a customer", "POST /orders", {}).get("id", "")
        ask("a customer", "GET /orders"), ask("a customer", "GET /orders/{id}", id=self.order)

    def desk(self, ask) -> None:
        ask("the desk", "PUT /customers/{id}/hold", {"reason": "a letter came back"}, id=self.customer)
        ask("the desk", "DELETE /customers/{id}/hold", id=self.customer)
        ask("the desk", "GET /orders/{id}/picklist", id=self.order)
        ask("the desk", "PUT /orders/{id}/picked", {"picker": "Jonas"}, id=self.order)
        ask("the desk", "GET /orders/{id}/label", id=self.order)
        parcel = ask("a customer", "GET /consignments/{order}", order=self.order).get("tracking_number", "")
        ask("the carrier", "POST /carrier/scans", {"tracking_number": parcel, "sighting": "delivered", "note": "bicycle"})
        ask("the desk", "PUT /tracks/{id}/price", {"price": {"minor_units": 149, "currency": "EUR"}}, id=self.track)
        ask("the desk", "GET /reports/sales"), ask("the desk", "GET /health")

    def evening(self, ask) -> None:
        ask("a customer", "PUT /orders/{id}/return", id=self.order)

    def nightly(self) -> None:
        self.log.write_text("")
        done = subprocess.run([self.bench.program("legacy-nightly"), "--database", self.database], capture_output=True, text=True,
                              check=False, timeout=20, env=dict(os.environ, SHOP_NOW=NIGHT, **self.environment))
        if done.returncode != 0:
            raise RuntimeError(f"legacy-nightly: {done.stderr}")
        self.note(NIGHT, "legacy-nightly")

    def reseller(self, ask) -> None:
        ask("a reseller's script", "GET /pricelist.xml")


    def last_of_route(self, route: str) -> tuple[str, str] | None:
        """When it was asked for last, and by whom."""
        return next(((when, who) for when, who, asked in reversed(self.routes) if asked == route), None)

    def last_of_table(self, table: str) -> tuple[str, str, str] | None:
        """When it was written into last, and by which program; read, where nobody has written."""
        used = [use for *use, name in self.tables if name == table]
        return tuple(([use for use in used if use[2] == WROTE] or used)[-1]) if used else None


def last_uses(bench: Bench) -> list[str]:
    """Of each route and each table, by what was seen on this day; what was used by nobody comes last."""
    walked = day(bench)

    def rows(names: list[str], last) -> list[tuple]:
        used = [(name, *(last(name) or ("-", "nobody"))) for name in names]
        return [(name, when[5:16].replace("T", " ") or "-", *who) for name, when, *who in
                sorted(used, key=lambda row: (row[1] != "-", row[1]), reverse=True)]

    routes = rows(routes_of(bench), walked.last_of_route)
    tables = [(name, when, " ".join(who)) for name, when, *who in rows(tables_of(bench), walked.last_of_table)]
    return [*columns(("route", "last use", "by"), *routes), "", *columns(("table", "last use", "by (reads where none writes)"), *tables)]


def day(bench: Bench) -> Day:
    return bench.once("day", lambda: Day(bench))


def moment(given: dict, key: str) -> datetime:
    try:
        read = datetime.fromisoformat(str(given.get(key)).replace("Z", "+00:00"))
    except ValueError:
        raise Red(NotYet(f"read {RETIRE}", f"{key} = {given.get(key)}, which is no time", "2020-10-13T09:00:00Z",
                         "a window has a begin and an end", RETIRE)) from None
    return read if read.tzinfo else read.replace(tzinfo=timezone.utc)


@claim
def window(bench: Bench):
    given = table_of(bench, RETIRE)
    begin, end = moment(given, "from"), moment(given, "to")
    walked, table = day(bench), last_uses(bench)
    came = [(NIGHT, "legacy-nightly")] + [(when, who) for when, who, _ in walked.routes]
    outside = [(when, who) for when, who in came if not begin <= time_of(when) <= end]
    did = "looked who has used the shop on a day and in the night after it, and laid your window over that"
    if outside:
        when, who = outside[0]
        side, at = ("begins", "from") if time_of(when) < begin else ("ends", "to")
        tables = len([table for *use, table in walked.tables if use == [when, who, WROTE]])
        return NotYet(did, f"it {side} at {given[at]}; {who} {f'wrote into {tables} tables' if tables else 'came'} at {when}",
                      "a window in which all happens that happens", "what runs seldom is not dead. A window has to be as long as"
                      " the rarest use: a night, a month, the end of a year", RETIRE, table)
    first, last = LOOKED
    beyond = (f"it begins at {given['from']}, and nobody has looked before {first}" if begin < time_of(first) else
              f"it ends at {given['to']}, and nobody has looked beyond {last}" if end > time_of(last) else "")
    if beyond:
        return NotYet(did, beyond, f"nothing before {first}, and nothing beyond {last}", "a window is where somebody has looked."
                      " Where nobody has, nobody was seen, and that proves nothing", RETIRE, table)
    return Holds(f"{given['from']} to {given['to']}, with the night", table)


def time_of(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def sent_on(bench: Bench, route: str) -> bool:
    """Does the proxy ask the modular shop for it?"""
    method, path = route.split(" ", 1)
    return any("successor" in each and method in each["methods"] and f"{path}/".startswith(f"{each['prefix']}/")
               for each in table_of(bench, PROXY)["routes"])


def alive_route(bench: Bench, route: str) -> NotYet | None:
    """Why this route cannot be deleted."""
    if route not in routes_of(bench):
        return NotYet(f"read {RETIRE}", f"there is no route {route}", "one of app/legacy/src/routes.cpp",
                      f"a route is written as {FORMS['routes']}", RETIRE)
    if used := day(bench).last_of_route(route):
        return NotYet(f"looked for the last use of {route}", f"{used[1]}, at {used[0]}", "none",
                      "dead is what nobody has used in a window that is long enough, and not what nobody remembers", RETIRE)
    if not sent_on(bench, route):
        return NotYet(f"looked who answers {route} when it is gone", f"nobody: {PROXY} sends it to the old shop",
                      "the modular shop", "nobody has used it on this day. What has not moved is not dead for that: whoever comes"
                      " for it tomorrow has nowhere to go", f"{RETIRE}, {PROXY}")
    return None


def alive_table(bench: Bench, table: str) -> NotYet | None:
    """Why this table cannot be dropped."""
    if table not in tables_of(bench):
        return NotYet(f"read {RETIRE}", f"there is no table {table}", "one of app/legacy/schema.sql",
                      f"a table is written as {FORMS['tables']}. What is not there is used by nobody, and proves nothing", RETIRE)
    used = day(bench).last_of_table(table)
    if not used:
        return None
    when, program, how = used
    deed = "write into" if how == WROTE else "read of"
    if how == WROTE and program == "legacy-nightly":
        why = (f"counters of HTTP see what comes through the door. {program} has a key of its own: it writes into the database,"
               " past all routes")
    else:
        why = "a table is alive as long as a statement names it, one that reads as well as one that writes"
    return NotYet(f"looked for the last {deed} {table}", f"{program} {'wrote there' if how == WROTE else 'read it'} at {when}", "none",
                  why, RETIRE)


@claim
def dead(bench: Bench):
    routes, tables = listed(bench, "routes"), listed(bench, "tables")
    for verdict in (*(alive_route(bench, each) for each in routes), *(alive_table(bench, each) for each in tables)):
        if verdict:
            return verdict
    return Holds(f"{len(routes)} routes, {len(tables)} tables, no use")


@claim
def deletable(bench: Bench):
    pruned = json.loads((bench.programs.parent / "pruned/pruned.json").read_text())
    if pruned["lines"] < AT_LEAST:
        return NotYet(f"deleted what {RETIRE} lists from a copy of the legacy shop", f"{pruned['lines']} lines less",
                      f"at least {AT_LEAST}", "what has moved and is still there will be mended twice, or once in the wrong place."
                      f" Six routes of the catalogue have moved: {PROXY} says which", f"{RETIRE}, {PROXY}")
    verdict = journeys(bench, "3_account", "6_follow", "9_night", look=RETIRE, without=listed(bench, "tables"),
                       why="what is left of the old shop has to do what it did. What was not used in the window may be needed after"
                       " it")
    return Holds(f"{pruned['lines']} lines less, {verdict.evidence} as recorded") if isinstance(verdict, Holds) else verdict


main()
