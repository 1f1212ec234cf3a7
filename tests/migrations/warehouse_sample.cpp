// SPDX-License-Identifier: Apache-2.0
#include "warehouse_sample.hpp"

#include <gtest/gtest.h>

namespace banyan::mover::testing {

void make_shop(const std::filesystem::path& file, int rows) {
  RawDatabase db(file);
  db.run(R"sql(
PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;
CREATE TABLE tracks(id INTEGER PRIMARY KEY, title TEXT);
CREATE TABLE orders(id INTEGER PRIMARY KEY, track INT REFERENCES tracks(id));
CREATE TABLE stock(track INTEGER PRIMARY KEY AUTOINCREMENT, n INT, note,
  doubled INT GENERATED ALWAYS AS (n * 2) STORED, tripled AS (n * 3) VIRTUAL,
  CHECK (n IS NULL OR n > -1000));
CREATE TABLE shelf(a TEXT, b, payload BLOB, u INT UNIQUE, PRIMARY KEY(a, b)) WITHOUT ROWID;
CREATE TABLE "odd ""name"(k TEXT PRIMARY KEY COLLATE NOCASE, v REAL, "select" NUMERIC);
CREATE TABLE hold(id INTEGER PRIMARY KEY, track INT REFERENCES stock(track) ON DELETE CASCADE,
  state TEXT);
CREATE TABLE journal(what TEXT);
CREATE INDEX hold_open ON hold(state) WHERE state = 'open';
CREATE INDEX odd_lower ON "odd ""name"(lower(k));
CREATE UNIQUE INDEX hold_track ON hold(track, id DESC);
CREATE VIEW low_stock AS SELECT track FROM stock WHERE n < 5;
CREATE TRIGGER stock_journal AFTER UPDATE OF n ON stock BEGIN
  INSERT INTO journal(what) VALUES (old.n || ' -> ' || new.n); END;
CREATE TABLE banyan_migrations(module TEXT, name TEXT, checksum TEXT, applied_at INTEGER,
  PRIMARY KEY(module, name));
INSERT INTO banyan_migrations VALUES ('warehouse', '0001_create.sql', 'aa', 1),
  ('catalog', '0001_create.sql', 'bb', 2), ('warehouse', '0002_more.sql', 'cc', 3);
BEGIN;
)sql");
  for (int i = 1; i <= rows; ++i) {
    const std::string id = std::to_string(i);
    db.run("INSERT INTO tracks VALUES (" + id + ", 't'); INSERT INTO orders VALUES (" + id + "," +
           id + "); INSERT INTO stock(track, n, note) VALUES (" + std::to_string(i * 3) + ", " +
           id + ", 'note " + id + "'); INSERT INTO hold VALUES (" + id + ", " +
           std::to_string(i * 3) + ", 'open'); INSERT INTO shelf VALUES ('a" + id + "', " + id +
           ", randomblob(20), " + id + ")");
  }
  db.run(R"sql(
INSERT INTO stock(track, n, note) VALUES
  (900, 1, x'00ff00'), (901, 1, 'a' || char(0) || 'b'), (903, 1, 9e999),
  (904, 1, -9e999), (905, 1, 9007199254740993), (906, 1, 0.1 + 0.2), (907, 1, ''), (908, 1, x''),
  (909, NULL, NULL), (910, 1, 5000000000), (911, 1, '007'), (912, 1, zeroblob(5000)),
  (913, 1, 5e-324), (914, 1, CAST(x'c328' AS TEXT)), (915, 'many', '1e3'), (916, 1.5, 1e3);
INSERT INTO shelf VALUES ('m', 1, NULL, NULL), ('m', '1', NULL, NULL), ('m', 1.5, NULL, NULL),
  ('m', x'31', NULL, NULL), ('m', '', 'text in a blob column', 7000000000);
INSERT INTO "odd ""name" VALUES ('Key', -0.0, '12'), ('other', 1, 'x'), (NULL, 2, 9007199254740993),
  (NULL, 1e308, 0.5), ('z' || char(0), NULL, x'01');
DELETE FROM "odd ""name" WHERE k = 'other';
INSERT INTO stock(track, n) VALUES (5000, 1);
DELETE FROM stock WHERE track = 5000;
COMMIT;
)sql");
  // A literal -0.0 loses its sign in SQLite's parser; a bound one keeps it.
  for (const char* sql : {"INSERT INTO stock(track, n, note) VALUES (902, 1, ?1)",
                          "UPDATE \"odd \"\"name\" SET v = ?1 WHERE k = 'key'"}) {
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(db.get(), sql, -1, &statement, nullptr);
    sqlite3_bind_double(statement, 1, -0.0);
    EXPECT_EQ(sqlite3_step(statement), SQLITE_DONE);
    sqlite3_finalize(statement);
  }
}

Ownership shop_ownership() {
  return {{{"catalog", {"tracks"}},
           {"orders", {"orders"}},
           {"warehouse", {"stock", "shelf", "odd \"name", "hold", "journal"}}},
          {}};
}

MoveRequest warehouse_request(const std::filesystem::path& shared) {
  MoveRequest request;
  request.shared = shared;
  request.module = "warehouse";
  request.ownership = shop_ownership();
  return request;
}

void PrintTo(const Content& content, std::ostream* out) {
  for (const auto& [table, rows] : content.tables) {
    std::string all;
    for (const std::string& row : rows) all += row + "\n";
    *out << table << ": " << rows.size() << " rows, " << std::hash<std::string>()(all) << "; ";
  }
}

Content warehouse_content(const std::filesystem::path& file) {
  RawDatabase db(file);
  Content content;
  content.tables["stock"] = db.exactly("SELECT * FROM stock NOT INDEXED");
  content.tables["shelf"] = db.exactly("SELECT * FROM shelf NOT INDEXED");
  content.tables["odd"] = db.exactly("SELECT rowid, * FROM \"odd \"\"name\" NOT INDEXED");
  content.tables["hold"] = db.exactly("SELECT * FROM hold NOT INDEXED");
  content.tables["journal"] = db.exactly("SELECT rowid, * FROM journal");
  content.tables["low_stock"] = db.exactly("SELECT * FROM low_stock ORDER BY 1");
  content.tables["counter"] = db.exactly("SELECT seq FROM sqlite_sequence WHERE name = 'stock'");
  content.tables["history"] =
      db.exactly("SELECT * FROM banyan_migrations WHERE module = 'warehouse' ORDER BY name");
  content.tables["schema"] = db.exactly(
      "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'banyan%' AND "
      "tbl_name IN ('stock','shelf','odd \"name','hold','journal','low_stock') ORDER BY 1, 2");
  return content;
}

std::filesystem::path expect_single_authority(const std::filesystem::path& shared) {
  const Result<Placement> placement = placement_of(shared, "warehouse");
  EXPECT_TRUE(placement) << (placement ? "" : placement.error().message);
  const auto own = shared.parent_path() / own_file_name(shared, "warehouse");
  const std::string put_back = "UPDATE stock SET note = note WHERE track = 900";
  const std::string in_shared = RawDatabase(shared).try_run(put_back);
  if (!placement->moved) {
    EXPECT_EQ(in_shared, "");
    if (std::filesystem::exists(own)) {
      RawDatabase db(own);
      EXPECT_NE(db.text("SELECT state FROM banyan_gate WHERE module = 'warehouse'"), "open");
      if (db.number("SELECT count(*) FROM sqlite_master WHERE name = 'stock'") != 0) {
        EXPECT_EQ(db.try_run(put_back), "BANYAN_MOVED");
      }
    }
    return shared;
  }
  EXPECT_EQ(in_shared, "BANYAN_MOVED");
  EXPECT_EQ(RawDatabase(own).try_run(put_back), "");
  EXPECT_EQ(placement->file, own);
  return own;
}

}  // namespace banyan::mover::testing
