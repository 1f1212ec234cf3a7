#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""prune.py LEGACY RETIRE.TOML FOLDER: copies the legacy shop to FOLDER/legacy without the routes that are listed, and without
the functions behind them that nobody else calls. FOLDER/pruned.json says how many lines that were."""
import json
import re
import sys
import tomllib
from pathlib import Path


def without_routes(text: str, routes: list[str]) -> tuple[str, list[str]]:
    """routes.cpp, and the functions that were behind them."""
    kept, functions = [], []
    for line in text.splitlines(keepends=True):
        found = re.search(r'router\.on\("([A-Z]+)", "([^"]+)", (\w+)\)', line)
        if found and f"{found[1]} {found[2]}" in routes:
            functions.append(found[3])
        else:
            kept.append(line)
    return "".join(kept), functions


def without_function(text: str, name: str) -> str:
    """Its declaration, or all of its definition up to the brace in the first column."""
    text = re.sub(rf"^void {name}\([^;{{]*\);\n", "", text, flags=re.MULTILINE)
    return re.sub(rf"^void {name}\([^;{{]*\)\s*\{{\n.*?^\}}\n\n?", "", text, flags=re.MULTILINE | re.DOTALL)


def is_called(name: str, texts: dict[Path, str]) -> bool:
    """By anybody but the one line that declares it and the one that defines it."""
    return sum(len(re.findall(rf"\b{name}\(", text)) for text in texts.values()) > 2


def main() -> None:
    legacy, retire, folder = (Path(word) for word in sys.argv[1:4])
    try:
        routes = list(tomllib.loads(retire.read_text()).get("routes", []))
    except (tomllib.TOMLDecodeError, TypeError):
        routes = []  # the check says so
    files = {path.relative_to(legacy): path.read_text() for path in legacy.rglob("*")
             if path.is_file() and "tests" not in path.relative_to(legacy).parts and "__pycache__" not in path.parts}
    before = sum(text.count("\n") for text in files.values())
    sources = {name: text for name, text in files.items() if name.parts[0] == "src"}
    where = Path("src/routes.cpp")
    sources[where], functions = without_routes(sources[where], routes)
    for function in functions:
        if not is_called(function, sources):
            sources = {name: without_function(text, function) for name, text in sources.items()}
    files |= sources
    for name, text in files.items():
        target = folder / "legacy" / name
        if not target.is_file() or target.read_text() != text:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
    lines = before - sum(text.count("\n") for text in files.values())
    (folder / "pruned.json").write_text(json.dumps({"lines": lines, "functions": functions}))


main()
