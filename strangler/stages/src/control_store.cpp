// SPDX-License-Identifier: Apache-2.0
// What may be asked of a control store. How its file is changed, so that nothing of a change is
// lost, is in store_access.hpp.
#include "banyan/stages/control_store.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "control_file.hpp"
#include "log_check.hpp"
#include "new_lines.hpp"
#include "plan_rows.hpp"
#include "reason.hpp"
#include "refusals.hpp"
#include "sighting_rows.hpp"
#include "stand_rows.hpp"
#include "store_access.hpp"
#include "store_errors.hpp"
#include "switch_log.hpp"

namespace banyan::strangler {
namespace {

using Lines = std::vector<LogEntry>;

class SqliteControlStore final : public ControlStore {
 public:
  /// Throws sqlite::Fault.
  SqliteControlStore(const std::string& file, sqlite::Connection connection, const Clock& clock,
                     Mode mode, const std::vector<std::string>& note_files)
      : access_(file, std::move(connection), note_files),
        stands_(file, access_.connection(), access_.stages(), access_.notes()),
        log_(file, access_.stages(), access_.notes()),
        clock_(clock),
        // Who may only read a store of an earlier version finds it as it was.
        has_plans_(access_.connection().user_version() >= 3),
        has_sightings_(knows_sightings(access_.connection())) {
    // A process that goes by it; who only looks leaves nothing behind.
    if (mode == Mode::MayCreate) access_.prepare();
  }

  const std::string& file() const override { return access_.file(); }

  Result<void> enlist(const std::vector<std::string>& modules) override {
    const auto knows_all = access_.guarded([&]() -> Result<bool> {
      if (auto whole = access_.check_the_log(); !whole) return fail(std::move(whole.error()));
      const bool all =
          std::ranges::all_of(modules, [&](const auto& each) { return stands_.has(each); });
      if (all) access_.bring_in();  // what a kill has left in the log beside it
      return all;
    });
    if (!knows_all) return fail(knows_all.error());
    if (*knows_all) return {};
    return access_.change([&](Written& written) -> Result<void> {
      for (const std::string& each : modules) stands_.add(each);
      written.rows = true;
      return {};
    });
  }

  Result<Stand> stand() override {
    return access_.at_one_moment([&]() -> Result<Stand> {
      if (auto whole = check_seen_lines(); !whole) return fail(std::move(whole.error()));
      return stands_.now();
    });
  }

  Result<Stand> stand_at(std::uint64_t revision) override {
    return access_.at_one_moment([&]() -> Result<Stand> {
      if (auto whole = check_seen_lines(); !whole) return fail(std::move(whole.error()));
      return stands_.at(revision);
    });
  }

  Result<std::optional<LogEntry>> change(std::string_view module, const Reason& reason,
                                         const Decide& decide) override {
    return only(write(reason, [&](const Stand& now) -> Result<Wanted> {
      const auto rollout = changeable(now, module, reason);
      if (!rollout) return fail(rollout.error());
      return with_traffic(*rollout, decide(rollout->traffic));
    }));
  }

  Result<std::vector<LogEntry>> change_all(const Reason& reason, const DecideAll& decide) override {
    return write(reason, [&](const Stand& now) -> Result<Wanted> {
      auto rollouts = decide(now);
      if (!rollouts) return fail(std::move(rollouts.error()));
      return Wanted{std::move(*rollouts), std::nullopt};
    });
  }

  Result<std::vector<StoredPlan>> plans() override {
    return access_.guarded([&]() -> Result<std::vector<StoredPlan>> { return stored_plans(); });
  }

  Result<std::optional<LogEntry>> walk(std::string_view module, const Reason& reason,
                                       const Walk& decide) override {
    return only(write(reason, [&](const Stand& now) -> Result<Wanted> {
      const auto rollout = changeable(now, module, reason);
      if (!rollout) return fail(rollout.error());
      const StoredPlan before = read_plan(access_.connection(), rollout->module);
      StoredPlan plan = before;
      auto wanted = with_traffic(*rollout, decide(rollout->traffic, plan));
      if (wanted && plan.document != before.document) {
        ++plan.version;
        wanted->plan = PlanChange{before, std::move(plan)};
      }
      return wanted;
    }));
  }

