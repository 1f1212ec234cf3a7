// SPDX-License-Identifier: Apache-2.0
// Rows per second of moving one table of seven columns, beside the floor: ATTACH and INSERT SELECT
// of the same rows in the same run. Usage: mover_bench [rows] [folder]
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "banyan/mover/move.hpp"
#include "raw_database.hpp"

namespace {

using banyan::mover::testing::RawDatabase;

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void line(const char* what, long rows, double seconds) {
  std::printf("%-44s %8.2f s %10.0f rows/s\n", what, seconds, static_cast<double>(rows) / seconds);
}

}  // namespace

int main(int argc, char** argv) {
  const long rows = argc > 1 ? std::atol(argv[1]) : 500'000;
  const std::filesystem::path base = argc > 2 ? argv[2] : std::filesystem::temp_directory_path();
  const auto folder = base / ("mover_bench_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const auto shared = folder / "shop.db";
  const std::string table =
      "(id INTEGER PRIMARY KEY, sku TEXT, n INT, price REAL, token BLOB, note TEXT, at INT)";
  {
    RawDatabase db(shared);
    db.run("PRAGMA journal_mode = WAL; CREATE TABLE stock" + table +
           "; CREATE INDEX stock_sku ON stock(sku)");
    db.run("WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < " +
           std::to_string(rows) +
           ") INSERT INTO stock SELECT i, 'sku' || abs(random() % 1000000), i % 97, i * 0.25, "
           "randomblob(16), 'note number ' || i, 1700000000000000 + i FROM c;"
           "PRAGMA wal_checkpoint(TRUNCATE)");
  }
  {
    const auto begin = std::chrono::steady_clock::now();
    RawDatabase db(folder / "floor.db");
    db.run("ATTACH '" + shared.string() + "' AS s; BEGIN; CREATE TABLE stock" + table +
           "; INSERT INTO stock SELECT * FROM s.stock; CREATE INDEX stock_sku ON stock(sku); "
           "COMMIT");
    line("ATTACH + INSERT SELECT + index (no checking)", rows, seconds_since(begin));
  }
  banyan::mover::MoveRequest request;
  request.shared = shared;
  request.module = "warehouse";
  request.ownership.modules = {{"warehouse", {"stock"}}};
  int status = 0;
  for (const auto direction : {banyan::mover::Direction::Out, banyan::mover::Direction::Back}) {
    const auto outcome = banyan::mover::move_module(request, direction);
    if (!outcome) {
      std::printf("%s\n", outcome.error().message.c_str());
      status = 1;
      break;
    }
    const bool out = direction == banyan::mover::Direction::Out;
    line(out ? "move out: copy, index, triggers" : "move back: copy, index", rows,
         static_cast<double>(outcome->copying.count()) / 1e6);
    line(out ? "move out: verify every byte" : "move back: verify every byte", rows,
         static_cast<double>(outcome->verifying.count()) / 1e6);
    line(out ? "move out: writers' pause, all of it" : "move back: writers' pause, all of it", rows,
         static_cast<double>(outcome->pause.count()) / 1e6);
  }
  std::filesystem::remove_all(folder);
  return status;
}
