// SPDX-License-Identifier: Apache-2.0
#include "banyan/stages/control_store.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

#include "banyan/sqlite/transaction.hpp"
#include "banyan/stages/suggestion.hpp"
#include "control_file.hpp"
#include "log_check.hpp"

namespace banyan::strangler {
namespace {

constexpr std::size_t kLongestEvidence = 64 * 1024;
constexpr const char* kLogColumns =
    "seq, time, module, who, why, before, after, evidence, previous_hash, hash, ";

std::optional<std::string> wrong_text(std::string_view name, std::string_view text,
                                      std::size_t longest) {
  if (text.find_first_not_of(' ') == std::string_view::npos) {
    return std::string(name) + " is missing";
  }
  if (text.size() > longest) {
    return std::string(name) + " is longer than " + std::to_string(longest) + " bytes";
  }
  const bool control = std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (control) return std::string(name) + " contains a control character";
  return std::nullopt;
}

Result<void> check(const Reason& reason) {
  std::vector<Detail> details = faults_of(reason);
  if (details.empty()) return {};
  std::string message = "a change needs who asks for it and why, for the switch log";
  for (const Detail& detail : details) message += "; " + detail.problem;
  return fail(ErrorCode::InvalidArgument, "banyan.author_or_reason_missing", std::move(message),
              std::move(details));
}

LogEntry read_entry(const sqlite::Statement& row) {
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

std::optional<DataStage> data_stage_from(std::string_view name) {
  for (const DataStage stage : kDataStages) {
    if (name == to_string(stage)) return stage;
  }
  return std::nullopt;
}

std::int64_t number_of(bool fact) { return fact ? 1 : 0; }

class SqliteControlStore final : public ControlStore {
 public:
  SqliteControlStore(std::string file, sqlite::Connection connection, const Clock& clock)
      : file_(std::move(file)), connection_(std::move(connection)), clock_(clock) {
    // Who may only read a store of an earlier version finds it as it was.
    if (connection_.user_version() < 2) format_column_ = "1";
    has_plans_ = connection_.user_version() >= 3;
    has_sightings_ = knows_sightings(connection_);
  }

  const std::string& file() const override { return file_; }

  Result<void> enlist(const std::vector<std::string>& modules) override {
    return guarded([&]() -> Result<void> {
      if (std::ranges::all_of(modules, [&](const std::string& each) { return knows(each); })) {
        return {};
      }
      sqlite::Transaction transaction(connection_, sqlite::Begin::Immediate);
      for (const std::string& module : modules) {
        connection_
            .query(
                "INSERT INTO migrations (module, stage, reads, writes, revision) "
                "VALUES (?, 'legacy', 0, 'local', 0) ON CONFLICT DO NOTHING")
            .bind(1, module)
            .run();
      }
      transaction.commit();
      return {};
    });
  }

  Result<Stand> stand() override {
    return guarded([&]() -> Result<Stand> {
      const sqlite::Transaction one_moment(connection_, sqlite::Begin::Snapshot);
      if (auto grown = check_that_the_log_grew(); !grown) return fail(std::move(grown.error()));
      return read_stand();
    });
  }

  Result<Stand> stand_at(std::uint64_t revision) override {
    return guarded([&]() -> Result<Stand> {
      const sqlite::Transaction one_moment(connection_, sqlite::Begin::Snapshot);
      if (auto grown = check_that_the_log_grew(); !grown) return fail(std::move(grown.error()));
      Result<Stand> then = read_stand();
      if (!then) return then;
      if (revision > then->revision) return fail(unknown_revision(revision, then->revision));
      return rewind(std::move(*then), revision);
    });
  }

  Result<std::optional<LogEntry>> change(std::string_view module, const Reason& reason,
                                         const Decide& decide) override {
    auto entries = write_all(reason, [&](const Stand& now) -> Result<std::vector<Rollout>> {
      const Rollout* const rollout = now.find(module);
      if (rollout == nullptr) return fail(unknown(module, now));
      if (auto same = check_that_nobody_was_faster(*rollout, reason); !same) {
        return fail(std::move(same.error()));
      }
      return with_traffic(*rollout, decide(rollout->traffic));
    });
    return only(std::move(entries));
  }

  Result<std::vector<LogEntry>> change_all(const Reason& reason, const DecideAll& decide) override {
    return write_all(reason, decide);
  }

  Result<std::vector<StoredPlan>> plans() override {
    return guarded([&]() -> Result<std::vector<StoredPlan>> {
      std::vector<StoredPlan> all;
      if (!has_plans_) return all;
      connection_.each("SELECT module, document, version FROM plans ORDER BY module",
                       [&](const sqlite::Statement& row) { all.push_back(read_plan(row)); });
      return all;
    });
  }

  Result<std::optional<LogEntry>> walk(std::string_view module, const Reason& reason,
                                       const Walk& decide) override {
    auto entries = write_all(reason, [&](const Stand& now) -> Result<std::vector<Rollout>> {
      const Rollout* const rollout = now.find(module);
      if (rollout == nullptr) return fail(unknown(module, now));
      if (auto same = check_that_nobody_was_faster(*rollout, reason); !same) {
        return fail(std::move(same.error()));
      }
      StoredPlan plan = plan_of(rollout->module);
      const std::string before = plan.document;
      Result<Traffic> after = decide(rollout->traffic, plan);
      if (after && plan.document != before) write(plan);
      return with_traffic(*rollout, std::move(after));
    });
    return only(std::move(entries));
  }

  Result<std::vector<Sighting>> sightings() override {
    return guarded([&]() -> Result<std::vector<Sighting>> { return read_sightings(); });
  }

  Result<void> note(const std::vector<Sighting>& seen) override {
    return guarded([&]() -> Result<void> {
      if (read_sightings() == seen) return {};
      sqlite::Transaction transaction(connection_, sqlite::Begin::Immediate);
      if (auto grown = check_that_the_log_grew(); !grown) return fail(std::move(grown.error()));
      connection_.run("DELETE FROM sightings");
      for (const Sighting& each : seen) write(each);
      if (connection_.moved()) return fail(moved_control_store(file_));
      transaction.commit();
      return {};
    });
  }

  Result<std::vector<LogEntry>> log(std::size_t limit, std::string_view module) override {
    return guarded([&]() -> Result<std::vector<LogEntry>> {
      const std::string sql = std::string("SELECT ") + kLogColumns + format_column_ +
                              " FROM switch_log WHERE ?1 = '' OR module = ?1 "
                              "ORDER BY seq DESC LIMIT ?2";
      sqlite::Statement rows = connection_.query(sql);
      rows.bind_all(module, limit);
      std::vector<LogEntry> entries;
      while (rows.step()) {
        entries.push_back(read_entry(rows));
        if (entries.back().format > kLogFormat) return fail(newer_line(entries.back()));
      }
      return entries;
    });
  }

  Result<Verification> verify(std::string_view noted_head) override {
    return guarded([&]() -> Result<Verification> {
      const sqlite::Transaction one_moment(connection_, sqlite::Begin::Snapshot);
      LogCheck check(noted_head);
      const std::string sql =
          std::string("SELECT ") + kLogColumns + format_column_ + " FROM switch_log ORDER BY seq";
      sqlite::Statement rows = connection_.query(sql);
      while (rows.step()) {
        LogEntry entry = read_entry(rows);
        if (entry.format > kLogFormat) return fail(newer_line(entry));
        check.line(std::move(entry));
      }
      Result<Stand> now = read_stand();
      if (!now) return fail(std::move(now.error()));
      return std::move(check).end(now->rollouts);
    });
  }

  Result<std::uint64_t> outside_version() override {
    return guarded([&]() -> Result<std::uint64_t> {
      return static_cast<std::uint64_t>(connection_.number("PRAGMA data_version"));
    });
  }

 private:
  template <class Body>
  auto guarded(Body&& body) -> decltype(body()) {
    const std::lock_guard lock(mutex_);
    try {
      if (connection_.moved()) return fail(moved_control_store(file_));
      return body();
    } catch (const sqlite::Fault& fault) {
      return fail(control_store_error(file_, fault));
    }
  }

  using Lines = std::vector<LogEntry>;

  /// The one transaction in which traffic changes: the line first, then the stage. What `decide`
  /// writes besides is in it.
  Result<Lines> write_all(const Reason& reason, const DecideAll& decide) {
    if (auto checked = check(reason); !checked) return fail(std::move(checked.error()));
    return guarded([&]() -> Result<Lines> {
      sqlite::Transaction transaction(connection_, sqlite::Begin::Immediate);
      if (auto grown = check_that_the_log_grew(); !grown) return fail(std::move(grown.error()));
      Result<Stand> now = read_stand();
      if (!now) return fail(std::move(now.error()));
      const Result<std::vector<Rollout>> wanted = decide(*now);
      if (!wanted) return fail(wanted.error());
      Lines lines;
      for (const Rollout& each : *wanted) {
        const Rollout* const rollout = now->find(each.module);
        if (rollout == nullptr) return fail(unknown(each.module, *now));
        if (each.traffic == rollout->traffic) continue;
        lines.push_back(next_line(*now, *rollout, reason, each.traffic));
        write(lines.back());
        write(rollout->module, each.traffic, lines.back().seq);
        now->revision = lines.back().seq;
        now->head = lines.back().hash;
      }
      if (connection_.moved()) return fail(moved_control_store(file_));
      transaction.commit();
      if (!lines.empty()) last_seen_ = {lines.back().seq, lines.back().hash};
      return lines;
    });
  }

  static Result<std::vector<Rollout>> with_traffic(Rollout rollout, Result<Traffic> traffic) {
    if (!traffic) return fail(std::move(traffic.error()));
    rollout.traffic = *traffic;
    return std::vector{std::move(rollout)};
  }

  static Result<std::optional<LogEntry>> only(Result<Lines> lines) {
    if (!lines) return fail(std::move(lines.error()));
    if (lines->empty()) return std::optional<LogEntry>();
    return std::optional(std::move(lines->front()));
  }

  static Result<void> check_that_nobody_was_faster(const Rollout& rollout, const Reason& reason) {
    if (!reason.from || *reason.from == rollout.revision) return {};
    return fail(ErrorCode::Conflict, "banyan.stale_revision",
                "refused: " + rollout.module + " is at " + to_string(rollout.traffic) +
                    " by revision " + std::to_string(rollout.revision) +
                    " now, and this was asked for as of revision " + std::to_string(*reason.from) +
                    ". Nothing was changed; look at what has happened (banyan log), and ask for "
                    "what is still wanted");
  }

  static StoredPlan read_plan(const sqlite::Statement& row) {
    return {row.text(0), row.text(1), static_cast<std::uint64_t>(row.number(2))};
  }

  StoredPlan plan_of(const std::string& module) {
    if (!has_plans_) return {module, {}, 0};
    auto row = connection_.query("SELECT module, document, version FROM plans WHERE module = ?");
    return row.bind(1, module).step() ? read_plan(row) : StoredPlan{module, {}, 0};
  }

  void write(const StoredPlan& plan) {
    connection_
        .query(
            "INSERT INTO plans (module, version, document) VALUES (?, ?, ?) ON CONFLICT (module) "
            "DO UPDATE SET version = excluded.version, document = excluded.document")
        .bind_all(plan.module, plan.version + 1, plan.document)
        .run();
  }

  /// One in words of a newer version is none.
  std::vector<Sighting> read_sightings() {
    std::vector<Sighting> all;
    if (!has_sightings_) return all;
    connection_.each(
        "SELECT module, old_side, new_side, data, both_reach_data, old_side_sees_writes "
        "FROM sightings ORDER BY module",
        [&](const sqlite::Statement& row) {
          const auto data = data_stage_from(row.text(3));
          if (!data) return;
          all.push_back({row.text(0),
                         {.old_side = row.number(1) != 0,
                          .new_side = row.number(2) != 0,
                          .data = *data,
                          .both_reach_data = row.number(4) != 0,
                          .old_side_sees_writes = row.number(5) != 0}});
        });
    return all;
  }

  void write(const Sighting& seen) {
    const Topology& topology = seen.topology;
    connection_
        .query(
            "INSERT INTO sightings (module, old_side, new_side, data, both_reach_data, "
            "old_side_sees_writes) VALUES (?, ?, ?, ?, ?, ?)")
        .bind_all(seen.module, number_of(topology.old_side), number_of(topology.new_side),
                  to_string(topology.data), number_of(topology.both_reach_data),
                  number_of(topology.old_side_sees_writes))
        .run();
  }

  /// Back from how all stand to how they stood, line by line.
  Result<Stand> rewind(Stand stand, std::uint64_t revision) {
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
                    "line " + std::to_string(seq) + " of the switch log of " + file_ +
                        " cannot be read; banyan log verify says what became of it");
      }
      rollout->traffic = *traffic;
      rollout->revision = seq;
    }
    return stand;
  }

