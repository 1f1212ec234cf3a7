# SPDX-License-Identifier: Apache-2.0
"""Judges lab 4: a heat map of the order's fields, the size of two models, and what they print."""
import re
import subprocess
import tomllib
from collections import Counter

from lab.checking import Bench, Holds, NotYet, Red, claim, columns, main
from lab.legacy import DESK, LegacyShop, make_database

MAP, HEADER, SOURCE = "order_map.toml", "models.h", "models.cpp"
SOURCES = "app/legacy/src"
DEPARTMENTS = ("desk", "accounts", "warehouse", "mail_room")
MOST = 16  # fields of a model that somebody can have in his head
FEWEST = 6  # fields of a model that can be asked for what its department asks
PRINTED_BY_THE_CLASS = ("Order::pick_list", "ShipmentManager::label")
# Who works with an order, by the functions and the files where they do it.
AT_WORK = {
    "desk": ("order.cpp:to_json can_be_cancelled can_be_returned setState copy_customer customer add_line summary_json",
             "order.h:is_same_request", "checkout.cpp", "handlers_order.cpp", "nightly.cpp", "repository.cpp"),
    "accounts": ("order.cpp:open_amount tax_code invoice_text order_export_line", "payment.cpp", "pricing.cpp", "report.cpp",
                 "nightly.cpp"),
    "warehouse": ("order.cpp:make_route pick_list picked_by pieces", "stock.cpp"),
    "mail_room": ("order.cpp:postage_class needs_customs_form", "shipment.cpp"),
}
FIELD = re.compile(r"^    (?:i64|int|std::\S+) +m_(\w+);", re.MULTILINE)


# --- the order as it is


class God:
    """The class, who reads or writes which of its fields, and who of these writes."""

    def __init__(self, bench: Bench):
        folder = bench.tree / SOURCES
        header = (folder / "order.h").read_text()
        self.fields = FIELD.findall(header[header.index("class Order\n"):])
        getters = {getter: field for getter, field in re.findall(r"(\w+)\([^)]*\)(?: const)? \{ (?:return )?m_(\w+)", header)}
        # A setter that does more than one thing is of what it is named after.
        setters = dict(re.findall(r"void (\w+)\([^)]*\) \{ m_(\w+) = ", header)) | {"setState": "state"}
        self.used: dict[str, set[str]] = {}
        self.written: dict[str, set[str]] = {}
        for department, places in AT_WORK.items():
            text = "\n".join(text_of(folder, place) for place in places)
            words = set(re.findall(r"\w+", text))
            self.used[department] = {field for field in self.fields
                                     if f"m_{field}" in words or any(getters[g] == field and g in words for g in getters)
                                     or re.search(rf"\bo?\.?{field}\b", sql_of(text))}
            updated = " ".join(re.findall(r"UPDATE orders SET (.*?)(?:WHERE|$)", sql_of(text)))
            self.written[department] = {field for field in self.used[department]
                                        if re.search(rf"\bm_{field}\s*(?:[+-]?=(?!=)|\.(?:push_back|clear|erase)\b)", text)
                                        or any(setters[name] == field and f"{name}(" in text for name in setters)
                                        or re.search(rf"\b{field}\s*=", updated)}

    def writers(self, field: str) -> int:
        return sum(1 for fields in self.written.values() if field in fields)


def text_of(folder, place: str) -> str:
    """Of a file, or of some functions in it."""
    file, _, functions = place.partition(":")
    text = re.sub(r"//[^\n]*", "", (folder / file).read_text())
    if not functions:
        return text
    bodies = []
    for name in functions.split():
        found = re.search(rf"\b{name}\([^)]*\)[^;{{]*\{{", text)
        if found:
            bodies.append(text[found.start():end_of_block(text, found.end())])
    return "\n".join(bodies)


def sql_of(text: str) -> str:
    return " ".join(re.findall(r'"((?:[^"\\]|\\.)*)"', text))


def end_of_block(text: str, at: int) -> int:
    """Behind the brace that closes the one before `at`."""
    depth = 1
    while depth and at < len(text):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        at += 1
    return at


def god(bench: Bench) -> God:
    return bench.once("god", lambda: God(bench))


def heat_map(order: God, owners: dict[str, list[str]]) -> list[str]:
    """A row for each field, those that most use first: W is who writes it, # who only reads it."""
    users = {field: [name for name in DEPARTMENTS if field in order.used[name]] for field in order.fields}
    hottest = sorted(order.fields, key=lambda field: (-len(users[field]), order.fields.index(field)))
    return columns(("field", *(name.removesuffix("_room") for name in DEPARTMENTS), "owner"),
                   *((field, *("W" if field in order.written[name] else "#" if name in users[field] else "." for name in DEPARTMENTS),
                      " ".join(name for name, fields in owners.items() if field in fields) or "-") for field in hottest),
                   ("used", *(len(order.used[name]) for name in DEPARTMENTS), f"of {len(order.fields)}"),
                   ("written", *(len(order.written[name]) for name in DEPARTMENTS),
                    f"{sum(1 for field in order.fields if order.writers(field) > 1)} by two"))


