# SPDX-License-Identifier: Apache-2.0
"""What is walked: sets of modules on engines, and the stands on the way of each."""

from dataclasses import dataclass

ENGINES = ("sqlite", "postgresql")

# A pair in which one needs the other, and one in which one follows the other's events.
PAIRS = (("catalog", "warehouse"), ("payments", "shipping"))

# In the order of the way; the last is what the first was.
STANDS = {
    "plain": "one process, one database",
    "rehearsed": "the same process; calls to the modules take the whole wire",
    "routed": "services beside it; traffic moves by percentage, writes at last",
    "extracted": "the modules have left the process",
    "out": "their tables have left the shared database (SQLite)",
    "back": "their tables are in the shared database again (SQLite)",
    "returning": "the process has the modules again, and their traffic comes back",
    "home": "one process, one database",
}
WITH_SERVICES = ("routed", "extracted", "out", "back", "returning")
ONLY_ON_FILES = ("out", "back")


@dataclass(frozen=True)
class Cell:
    modules: tuple[str, ...]
    engine: str

    @property
    def name(self) -> str:
        return f"{'+'.join(self.modules)} on {self.engine}"

    def label(self, all_modules: tuple[str, ...]) -> str:
        """As people say it, and as --cells takes it."""
        modules = "all" if set(self.modules) == set(all_modules) else "+".join(self.modules)
        return f"{modules}/{self.engine}"

    def stands(self, wanted: list[str]) -> list[str]:
        return [each for each in wanted if self.engine == "sqlite" or each not in ONLY_ON_FILES]


def whole_matrix(modules: tuple[str, ...]) -> list[Cell]:
    """Each alone, two pairs, all at once; on each engine."""
    sets = [(each,) for each in modules] + [*PAIRS, tuple(modules)]
    return [Cell(tuple(each), engine) for engine in ENGINES for each in sets]


def set_of(text: str, modules: tuple[str, ...]) -> tuple[str, ...]:
    """"catalog+orders", "all" -> the modules, in the order of the application."""
    if text == "all":
        return modules
    wanted = text.split("+")
    for each in wanted:
        if each not in modules:
            raise ValueError(f"there is no module '{each}'; there are {', '.join(modules)} (and 'all')")
    return tuple(each for each in modules if each in wanted)


def cell_of(text: str, modules: tuple[str, ...]) -> Cell:
    """"catalog/sqlite" -> the cell."""
    names, slash, engine = text.partition("/")
    if not slash or engine not in ENGINES:
        raise ValueError(f"'{text}' is no cell; one is MODULES/ENGINE, such as payments+shipping/postgresql")
    return Cell(set_of(names, modules), engine)
