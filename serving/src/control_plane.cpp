// SPDX-License-Identifier: Apache-2.0
#include "banyan/serving/control_plane.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "banyan/kernel/whole_file.hpp"
#include "banyan/serving/restart.hpp"
#include "banyan/sqlite/durable_file.hpp"
#include "use_recorder.hpp"

namespace banyan::serving {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kAskersOfNewSides = 2;
constexpr std::size_t kNewSidesToBeAsked = 256;

/// Beside the store, once it was made: so that a start can tell a store that was lost from one that
/// never was.
std::string note_of(const std::string& store) { return store + ".made"; }
/// The same beside the configuration, where that lies elsewhere.
std::string note_at(const std::string& config_file) { return config_file + ".control-store"; }

std::string note_text(const std::string& store) {
  return "The control store of this was made: " + location_of(store) +
         "\nThis note is there so that its loss is noticed at the next start.\n";
}

bool lies_elsewhere(const std::string& config_file, const std::string& store) {
  return !config_file.empty() && fs::path(location_of(config_file)).parent_path() !=
                                     fs::path(location_of(store)).parent_path();
}

/// Of this store: a configuration may have named another one since.
bool is_noted(const std::string& note, const std::string& store) {
  return whole_file(note).value_or("") == note_text(store);
}

/// False, and why, when it cannot be written.
bool write_note(const std::string& note, const std::string& store, std::string& problem) {
  try {
    sqlite::write_durably(note, note_text(store), store);
    return true;
  } catch (const fs::filesystem_error& error) {
    problem = note + ": " + error.code().message();
    return false;
  }
}

/// The folder of a configuration is often not to be written; then the note beside the store is all
/// there is.
void note_that_it_was_made(const std::string& store, const std::string& config_file,
                           const telemetry::Log& log) {
  std::error_code unknown;
  std::string problem;
  if (lies_elsewhere(config_file, store) && !is_noted(note_at(config_file), store)) {
    write_note(note_at(config_file), store, problem);
  }
  const std::string note = note_of(store);
  if (fs::exists(note, unknown) || write_note(note, store, problem)) return;
  log.write(telemetry::Level::Warning, "control_store_note_not_written",
            {{"message", problem + ". The loss of the control store would not be noticed at the "
                                   "next start"}});
}

/// The notes that say that it was there, and are to go when all is to begin anew; "" for none.
std::string signs_of(const std::string& store, const std::string& config_file) {
  std::error_code unknown;
  std::string signs;
  if (fs::exists(note_of(store), unknown)) signs = note_of(store);
  if (lies_elsewhere(config_file, store) && is_noted(note_at(config_file), store)) {
    signs += (signs.empty() ? "" : " and ") + note_at(config_file);
  }
  return signs;
}

/// Plans that wait for somebody to decide. They are no reason to send nobody here: requests go
/// where they went.
telemetry::Health::Finding plans_finding(const strangler::PlanDesk& desk) {
  const auto plans = desk.plans();
  if (!plans) return {};  // the control store says so itself
  std::string problems;
  for (const strangler::PlanStatus& each : *plans) {
    if (each.state != strangler::PlanState::NeedsPerson) continue;
    problems += (problems.empty() ? "" : " ") + ("the plan of " + each.module) +
                " needs a person: " + each.reason;
  }
  return {problems.empty(), problems};
}

std::vector<strangler::Attention> attention_of(const telemetry::Health& health) {
  std::vector<strangler::Attention> all;
  for (const auto& problem : health.ready().problems) {
    all.push_back({problem.name, problem.message});
  }
  return all;
}

/// Of the requests of a rollout; nothing where it has none here.
std::function<std::optional<bool>(std::string_view)> any_writes(
    strangler::OperationsOf operations) {
  return [operations = std::move(operations)](std::string_view rollout) -> std::optional<bool> {
    if (!operations) return std::nullopt;
    const std::vector<strangler::JudgedOperation> all = operations(rollout);
    if (all.empty()) return std::nullopt;
    return std::ranges::any_of(all, [](const auto& each) { return each.effect == Effect::Write; });
  };
}

}  // namespace

std::optional<Error> lost_control_store(const std::string& store, const std::string& config_file,
                                        const std::string& moved) {
  std::error_code unknown;
  if (fs::exists(store, unknown)) return std::nullopt;
  const std::string signs = signs_of(store, config_file);
  if (signs.empty() && moved.empty()) return std::nullopt;
  std::string message = "the control store " + store +
                        " is gone, and with it where the traffic of each rollout stood";
  if (signs.empty()) message += ": the tables of " + moved + " have moved, so there was one";
  message +=
      ". Put it back from a backup. If nothing had been moved, or all is to begin on the old sides "
      "again, " +
      (signs.empty() ? "make an empty file there (touch '" + store + "')" : "delete " + signs) +
      " and start again";
  return Error{ErrorCode::FailedPrecondition, "banyan.control_store_lost", std::move(message), {}};
}

