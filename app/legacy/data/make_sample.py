#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""sample.sql, from the modular shop's generated data, so that both shops have the same records.

    make_sample.py --bin FOLDER            compares; exit code 1 when sample.sql is not what it would be
    make_sample.py --bin FOLDER --write    rewrites it
"""

import argparse
import sqlite3
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from legacy_shop import run  # noqa: E402

SAMPLE = Path(__file__).resolve().parent / "sample.sql"
TABLES = ("artists", "albums", "item", "customers", "orders", "order_lines")


def literal(value) -> str:
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def sample(binaries: Path) -> str:
    lines = ["-- A few records, for trying out and for tests. Made by data/make_sample.py."]
    with tempfile.TemporaryDirectory() as folder:
        made, shop = Path(folder, "made.db"), Path(folder, "shop.db")
        run([binaries / "recordshop-data", "generate", "--tracks", "88", "--database", made])
        run([binaries / "legacy-import", "--recordshop", made, "--database", shop], {"SHOP_SEED": "88"})
        database = sqlite3.connect(shop)
        for table in TABLES:
            rows = database.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
            lines += [f"INSERT INTO {table} VALUES ({', '.join(map(literal, row))});" for row in rows]
        database.close()
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, required=True)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    text = sample(options.bin.resolve())
    if options.write:
        SAMPLE.write_text(text)
    elif SAMPLE.read_text() != text:
        print("app/legacy/data/sample.sql is not what the data generator makes. Run: app/legacy/data/make_sample.py"
              " --bin … --write, then record the golden master again")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
