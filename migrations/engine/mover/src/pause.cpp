// SPDX-License-Identifier: Apache-2.0
#include "banyan/mover/pause.hpp"

#include "database.hpp"
#include "estimate.hpp"
#include "names.hpp"

namespace banyan::mover {
namespace {

using std::chrono::duration;

constexpr std::int64_t kSampledRows = 10'000;
// Rows go into the log, from there into the file, and once more into indexes or a comparison.
constexpr double kTimesWritten = 3;

struct Sample {
  std::int64_t rows = 0;
  duration<double> time{};
};

Sample copy_sample(const Connection& database, const RowSet& rows) {
  const auto began = std::chrono::steady_clock::now();
  auto read = database.query("SELECT * FROM main." + identifier(rows.table.name) + where_of(rows) +
                             " LIMIT " + std::to_string(kSampledRows));
  const Connection memory = Connection::in_memory();
  std::vector<std::string> columns, values;
  for (int column = 0; column < read.column_count(); ++column) {
    columns.push_back("c" + std::to_string(column));
    values.emplace_back("?");
  }
  memory.run("CREATE TABLE sample(" + joined(columns) + "); BEGIN");
  auto write = memory.query("INSERT INTO sample VALUES (" + joined(values) + ")");
  Sample sample;
  for (; read.step(); ++sample.rows) {
    for (int column = 0; column < read.column_count(); ++column) {
      write.bind_from(column + 1, read, column);
    }
    write.run();
  }
  sample.time = std::chrono::steady_clock::now() - began;
  return sample;
}

}  // namespace

PauseEstimate estimate_pause(const Connection& database, const std::vector<RowSet>& row_sets) {
  PauseEstimate estimate;
  duration<double> time{};
  for (const RowSet& each : row_sets) {
    const std::int64_t rows = count_of(database, each);
    estimate.rows += rows;
    const Sample sample = copy_sample(database, each);
    if (sample.rows > 0) {
      time += sample.time * (static_cast<double>(rows) / static_cast<double>(sample.rows));
    }
  }
  estimate.pause = std::chrono::ceil<std::chrono::milliseconds>(time * kTimesWritten);
  return estimate;
}

Result<PauseEstimate> estimate_pause(const std::filesystem::path& database,
                                     const std::vector<std::string>& tables) {
  const Result<Connection> opened = open_existing(database);
  if (!opened) return fail(opened.error());
  try {
    std::vector<RowSet> row_sets;
    for (const std::string& table : tables) {
      if (opened->has_table(table)) row_sets.push_back({.table = {.name = table}});
    }
    return estimate_pause(*opened, row_sets);
  } catch (const sqlite::Fault& fault) {
    return fail(error_from(fault, database));
  }
}

std::string to_text(const PauseEstimate& estimate) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(estimate.pause).count();
  return counted(estimate.rows, "row") + ": writers are expected to wait " +
         (seconds <= 1 ? "less than a second" : "about " + std::to_string(seconds) + " s");
}

}  // namespace banyan::mover