Result<std::unique_ptr<ControlPlane>> ControlPlane::open(Plan plan, Scheduler& scheduler,
                                                         Telemetry& telemetry) {
  if (auto gone = lost_control_store(plan.store, plan.config_file, plan.moved)) {
    return fail(std::move(*gone));
  }
  auto store = strangler::ControlStore::open(plan.store, plan.clock);
  if (!store) return fail(std::move(store).error());
  if (const auto enlisted = (*store)->enlist(plan.rollouts); !enlisted) {
    return fail(enlisted.error());
  }
  note_that_it_was_made(plan.store, plan.config_file, telemetry.log);
  std::unique_ptr<ControlPlane> plane(new ControlPlane(std::move(*store), scheduler, telemetry));
  plane->uses_ = std::make_unique<UseRecorder>(plan.store + ".uses", plan.clock, telemetry.log);
  auto stages = strangler::Stages::make(
      *plane->store_, scheduler,
      [plane = plane.get()](const Error& error) { plane->complain(error); },
      strangler::Stages::kWatchInterval, std::move(plan.epoch_of));
  if (!stages) return fail(std::move(stages).error());
  plane->stages_ = std::move(*stages);
  plane->tell_what_nobody_goes_by(plan.rollouts);
  plane->witness_ = std::make_unique<strangler::Witness>(*plane->store_, plan.survey);
  plane->switchboard_ = std::make_unique<strangler::Switchboard>(
      *plane->store_, std::move(plan.survey), plane->stages_.get(), std::move(plan.steps));
  plane->switchboard_->require(std::move(plan.preflight));
  plane->askers_ = make_worker_pool(kAskersOfNewSides, kNewSidesToBeAsked);
  plane->conductor_ = std::make_unique<strangler::Conductor>(strangler::Conductor::Parts{
      .board = *plane->switchboard_,
      .evidence = plane->evidence_,
      .operations = plan.operations,
      .clock = plan.clock,
      .seat = plan.store + ".conductor",
      .note = [plane = plane.get()](const auto& note) { plane->note(note); },
      .aside = plane->askers_.get(),
      .work = plan.work});
  plane->admin_ = std::make_unique<strangler::AdminApi>(
      *plane->switchboard_,
      strangler::AdminApi::Parts{
          .live = {.tunnels = std::move(plan.tunnels),
                   .missed = std::move(plan.missed),
                   .testers = std::move(plan.testers),
                   .unowned = std::move(plan.unowned),
                   .attention = [&telemetry] { return attention_of(telemetry.health); },
                   .has_writes = any_writes(std::move(plan.operations))},
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
  telemetry.health.add("plans", false,
                       [desk = strangler::PlanDesk(*plane->switchboard_, plan.clock)] {
                         return plans_finding(desk);
                       });
  return plane;
}

ControlPlane::ControlPlane(std::unique_ptr<strangler::ControlStore> store, Scheduler& scheduler,
                           Telemetry& telemetry)
    : scheduler_(scheduler), telemetry_(telemetry), store_(std::move(store)) {}

ControlPlane::~ControlPlane() = default;

void ControlPlane::complain(const Error& error) const {
  telemetry_.log.write(telemetry::Level::Error, "control_store_unreadable",
                       {{"message", error.message}, {"rule", error.rule}});
}

void ControlPlane::record_uses(std::function<std::vector<retirement::UseCount>()> read) {
  uses_->begin(scheduler_, std::move(read));
}

void ControlPlane::stop_recording() { uses_->end(); }

void ControlPlane::conduct() {
  witness_->begin(scheduler_);
  conductor_->begin(scheduler_);
}

void ControlPlane::stop_conducting() {
  conductor_->end();
  witness_->end();
}

void ControlPlane::note(const strangler::Conductor::Note& note) const {
  using Kind = strangler::Conductor::Note::Kind;
  const auto write = [&](telemetry::Level level, std::string_view event) {
    telemetry_.log.write(level, event, {{"rollout", note.module}, {"message", note.message}});
  };
  switch (note.kind) {
    case Kind::Moved: return write(telemetry::Level::Info, "plan_moved");
    case Kind::WentBack: return write(telemetry::Level::Warning, "plan_went_back");
    case Kind::Hindered: return write(telemetry::Level::Warning, "plan_hindered");
    case Kind::NeedsPerson: break;
  }
  telemetry_.log.write(telemetry::Level::Error, "plan_needs_person",
                       {{"rollout", note.module},
                        {"message", note.message},
                        {"next", "banyan back " + note.module +
                                     " brings the traffic home all the same; banyan plan " +
                                     note.module + " resume, once the new side is mended"}});
}

void ControlPlane::enlist(const std::vector<std::string>& rollouts) {
  if (const auto done = store_->enlist(rollouts); !done) complain(done.error());
  tell_what_nobody_goes_by(rollouts);
}

void ControlPlane::note_table(const std::vector<strangler::TablePart>& table,
                              const strangler::Reason& reason) {
  if (const auto done = store_->note_table(table, reason); !done) complain(done.error());
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