  static Error unknown_revision(std::uint64_t revision, std::uint64_t last) {
    return {ErrorCode::FailedPrecondition,
            "banyan.unknown_revision",
            "there is no revision " + std::to_string(revision) + " yet: the last is " +
                std::to_string(last) + ". banyan log shows them",
            {}};
  }

  bool knows(const std::string& module) {
    return connection_.query("SELECT 1 FROM migrations WHERE module = ?").bind(1, module).step();
  }

  // A line that was seen once stays: the log is only appended to. If it is gone, somebody has put
  // an older or another content under this connection.
  Result<void> check_that_the_log_grew() {
    if (last_seen_.seq != 0) {
      auto line = connection_.query("SELECT 1 FROM switch_log WHERE seq = ? AND hash = ?");
      if (!line.bind_all(last_seen_.seq, last_seen_.hash).step()) {
        return fail(rewound_control_store(file_, last_seen_.seq));
      }
    }
    auto last = connection_.query("SELECT seq, hash, " + format_column_ +
                                  " FROM switch_log ORDER BY seq DESC LIMIT 1");
    if (!last.step()) return {};
    last_seen_ = {static_cast<std::uint64_t>(last.number(0)), last.text(1)};
    if (last.number(2) > kLogFormat) {
      return fail(newer_line({.format = last.number(2), .seq = last_seen_.seq}));
    }
    return {};
  }

