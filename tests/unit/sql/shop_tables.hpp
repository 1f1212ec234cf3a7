// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string_view>
#include <vector>

#include "kernel/context.hpp"
#include "support/temporary_database.hpp"

namespace banyan::test {

/// Two modules in one file, with crossings as monoliths have them.
inline std::vector<migrations::ModuleScripts> shop_scripts() {
  static constexpr std::string_view catalog = R"sql(
    CREATE TABLE tracks (id TEXT PRIMARY KEY NOT NULL, title TEXT NOT NULL, price BIGINT NOT NULL);
    INSERT INTO tracks VALUES ('trk_1', 'First', 99), ('trk_2', 'Second', 129);
  )sql";
  static constexpr std::string_view orders = R"sql(
    CREATE TABLE orders (
      id INTEGER PRIMARY KEY, key TEXT UNIQUE, state TEXT NOT NULL DEFAULT 'placed',
      total BIGINT, paid REAL, proof BLOB,
      CONSTRAINT total_is_not_negative CHECK (total >= 0));
    CREATE TABLE lines (
      order_id BIGINT NOT NULL REFERENCES orders (id), position BIGINT NOT NULL,
      PRIMARY KEY (order_id, position));
    CREATE TABLE promises (
      order_id BIGINT NOT NULL REFERENCES orders (id) DEFERRABLE INITIALLY DEFERRED);
    CREATE TABLE picks (order_id BIGINT, track TEXT REFERENCES tracks (id));
    CREATE TABLE notes (id BIGINT);
    CREATE TABLE audited (note TEXT);
    CREATE TABLE counter (n BIGINT NOT NULL);
    INSERT INTO counter VALUES (0);
    CREATE VIEW order_titles AS
      SELECT orders.id AS id, tracks.title AS title FROM orders JOIN picks ON order_id = orders.id
      JOIN tracks ON tracks.id = picks.track;
    CREATE VIEW own_view AS SELECT id, total FROM orders;
    CREATE TRIGGER audit AFTER INSERT ON audited BEGIN
      UPDATE tracks SET price = price + 1;
    END;
  )sql";
  return {{"catalog", {{"0001_create.sql", catalog}}}, {"orders", {{"0001_create.sql", orders}}}};
}

inline std::vector<std::string> order_tables() {
  return {"orders", "lines", "promises", "picks", "notes", "audited", "counter"};
}

inline Context soon() { return Context::begin(std::chrono::seconds(20)); }

}  // namespace banyan::test
