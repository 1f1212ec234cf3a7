// SPDX-License-Identifier: Apache-2.0
#include "stand_rows.hpp"

#include <algorithm>
#include <utility>

#include "log_check.hpp"
#include "refusals.hpp"
#include "store_errors.hpp"

namespace banyan::strangler {

StandRows::StandRows(std::string store_file, const sqlite::Connection& connection,
                     const StageRows& stages, const NoteRows& notes)
    : store_file_(std::move(store_file)), connection_(connection), stages_(stages), notes_(notes) {}

Result<Stand> StandRows::now() const {
  Stand stand;
  StageRows::Last last = stages_.last();
  stand.revision = last.seq;
  stand.head = std::move(last.hash);
  const NoteRows::Last note = notes_.last();
  stand.lines = stand.revision + note.note;
  stand.log_head = note.note != 0 && note.seq >= stand.revision ? note.hash : stand.head;
  sqlite::Statement rows = connection_.query(
      "SELECT module, stage, reads, writes, revision FROM migrations ORDER BY module");
  while (rows.step()) {
    const auto stage = traffic_stage_from(rows.text(1));
    const auto reads = Percent::of_hundredths(rows.number(2));
    const auto writes = side_from(rows.text(3));
    if (!stage || !reads || !writes) {
      return fail(made_by_a_newer_version(
          store_file_, rows.text(0) + " is at the stage \"" + rows.text(1) + "\", unknown here"));
    }
    stand.rollouts.push_back(
        {rows.text(0), {*stage, *reads, *writes}, static_cast<std::uint64_t>(rows.number(4))});
  }
  return stand;
}

Result<Stand> StandRows::at(std::uint64_t revision) const {
  Result<Stand> then = now();
  if (!then) return then;
  if (revision > then->revision) return fail(unknown_revision(revision, then->revision));
  return rewound(std::move(*then), revision);
}

Result<Stand> StandRows::rewound(Stand stand, std::uint64_t revision) const {
  for (Rollout& each : stand.rollouts) {
    each.traffic = {};
    each.revision = 0;
  }
  stand.revision = revision;
  stand.head = kNoHash;
  auto lines = connection_.query(
      "SELECT seq, module, after, hash FROM switch_log WHERE seq <= ?"
      " ORDER BY seq");
  lines.bind(1, revision);
  while (lines.step()) {
    const auto seq = static_cast<std::uint64_t>(lines.number(0));
    stand.head = lines.text(3);
    const auto traffic = traffic_from_json(lines.text(2));
    const auto rollout =
        std::ranges::lower_bound(stand.rollouts, lines.text(1), {}, &Rollout::module);
    if (!traffic || rollout == stand.rollouts.end() || rollout->module != lines.text(1)) {
      return fail(ErrorCode::FailedPrecondition, "banyan.unreadable_log_line",
                  "line " + std::to_string(seq) + " of the switch log of " + store_file_ +
                      " cannot be read; banyan log verify says what became of it");
    }
    rollout->traffic = *traffic;
    rollout->revision = seq;
  }
  return stand;
}

bool StandRows::has(std::string_view module) const {
  return connection_.query("SELECT 1 FROM migrations WHERE module = ?").bind(1, module).step();
}

void StandRows::add(std::string_view module) const {
  connection_
      .query(
          "INSERT INTO migrations (module, stage, reads, writes, revision) "
          "VALUES (?, 'legacy', 0, 'local', 0) ON CONFLICT DO NOTHING")
      .bind(1, module)
      .run();
}

void StandRows::write(std::string_view module, const Traffic& traffic,
                      std::uint64_t revision) const {
  connection_
      .query(
          "UPDATE migrations SET stage = ?, reads = ?, writes = ?, revision = ? WHERE module = ?")
      .bind_all(to_string(traffic.stage), traffic.reads.hundredths(), to_string(traffic.writes),
                revision, module)
      .run();
}

}  // namespace banyan::strangler
