// SPDX-License-Identifier: Apache-2.0
#include "banyan/stages/control_store.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <iterator>
#include <mutex>
#include <system_error>
#include <tuple>
#include <utility>

#include "banyan/sqlite/transaction.hpp"
#include "banyan/sqlite/wal_room.hpp"
#include "control_file.hpp"
#include "known_lines.hpp"
#include "log_check.hpp"
#include "log_rows.hpp"
#include "note_rows.hpp"
#include "note_texts.hpp"
#include "plan_rows.hpp"
#include "reason.hpp"
#include "refusals.hpp"
#include "sighting_rows.hpp"
#include "write_turn.hpp"

namespace banyan::strangler {
namespace {

/// For some ten ways back whose evidence is as long as it may be.
constexpr std::uint64_t kRoomForAWayBack = 1 << 20;

/// Whether what a log gives up is there to be held again: on a disk that is nearly full somebody
/// else may be faster.
bool has_much_room(const std::string& file) {
  std::error_code unknown;
  const auto space = std::filesystem::space(file, unknown);
  return unknown || space.available > 8 * kRoomForAWayBack;
}

bool is_of_writing(sqlite::FaultKind kind) {
  return kind == sqlite::FaultKind::Full || kind == sqlite::FaultKind::IoError ||
         kind == sqlite::FaultKind::ReadOnly || kind == sqlite::FaultKind::CannotOpen;
}

/// For as long as it is there, the connection waits for no lock.
class Impatient {
 public:
  explicit Impatient(sqlite::Connection& connection) : connection_(connection) {
    connection_.set_busy_wait(std::chrono::milliseconds(0));
  }
  ~Impatient() { connection_.set_busy_wait(sqlite::Connection::kBusyWait); }
  Impatient(const Impatient&) = delete;
  Impatient& operator=(const Impatient&) = delete;

 private:
  sqlite::Connection& connection_;
};

class SqliteControlStore final : public ControlStore {
 public:
  SqliteControlStore(std::string file, sqlite::Connection connection, const Clock& clock, Mode mode,
                     const std::vector<std::string>& notes)
      : file_(std::move(file)),
        connection_(std::move(connection)),
        turn_(file_),
        notes_(connection_),
        known_(file_, notes),
        clock_(clock) {
    // Who may only read a store of an earlier version finds it as it was.
    if (connection_.user_version() < 2) format_column_ = "1";
    has_plans_ = connection_.user_version() >= 3;
    has_sightings_ = knows_sightings(connection_);
    // What was there before waits for enlist(), when it is not refused.
    is_brought_in_ = true;
    // A process that goes by it; who only looks leaves nothing behind.
    if (mode == Mode::MayCreate) turn_.prepare();
  }
  /// Closing brings nothing in, see keep_wal().
  ~SqliteControlStore() override {
    if (!is_brought_in_ && !connection_.moved()) bring_in();
  }
  SqliteControlStore(const SqliteControlStore&) = delete;
  SqliteControlStore& operator=(const SqliteControlStore&) = delete;

  const std::string& file() const override { return file_; }