@claim
def mapped(bench: Bench):
    try:
        given = tomllib.loads(bench.file(MAP).read_text())
    except tomllib.TOMLDecodeError as error:
        return NotYet(f"read {MAP}", str(error), "a list for each department", "it is read by a program", MAP)
    order = god(bench)
    owners = {name: list(given.get(name, [])) for name in DEPARTMENTS}
    heat_shown = heat_map(order, owners)
    placed = Counter(field for fields in owners.values() for field in fields)
    wrong = ([f"{field} is there twice" for field, times in placed.items() if times > 1]
             + [f"an order has no {field}" for field in placed if field not in order.fields]
             + [f"nobody has {field}" for field in order.fields if field not in placed])
    if wrong:
        return NotYet(f"laid {MAP} over the {len(order.fields)} fields of an order", wrong[0], "each field once",
                      "what two departments own, each of them changes behind the other's back", MAP, heat_shown)
    sizes = {name: len(fields) for name, fields in owners.items()}
    largest = max(sizes, key=sizes.get)
    heat = ", ".join(f"{name} {len(order.used[name])}" for name in DEPARTMENTS)
    if sizes[largest] > MOST:
        return NotYet(f"counted who has how many of {len(order.fields)} fields, and who uses how many ({heat})",
                      ", ".join(f"{name} {size}" for name, size in sizes.items()), f"none has more than {MOST}",
                      "one word, order, stands for what four departments mean by it; nobody means all of it", MAP, heat_shown)
    for name, fields in owners.items():
        for field in fields:
            users = [each for each in DEPARTMENTS if field in order.used[each]]
            if users and name not in users:
                return NotYet(f"looked who uses the {len(order.fields)} fields", f"{field} is the {name}'s as you say, and only"
                              f" {' and '.join(users)} {'use' if len(users) > 1 else 'uses'} it", "an owner who uses it",
                              "whoever owns a field has to know when it is right", MAP, heat_shown)
    return Holds(f"{len(order.fields)} fields, the largest part is {largest} with {sizes[largest]}; used: {heat}", heat_shown)


# --- the models


class Models:
    """What models.h declares: each struct with its bases and the types and names of its fields."""

    def __init__(self, text: str, order_fields: int):
        text = re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.DOTALL)
        self.includes = re.findall(r'#include "(\w+)\.h"', text)
        self.bases: dict[str, list[str]] = {}
        self.fields: dict[str, list[tuple[str, str]]] = {}
        self.order_fields = order_fields
        for found in re.finditer(r"\b(?:struct|class) (\w+)(?: final)?\s*(?::([^{;]*))?\{", text):
            body = text[found.end():end_of_block(text, found.end()) - 1]
            self.bases[found[1]] = re.findall(r"\b(?!public|private|protected|virtual)(\w+)", found[2] or "")
            self.fields[found[1]] = list(fields_of(body))

    def types_in(self, name: str) -> list[str]:
        """The structs that a struct is made of, bases first."""
        held = [word for type_, _ in self.fields.get(name, []) for word in re.findall(r"\w+", type_)
                if word in self.fields or word in ("Order", "Customer")]
        return self.bases.get(name, []) + held

    def count(self, name: str) -> int:
        if name in ("Order", "Customer"):
            return self.order_fields
        own = sum(1 for type_, _ in self.fields.get(name, [])
                  if not any(word in self.fields or word in ("Order", "Customer") for word in re.findall(r"\w+", type_)))
        return own + sum(self.count(each) for each in self.types_in(name))

    def all_types(self, name: str) -> set[str]:
        found = set(self.types_in(name))
        return found | {inner for each in found for inner in self.all_types(each)}


def fields_of(body: str):
    body = re.sub(r"\{[^{}]*\}", "{}", re.sub(r"\b(?:public|private|protected):", "", body))
    for statement in body.split(";"):
        statement = " ".join(re.sub(r"=[^,]*|\{\}", "", statement).split())
        if not statement or "(" in statement or statement.startswith(("using ", "static ", "friend ", "enum ")):
            continue
        type_, _, names = statement.rpartition(" ") if "," not in statement.split(">")[-1] else statement.partition(" ")
        for name in names.split(","):
            yield type_, name.strip(" *&")


def models(bench: Bench) -> Models:
    def make():
        found = Models(bench.file(HEADER).read_text(), len(god(bench).fields))
        if lost := [name for name in ("PickList", "Parcel") if name not in found.fields]:
            raise Red(NotYet(f"looked into {HEADER}", f"there is no {lost[0]}", "struct PickList and struct Parcel",
                             "the two departments have a word of their own for it", HEADER))
        return found
    return bench.once("models", make)


