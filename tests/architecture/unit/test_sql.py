# SPDX-License-Identifier: Apache-2.0
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from checker.sql import _STATEMENT, _tables


def tables(statement):
    return {table for _, table in _tables(statement)}


class Tables(unittest.TestCase):
    def test_of_each_kind_of_statement_are_seen(self):
        for statement, expected in {
            "SELECT a FROM t": {"t"},
            "SELECT a FROM t AS x JOIN u y ON x.id = y.id": {"t", "u"},
            "SELECT a FROM t x, u y WHERE x.id = y.id": {"t", "u"},
            "SELECT a FROM (SELECT b FROM inner_one)": {"inner_one"},
            "INSERT OR REPLACE INTO t (a) SELECT a FROM u": {"t", "u"},
            "UPDATE OR IGNORE t SET a = 1": {"t"},
            'DELETE FROM main."t"': {"t"},
            "CREATE TABLE IF NOT EXISTS t (u_id TEXT REFERENCES u(id))": {"t", "u"},
            "CREATE INDEX i ON t(a)": {"t"},
            "CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM u; END": {"t", "u"},
            "ALTER TABLE t RENAME TO v": {"t"},
        }.items():
            with self.subTest(statement):
                self.assertLessEqual(expected, tables(statement))


class Statements(unittest.TestCase):
    def test_are_told_from_prose(self):
        for prose in ("select one of the tracks", "Update the list", "deleted from stock",
                      "no rows; insert into the cart first"):
            with self.subTest(prose):
                self.assertIsNone(_STATEMENT.search(prose))

    def test_are_seen(self):
        for statement in ("SELECT\n a\nFROM t", "DELETE FROM t", "WITH x AS (SELECT 1) SELECT * FROM x",
                          "CREATE UNIQUE INDEX i ON t(a)", "PRAGMA user_version"):
            with self.subTest(statement):
                self.assertIsNotNone(_STATEMENT.search(statement))


if __name__ == "__main__":
    unittest.main()