  Error newer_line(const LogEntry& entry) const {
    return made_by_a_newer_version(file_, "line " + std::to_string(entry.seq) +
                                              " of its switch log has format " +
                                              std::to_string(entry.format));
  }

  Result<Stand> read_stand() {
    Stand stand;
    stand.head = kNoHash;
    {
      sqlite::Statement last =
          connection_.query("SELECT seq, hash FROM switch_log ORDER BY seq DESC LIMIT 1");
      if (last.step()) {
        stand.revision = static_cast<std::uint64_t>(last.number(0));
        stand.head = last.text(1);
      }
    }
    sqlite::Statement rows = connection_.query(
        "SELECT module, stage, reads, writes, revision FROM migrations ORDER BY module");
    while (rows.step()) {
      const auto stage = traffic_stage_from(rows.text(1));
      const auto reads = Percent::of_hundredths(rows.number(2));
      const auto writes = side_from(rows.text(3));
      if (!stage || !reads || !writes) {
        return fail(made_by_a_newer_version(
            file_, rows.text(0) + " is at the stage \"" + rows.text(1) + "\", unknown here"));
      }
      stand.rollouts.push_back(
          {rows.text(0), {*stage, *reads, *writes}, static_cast<std::uint64_t>(rows.number(4))});
    }
    return stand;
  }

