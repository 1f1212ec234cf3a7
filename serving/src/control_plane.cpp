// SPDX-License-Identifier: Apache-2.0
#include "banyan/serving/control_plane.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

namespace banyan::serving {
namespace {

/// Beside the store, once it was made: so that a start can tell a store that was lost from one that
/// never was.
std::string note_of(const std::string& store) { return store + ".made"; }

}  // namespace

std::optional<Error> lost_control_store(const std::string& store) {
  std::error_code unknown;
  if (std::filesystem::exists(store, unknown) ||
      !std::filesystem::exists(note_of(store), unknown)) {
    return std::nullopt;
  }
  return Error{ErrorCode::FailedPrecondition,
               "banyan.control_store_lost",
               "the control store " + store +
                   " is gone, and with it where the traffic of each rollout stood. Put it back "
                   "from a backup. If nothing had been moved, or all is to begin on the old sides "
                   "again, delete " +
                   note_of(store) + " and start again",
               {}};
}

namespace {

void note_that_it_was_made(const std::string& store, const telemetry::Log& log) {
  const std::string note = note_of(store);
  std::error_code unknown;
  if (std::filesystem::exists(note, unknown)) return;
  std::ofstream out(note);
  out << "Says that " << store
      << " was made here, so that its loss is noticed at the next start.\n";
  if (out.flush()) return;
  log.write(telemetry::Level::Warning, "control_store_note_not_written",
            {{"message", note + " cannot be written: the loss of the control store would not be "
                                "noticed at the next start"}});
}

}  // namespace

Result<std::unique_ptr<ControlPlane>> ControlPlane::open(Plan plan, Scheduler& scheduler,
                                                         Telemetry& telemetry) {
  if (auto gone = lost_control_store(plan.store)) return fail(std::move(*gone));
  auto store = strangler::ControlStore::open(plan.store, plan.clock);
  if (!store) return fail(std::move(store).error());
  if (const auto enlisted = (*store)->enlist(plan.rollouts); !enlisted) {
    return fail(enlisted.error());
  }
  note_that_it_was_made(plan.store, telemetry.log);
  std::unique_ptr<ControlPlane> plane(new ControlPlane(std::move(*store), scheduler, telemetry));
  auto stages = strangler::Stages::make(
      *plane->store_, scheduler,
      [plane = plane.get()](const Error& error) { plane->complain(error); },
      strangler::Stages::kWatchInterval, std::move(plan.epoch_of));
  if (!stages) return fail(std::move(stages).error());
  plane->stages_ = std::move(*stages);
  plane->tell_what_nobody_goes_by(plan.rollouts);
  plane->switchboard_ = std::make_unique<strangler::Switchboard>(
      *plane->store_, std::move(plan.survey), plane->stages_.get(), std::move(plan.steps));
  plane->switchboard_->require(std::move(plan.preflight));
  plane->conductor_ = std::make_unique<strangler::Conductor>(strangler::Conductor::Parts{
      .board = *plane->switchboard_,
      .evidence = plane->evidence_,
      .operations = std::move(plan.operations),
      .clock = plan.clock,
      .seat = plan.store + ".conductor",
      .note = [plane = plane.get()](const auto& note) { plane->note(note); }});
  plane->admin_ = std::make_unique<strangler::AdminApi>(
      *plane->switchboard_, strangler::AdminApi::Parts{.tunnels = std::move(plan.tunnels),
                                                       .plan_of = std::move(plan.plan_of),
                                                       .conductor = plane->conductor_.get(),
                                                       .clock = &plan.clock});
  // Without it requests are served on, by the stages that were known last. But what others change
  // there is not known here any more: whoever balances over several processes sends them elsewhere.
  telemetry.health.add("control store", true, [plane = plane.get()] {
    const auto readable = plane->store_->stand();
    if (readable) return telemetry::Health::Finding{};
    return telemetry::Health::Finding{false, readable.error().message};
  });
  return plane;
}

void ControlPlane::complain(const Error& error) const {
  telemetry_.log.write(telemetry::Level::Error, "control_store_unreadable",
                       {{"message", error.message}, {"rule", error.rule}});
}

void ControlPlane::conduct() { conductor_->begin(scheduler_); }

void ControlPlane::note(const strangler::Conductor::Note& note) const {
  using Kind = strangler::Conductor::Note::Kind;
  const std::string_view event = note.kind == Kind::Moved      ? "plan_moved"
                                 : note.kind == Kind::WentBack ? "plan_went_back"
                                                               : "plan_hindered";
  telemetry_.log.write(
      note.kind == Kind::Moved ? telemetry::Level::Info : telemetry::Level::Warning, event,
      {{"rollout", note.module}, {"message", note.message}});
}

void ControlPlane::enlist(const std::vector<std::string>& rollouts) {
  if (const auto done = store_->enlist(rollouts); !done) complain(done.error());
  tell_what_nobody_goes_by(rollouts);
}

void ControlPlane::tell_what_nobody_goes_by(const std::vector<std::string>& rollouts) const {
  const auto stand = store_->stand();
  if (!stand) return;  // complained about already
  for (const strangler::Rollout& each : stand->rollouts) {
    const bool known = std::ranges::find(rollouts, each.module) != rollouts.end();
    if (known || each.traffic == strangler::Traffic{}) continue;
    telemetry_.log.write(
        telemetry::Level::Warning, "rollout_without_routes",
        {{"rollout", each.module},
         {"stage", to_string(each.traffic)},
         {"message",
          "the control store has moved traffic of " + each.module +
              ", and nothing here goes by it any more: requests go where the routes say"},
         {"next",
          "put the rollout back into the file; or, if it is over, set it back: banyan shift " +
              each.module + " 0% --writes local --why over"}});
  }
}

}  // namespace banyan::serving