  Result<std::vector<Sighting>> sightings() override {
    return access_.guarded([&]() -> Result<std::vector<Sighting>> { return stored_sightings(); });
  }

  Result<void> note(const std::vector<Sighting>& seen) override {
    const auto known = sightings();
    if (!known) return fail(known.error());
    if (*known == seen) return {};
    return access_.change([&](Written& written) -> Result<void> {
      if (stored_sightings() == seen) return {};  // another process was first
      if (auto room = access_.check_room(); !room) return room;
      write_sightings(access_.connection(), seen);
      written.rows = true;
      return {};
    });
  }

  Result<std::optional<LogEntry>> note_table(const std::vector<TablePart>& table,
                                             const Reason& reason) override {
    if (auto checked = check(reason); !checked) return fail(std::move(checked.error()));
    const auto is_known = access_.guarded([&]() -> Result<bool> {
      return !access_.notes().exist() || access_.notes().table() == table;
    });
    if (!is_known) return fail(is_known.error());
    if (*is_known) return std::optional<LogEntry>();
    return access_.change([&](Written& written) -> Result<std::optional<LogEntry>> {
      const Result<Stand> now = stands_.now();
      if (!now) return fail(now.error());
      const std::vector<TablePart> before = access_.notes().table();
      if (before == table) return std::optional<LogEntry>();  // another process was first
      if (auto room = access_.check_room(); !room) return fail(std::move(room.error()));
      access_.notes().write(table);
      return std::optional(append(routes_line(*now, before, table, reason, clock_.now()), written));
    });
  }

  Result<std::vector<TablePart>> table() override {
    return access_.guarded(
        [&]() -> Result<std::vector<TablePart>> { return access_.notes().table(); });
  }

  Result<std::vector<LogEntry>> log(std::size_t limit, std::string_view module) override {
    return access_.guarded([&] { return log_.newest_stages(limit, module); });
  }

  Result<std::vector<LogEntry>> history(std::size_t limit, std::string_view module,
                                        std::string_view kind) override {
    return access_.at_one_moment([&]() -> Result<Lines> {
      auto lines = log_.newest(limit, module, kind);
      // No line is an answer only about what there is: a typing mistake is none.
      if (lines && lines->empty() && !module.empty() && !stands_.has(module)) {
        const Result<Stand> now = stands_.now();
        if (!now) return fail(now.error());
        return fail(unknown_rollout(module, *now));
      }
      return lines;
    });
  }

  Result<Verification> verify(std::string_view noted_head) override {
    return access_.at_one_moment([&]() -> Result<Verification> {
      LogCheck check(noted_head);
      if (auto walked = log_.walk(check); !walked) return fail(std::move(walked.error()));
      Result<Stand> now = stands_.now();
      if (!now) return fail(std::move(now.error()));
      Verification found =
          std::move(check).end({std::move(now->rollouts), stored_plans(), access_.notes().table()});
      if (auto named = access_.seen().check_that_the_log_has_what_notes_name(); !named) {
        // A note that cannot be read says nothing of the log.
        const bool is_unknown = named.error().code == ErrorCode::Unavailable;
        (is_unknown ? found.remarks : found.problems).push_back(std::move(named.error().message));
      }
      return found;
    });
  }

  Result<std::uint64_t> outside_version() override {
    return access_.guarded([&]() -> Result<std::uint64_t> {
      return static_cast<std::uint64_t>(access_.connection().number("PRAGMA data_version"));
    });
  }

  Result<void> mark_notes() override { return access_.mark_notes(); }
  void follow(std::function<void()> in_force) override { access_.follow(std::move(in_force)); }
  std::optional<Error> unwritable() override { return access_.unwritable(); }
  std::string not_in_file() override { return access_.not_in_file(); }
  void tend() override { access_.tend(); }

 private:
  struct PlanChange {
    StoredPlan before;
    StoredPlan after;
  };
  /// What is to change together.
  struct Wanted {
    std::vector<Rollout> rollouts;
    std::optional<PlanChange> plan;
  };

