# SPDX-License-Identifier: Apache-2.0
"""What docs/how-to/from-legacy-to-modular.md says of the two shops can be counted, and the counting can say no."""
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIGURES = ROOT / "labs/figures.py"
PAGE = ROOT / "docs/how-to/from-legacy-to-modular.md"


class Figures(unittest.TestCase):
    def check(self, page: Path) -> subprocess.CompletedProcess:
        return subprocess.run([sys.executable, FIGURES, "--check", page], capture_output=True, text=True, check=False)

    def test_the_page_has_those_of_now(self):
        done = self.check(PAGE)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_a_figure_that_is_not_so_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder, "page.md")
            page.write_text(PAGE.read_text().replace("| fields of the class Order | 41 |", "| fields of the class Order | 14 |"))
            done = self.check(page)
        self.assertEqual(done.returncode, 1)
        self.assertIn("fields of the class Order, legacy: 14 is shown, 41 is counted", done.stdout)

    def test_a_step_that_costs_otherwise_is_named(self):
        said = "calls for an order of 50 lines 50 → 1"
        self.assertIn(said, PAGE.read_text())
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder, "page.md")
            page.write_text(PAGE.read_text().replace(said, "calls for an order of 50 lines 50 → 2"))
            done = self.check(page)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"step 7: calls for an order of 50 lines 50 → 2 is shown, {said} is counted", done.stdout)

    def test_a_step_that_is_left_out_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder, "page.md")
            page.write_text("".join(line for line in PAGE.read_text().splitlines(True) if not line.startswith("| 9 |")))
            done = self.check(page)
        self.assertEqual(done.returncode, 1)
        self.assertIn("step 9 is not in the table", done.stdout)

    def test_each_step_of_the_page_has_a_pair(self):
        text = PAGE.read_text()
        for number in re.findall(r"^### (\d+)\. ", text, re.MULTILINE):
            self.assertRegex(text, rf"(?m)^\| {number}(?:\.\d)? \| lab \d+ \|", f"step {number}")

    def test_a_pair_can_be_diffed_on_the_console_and_as_folders(self):
        said = subprocess.run([sys.executable, FIGURES, "--diff", "7"], capture_output=True, text=True, check=True).stdout
        self.assertIn("--- start/modules/orders/src/application/price_lines.cpp", said)
        self.assertIn("+++ solution/modules/orders/src/application/price_lines.cpp", said)
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, FIGURES, "--pairs", folder], capture_output=True, check=True)
            pair = Path(folder, "07-chatty-call")
            files = [(pair / side / "modules/orders/src/application/price_lines.cpp").read_text() for side in ("start", "solution")]
        self.assertNotEqual(*files)

    def test_lines_may_have_become_a_few_more(self):
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder, "page.md")
            lines = PAGE.read_text()
            found = next(line for line in lines.splitlines() if line.startswith("| lines of code |"))
            legacy, modular = (int(part.replace(",", "")) for part in found.split("|")[2:4])
            page.write_text(lines.replace(found, f"| lines of code | {legacy + 10:,} | {modular - 10:,} |"))
            self.assertEqual(self.check(page).returncode, 0)


if __name__ == "__main__":
    unittest.main()
