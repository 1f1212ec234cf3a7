# SPDX-License-Identifier: Apache-2.0
"""SQL: statements name their own module's tables, and stand where statements belong."""

import re

from . import cpp_text
from .model import SHARED, Tree, Violation

# Written as statements are: keywords in capitals, so that prose is not taken for SQL …
_STATEMENT = re.compile(
    r"\bSELECT\b.+?\bFROM\b|\bINSERT\s+(?:OR\s+\w+\s+)?INTO\b|\bREPLACE\s+INTO\b"
    r"|\bUPDATE\s+(?:OR\s+\w+\s+)?[\w\"`\[]+\s+SET\b|\bDELETE\s+FROM\b|\bALTER\s+TABLE\b"
    r"|\b(?:CREATE|DROP)\s+(?:TEMP\s+|UNIQUE\s+|VIRTUAL\s+)*(?:TABLE|INDEX|VIEW|TRIGGER)\b"
    r"|\bPRAGMA\s+\w+|\bWITH\s+(?:RECURSIVE\s+)?\w+\s*(?:\([^)]*\))?\s*AS\s*\(", re.DOTALL)
# … or in any case when they name a table that exists.
_TABLE_AT = re.compile(
    r"\b(?:FROM|JOIN|INTO|UPDATE(?:\s+OR\s+\w+)?|TABLE(?:\s+IF\s+(?:NOT\s+)?EXISTS)?|REFERENCES|ON)\s+"
    r"((?:[\"`\[]?\w+[\"`\]]?\.)?[\"`\[]?\w+[\"`\]]?(?:\s+(?:AS\s+)?(?!WHERE\b|JOIN\b|ON\b|SET\b|GROUP\b|ORDER\b)\w+)?"
    r"(?:\s*,\s*[\"`\[]?\w+[\"`\]]?(?:\s+(?:AS\s+)?\w+)?)*)", re.IGNORECASE)
_LEFT_OPEN = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE|TABLE)\s*[\"`\[]?$")
_TABLE_TO_BE_FILLED_IN = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE|TABLE)\s+[\"`\[]?(?:\{|%s)")
_SQL_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_SQL_STRING = re.compile(r"'(?:[^']|'')*'")


def check(tree: Tree) -> list[Violation]:
    found: dict[str, Violation] = {}
    for file, line, text, is_script in _texts(tree):
        for violation in _judge(tree, file, line, text, is_script):
            found.setdefault(violation.key, violation)
    return list(found.values())


def _texts(tree: Tree):
    for file in tree.files("modules/**/*.[ch]pp", "app/**/*.[ch]pp", "adapters/**/*.[ch]pp",
                           "serving/**/*.[ch]pp", "strangler/**/*.[ch]pp", "migrations/engine/**/*.[ch]pp"):
        for line, text in cpp_text.string_literals(tree.text(file)):
            yield file, line, text, False
    for file in tree.files("migrations/**/*.sql"):
        yield file, 1, tree.text(file), True


def _judge(tree: Tree, file: str, line: int, text: str, is_script: bool):
    text = _SQL_COMMENT.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)
    text = _SQL_STRING.sub("''", text)
    part = tree.part(file)
    owner = file.split("/")[1] if is_script else part.owner
    statement = is_script or _STATEMENT.search(text) is not None
    named = list(_tables(text))
    known = [(at, table) for at, table in named if table in tree.owner_of_table]
    looks_like_sql = statement or (known and re.search(r"\b(?:select|insert|update|delete|join)\b", text))
    in_module = part.kind == "module"
    if in_module and statement and part.layer != "persistence":
        yield Violation(
            file, line, "sql-outside-persistence", _first_words(text),
            f"a statement in {owner}'s {part.layer}: {_first_words(text)} …",
            f"Move it to modules/{owner}/src/persistence/ behind a repository.")
    if not looks_like_sql:
        return
    for at, table in known:
        provider = tree.owner_of_table[table]
        if provider == owner or (provider == SHARED and _takes_its_part_out(file)):
            continue
        yield Violation(
            file, line + text.count("\n", 0, at), "sql-foreign-table", table,
            *_violation(table, provider))
    if in_module and (_LEFT_OPEN.search(text.rstrip(" ")) or _TABLE_TO_BE_FILLED_IN.search(text)):
        yield Violation(
            file, line, "sql-unknown-table", _first_words(text),
            f"which table this statement names is decided at run time: {_first_words(text)} …",
            "Write each statement out, so that its tables can be seen.")


def _takes_its_part_out(file: str) -> bool:
    """A separation script reads the shared table once, to copy the module's part out of it."""
    return file.startswith("migrations/") and "/separation/" in file


def _violation(table: str, provider: str) -> tuple[str, str]:
    if provider == SHARED:
        return (f"names '{table}', which several modules share",
                "Give the module a table of its own in migrations/<module>/separation/.")
    return (f"names the table '{table}', which belongs to '{provider}'",
            f"Ask {provider}'s port instead; keep a soft reference (its id) where a key is needed.")


def _tables(text: str):
    for match in _TABLE_AT.finditer(text):
        for item in match[1].split(","):
            table = item.split()[0].split(".")[-1].strip('"`[]').lower()
            yield match.start(1), table


def _first_words(text: str) -> str:
    return " ".join(text.split()[:4])