  Result<void> check_seen_lines() { return access_.seen().check_that_the_log_has_them(); }

  /// That rollout, unless there is none, or somebody was faster.
  static Result<Rollout> changeable(const Stand& now, std::string_view module,
                                    const Reason& reason) {
    const Rollout* const rollout = now.find(module);
    if (rollout == nullptr) return fail(unknown_rollout(module, now));
    if (auto same = check_that_nobody_was_faster(*rollout, reason); !same) {
      return fail(std::move(same.error()));
    }
    return *rollout;
  }

  static Result<Wanted> with_traffic(Rollout rollout, Result<Traffic> traffic) {
    if (!traffic) return fail(std::move(traffic.error()));
    rollout.traffic = *traffic;
    return Wanted{{std::move(rollout)}, std::nullopt};
  }

  /// The one transaction in which traffic changes: the line first, then the stage; then the plan,
  /// and the line about that. The lines of stages.
  Result<Lines> write(const Reason& reason,
                      const std::function<Result<Wanted>(const Stand& now)>& decide) {
    if (auto checked = check(reason); !checked) return fail(std::move(checked.error()));
    return access_.change([&](Written& written) -> Result<Lines> {
      Result<Stand> now = stands_.now();
      if (!now) return fail(std::move(now.error()));
      const Result<Wanted> wanted = decide(*now);
      if (!wanted) return fail(wanted.error());
      Lines lines;
      for (const Rollout& each : wanted->rollouts) {
        const Rollout* const rollout = now->find(each.module);
        if (rollout == nullptr) return fail(unknown_rollout(each.module, *now));
        if (each.traffic == rollout->traffic) continue;
        if (gives_more(rollout->traffic, each.traffic)) {
          if (auto room = access_.check_room(); !room) return fail(std::move(room.error()));
        }
        lines.push_back(append(*now, *rollout, each.traffic, reason, written));
      }
      if (wanted->plan) write(*wanted->plan, *now, reason, written);
      return lines;
    });
  }

  /// `now` is as it stands with that line from then on.
  LogEntry append(Stand& now, const Rollout& rollout, const Traffic& after, const Reason& reason,
                  Written& written) {
    LogEntry line =
        stage_line(now, rollout, after, access_.notes().last().hash, reason, clock_.now());
    access_.stages().append(line);
    stands_.write(rollout.module, after, line.seq);
    now.revision = line.seq;
    now.head = line.hash;
    written.lines.seq = line.seq;
    written.lines.hash = line.hash;
    return line;
  }

  void write(const PlanChange& plan, const Stand& now, const Reason& reason, Written& written) {
    write_plan(access_.connection(), plan.after);
    append(plan_line(now, plan.before, plan.after, reason, clock_.now()), written);
  }

  LogEntry append(LogEntry note, Written& written) {
    LogEntry line = access_.notes().append(std::move(note));
    written.lines.note = line.note;
    written.lines.note_hash = line.hash;
    return line;
  }

  /// The line of a change of one rollout.
  static Result<std::optional<LogEntry>> only(Result<Lines> lines) {
    if (!lines) return fail(std::move(lines.error()));
    if (lines->empty()) return std::optional<LogEntry>();
    return std::optional(std::move(lines->front()));
  }

  std::vector<StoredPlan> stored_plans() const {
    return has_plans_ ? read_plans(access_.connection()) : std::vector<StoredPlan>();
  }

  std::vector<Sighting> stored_sightings() const {
    return has_sightings_ ? read_sightings(access_.connection()) : std::vector<Sighting>();
  }

  StoreAccess access_;
  const StandRows stands_;
  const SwitchLog log_;
  const Clock& clock_;
  const bool has_plans_;
  const bool has_sightings_;
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
  try {
    return std::unique_ptr<ControlStore>(
        std::make_unique<SqliteControlStore>(file, std::move(*connection), clock, mode, notes));
  } catch (const sqlite::Fault& fault) {
    return fail(control_store_error(file, fault));
  }
}

}  // namespace banyan::strangler
