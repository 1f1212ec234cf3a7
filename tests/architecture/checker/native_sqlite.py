# SPDX-License-Identifier: Apache-2.0
"""SQLite's C interface is met in one place, which closes its traps."""

import re

from . import cpp_text
from .model import Tree, Violation

_HOMES = ("adapters/sqlite/",)
# SOCI's sessions are opened here, and their handle is passed on.
_SOCI = {("adapters/sql/src/sqlite_connection.cpp", "soci/sqlite3/soci-sqlite3.h")}
_HEADERS = re.compile(r"(?:.*/)?(?:sqlite3(?:ext)?|soci-sqlite3)\.h")
_CALL = re.compile(r"\b(sqlite3_\w+)\s*\(")
_FOLDERS = ("adapters", "app", "migrations/engine", "modules", "strangler")
_TODO = "Use adapters/sqlite (sqlite/connection.hpp, sqlite/statement.hpp …), or add there what is missing."


def check(tree: Tree) -> list[Violation]:
    found: dict[str, Violation] = {}

    def report(file: str, line: int, target: str, what: str) -> None:
        violation = Violation(file, line, "native-sqlite", target, what, _TODO)
        found.setdefault(violation.key, violation)

    for file in tree.files(*(f"{folder}/**/*.[ch]pp" for folder in _FOLDERS)):
        if file.startswith(_HOMES):
            continue
        text = tree.text(file)
        for include in cpp_text.includes(text):
            if _HEADERS.fullmatch(include.spec) and (file, include.spec) not in _SOCI:
                report(file, include.line, include.spec, f"includes <{include.spec}>")
        for number, line in enumerate(cpp_text.code_only(text).splitlines(), 1):
            for match in _CALL.finditer(line):
                report(file, number, match[1], f"calls {match[1]}()")
    return list(found.values())
