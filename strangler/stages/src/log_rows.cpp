// SPDX-License-Identifier: Apache-2.0
#include "log_rows.hpp"

namespace banyan::strangler {

LogEntry read_line(const sqlite::Statement& row) {
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

void write_line(const sqlite::Connection& connection, const LogEntry& entry) {
  const std::string sql = std::string("INSERT INTO switch_log (") + kLogColumns +
                          "format) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  connection.query(sql)
      .bind_all(entry.seq, entry.time.micros, entry.module, entry.who, entry.why, entry.before,
                entry.after, entry.evidence, entry.previous_hash, entry.hash, entry.format)
      .run();
}

}  // namespace banyan::strangler