@claim
def small(bench: Bench):
    found = models(bench)
    used = {"PickList": len(god(bench).used["warehouse"]), "Parcel": len(god(bench).used["mail_room"])}
    for name in ("PickList", "Parcel"):
        if found.count(name) > MOST:
            through = [f"{found.count(each)} through {each}" for each in found.types_in(name)]
            who = "pickers" if name == "PickList" else "the mail room"
            return NotYet(f"counted the fields of PickList and Parcel, and of what they are made of",
                          f"{name} has {found.count(name)} fields" + (f", {', '.join(through)}" if through else ""),
                          f"at most {MOST}", f"{who} use{'s' if name == 'Parcel' else ''} {used[name]} fields of an order: what is"
                          " in the model beyond that is somebody else's, and changes when they do", HEADER)
    return Holds(f"{len(god(bench).fields)} -> PickList {found.count('PickList')}, Parcel {found.count('Parcel')}")


def calls_of(bench: Bench, names: tuple[str, ...]) -> list[str]:
    """Which of these the compiled translation calls."""
    objects = list(bench.programs.parent.rglob("models.cpp.o"))
    if not objects:
        raise RuntimeError(f"{SOURCE} has not been compiled below {bench.programs.parent}")
    said = subprocess.run(["nm", "-C", "--undefined-only", *objects], capture_output=True, text=True, check=True).stdout
    return [name for name in names if re.search(rf" {name}[\[(]", said)]


@claim
def asked(bench: Bench):
    found = models(bench)
    sheet = "a finished sheet is no model: it can be printed, and nobody can ask it for a shelf or a weight"
    for name in ("PickList", "Parcel"):
        if found.count(name) < FEWEST:
            fields = ", ".join(field for _, field in found.fields[name])
            return NotYet("counted the fields of PickList and Parcel, and of what they are made of",
                          f"{name} has {found.count(name)}: {fields}", f"at least {FEWEST}", sheet, HEADER)
    if printed := calls_of(bench, PRINTED_BY_THE_CLASS):
        return NotYet(f"looked what {SOURCE} calls of the old classes", f"{printed[0]}(), which prints", "fields of an order, and"
                      " rows that belong to it", sheet + "; who wants another sheet would have to change the class", SOURCE)
    return Holds()


@claim
def apart(bench: Bench):
    found = models(bench)
    known = [f"{each}.h" for each in found.includes if each in ("order", "customer")]
    both = sorted(found.all_types("PickList") & found.all_types("Parcel"))
    if not known and not both:
        return Holds()
    if both:
        return NotYet(f"looked what PickList and Parcel are both made of", ", ".join(both), "nothing of the shop's",
                      f"a common {both[0]} ties the two together again: it will grow by what either of them needs", HEADER)
    return NotYet(f"looked what {HEADER} includes", ", ".join(known), "nothing of the order's",
                  "whoever prints a label would read the whole order again; a name is enough for a reference", HEADER)


@claim
def same(bench: Bench):
    def make():
        database, track = make_database(bench, "orders")
        shop = LegacyShop(bench, database)
        for number, country in enumerate(("DE", "CA", "US", "CH")):
            address = {"recipient": f"Mo {number}", "street": "Queen St 9", "postal_code": "M5H", "city": "Toronto",
                       "country": country}
            cookie = shop.ask("POST", "/customers", {"name": "Mo", "email": f"mo{number}@example.org", "address": address,
                                                     "password": "long enough"})[2]
            order = shop.ask("POST", "/orders", {"lines": [{"track": track, "quantity": number + 1}]}, cookie)[1]
            if number % 2:
                shop.ask("PUT", f"/orders/{order['id']}/picked", {"picker": "Jonas"}, **DESK)
        shop.stop()
        return bench.facts("lab04", str(database), look=SOURCE)
    printed = bench.once("printed", make)
    for each in printed:
        for mine, theirs, what in (("my_pick", "pick", "pick list"), ("my_label", "label", "label")):
            if each[mine] != each[theirs]:
                line, wanted = first_difference(each[mine], each[theirs])
                return NotYet(f"printed the {what} of an order to {each['country']}, as the class does and by the model",
                              line or "a line less", wanted or "no more lines",
                              "what is left out of a model is left out of somebody's work", SOURCE)
    return Holds(f"{len(printed)} orders, 2 sheets each")


def first_difference(mine: str, theirs: str) -> tuple[str, str]:
    ours, others = mine.splitlines(), theirs.splitlines()
    for number in range(max(len(ours), len(others))):
        pair = (ours[number] if number < len(ours) else "", others[number] if number < len(others) else "")
        if pair[0] != pair[1]:
            return pair
    return "an end without a line break", "a line break"


main()
