// SPDX-License-Identifier: Apache-2.0
#include "door.hpp"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "kernel/unit_of_work.hpp"
#include "sql/fault.hpp"

namespace banyan::sql {

using namespace std::chrono_literals;

Door::Door(std::shared_ptr<Places> places, std::size_t module)
    : places_(std::move(places)),
      module_(module),
      name_(places_->ownership().rights(module).module),
      last_seen_(places_->location_of(module)) {}

void Door::read(const std::function<void(Session&)>& body) {
  refuse_nesting();
  if (last_seen().empty() && read_shared(body)) return;
  const Location location = places_->location_of(module_);
  saw(location);
  if (location.empty()) {
    read(body);
    return;
  }
  places_->at(location).readers_of(module_).with_snapshot([this, &body](Connection& connection) {
    const OpenUnitOfWork open;
    Session session(connection, module_);
    body(session);
  });
}

// False: the tables are not here any more. The fence is read in the snapshot that the body sees.
bool Door::read_shared(const std::function<void(Session&)>& body) {
  bool here = false;
  places_->shared().readers_of(module_).with_snapshot([this, &body, &here](Connection& connection) {
    here = location_in(connection, name_).empty();
    if (!here) return;
    const OpenUnitOfWork open;
    Session session(connection, module_);
    body(session);
  });
  return here;
}

std::optional<Error> Door::write(const Context& context,
                                 const std::function<bool(Session&)>& body) {
  refuse_nesting();
  const Clock& clock = *places_->options().clock;
  auto pause = 0ms;
  bool was_elsewhere = false;
  while (true) {
    const Location location = last_seen();
    auto outcome = Outcome::Finished;
    auto refused = location.empty() ? write_shared(context, body, outcome)
                                    : write_moved(location, context, body, outcome);
    if (!refused && outcome == Outcome::Finished) return std::nullopt;
    if (refused && !was_elsewhere) return refused;
    was_elsewhere = true;
    saw(places_->location_of(module_));
    if (refused || context.expired(clock)) {
      return Error{
          ErrorCode::Unavailable,
          "banyan.module_between_places",
          "the tables of '" + name_ +
              "' are being moved and were free at neither place before the deadline; "
              "nothing was changed. Try again; when it stays so, run `banyan schema move " +
              name_ + "` again, which completes or undoes the move.",
          {}};
    }
    // At once the first time: the fence has told where to go. Then the mover is at work.
    if (pause > 0ms) std::this_thread::sleep_for(pause);
    pause = std::min(pause == 0ms ? 1ms : pause * 2, 20ms);
  }
}

std::optional<Error> Door::write_shared(const Context& context,
                                        const std::function<bool(Session&)>& body,
                                        Outcome& outcome) {
  return places_->shared().writer().run(context, [&](Connection& connection) {
    outcome = Outcome::Finished;
    if (!location_in(connection, name_).empty()) {
      outcome = Outcome::Elsewhere;
      return false;
    }
    return run_body(connection, body, outcome);
  });
}

std::optional<Error> Door::write_moved(const Location& location, const Context& context,
                                       const std::function<bool(Session&)>& body,
                                       Outcome& outcome) {
  return places_->at(location).writer().run(context, [&](Connection& connection) {
    outcome = Outcome::Finished;
    if (places_->location_of(module_) != location || !gate_is_open(connection, name_)) {
      outcome = Outcome::Elsewhere;
      return false;
    }
    return run_body(connection, body, outcome);
  });
}

// A fence or gate trigger may know of a move that its row does not tell of yet.
bool Door::run_body(Connection& connection, const std::function<bool(Session&)>& body,
                    Outcome& outcome) {
  Session session(connection, module_);
  try {
    return body(session);
  } catch (const Fault& fault) {
    if (fault.kind() != FaultKind::Moved) throw;
    outcome = Outcome::Elsewhere;
    return false;
  }
}

Location Door::last_seen() const {
  const std::lock_guard lock(mutex_);
  return last_seen_;
}

void Door::saw(const Location& location) {
  const std::lock_guard lock(mutex_);
  last_seen_ = location;
}

void Door::refuse_nesting() const {
  if (!OpenUnitOfWork::on_this_thread()) return;
  throw Fault(FaultKind::Misuse,
              "module '" + name_ +
                  "' begins a read() or write() inside another one on the same thread. Use the "
                  "Session that the outer body was given.");
}

}  // namespace banyan::sql
