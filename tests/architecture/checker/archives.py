# SPDX-License-Identifier: Apache-2.0
"""Symbols of archives, objects and programs, as binutils' nm shows them."""

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from .model import CannotTell


@dataclass
class Symbols:
    defined: set[str] = field(default_factory=set)  # also weak and local ones
    exported: set[str] = field(default_factory=set)  # what another object can link to
    undefined: dict[str, str] = field(default_factory=dict)  # symbol -> the object that wants it


def symbols_of(*files: str) -> Symbols:
    missing = [file for file in files if not Path(file).is_file()]
    if missing:
        raise CannotTell(f"{missing[0]} has not been built; build everything first")
    symbols = Symbols()
    if not files:
        return symbols
    listing = subprocess.run(["nm", "--print-file-name", *files], text=True, stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL, check=True).stdout
    for line in listing.splitlines():
        # file:object:address type name, the address being blank for what is undefined
        place, _, rest = line.rpartition(":")
        fields = rest.split()
        if len(fields) < 2:
            continue
        kind, name = fields[-2], fields[-1]
        if kind == "U":
            symbols.undefined.setdefault(name, place.rsplit(":", 1)[-1])
        elif kind in "wv" and len(fields) == 2:
            continue
        else:
            symbols.defined.add(name)
            if kind.isupper() or kind == "u":
                symbols.exported.add(name)
    for name in symbols.defined:
        symbols.undefined.pop(name, None)
    return symbols


def demangled(names) -> dict[str, str]:
    """Mangled name -> the name as people write it."""
    names = sorted(names)
    if not names:
        return {}
    output = subprocess.run(["c++filt"], input="\n".join(names), check=True, text=True,
                            stdout=subprocess.PIPE).stdout
    return dict(zip(names, output.splitlines()))
