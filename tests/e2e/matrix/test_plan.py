# SPDX-License-Identifier: Apache-2.0
"""The plan of the matrix, and the deployments that it makes, without running them."""

import sys
import tempfile
import tomllib
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
# pylint: disable=wrong-import-position
from deployment import text_of  # noqa: E402
from plan import ENGINES, PAIRS, STANDS, WITH_SERVICES, Cell, cell_of, set_of, whole_matrix  # noqa: E402
from sayings import fault_of, faults_in  # noqa: E402
from shop import PARTIES, Shop  # noqa: E402

NEEDS = {
    "catalog": [],
    "customers": [],
    "warehouse": ["catalog"],
    "payments": [],
    "shipping": ["customers"],
    "orders": ["catalog", "customers", "warehouse", "payments", "shipping"],
}
MODULES = tuple(NEEDS)


class ThePlan(unittest.TestCase):
    def test_has_each_module_alone_two_pairs_and_all_on_each_engine(self):
        plan = whole_matrix(MODULES)
        self.assertEqual(len(set(plan)), len(plan))
        for engine in ENGINES:
            sets = [cell.modules for cell in plan if cell.engine == engine]
            self.assertEqual(sets, [*((each,) for each in MODULES), *PAIRS, MODULES])

    def test_moves_tables_on_sqlite_only(self):
        wanted = list(STANDS)
        self.assertEqual(Cell(("orders",), "sqlite").stands(wanted), wanted)
        self.assertEqual(Cell(("orders",), "postgresql").stands(wanted),
                         [each for each in wanted if each not in ("out", "back")])

    def test_knows_cells_by_the_name_that_it_gives_them(self):
        for cell in whole_matrix(MODULES):
            self.assertEqual(cell_of(cell.label(MODULES), MODULES), cell)

    def test_says_what_there_is_when_something_is_not(self):
        with self.assertRaisesRegex(ValueError, "no module 'catalgo'; there are catalog, customers"):
            set_of("catalgo", MODULES)
        with self.assertRaisesRegex(ValueError, "'catalog' is no cell"):
            cell_of("catalog", MODULES)


class TheDeployments(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.binaries = Path(self.folder.name)
        for cell in whole_matrix(MODULES):
            for kind in "routed", "extracted":
                name = "all" if cell.modules == MODULES else "-".join(sorted(cell.modules))
                flavour = self.binaries / "flavours" / f"{kind}-{name}"
                flavour.mkdir(parents=True, exist_ok=True)
                (flavour / "recordshop").touch()

    def shops(self):
        for cell in whole_matrix(MODULES):
            for builds in "own", "one":
                yield cell, Shop(self.binaries, NEEDS, cell.modules, "shop.db", self.binaries, builds)

    def test_are_written_as_banyan_up_reads_them(self):
        for cell, shop in self.shops():
            for stand in STANDS:
                programs = shop.programs(stand)
                read = tomllib.loads(text_of(shop, programs, self.binaries / "up"))
                self.assertEqual({name: each["command"] for name, each in read["programs"].items()}, programs)
                self.assertEqual(len(programs) > 1 + len(PARTIES), stand in WITH_SERVICES, cell.name)

    def test_tell_every_process_where_what_its_modules_need_runs(self):
        for cell, shop in self.shops():
            for stand in WITH_SERVICES:
                programs = shop.programs(stand)
                for name, words in programs.items():
                    if name in PARTIES:
                        continue
                    with self.subTest(f"{cell.name}, {stand}, {name}"):
                        self.check_needs(cell, shop, name, words, stand)

    def check_needs(self, cell, shop, name, words, stand):
        here = hosted(cell, name, words, stand)
        places = dict(words[i + 1].split("=") for i, word in enumerate(words) if word == "--at")
        known = {shop.address(each): each for each in shop.programs(stand)}
        edge = shop.programs(stand)["edge"]
        if "--internal-address" in edge:
            known[edge[edge.index("--internal-address") + 1]] = "edge"
        for module, address in places.items():
            # A service; or the edge, where it listens for others of the application only.
            told = known[address]
            self.assertIn(module, hosted(cell, told, shop.programs(stand)[told], stand))
            self.assertNotEqual(told, name)
            self.assertEqual(told == "edge", module not in cell.modules)
            self.assertNotEqual(address, shop.address("edge"))
        for module in here:
            self.assertLessEqual(set(NEEDS[module]) - here, set(places))
        if name == "edge":
            self.assertEqual(here | set(places), set(MODULES))

    def test_give_each_process_an_address_of_its_own(self):
        for _, shop in self.shops():
            ports = [shop.port(name) for name in [*shop.programs("extracted"), "inside"]]
            self.assertEqual(len(set(ports)), len(ports))

    def test_have_no_other_processes_than_the_edge_the_services_and_the_parties(self):
        for cell, shop in self.shops():
            for stand in WITH_SERVICES:
                self.assertEqual(set(shop.programs(stand)), {"edge", *PARTIES, *cell.modules})

    def test_have_an_inside_where_a_service_needs_it_only(self):
        for cell, shop in self.shops():
            needed = {need for each in cell.modules for need in NEEDS[each]} - set(cell.modules)
            for stand in STANDS:
                self.assertEqual("--internal-address" in shop.programs(stand)["edge"],
                                 bool(needed) and stand in WITH_SERVICES, f"{cell.name}, {stand}")


class TheSayings(unittest.TestCase):
    ERROR = '2026-11-29T17:39:06Z {"level":"error","event":"module_fault","message":"%s"}'

    def test_are_faults_when_they_are_errors_or_a_sanitizers(self):
        self.assertEqual(fault_of(self.ERROR % "no such table", True), "module_fault: no such table")
        self.assertIn("AddressSanitizer", fault_of("==1==ERROR: AddressSanitizer: heap-use-after-free", False))
        for line in '{"level":"warning","event":"request_failed","message":"x"}', "Record shop is open.", "{", "":
            self.assertEqual(fault_of(line, False), "")

    def test_about_a_killed_server_are_none_where_one_was_killed(self):
        self.assertEqual(fault_of(self.ERROR % "server closed the connection unexpectedly", True), "")
        self.assertNotEqual(fault_of(self.ERROR % "server closed the connection unexpectedly", False), "")

    def test_are_told_once_with_their_number(self):
        with tempfile.TemporaryDirectory() as folder:
            lines = [self.ERROR % f"order ord_{number:032x} is odd" for number in range(3)]
            (Path(folder) / "edge.log").write_text("\n".join(lines))
            self.assertRegex(faults_in(Path(folder), False)[0], "^edge has said, 3 times: module_fault: order ord_0")


def hosted(cell, name, words, stand):
    """The modules that the process has."""
    if "--modules" in words:
        return set(words[words.index("--modules") + 1].split(",")) - {"none"}
    if name != "edge":
        return {name}
    return set(MODULES) if stand in ("routed", "returning") else set(MODULES) - set(cell.modules)


if __name__ == "__main__":
    unittest.main()
