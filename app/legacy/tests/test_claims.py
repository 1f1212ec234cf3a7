# SPDX-License-Identifier: Apache-2.0
"""What README.md says of the legacy shop is so, and the tools that say it can say no."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

import knots
from golden_journeys import BERLIN, JOURNEYS
from legacy_shop import Browser, Server, run

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

    def test_each_has_a_cause_in_the_history(self):
        history = (SHOP / "HISTORY.md").read_text()
        for each in knots.knots(SHOP):
            if each["kind"] == "knot":
                self.assertEqual(history.count(f"`{each['id']}`"), 1, each["id"])

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


class TheKnotsAreTied(unittest.TestCase):
    """They are no pictures of knots: what they lead to can be seen, with the seams that the shop has."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="knots-")
        self.addCleanup(folder.cleanup)
        self.binaries = Path(os.environ["LEGACY_BIN"])
        self.database = Path(folder.name, "shop.db")
        run([self.binaries / "legacy-import", "--sample", "--database", self.database])

    def start(self, **seams):
        return Server([self.binaries / "legacy-shop", "--database", self.database], seams)

    def rows(self, statement):
        with sqlite3.connect(self.database) as shop:
            found = shop.execute(statement).fetchall()
        shop.close()
        return found

    def buyer(self, server, name):
        browser = Browser(server.port)
        self.addCleanup(browser.close)
        browser.ask("POST", "/customers", {"name": name, "email": f"{name}@example.org", "address": BERLIN,
                                           "password": "long enough"})
        return browser

    def test_more_are_sold_than_there_are(self):
        (track, there), = self.rows("SELECT pub_id, on_hand FROM item WHERE id = 1")
        server = self.start(SHOP_PAUSE="stock.look:1500")
        self.addCleanup(server.stop)
        buyers = [self.buyer(server, f"buyer{number}") for number in range(there + 2)]
        sold = []

        def buy(browser):
            sold.append(browser.ask("POST", "/orders", {"lines": [{"track": track, "quantity": 1}]})[0])

        threads = [threading.Thread(target=buy, args=(browser,)) for browser in buyers]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        self.assertGreater(sold.count(201), there)

    def test_an_order_is_whole_or_not_at_all_wherever_the_program_ends(self):
        (track,), = self.rows("SELECT pub_id FROM item WHERE id = 5")
        for point, orders in (("checkout.1", 0), ("checkout.4", 0), ("checkout.6", 0), ("checkout.7", 1)):
            server = self.start(SHOP_CRASH=point)
            browser = self.buyer(server, point)
            with self.assertRaises(OSError):
                browser.ask("POST", "/orders", {"lines": [{"track": track, "quantity": 1}]}, Idempotency_Key=point)
            self.assertEqual(server.process.wait(30), 70)
            server.folder.cleanup()
            seen = [self.rows(f"SELECT count(*) FROM {what}")[0][0] for what in
                    ("orders WHERE request_key IS NOT NULL", "payments", "shipments", "item WHERE counted_at > 0")]
            self.assertEqual(seen, [orders] * 4, point)


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
        self.assertIn("first difference: 2_search, step 6, guest: GET /search?text=: "
                      '{"hits": []} in place of {"hits": ["something"]}', said.stdout)

    def test_says_at_which_step_a_table_is_missed_that_was_dropped(self):
        said = self.walk("--without", "artists")
        self.assertEqual(said.returncode, 1, said.stderr)
        self.assertRegex(said.stdout, r"first difference: 2_search, step 1, guest: GET /tracks/trk:5: 503 in place of 200")
        self.assertIn("# it cannot go on: KeyError, 'title'", said.stdout)

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