  LogEntry next_line(const Stand& now, const Rollout& rollout, const Reason& reason,
                     const Traffic& after) const {
    LogEntry entry;
    entry.seq = now.revision + 1;
    entry.time = clock_.now();
    entry.module = rollout.module;
    entry.who = reason.who;
    entry.why = reason.why;
    entry.before = to_json(rollout.traffic);
    entry.after = to_json(after);
    entry.evidence = reason.evidence;
    entry.previous_hash = now.head;
    entry.hash = chain_hash(entry);
    return entry;
  }

  void write(const LogEntry& entry) {
    const std::string sql = std::string("INSERT INTO switch_log (") + kLogColumns +
                            "format) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    connection_.query(sql)
        .bind_all(entry.seq, entry.time.micros, entry.module, entry.who, entry.why, entry.before,
                  entry.after, entry.evidence, entry.previous_hash, entry.hash, entry.format)
        .run();
  }

  void write(const std::string& module, const Traffic& traffic, std::uint64_t revision) {
    connection_
        .query(
            "UPDATE migrations SET stage = ?, reads = ?, writes = ?, revision = ? WHERE module = ?")
        .bind_all(to_string(traffic.stage), traffic.reads.hundredths(), to_string(traffic.writes),
                  revision, module)
        .run();
  }

  static Error unknown(std::string_view module, const Stand& now) {
    std::vector<std::string> known;
    known.reserve(now.rollouts.size());
    for (const Rollout& each : now.rollouts) known.push_back(each.module);
    return {ErrorCode::NotFound,
            "banyan.unknown_rollout",
            "there is no rollout \"" + std::string(module) + "\"." + suggestion(module, known),
            {}};
  }

  const std::string file_;
  std::mutex mutex_;
  sqlite::Connection connection_;
  struct {
    std::uint64_t seq = 0;
    std::string hash;
  } last_seen_;
  const Clock& clock_;
  std::string format_column_ = "format";
  bool has_plans_ = true;
  bool has_sightings_ = true;
};

}  // namespace

std::vector<Detail> faults_of(const Reason& reason) {
  std::vector<Detail> details;
  if (auto wrong = wrong_text("who", reason.who, kLongestWho)) details.push_back({"/who", *wrong});
  if (auto wrong = wrong_text("why", reason.why, kLongestWhy)) details.push_back({"/why", *wrong});
  if (reason.evidence.size() > kLongestEvidence) {
    details.push_back({"/evidence", "evidence is longer than 65536 bytes"});
  }
  return details;
}

const Rollout* Stand::find(std::string_view module) const {
  const auto found = std::ranges::lower_bound(rollouts, module, {}, &Rollout::module);
  return found != rollouts.end() && found->module == module ? &*found : nullptr;
}

Result<std::unique_ptr<ControlStore>> ControlStore::open(const std::string& file,
                                                         const Clock& clock, Mode mode) {
  auto connection = open_control_file(file, mode);
  if (!connection) return fail(std::move(connection.error()));
  return std::unique_ptr<ControlStore>(
      std::make_unique<SqliteControlStore>(file, std::move(*connection), clock));
}

}  // namespace banyan::strangler
