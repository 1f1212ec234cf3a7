// SPDX-License-Identifier: Apache-2.0
#include "banyan/sql/sagas.hpp"

#include <array>

#include "banyan/sql/session.hpp"

namespace banyan::sql {
namespace {

/// The words that stand for an enumeration in the tables, in its order. They never change.
template <class E>
inline constexpr std::array<std::string_view, 0> kWords{};
template <>
inline constexpr std::array<std::string_view, 4> kWords<SagaStatus> = {"active", "done", "undone",
                                                                       "stuck"};
template <>
inline constexpr std::array<std::string_view, 2> kWords<SagaPhase> = {"forward", "back"};
template <>
inline constexpr std::array<std::string_view, 4> kWords<StepKind> = {"compensable", "pivot",
                                                                     "retriable", "await"};
template <>
inline constexpr std::array<std::string_view, 4> kWords<StepState> = {"to_come", "done", "refused",
                                                                      "undone"};

using Text = std::string;
using Number = std::int64_t;

// In the words of the index that is the semantic lock: what is asked so looks at those that are not
// over, however many are.
constexpr const char* kNotOver = "status IN ('active', 'stuck')";

}  // namespace

template <class E>
  requires(!kWords<E>.empty())
struct Column<E> {
  static constexpr Kind kind = Kind::Text;
  static Value write(E value) { return Text(kWords<E>.at(static_cast<std::size_t>(value))); }
  static E read(const Value& value) {
    const Text word = Column<Text>::read(value);
    for (std::size_t i = 0; i < kWords<E>.size(); ++i) {
      if (kWords<E>.at(i) == word) return static_cast<E>(i);
    }
    wrong_kind(value, "one of the words for this enumeration");
  }
};

Sagas::Sagas(Session& session, const std::string& module)
    : session_(session), sagas_(module + "_sagas"), steps_(module + "_saga_steps") {}

template <class... Args>
std::vector<SagaInstance> Sagas::select(const std::string& which, const Args&... args) {
  std::vector<SagaRecord> records;
  for (auto& row :
       session_.all<SagaId, Text, Number, Text, SagaStatus, SagaPhase, Number, Number, Number, Text,
                    Text, Number, Text, Number, Timestamp, std::optional<Timestamp>,
                    std::optional<Timestamp>, std::optional<Text>, std::optional<Text>, Text, Text>(
           "SELECT id, name, version, subject, status, phase, step, attempts, outages, blocked_on,"
           " holder, epoch, clock_of, waits_until, began_at, ended_at, deadline_at, turned_back,"
           " problem, correlation_id, traceparent FROM " +
               sagas_ + " " + which,
           args...)) {
    auto& [id, name, version, subject, status, phase, step, attempts, outages, blocked_on, holder,
           epoch, clock, until, began, ended, deadline, turned_back, problem, correlation, trace] =
        row;
    records.push_back({std::move(id),
                       std::move(name),
                       version,
                       std::move(subject),
                       status,
                       phase,
                       step,
                       attempts,
                       outages,
                       std::move(blocked_on),
                       std::move(holder),
                       epoch,
                       {std::move(clock), until},
                       began,
                       ended,
                       deadline,
                       std::move(turned_back),
                       std::move(problem),
                       std::move(correlation),
                       std::move(trace),
                       {}});
  }
  std::vector<SagaInstance> found;
  for (SagaRecord& record : records) {
    for (auto& row :
         session_
             .all<Text, Text, StepKind, Text, StepState, Number, std::optional<Timestamp>,
                  std::optional<Timestamp>, std::optional<Text>, Number, std::optional<Timestamp>,
                  std::optional<Timestamp>, std::optional<Text>, std::optional<Text>>(
                 "SELECT name, undo, kind, dependency, state, calls, began_at, ended_at, problem,"
                 " undo_calls, undo_began_at, undo_ended_at, undo_problem, note FROM " +
                     steps_ + " WHERE saga_id = :saga ORDER BY position",
                 record.id)) {
      auto& [name, undo, kind, dependency, state, calls, began, ended, problem, undo_calls,
             undo_began, undo_ended, undo_problem, note] = row;
      record.steps.push_back({std::move(name),
                              std::move(undo),
                              kind,
                              std::move(dependency),
                              state,
                              {calls, began, ended, std::move(problem)},
                              {undo_calls, undo_began, undo_ended, std::move(undo_problem)},
                              std::move(note)});
    }
    found.emplace_back(std::move(record));
  }
  return found;
}

std::optional<SagaInstance> Sagas::find(const SagaId& id) {
  auto found = select("WHERE id = :id", id);
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

std::optional<SagaInstance> Sagas::newest_of(const std::string& subject) {
  auto found = select("WHERE subject = :subject ORDER BY id DESC LIMIT 1", subject);
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

// In the words of the index of those that are not done, so that it is used. Of those that are done
// the newest are at the end.
Text Sagas::which_are(SagaStatus status) {
  return Text("WHERE ") + (status == SagaStatus::Done ? "" : "status <> 'done' AND ") +
         "status = :status AND id < :before ORDER BY id DESC LIMIT :limit";
}

std::vector<SagaInstance> Sagas::list(const SagaFilter& filter) {
  // '~' sorts behind every id.
  const Text before = filter.before.empty() ? "~" : filter.before;
  if (filter.subject) {
    return select(
        "WHERE subject = :subject AND id < :before AND (:any = 1 OR status = :status)"
        " ORDER BY id DESC LIMIT :limit",
        *filter.subject, before, filter.status ? 0 : 1, filter.status.value_or(SagaStatus::Active),
        filter.limit);
  }
  if (filter.status) {
    return select(which_are(*filter.status), *filter.status, before, filter.limit);
  }
  return select("WHERE id < :before ORDER BY id DESC LIMIT :limit", before, filter.limit);
}

// As LeaseTime::is_over() says. Times of other clocks are of nobody who still waits: first.
std::vector<SagaId> Sagas::due(const LeaseTime& now, std::chrono::microseconds longest,
                               const std::vector<std::string>& out, std::int64_t limit) {
  Text all_out = "|";
  for (const std::string& each : out) all_out += each + '|';
  std::vector<SagaId> ids;
  for (auto& [id] : session_.all<SagaId>(
           "SELECT id FROM " + sagas_ +
               " WHERE status = 'active'"
               " AND (clock_of <> :clock OR waits_until <= :now OR waits_until > :furthest)"
               " AND (blocked_on = '' OR :out NOT LIKE '%|' || blocked_on || '|%')"
               " ORDER BY CASE WHEN clock_of = :clock THEN 1 ELSE 0 END, waits_until, id"
               " LIMIT :limit",
           now.clock, now.micros, now.after(longest).micros, all_out, limit)) {
    ids.push_back(std::move(id));
  }
  return ids;
}

std::optional<SagaId> Sagas::waiting_for(const std::string& dependency, const LeaseTime& now,
                                         std::chrono::microseconds longest) {
  return session_.value<SagaId>("SELECT id FROM " + sagas_ +
                                    " WHERE status = 'active' AND blocked_on = :dependency"
                                    " AND (holder = '' OR clock_of <> :clock OR waits_until <= :now"
                                    " OR waits_until > :furthest)"
                                    " ORDER BY waits_until, id LIMIT 1",
                                dependency, now.clock, now.micros, now.after(longest).micros);
}

std::vector<SagaVersion> Sagas::open_versions() {
  std::vector<SagaVersion> versions;
  for (auto& [name, version] :
       session_.all<Text, Number>("SELECT DISTINCT name, version FROM " + sagas_ + " WHERE " +
                                  kNotOver + " ORDER BY name, version")) {
    versions.push_back({std::move(name), version});
  }
  return versions;
}

SagaFigures Sagas::figures(Timestamp now, std::int64_t limit) {
  const auto counted = session_.one<Number, Number, Number>(
      "SELECT count(CASE WHEN status = 'active' THEN 1 END),"
      " count(CASE WHEN status = 'stuck' THEN 1 END),"
      " count(CASE WHEN deadline_at <= :now THEN 1 END)"
      " FROM (SELECT status, deadline_at FROM " +
          sagas_ + " WHERE " + kNotOver + " LIMIT :limit) AS not_over",
      now, limit);
  const auto& [active, stuck, overdue] = *counted;
  return {.active = active, .stuck = stuck, .overdue = overdue};
}

std::int64_t Sagas::count(std::int64_t limit) {
  return session_
      .value<Number>("SELECT count(*) FROM (SELECT id FROM " + sagas_ + " LIMIT :limit) AS counted",
                     limit)
      .value_or(0);
}

// In the order of ids the search would begin with all that are over.
std::vector<SagaInstance> Sagas::in_trouble(Timestamp now, std::int64_t limit) {
  return select(Text("WHERE ") + kNotOver +
                    " AND (status = 'stuck' OR deadline_at <= :now)"
                    " ORDER BY began_at, id LIMIT :limit",
                now, limit);
}

bool Sagas::add(const SagaInstance& saga) {
  const SagaRecord& record = saga.data();
  const auto added = session_.try_run(
      "INSERT INTO " + sagas_ +
          " (id, name, version, subject, status, phase, step, attempts, outages, blocked_on,"
          " holder, epoch, clock_of, waits_until, began_at, ended_at, deadline_at, turned_back,"
          " problem, correlation_id, traceparent) VALUES (:id, :name, :version, :subject, :status,"
          " :phase, :step, :attempts, :outages, :blocked_on, :holder, :epoch, :clock, :until,"
          " :began, :ended, :deadline, :turned_back, :problem, :correlation, :traceparent)",
      record.id, record.name, record.version, record.subject, record.status, record.phase,
      record.step, record.attempts, record.outages, record.blocked_on, record.holder, record.epoch,
      record.waits_until.clock, record.waits_until.micros, record.began, record.ended,
      record.deadline, record.turned_back, record.problem, record.correlation_id,
      record.traceparent);
  if (!added) {
    if (added.error().kind == ConstraintKind::Unique) return false;
    throw Fault(FaultKind::Constraint, sagas_ + ": " + to_string(added.error()), added.error());
  }
  Number position = 0;
  for (const SagaStep& step : record.steps) {
    session_.run("INSERT INTO " + steps_ +
                     " (saga_id, position, name, undo, kind, dependency, state, calls, undo_calls)"
                     " VALUES (:saga, :position, :name, :undo, :kind, :dependency, :state, :calls,"
                     " :undo_calls)",
                 record.id, position++, step.name, step.undo, step.kind, step.dependency,
                 step.state, step.doing.calls, step.undoing.calls);
  }
  return true;
}

bool Sagas::save(const SagaInstance& saga, std::int64_t epoch) {
  const SagaRecord& record = saga.data();
  const Number changed = session_.run(
      "UPDATE " + sagas_ +
          " SET status = :status, phase = :phase, step = :step, attempts = :attempts,"
          " outages = :outages, blocked_on = :blocked_on, holder = :holder, epoch = :epoch,"
          " clock_of = :clock, waits_until = :until, ended_at = :ended,"
          " turned_back = :turned_back, problem = :problem WHERE id = :id AND epoch = :held",
      record.status, record.phase, record.step, record.attempts, record.outages, record.blocked_on,
      record.holder, record.epoch, record.waits_until.clock, record.waits_until.micros,
      record.ended, record.turned_back, record.problem, record.id, epoch);
  if (changed != 1) return false;
  for (const std::size_t position : saga.touched()) {
    const SagaStep& step = record.steps.at(position);
    session_.run("UPDATE " + steps_ +
                     " SET state = :state, calls = :calls, began_at = :began, ended_at = :ended,"
                     " problem = :problem, undo_calls = :undo_calls, undo_began_at = :undo_began,"
                     " undo_ended_at = :undo_ended, undo_problem = :undo_problem, note = :note"
                     " WHERE saga_id = :saga AND position = :position",
                 step.state, step.doing.calls, step.doing.began, step.doing.ended,
                 step.doing.problem, step.undoing.calls, step.undoing.began, step.undoing.ended,
                 step.undoing.problem, step.note, record.id, position);
  }
  return true;
}

void Sagas::release(const std::string& dependency, const LeaseTime& now,
                    std::chrono::microseconds spread) {
  session_.run("UPDATE " + sagas_ +
                   " SET blocked_on = '', clock_of = :clock,"
                   " waits_until = :now + (waits_until % :spread)"
                   " WHERE status = 'active' AND blocked_on = :dependency AND holder = ''",
               now.clock, now.micros, std::max<Number>(spread.count(), 1), dependency);
}

}  // namespace banyan::sql
