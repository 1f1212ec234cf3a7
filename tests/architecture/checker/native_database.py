# SPDX-License-Identifier: Apache-2.0
"""A database's C interface is met in one place, which closes its traps."""

import re
from dataclasses import dataclass

from . import cpp_text
from .model import Tree, Violation

_FOLDERS = ("adapters", "app", "migrations/engine", "modules", "serving", "strangler")


@dataclass(frozen=True)
class _Interface:
    rule: str
    home: str
    headers: re.Pattern[str]
    call: re.Pattern[str]
    soci: tuple[str, str]  # where SOCI's sessions are opened and their handle is passed on: file, header


_INTERFACES = (
    _Interface(
        "native-sqlite",
        "adapters/sqlite",
        re.compile(r"(?:.*/)?(?:sqlite3(?:ext)?|soci-sqlite3)\.h"),
        re.compile(r"\b(sqlite3_\w+)\s*\("),
        ("adapters/sql/src/sqlite_connection.cpp", "soci/sqlite3/soci-sqlite3.h"),
    ),
    _Interface(
        "native-postgres",
        "adapters/postgres",
        re.compile(r"(?:.*/)?(?:libpq-fe|libpq-events|libpq-fs|soci-postgresql)\.h"),
        re.compile(r"\b(PQ[a-z]\w+)\s*\("),
        ("adapters/sql/src/postgres_connection.cpp", "soci/postgresql/soci-postgresql.h"),
    ),
)


def check(tree: Tree) -> list[Violation]:
    found: dict[str, Violation] = {}
    for file in tree.files(*(f"{folder}/**/*.[ch]pp" for folder in _FOLDERS)):
        text = tree.text(file)
        includes = list(cpp_text.includes(text))
        lines = list(enumerate(cpp_text.code_only(text).splitlines(), 1))
        for interface in _INTERFACES:
            if file.startswith(interface.home + "/"):
                continue
            seen = [
                (include.line, include.spec, f"includes <{include.spec}>")
                for include in includes
                if interface.headers.fullmatch(include.spec) and (file, include.spec) != interface.soci
            ]
            seen += [
                (number, match[1], f"calls {match[1]}()")
                for number, line in lines
                for match in interface.call.finditer(line)
            ]
            todo = f"Use {interface.home} (its include/ folder), or add there what is missing."
            for line, target, what in seen:
                violation = Violation(file, line, interface.rule, target, what, todo)
                found.setdefault(violation.key, violation)
    return list(found.values())
