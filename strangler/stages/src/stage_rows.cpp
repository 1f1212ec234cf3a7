// SPDX-License-Identifier: Apache-2.0
#include "stage_rows.hpp"

#include "log_check.hpp"

namespace banyan::strangler {
namespace {

constexpr const char* kColumnsButTheFormat =
    "seq, time, module, who, why, before, after, evidence, previous_hash, hash, ";

/// Who may only read a store of the first version finds it as it was: all of format 1.
const char* format_column(const sqlite::Connection& connection) {
  return connection.user_version() < 2 ? "1" : "format";
}

/// Of a row with all columns.
LogEntry read_stage_line(const sqlite::Statement& row) {
  LogEntry entry;
  entry.seq = static_cast<std::uint64_t>(row.number(0));
  entry.time = {row.number(1)};
  entry.module = row.text(2);
  entry.who = row.text(3);
  entry.why = row.text(4);
  entry.before = row.text(5);
  entry.after = row.text(6);
  entry.evidence = row.text(7);
  entry.previous_hash = row.text(8);
  entry.hash = row.text(9);
  entry.format = row.number(10);
  return entry;
}

}  // namespace

StageRows::StageRows(const sqlite::Connection& connection)
    : connection_(connection), format_(format_column(connection)) {}

StageRows::Last StageRows::last() const {
  auto row = connection_.query("SELECT seq, hash, " + format_ +
                               " FROM switch_log ORDER BY seq DESC LIMIT 1");
  if (!row.step()) return {.hash = kNoHash};
  return {static_cast<std::uint64_t>(row.number(0)), row.text(1), row.number(2)};
}

bool StageRows::has(std::uint64_t seq, const std::string& hash) const {
  auto row = connection_.query("SELECT 1 FROM switch_log WHERE seq = ? AND hash = ?");
  return row.bind_all(seq, hash).step();
}

void StageRows::append(const LogEntry& line) const {
  const std::string sql = std::string("INSERT INTO switch_log (") + kColumnsButTheFormat +
                          "format) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  connection_.query(sql)
      .bind_all(line.seq, line.time.micros, line.module, line.who, line.why, line.before,
                line.after, line.evidence, line.previous_hash, line.hash, line.format)
      .run();
}

std::vector<LogEntry> StageRows::newest(std::size_t limit, std::string_view module) const {
  const std::string sql = std::string("SELECT ") + kColumnsButTheFormat + format_ +
                          " FROM switch_log WHERE ?1 = '' OR module = ?1 "
                          "ORDER BY seq DESC LIMIT ?2";
  auto rows = connection_.query(sql);
  rows.bind_all(module, limit);
  std::vector<LogEntry> lines;
  while (rows.step()) lines.push_back(read_stage_line(rows));
  return lines;
}

Result<void> StageRows::each(const std::function<Result<void>(LogEntry line)>& take) const {
  const std::string sql =
      std::string("SELECT ") + kColumnsButTheFormat + format_ + " FROM switch_log ORDER BY seq";
  auto rows = connection_.query(sql);
  while (rows.step()) {
    if (auto taken = take(read_stage_line(rows)); !taken) return taken;
  }
  return {};
}

}  // namespace banyan::strangler
