// SPDX-License-Identifier: Apache-2.0
#include "banyan/serving/control_plane.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "banyan/kernel/listed.hpp"
#include "banyan/promotion/answers_differ.hpp"
#include "banyan/serving/restart.hpp"
#include "banyan/sqlite/file_header.hpp"
#include "banyan/stages/made_note.hpp"
#include "use_recorder.hpp"

namespace banyan::serving {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kAskersOfNewSides = 2;
constexpr std::size_t kNewSidesToBeAsked = 256;

constexpr std::chrono::seconds kTending{1};

/// The note beside the configuration, where that lies elsewhere.
std::string note_at(const std::string& config_file) { return config_file + ".control-store"; }

bool lies_elsewhere(const std::string& config_file, const std::string& store) {
  return !config_file.empty() && fs::path(location_of(config_file)).parent_path() !=
                                     fs::path(location_of(store)).parent_path();
}

/// Of this store: a configuration may have named another one since. One that cannot be read may be.
bool is_noted(const std::string& note, const std::string& store) {
  const auto made = strangler::find_made_note(note);
  return !made || (*made && (*made)->store == location_of(store));
}

/// False, and why, when it cannot be written.
bool write_note(const std::string& note, const std::string& store, std::string& problem) {
  try {
    strangler::write_made_note(note, store, {});
    return true;
  } catch (const fs::filesystem_error& error) {
    problem = note + ": " + error.code().message();
    return false;
  }
}

/// The folder of a configuration is often not to be written; then the note beside the store is all
/// there is. How far the log has got the store says in them itself.
void note_that_it_was_made(strangler::ControlStore& store, const std::string& config_file,
                           const telemetry::Log& log) {
  const std::string& file = store.file();
  std::error_code unknown;
  std::string problem;
  for (const std::string& each : notes_elsewhere(file, config_file)) {
    if (!is_noted(each, file)) write_note(each, file, problem);
  }
  problem.clear();
  const std::string note = strangler::made_note_beside(file);
  if (!fs::exists(note, unknown)) write_note(note, file, problem);
  if (problem.empty()) {
    if (const auto marked = store.mark_notes(); !marked) problem = marked.error().message;
  }
  if (problem.empty()) return;
  log.write(telemetry::Level::Warning, "control_store_note_not_written",
            {{"message", problem + ". The loss of the control store, or an older copy of it, would "
                                   "not be noticed at the next start"}});
}

/// The notes that say that it was there, and are to go when all is to begin anew; "" for none.
std::string signs_of(const std::string& store, const std::string& config_file) {
  std::error_code unknown;
  std::vector<std::string> signs;
  const std::string beside = strangler::made_note_beside(store);
  if (fs::exists(beside, unknown)) signs.push_back(beside);
  for (const std::string& each : notes_elsewhere(store, config_file)) {
    if (is_noted(each, store)) signs.push_back(each);
  }
  return listed(signs);
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

/// Rollouts that nothing here goes by, though the store has their traffic elsewhere than at legacy:
/// their requests go where the routes say, and nobody has decided that.
telemetry::Health::Finding rollouts_finding(strangler::ControlStore& store,
                                            const strangler::Survey& survey) {
  const auto stand = store.stand();
  if (!stand) return {};  // the control store says so itself
  std::string problems;
  for (const strangler::Rollout& each : stand->rollouts) {
    if (is_over(each.traffic) || !is_gone(survey(each.module))) continue;
    problems += (problems.empty() ? "" : " ") + each.module + " is at " + to_string(each.traffic) +
                ", and nothing here goes by it: its requests go where the routes say. Put it back "
                "into the file; or, if it is over, set it back: banyan shift " +
                each.module + " 0% --writes old --why over.";
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

std::vector<std::string> notes_elsewhere(const std::string& store, const std::string& config_file) {
  if (!lies_elsewhere(config_file, store)) return {};
  return {note_at(config_file)};
}

std::optional<Error> lost_control_store(const std::string& store, const std::string& config_file,
                                        const std::string& moved) {
  const sqlite::FileState found = sqlite::read_file_header(store).state;
  const bool is_empty = found == sqlite::FileState::Empty;
  if (found != sqlite::FileState::Missing && !is_empty) return std::nullopt;
  const std::string signs = signs_of(store, config_file);
  // Without a note somebody has made an empty file on purpose, as the message below says.
  if (signs.empty() && (is_empty || moved.empty())) return std::nullopt;
  std::string message = "the control store " + store + " is " +
                        (is_empty ? "empty (0 bytes)" : "gone") +
                        ", and with it where the traffic of each rollout stood";
  if (signs.empty()) message += ": the tables of " + moved + " have moved, so there was one";
  message += ". " + strangler::ways_out(
                        store, signs.empty() ? "make an empty file there (touch '" + store + "')"
                                             : "delete " + signs);
  return Error{ErrorCode::FailedPrecondition, "banyan.control_store_lost", std::move(message), {}};
}

Result<std::unique_ptr<ControlPlane>> ControlPlane::open(Plan plan, Scheduler& scheduler,
                                                         Telemetry& telemetry) {
  if (auto gone = lost_control_store(plan.store, plan.config_file, plan.moved)) {
    return fail(std::move(*gone));
  }
  auto store = strangler::ControlStore::open(plan.store, plan.clock,
                                             strangler::ControlStore::Mode::MayCreate,
                                             notes_elsewhere(plan.store, plan.config_file));
  if (!store) return fail(std::move(store).error());
  // Nothing is written into one that is older than its notes.
  if (const auto stand = (*store)->stand(); !stand) return fail(stand.error());
  if (const auto enlisted = (*store)->enlist(plan.rollouts); !enlisted) {
    return fail(enlisted.error());
  }
  note_that_it_was_made(**store, plan.config_file, telemetry.log);
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
  telemetry.health.add("rollouts", false, [store = plane->store_.get(), survey = plan.survey] {
    return rollouts_finding(*store, survey);
  });
  plane->switchboard_ = std::make_unique<strangler::Switchboard>(
      *plane->store_, std::move(plan.survey), plane->stages_.get(), std::move(plan.steps));
  plane->switchboard_->require(std::move(plan.preflight));
  plane->askers_ =
      make_worker_pool(kAskersOfNewSides, kNewSidesToBeAsked,
                       [&telemetry](std::string_view what) { telemetry.background_fault(what); });
  plane->conductor_ = std::make_unique<strangler::Conductor>(strangler::Conductor::Parts{
      .board = *plane->switchboard_,
      .evidence = plane->evidence_,
      .operations = plan.operations,
      .clock = plan.clock,
      .seat = plan.store + ".conductor",
      .progress = plan.store + ".progress",
      .note = [plane = plane.get()](const auto& note) { plane->note(note); },
      .aside = plane->askers_.get(),
      .work = plan.work,
      .judged_side = plan.judged_side});
  plane->switchboard_->heed([plane = plane.get()](std::string_view rollout) {
    return strangler::answers_differ(*plane->store_, *plane->conductor_, rollout);
  });
  plane->admin_ = std::make_unique<strangler::AdminApi>(
      *plane->switchboard_,
      strangler::AdminApi::Parts{
          .live = {.tunnels = std::move(plan.tunnels),
                   .missed = std::move(plan.missed),
                   .testers = std::move(plan.testers),
                   .new_side_writes = std::move(plan.new_side_writes),
                   .fallbacks = std::move(plan.fallbacks),
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
  // One that cannot be written keeps all traffic where it is: nothing that a balancer could mend.
  telemetry.health.add("control store writes", false, [plane = plane.get()] {
    const auto trouble = plane->store_->unwritable();
    return telemetry::Health::Finding{!trouble, trouble ? trouble->message : std::string()};
  });
  // Who copies the file alone is to know; requests and changes go on.
  telemetry.health.add("control store file", false, [plane = plane.get()] {
    std::string trouble = plane->store_->not_in_file();
    return telemetry::Health::Finding{trouble.empty(), std::move(trouble)};
  });
  plane->tending_ = scheduler.every(kTending, [plane = plane.get()] { plane->tend(); });
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

void ControlPlane::tend() {
  store_->tend();
  const auto trouble = store_->unwritable();
  const std::string now = trouble ? trouble->message : std::string();
  if (now == unwritable_) return;
  unwritable_ = now;
  if (trouble) {
    telemetry_.log.write(telemetry::Level::Error, "control_store_unwritable",
                         {{"message", now}, {"rule", trouble->rule}});
  } else {
    telemetry_.log.write(telemetry::Level::Info, "control_store_writable",
                         {{"message", "the control store " + store_->file() +
                                          " can be written again; what was refused meanwhile has "
                                          "to be asked for again, but by plans"}});
  }
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
    case Kind::TakenUp: return write(telemetry::Level::Info, "plan_taken_up");
    case Kind::NotKept: return write(telemetry::Level::Warning, "plan_progress_not_kept");
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
    if (known || is_over(each.traffic)) continue;
    telemetry_.log.write(
        telemetry::Level::Warning, "rollout_without_routes",
        {{"rollout", each.module},
         {"stage", to_string(each.traffic)},
         {"message", "the control store has " + each.module + " at " + to_string(each.traffic) +
                         ", and nothing here goes by it: requests go where the routes say"},
         {"next",
          "put the rollout back into the file; or, if it is over, set it back: banyan shift " +
              each.module + " 0% --writes old --why over"}});
  }
}

}  // namespace banyan::serving
