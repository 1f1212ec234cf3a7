#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Are the events of the log and their fields on the page about logs, and no others?

    check_logs.py ROOT [PAGE]

Exit codes: 0 they agree, 1 they do not.
"""
import re
import sys
from pathlib import Path

from declared_in_code import STRING, arguments, line_of, rows, sources

FOLDERS = ("adapters", "app/banyan", "serving", "strangler")
WRITE = re.compile(r"\b(?:write|begin_line)(?=\()")
# Where the event is a variable: what it may be.
NAMED = re.compile(r"\bevent = [^;]*;|\bfault\(\"\w+\"")
FIELD = re.compile(r'\{"(\w+)",|\bline\["(\w+)"\] =')


def of_code(files: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Where each event is written, and where each field."""
    events: dict[str, str] = {}
    fields: dict[str, str] = {}
    for name, text in files.items():
        for found in NAMED.finditer(text):
            events.update({word: f"{name}:{line_of(text, found.start())}" for word in STRING.findall(found[0])})
        for call in WRITE.finditer(text):
            inside = arguments(text, call.end())
            head, brace, tail = inside.partition("{")
            if "evel" not in head:
                continue
            where = f"{name}:{line_of(text, call.start())}"
            events.update({word: where for word in STRING.findall(head)})
            fields.update({field: where for field, _ in FIELD.findall(brace + tail)})
    log = "adapters/telemetry/src/log.cpp"
    fields.update({field: log for found in FIELD.findall(files.get(log, "")) for field in found if field})
    return events, fields


def compare(what: str, code: dict[str, str], page: Path) -> list[str]:
    told = rows(page, what)
    return [f"{where}: the {what} {name} is not in {page.name}" for name, where in sorted(code.items())
            if name not in told] + [
            f"{page.name}:{line}: the code has no {what} {name}" for name, (line, _) in told.items() if name not in code]


def main() -> int:
    root = Path(sys.argv[1]).resolve()
    page = Path(sys.argv[2]) if len(sys.argv) > 2 else root / "docs/reference/logs.md"
    events, fields = of_code(sources(root, *FOLDERS))
    problems = compare("event", events, page) + compare("field of an event", fields, page)
    print("\n".join(problems) or f"{len(events)} events and {len(fields)} fields are on the page")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
