# SPDX-License-Identifier: Apache-2.0
"""What docs/how-to/from-legacy-to-modular.md says of the two shops can be counted, and the counting can say no."""
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
