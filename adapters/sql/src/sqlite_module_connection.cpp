// SPDX-License-Identifier: Apache-2.0
#include "sqlite_module_connection.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include "banyan/sql/fault.hpp"

namespace banyan::sql {
namespace {

using namespace std::chrono_literals;
using placement::Authority;
using placement::Placement;

// Waits between looks at a place that is not free: at once the first time, since the fence has
// told where to go; then the mover is at work.
class Pause {
 public:
  void wait() {
    if (length_ > 0ms) std::this_thread::sleep_for(length_);
    length_ = std::min(length_ == 0ms ? 1ms : length_ * 2, 20ms);
  }

 private:
  std::chrono::milliseconds length_{0};
};

// A caller whose deadline has passed is told that and nothing else.
SteadyTime in_time_to_tell(const Context& context, const Clock& clock) {
  return context.deadline - context.remaining(clock) / 10;
}

Fault between_places(const std::string& module) {
  return {FaultKind::Moved,
          "the tables of '" + module +
              "' are being moved, and were at neither place before the deadline."};
}

// A decision that knows of a later placement was made about other files than these.
void refuse_older_than_decision(const Placement& found, const std::string& module,
                                const Context& context) {
  const RoutingDecision* decision = context.routed(module);
  if (decision == nullptr || std::cmp_greater_equal(found.epoch, decision->epoch)) return;
  throw Fault(FaultKind::Outdated,
              "the tables of '" + module + "' were found at a placement of epoch " +
                  std::to_string(found.epoch) + ", and the request was decided on at epoch " +
                  std::to_string(decision->epoch) +
                  ": this database is older, as a restored backup is. Put back the files of one "
                  "time, the newest, and start the process again.");
}

Fault of_two_times(const std::filesystem::path& own, const std::string& module,
                   const Placement& fence, const std::optional<placement::Gate>& gate) {
  const std::string epoch = gate ? "is of epoch " + std::to_string(gate->epoch) : "is missing";
  return {FaultKind::Outdated,
          "the gate of '" + module + "' in '" + own.string() + "' " + epoch +
              ", and the fence in the shared file points there since epoch " +
              std::to_string(fence.epoch) +
              ": one of the two files was put back from a copy of another time. Put back the file "
              "that belongs to the other."};
}

SqliteConnection& of_sqlite(Connection& connection) {
  return static_cast<SqliteConnection&>(connection);
}

// A guard's trigger may know of a move that its row does not tell of yet.
bool run_unless_moved(const std::function<bool(Connection&)>& body, Connection& connection,
                      bool& elsewhere) {
  try {
    return body(connection);
  } catch (const Fault& fault) {
    if (fault.kind() != FaultKind::Moved) throw;
    elsewhere = true;
    return false;
  }
}

}  // namespace

SqliteModuleConnection::SqliteModuleConnection(std::shared_ptr<SqliteFiles> files,
                                               std::size_t module)
    : ModuleConnection(files->ownership().rights(module).module, module,
                       {{files->options().clock, ""}, this_process()}),
      files_(std::move(files)),
      last_seen_(files_->placement_of(this->module(), files_->options().clock->steady() + 30s)) {}

// Whatever is committed to any of the files: where the module's tables are, is in another one.
std::unique_ptr<CommitWatch> SqliteModuleConnection::watch(std::function<void()> changed) {
  return files_->commits().watch(std::move(changed));
}

void SqliteModuleConnection::run_read(const Context& context, const KitBody& body) {
  const Clock& clock = *files_->options().clock;
  const SteadyTime give_up = in_time_to_tell(context, clock);
  Pause pause;
  bool waited = false;
  while (true) {
    const Placement placement = last_seen();
    const bool done = placement.authority() == Authority::Shared
                          ? read_shared(context, body)
                          : read_own(placement, context, body);
    if (done) {
      if (waited) files_->found(module());
      return;
    }
    waited = true;
    files_->waits(module());
    if (clock.steady() >= give_up) throw between_places(module());
    pause.wait();
    look_again(context);
  }
}

// The fence is read in the snapshot that the body sees.
bool SqliteModuleConnection::read_shared(const Context& context, const KitBody& body) {
  bool here = false;
  files_->shared().readers_of(number()).with_snapshot(
      context.deadline, [&](SqliteConnection& connection) {
        const Placement found = connection.placement_of(module());
        here = found.authority() == Authority::Shared;
        if (!here) return;
        refuse_older_than_decision(found, module(), context);
        body(connection);
      });
  return here;
}

// The gate opens the snapshot, then the fence: if that still points here, and the gate is of its
// epoch, what the snapshot shows was authoritative when it was taken.
bool SqliteModuleConnection::read_own(const Placement& placement, const Context& context,
                                      const KitBody& body) {
  bool here = false;
  const auto own = own_file(placement, context);
  if (!own) return false;
  own->readers_of(number()).with_snapshot(context.deadline, [&](SqliteConnection& connection) {
    here = gate_of(*own, connection, placement, context).has_value();
    if (here) body(connection);
  });
  return here;
}

// Nothing: the tables are elsewhere by now, and what they left may be removed.
std::shared_ptr<SqliteFile> SqliteModuleConnection::own_file(const Placement& placement,
                                                             const Context& context) const {
  try {
    return files_->at(placement.location, context.deadline);
  } catch (const Fault&) {
    if (files_->placement_of(module(), context.deadline) != placement) return nullptr;
    throw;
  }
}

// Nothing: not here, or not any more. The epoch tells the file that the fence means from one that
// lay at its path before; one that was put back from a copy may have the same.
std::optional<placement::Gate> SqliteModuleConnection::gate_of(SqliteFile& own,
                                                               SqliteConnection& connection,
                                                               const Placement& placement,
                                                               const Context& context) const {
  auto gate = connection.gate_of(module());
  if (own.is_replaced()) return std::nullopt;
  if (files_->placement_of(module(), context.deadline) != placement) return std::nullopt;
  refuse_older_than_decision(placement, module(), context);
  if (gate && placement::agree(placement, *gate)) return gate;
  if (own.is_replaced(connection)) return std::nullopt;
  throw of_two_times(own.path(), module(), placement, gate);
}

std::optional<Error> SqliteModuleConnection::run_write(const Context& context,
                                                       const WriteBody& body) {
  const Clock& clock = *files_->options().clock;
  const SteadyTime give_up = in_time_to_tell(context, clock);
  Pause pause;
  bool was_elsewhere = false;
  while (true) {
    const Placement placement = last_seen();
    auto outcome = Outcome::Finished;
    auto refused = placement.authority() == Authority::Shared
                       ? write_shared(placement, context, body, outcome)
                       : write_own(placement, context, body, outcome);
    if (!refused && outcome == Outcome::Finished) {
      if (was_elsewhere) files_->found(module());
      return std::nullopt;
    }
    if (refused && !was_elsewhere) return refused;
    was_elsewhere = true;
    files_->waits(module());
    if (refused || clock.steady() >= give_up) {
      return Error{
          ErrorCode::Unavailable,
          "banyan.module_moving",
          "the tables of '" + module() +
              "' are being moved and were free at neither place before the deadline; "
              "nothing was changed. Try again; when it stays so, run `banyan schema move " +
              module() + "` again, which completes or undoes the move.",
          {}};
    }
    pause.wait();
    look_again(context);
  }
}

std::optional<Error> SqliteModuleConnection::write_shared(const Placement& placement,
                                                          const Context& context,
                                                          const WriteBody& body, Outcome& outcome) {
  const auto run = [&](Connection& connection) {
    files_->shared().check_at_path();
    const Placement found = of_sqlite(connection).placement_of(module());
    bool elsewhere = found.authority() != Authority::Shared;
    if (!elsewhere) refuse_older_than_decision(found, module(), context);
    const bool keep = !elsewhere && run_unless_moved(body, connection, elsewhere);
    outcome = elsewhere ? Outcome::Elsewhere : Outcome::Finished;
    return keep;
  };
  outcome = Outcome::Elsewhere;  // unless it runs
  return files_->shared().writer().run(context, run, [&] { return is_at(placement, context); });
}

std::optional<Error> SqliteModuleConnection::write_own(const Placement& placement,
                                                       const Context& context,
                                                       const WriteBody& body, Outcome& outcome) {
  outcome = Outcome::Elsewhere;  // unless it runs
  const auto own = own_file(placement, context);
  if (!own) return std::nullopt;
  const auto run = [&](Connection& connection) {
    files_->shared().check_at_path();  // a fence that nobody else sees decides nothing
    const auto gate = gate_of(*own, of_sqlite(connection), placement, context);
    bool elsewhere = !gate || !gate->open;
    if (!elsewhere) own->mark_if_due(of_sqlite(connection));
    const bool keep = !elsewhere && run_unless_moved(body, connection, elsewhere);
    outcome = elsewhere ? Outcome::Elsewhere : Outcome::Finished;
    return keep;
  };
  return own->writer().run(context, run, [&] { return is_at(placement, context); });
}

// Asked while a write waits for its turn: who holds a file need not hold up a module that has left
// it.
bool SqliteModuleConnection::is_at(const Placement& placement, const Context& context) const {
  try {
    const Placement now = files_->placement_of(module(), context.deadline);
    return now.authority() == placement.authority() && now.location == placement.location;
  } catch (const Fault&) {
    return true;
  }
}

Placement SqliteModuleConnection::last_seen() const {
  const std::lock_guard lock(mutex_);
  return last_seen_;
}

void SqliteModuleConnection::look_again(const Context& context) {
  Placement now = files_->placement_of(module(), context.deadline);
  const std::lock_guard lock(mutex_);
  last_seen_ = std::move(now);
}

}  // namespace banyan::sql
