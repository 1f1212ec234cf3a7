# SPDX-License-Identifier: Apache-2.0
"""Symbols: a module's archives want nothing that only another module's archives define.

In the program that holds all modules such a call links, because CMake carries private static
archives to the final link line: a declaration by hand is enough. It breaks on the day when one of
the two moves out.
"""

from .archives import demangled, symbols_of
from .model import Tree, Violation


def check(tree: Tree) -> list[Violation]:
    of_module = {name: symbols_of(*module.archives) for name, module in tree.modules.items()}
    kit = symbols_of(*tree.kit_archives)
    wanting = [(name, f"modules/{name}", symbols) for name, symbols in of_module.items()]
    wanting.append(("", "the kit", kit))
    found = []
    for name, owner, symbols in wanting:
        for provider, provided in of_module.items():
            if provider == name:
                continue
            foreign = symbols.undefined.keys() & provided.exported - kit.exported
            readable = demangled(foreign)
            for symbol in sorted(foreign):
                found.append(_violation(tree, name, owner, provider, readable[symbol],
                                        symbols.undefined[symbol]))
    return found


def _violation(tree: Tree, name: str, owner: str, provider: str, symbol: str, wanted_by: str) -> Violation:
    file, line = _place(tree, name, symbol, wanted_by)
    return Violation(
        file, line, "symbol-foreign", symbol,
        f"{owner} is linked to {symbol}, which is defined inside '{provider}'",
        f"Call {provider}'s port instead. See docs/adr/0002-modules-meet-at-ports.md.")


def _place(tree: Tree, name: str, symbol: str, wanted_by: str) -> tuple[str, int]:
    """The source of the object, and the first line that names the function."""
    source = wanted_by.removesuffix(".o")
    folders = (f"modules/{name}/src/**", f"app/*/modules/{name}/src/**") if name else ("**",)
    files = list(tree.files(*(f"{folder}/{source}" for folder in folders)))
    if not files:
        return (f"modules/{name}/{source}" if name else source), 1
    plain = symbol.split("(")[0].split("::")[-1]
    for file in files:
        for number, line in enumerate(tree.text(file).splitlines(), 1):
            if plain and plain in line:
                return file, number
    return files[0], 1
