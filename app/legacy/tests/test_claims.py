# SPDX-License-Identifier: Apache-2.0
"""What README.md says of the legacy shop is so, and the tools that say it can say no."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import knots
from golden_journeys import JOURNEYS

SHOP = Path(__file__).resolve().parents[1]
SOURCES = sorted((SHOP / "src").glob("*.*"))
SCHEMA = (SHOP / "schema.sql").read_text()


class TheKnots(unittest.TestCase):
    def test_stand_where_the_readme_says(self):
        readme = (SHOP / "README.md").read_text()
        self.assertEqual(readme, knots.with_list(readme, SHOP), "run: python3 app/legacy/tests/knots.py --write")

    def test_a_knot_that_was_untied_or_copied_is_noticed(self):
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(shutil.copytree(SHOP, Path(folder, "legacy"), ignore=shutil.ignore_patterns("tests")))
            stock = copy / "src/stock.h"
            stock.write_text(stock.read_text().replace("int set_stock(i64 item_id, int on_hand);", ""))
            schema = copy / "schema.sql"
            schema.write_text(SCHEMA + "\n-- ON DELETE CASCADE\n")
            with self.assertRaises(knots.Rot) as rot:
                knots.knots(copy)
        self.assertIn("anaemic-service: its text stands 0 times", str(rot.exception))
        self.assertIn("cascade: its text stands 2 times", str(rot.exception))

    def test_an_order_has_41_fields_and_40_columns(self):
        header = (SHOP / "src/order.h").read_text()
        fields = re.findall(r"^    (?:i64|int|std::\S+) +(m_\w+);", header, re.MULTILINE)
        self.assertEqual(len(fields), 41)
        table = re.search(r"CREATE TABLE orders \((.*?)\n\);", SCHEMA, re.DOTALL)[1]
        columns = re.findall(r"^  ([a-z_]+) +(?:TEXT|INTEGER)", table, re.MULTILINE)
        self.assertEqual(len(columns), 40)
        self.assertEqual({name.removeprefix("m_") for name in fields} - set(columns), {"lines"})

    def test_one_trigger_one_view_one_cascade(self):
        for word in ("CREATE TRIGGER", "CREATE VIEW", "ON DELETE CASCADE"):
            self.assertEqual(SCHEMA.count(word), 1, word)


class TheCode(unittest.TestCase):
    def test_the_library_is_in_few_files_so_that_all_build_fast(self):
        with_poco = [file.name for file in SOURCES if "#include <Poco/" in file.read_text()]
        self.assertLessEqual(len(with_poco), 8, with_poco)

    def test_no_text_of_a_request_is_put_into_sql_unquoted(self):
        for file in SOURCES:
            for call in re.findall(r"db_(?:exec|query)f\((?:&\w+, )?((?:\"[^\"]*\"\s*)+)", file.read_text()):
                self.assertNotIn("%s", call, file.name)

    def test_nobody_calls_what_is_listed_as_dead(self):
        """Declared once, defined once, and that is all."""
        everything = "\n".join(re.sub(r"//[^\n]*", "", file.read_text()) for file in SOURCES)
        for each in knots.knots(SHOP):
            if each["kind"] == "dead":
                function = re.findall(r"(\w+)\(", each["text"])[0]
                self.assertEqual(len(re.findall(rf"\b{function}\(", everything)), 2, function)


class TheGoldenMaster(unittest.TestCase):
    def walk(self, *options):
        return subprocess.run([sys.executable, "golden_master.py", "--bin", os.environ["LEGACY_BIN"], "--only", "2_search",
                               *options], cwd=Path(__file__).parent, text=True, capture_output=True, check=False)

    def test_says_what_is_different_from_what_was_recorded(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in JOURNEYS:
                text = (Path(__file__).parent / "golden" / f"{name}.txt").read_text()
                Path(folder, f"{name}.txt").write_text(text.replace('"hits": []', '"hits": ["something"]'))
            said = self.walk("--golden", folder)
        self.assertEqual(said.returncode, 1, said.stderr)
        self.assertIn('-  {"hits": ["something"]}', said.stdout)
        self.assertIn('+  {"hits": []}', said.stdout)

    def test_has_nine_journeys_and_about_120_exchanges(self):
        texts = [(Path(__file__).parent / "golden" / f"{name}.txt").read_text() for name in JOURNEYS]
        exchanges = sum(len(re.findall(r"^(?:\w+: [A-Z]+ /|\$ )", text, re.MULTILINE)) for text in texts)
        self.assertEqual(len(texts), 9)
        self.assertGreater(exchanges, 110)

    def test_knows_the_tax_bug(self):
        night = (Path(__file__).parent / "golden/9_night.txt").read_text()
        self.assertIn("eleven, and each line is rounded", night)


if __name__ == "__main__":
    unittest.main()