  Result<void> enlist(const std::vector<std::string>& modules) override {
    return writing([&]() -> Result<void> {
      if (auto grown = read_the_end(); !grown) return grown;
      if (std::ranges::all_of(modules, [&](const std::string& each) { return knows(each); })) {
        bring_in();  // what a kill has left in the log beside it
        return {};
      }
      WriteTransaction transaction(turn_, connection_);
      for (const std::string& module : modules) {
        connection_
            .query(
                "INSERT INTO migrations (module, stage, reads, writes, revision) "
                "VALUES (?, 'legacy', 0, 'local', 0) ON CONFLICT DO NOTHING")
            .bind(1, module)
            .run();
      }
      transaction.commit();
      committed();
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
      if (rollout == nullptr) return fail(unknown_rollout(module, now));
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
    return guarded([&]() -> Result<std::vector<StoredPlan>> { return planned(); });
  }

  Result<std::optional<LogEntry>> walk(std::string_view module, const Reason& reason,
                                       const Walk& decide) override {
    std::optional<LogEntry> besides;
    auto entries = write_all(
        reason,
        [&](const Stand& now) -> Result<std::vector<Rollout>> {
          const Rollout* const rollout = now.find(module);
          if (rollout == nullptr) return fail(unknown_rollout(module, now));
          if (auto same = check_that_nobody_was_faster(*rollout, reason); !same) {
            return fail(std::move(same.error()));
          }
          StoredPlan plan = read_plan(connection_, rollout->module);
          const StoredPlan before = plan;
          Result<Traffic> after = decide(rollout->traffic, plan);
          if (after && plan.document != before.document) {
            ++plan.version;
            write_plan(connection_, plan);
            besides = line_of(before, plan, reason);
          }
          return with_traffic(*rollout, std::move(after));
        },
        besides);
    return only(std::move(entries));
  }

  Result<std::vector<Sighting>> sightings() override {
    return guarded([&]() -> Result<std::vector<Sighting>> { return noted(); });
  }

  Result<void> note(const std::vector<Sighting>& seen) override {
    return writing([&]() -> Result<void> {
      if (noted() == seen) return {};
      WriteTransaction transaction(turn_, connection_);
      if (auto grown = check_that_the_log_grew(); !grown) return fail(std::move(grown.error()));
      if (auto room = check_room(); !room) return room;
      write_sightings(connection_, seen);
      if (connection_.moved()) return fail(moved_control_store(file_));
      transaction.commit();
      committed();
      return {};
    });
  }

  Result<std::optional<LogEntry>> note_table(const std::vector<TablePart>& table,
                                             const Reason& reason) override {
    if (auto checked = check(reason); !checked) return fail(std::move(checked.error()));
    return writing([&]() -> Result<std::optional<LogEntry>> {
      if (!notes_.exist() || notes_.table() == table) return std::optional<LogEntry>();
      WriteTransaction transaction(turn_, connection_);
      if (auto grown = check_that_the_log_grew(); !grown) return fail(std::move(grown.error()));
      const Result<Stand> now = read_stand();
      if (!now) return fail(now.error());
      // Another process may have been first.
      const std::vector<TablePart> before = notes_.table();
      if (before == table) return std::optional<LogEntry>();
      if (auto room = check_room(); !room) return fail(std::move(room.error()));
      notes_.write(table);
      TableTexts texts = texts_of(before, table);
      LogEntry line = note_of(kRoutesLine, reason);
      line.before = std::move(texts.before);
      line.after = std::move(texts.after);
      line = append(std::move(line), *now);
      if (connection_.moved()) return fail(moved_control_store(file_));
      transaction.commit();
      last_note_ = {line.note, line.seq, line.hash, line.format};
      committed();
      return std::optional(std::move(line));
    });
  }

  Result<std::vector<TablePart>> table() override {
    return guarded([&]() -> Result<std::vector<TablePart>> { return notes_.table(); });
  }

  Result<std::vector<LogEntry>> log(std::size_t limit, std::string_view module) override {
    return guarded([&] { return newest_stages(limit, module); });
  }

  Result<std::vector<LogEntry>> history(std::size_t limit, std::string_view module,
                                        std::string_view kind) override {
    return guarded([&]() -> Result<std::vector<LogEntry>> {
      const sqlite::Transaction one_moment(connection_, sqlite::Begin::Snapshot);
      std::vector<LogEntry> lines;
      if (kind.empty() || kind == kStageLine) {
        auto stages = newest_stages(limit, module);
        if (!stages) return stages;
        lines = std::move(*stages);
      }
      if (kind != kStageLine) {
        std::vector<LogEntry> notes = notes_.newest(limit, module, kind);
        for (const LogEntry& each : notes) {
          if (each.format > kLogFormat) return fail(newer_line(each));
        }
        std::ranges::move(notes, std::back_inserter(lines));
      }
      std::ranges::sort(lines, [](const LogEntry& one, const LogEntry& other) {
        return std::tie(one.seq, one.note) > std::tie(other.seq, other.note);
      });
      if (lines.size() > limit) lines.resize(limit);
      // No line is an answer only about what there is: a typing mistake is none.
      if (lines.empty() && !module.empty() && !knows(std::string(module))) {
        const Result<Stand> now = read_stand();
        if (!now) return fail(now.error());
        return fail(unknown_rollout(module, *now));
      }
      return lines;
    });
  }

  Result<Verification> verify(std::string_view noted_head) override {
    return guarded([&]() -> Result<Verification> {
      const sqlite::Transaction one_moment(connection_, sqlite::Begin::Snapshot);
      LogCheck check(noted_head);
      std::vector<LogEntry> notes = notes_.all();
      for (const LogEntry& each : notes) {
        if (each.format > kLogFormat) return fail(newer_line(each));
      }
      auto note = notes.begin();
      const std::string sql =
          std::string("SELECT ") + kLogColumns + format_column_ + " FROM switch_log ORDER BY seq";
      sqlite::Statement rows = connection_.query(sql);
      while (rows.step()) {
        LogEntry entry = read_line(rows);
        if (entry.format > kLogFormat) return fail(newer_line(entry));
        for (; note != notes.end() && note->seq < entry.seq; ++note) check.note(std::move(*note));
        check.line(std::move(entry));
      }
      for (; note != notes.end(); ++note) check.note(std::move(*note));
      Result<Stand> now = read_stand();
      if (!now) return fail(std::move(now.error()));
      Verification found =
          std::move(check).end({std::move(now->rollouts), planned(), notes_.table()});
      if (auto newest = check_against_the_notes(); !newest) {
        // A note that cannot be read says nothing of the log.
        const bool is_unknown = newest.error().code == ErrorCode::Unavailable;
        (is_unknown ? found.remarks : found.problems).push_back(std::move(newest.error().message));
      }
      return found;
    });
  }

  Result<std::uint64_t> outside_version() override {
    return guarded([&]() -> Result<std::uint64_t> {
      return static_cast<std::uint64_t>(connection_.number("PRAGMA data_version"));
    });
  }

  Result<void> mark_notes() override {
    LastLines last;
    auto read = guarded([&]() -> Result<void> {
      if (auto grown = read_the_end(); !grown) return grown;
      last = last_lines();
      return {};
    });
    if (!read) return read;
    return known_.note(last);
  }

  void follow(std::function<void()> in_force) override {
    const std::lock_guard lock(following_);
    in_force_ = std::move(in_force);
  }

  std::optional<Error> unwritable() override {
    const std::lock_guard lock(mutex_);
    return trouble_;
  }

  void tend() override {
    const auto done = writing([&]() -> Result<void> {
      if (trouble_) return try_to_write();
      if (!is_brought_in_) bring_in();
      return {};
    });
    (void)done;  // who asks for a change, and health, are told
  }

 private:
  Result<std::vector<LogEntry>> newest_stages(std::size_t limit, std::string_view module) {
    const std::string sql = std::string("SELECT ") + kLogColumns + format_column_ +
                            " FROM switch_log WHERE ?1 = '' OR module = ?1 "
                            "ORDER BY seq DESC LIMIT ?2";
    sqlite::Statement rows = connection_.query(sql);
    rows.bind_all(module, limit);
    std::vector<LogEntry> entries;
    while (rows.step()) {
      entries.push_back(read_line(rows));
      if (entries.back().format > kLogFormat) return fail(newer_line(entries.back()));
    }
    return entries;
  }

  template <class Body>
  auto guarded(Body&& body) -> decltype(body()) {
    const std::lock_guard lock(mutex_);
    try {
      if (connection_.moved()) return fail(moved_control_store(file_));
      return body();
    } catch (const sqlite::Fault& fault) {
      Error error = control_store_error(file_, fault);
      if (is_of_writing(fault.kind())) trouble_ = error;
      return fail(std::move(error));
    }
  }

  /// guarded(), and what is to be done once it has committed, outside of the lock: nobody who only
  /// looks waits for a disk. First the process goes by it, for a way back is waited for by users.
  template <class Body>
  auto writing(Body&& body) -> decltype(body()) {
    bool wrote = false;
    bool moved_traffic = false;
    auto done = guarded([&] {
      const Commits before = commits_;
      auto outcome = body();
      wrote = commits_.all != before.all;
      moved_traffic = commits_.of_traffic != before.of_traffic;
      return outcome;
    });
    if (moved_traffic) put_in_force();
    if (wrote) settle();
    return done;
  }

  /// What a body of writing() says at once after its commit.
  void committed(bool moved_traffic = false) {
    trouble_.reset();
    is_brought_in_ = false;
    ++commits_.all;
    if (moved_traffic) ++commits_.of_traffic;
  }

  void put_in_force() {
    const std::lock_guard lock(following_);
    if (in_force_) in_force_();
  }

  /// After each commit, before it is answered.
  void settle() {
    LastLines last;
    const auto brought_in = guarded([&]() -> Result<void> {
      bring_in();
      last = last_lines();
      return {};
    });
    // One that cannot be written stays behind, which harms nobody; the next change, or start,
    // writes it.
    if (brought_in) (void)known_.note(last);
  }

  /// All of the log beside the file into the file, and room for the next commits beside it. It
  /// waits for nobody: who reads what was before, or writes now, keeps some of it there until
  /// tend() comes by. Not of a store that is refused: its log may be the only one that has a line.
  void bring_in() {
    if (connection_.is_read_only()) return;
    is_brought_in_ = false;
    if (const auto turn = turn_.take_if_free()) copy_log_into_file();
    hold_room();
  }

  /// In one's turn only, see WriteTurn.
  void copy_log_into_file() {
    const auto mode =
        has_much_room(file_) ? sqlite::Checkpoint::Truncate : sqlite::Checkpoint::Passive;
    try {
      const Impatient waits_for_nobody(connection_);
      is_brought_in_ = connection_.checkpoint(mode).complete;
    } catch (const sqlite::Fault&) {
      // Committed it is, and tend() comes by.
    }
  }

  /// False, and told, when the disk has not so much. A trouble that is known stays: that nothing
  /// can be written is worse, and over only when something was.
  bool hold_room() {
    if (sqlite::hold_wal_room(file_, kRoomForAWayBack) != sqlite::WalRoom::Full) return true;
    if (!trouble_) trouble_ = full_control_store(file_, NoRoom::ForMore);
    return false;
  }

  /// Before anything is written that is no way back: that takes none of the room that is kept.
  Result<void> check_room() {
    if (hold_room()) return {};
    return fail(*trouble_);
  }

  /// A commit that changes nothing: what it says goes to the disk as any other.
  Result<void> try_to_write() {
    if (auto room = check_room(); !room) return room;
    if (auto grown = read_the_end(); !grown) return grown;
    const Impatient comes_again(connection_);
    WriteTransaction transaction(turn_, connection_, std::chrono::milliseconds(0));
    connection_.set_user_version(connection_.user_version());
    transaction.commit();
    committed();
    return {};
  }

  Result<void> read_the_end() {
    const sqlite::Transaction one_moment(connection_, sqlite::Begin::Snapshot);
    return check_that_the_log_grew();
  }

  LastLines last_lines() const {
    return {last_seen_.seq, last_seen_.hash, last_note_.note,
            last_note_.note != 0 ? last_note_.hash : std::string()};
  }

  using Lines = std::vector<LogEntry>;

  /// The one transaction in which traffic changes: the line first, then the stage. What `decide`
  /// writes besides is in it, and the line about that, which it may leave in `besides`.
  Result<Lines> write_all(const Reason& reason, const DecideAll& decide) {
    std::optional<LogEntry> nothing;
    return write_all(reason, decide, nothing);
  }
  Result<Lines> write_all(const Reason& reason, const DecideAll& decide,
                          std::optional<LogEntry>& besides) {
    if (auto checked = check(reason); !checked) return fail(std::move(checked.error()));
    return writing([&]() -> Result<Lines> {
      WriteTransaction transaction(turn_, connection_);
      if (auto grown = check_that_the_log_grew(); !grown) return fail(std::move(grown.error()));
      Result<Stand> now = read_stand();
      if (!now) return fail(std::move(now.error()));
      const Result<std::vector<Rollout>> wanted = decide(*now);
      if (!wanted) return fail(wanted.error());
      Lines lines;
      for (const Rollout& each : *wanted) {
        const Rollout* const rollout = now->find(each.module);
        if (rollout == nullptr) return fail(unknown_rollout(each.module, *now));
        if (each.traffic == rollout->traffic) continue;
        if (gives_more(rollout->traffic, each.traffic)) {
          if (auto room = check_room(); !room) return fail(std::move(room.error()));
        }
        lines.push_back(next_line(*now, *rollout, reason, each.traffic));
        write_line(connection_, lines.back());
        write(rollout->module, each.traffic, lines.back().seq);
        now->revision = lines.back().seq;
        now->head = lines.back().hash;
      }
      if (besides) *besides = append(std::move(*besides), *now);
      if (connection_.moved()) return fail(moved_control_store(file_));
      transaction.commit();
      if (!lines.empty()) last_seen_ = {lines.back().seq, lines.back().hash};
      if (besides) last_note_ = {besides->note, besides->seq, besides->hash, besides->format};
      if (besides || !lines.empty()) committed(!lines.empty());
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

  std::vector<StoredPlan> planned() {
    return has_plans_ ? read_plans(connection_) : std::vector<StoredPlan>();
  }

  std::vector<Sighting> noted() {
    return has_sightings_ ? read_sightings(connection_) : std::vector<Sighting>();
  }

  LogEntry note_of(std::string_view kind, const Reason& reason) const {
    LogEntry line;
    line.kind = kind;
    line.time = clock_.now();
    line.who = reason.who;
    line.why = reason.why;
    line.evidence = reason.evidence;
    return line;
  }

  LogEntry line_of(const StoredPlan& before, const StoredPlan& after, const Reason& reason) const {
    LogEntry line = note_of(kPlanLine, reason);
    if (!after.who.empty()) line.who = after.who;
    line.module = after.module;
    line.before = plan_text_of(before);
    line.after = plan_text_of(after);
    return line;
  }

  /// Behind the last line of stages as it stands now.
  LogEntry append(LogEntry line, const Stand& now) const {
    line.seq = now.revision;
    line.stage_hash = now.head;
    return notes_.append(std::move(line));
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

  bool knows(const std::string& module) {
    return connection_.query("SELECT 1 FROM migrations WHERE module = ?").bind(1, module).step();
  }

  // A line that was seen once stays: the log is only appended to. If it is gone, somebody has put
  // an older or another content under this connection.
  Result<void> check_that_the_log_grew() {
    if (auto newest = check_against_the_notes(); !newest) return newest;
    if (last_seen_.seq != 0 && !has_line(last_seen_.seq, last_seen_.hash)) {
      return fail(rewound_control_store(file_, "line " + std::to_string(last_seen_.seq)));
    }
    if (auto kept = check_that_the_notes_grew(); !kept) return kept;
    auto last = connection_.query("SELECT seq, hash, " + format_column_ +
                                  " FROM switch_log ORDER BY seq DESC LIMIT 1");
    if (!last.step()) return {};
    last_seen_ = {static_cast<std::uint64_t>(last.number(0)), last.text(1)};
    if (last.number(2) > kLogFormat) {
      return fail(newer_line({.format = last.number(2), .seq = last_seen_.seq}));
    }
    return {};
  }

  bool has_line(std::uint64_t seq, const std::string& hash) const {
    auto line = connection_.query("SELECT 1 FROM switch_log WHERE seq = ? AND hash = ?");
    return line.bind_all(seq, hash).step();
  }

  /// What was seen before this process began; once found, what it has seen itself is enough.
  Result<void> check_against_the_notes() {
    if (const auto& unread = known_.unread()) return fail(*unread);
    const auto lacks = known_.lacked_by([&](const LastLines& last) -> std::string {
      if (last.seq != 0 && !has_line(last.seq, last.hash)) {
        return "revision " + std::to_string(last.seq);
      }
      if (last.note != 0 && !notes_.has({.note = last.note, .hash = last.note_hash})) {
        return "note " + std::to_string(last.note);
      }
      return {};
    });
    if (!lacks) return {};
    const auto end =
        static_cast<std::uint64_t>(connection_.number("SELECT max(seq) FROM switch_log"));
    return fail(older_control_store(file_, lacks->line, end, lacks->notes));
  }

  Result<void> check_that_the_notes_grew() {
    if (last_note_.note != 0 && !notes_.has(last_note_)) {
      return fail(rewound_control_store(file_, "note " + std::to_string(last_note_.note)));
    }
    last_note_ = notes_.last();
    if (last_note_.format > kLogFormat) {
      return fail(newer_line({.format = last_note_.format, .note = last_note_.note}));
    }
    return {};
  }

  Error newer_line(const LogEntry& entry) const {
    if (entry.note != 0) {
      return made_by_a_newer_version(file_, "note " + std::to_string(entry.note) +
                                                " of its switch log has format " +
                                                std::to_string(entry.format));
    }
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
    entry.after = with_noted(to_json(after), notes_.last().hash);
    entry.evidence = reason.evidence;
    entry.previous_hash = now.head;
    entry.hash = chain_hash(entry);
    return entry;
  }

  void write(const std::string& module, const Traffic& traffic, std::uint64_t revision) {
    connection_
        .query(
            "UPDATE migrations SET stage = ?, reads = ?, writes = ?, revision = ? WHERE module = ?")
        .bind_all(to_string(traffic.stage), traffic.reads.hundredths(), to_string(traffic.writes),
                  revision, module)
        .run();
  }

  const std::string file_;
  std::mutex mutex_;
  sqlite::Connection connection_;
  WriteTurn turn_;
  const NoteRows notes_;
  struct {
    std::uint64_t seq = 0;
    std::string hash;
  } last_seen_;
  NoteRows::Last last_note_;
  KnownLines known_;
  bool is_brought_in_ = false;
  struct Commits {
    std::uint64_t all = 0;
    std::uint64_t of_traffic = 0;
  } commits_;
  std::mutex following_;
  std::function<void()> in_force_;
  std::optional<Error> trouble_;
  const Clock& clock_;
  std::string format_column_ = "format";
  bool has_plans_ = true;
  bool has_sightings_ = true;
};

}  // namespace

const Rollout* Stand::find(std::string_view module) const {
  const auto found = std::ranges::lower_bound(rollouts, module, {}, &Rollout::module);
  return found != rollouts.end() && found->module == module ? &*found : nullptr;
}

Result<std::unique_ptr<ControlStore>> ControlStore::open(const std::string& file,
                                                         const Clock& clock, Mode mode,
                                                         const std::vector<std::string>& notes) {
  auto connection = open_control_file(file, mode);
  if (!connection) return fail(std::move(connection.error()));
  return std::unique_ptr<ControlStore>(
      std::make_unique<SqliteControlStore>(file, std::move(*connection), clock, mode, notes));
}

}  // namespace banyan::strangler
