// SPDX-License-Identifier: Apache-2.0
#include "banyan/stages/traffic.hpp"

namespace banyan::strangler {

std::string_view to_string(TrafficStage stage) {
  switch (stage) {
    case TrafficStage::Legacy: return "legacy";
    case TrafficStage::Shadow: return "shadow";
    case TrafficStage::Canary: return "canary";
    case TrafficStage::Moved: return "moved";
    case TrafficStage::Retired: return "retired";
  }
  return "legacy";
}

std::optional<TrafficStage> traffic_stage_from(std::string_view name) {
  for (const TrafficStage stage : kTrafficStages) {
    if (name == to_string(stage)) return stage;
  }
  return std::nullopt;
}

std::string_view to_string(DataStage stage) {
  switch (stage) {
    case DataStage::Shared: return "shared";
    case DataStage::Copying: return "copying";
    case DataStage::Verified: return "verified";
    case DataStage::Switching: return "switching";
    case DataStage::Switched: return "switched";
    case DataStage::Separate: return "separate";
    case DataStage::Reversing: return "reversing";
    case DataStage::Returning: return "returning";
  }
  return "shared";
}

std::optional<DataStage> data_stage_from(std::string_view name) {
  for (const DataStage stage : kDataStages) {
    if (name == to_string(stage)) return stage;
  }
  return std::nullopt;
}

std::optional<Side> side_from(std::string_view name) {
  if (name == "local") return Side::Local;
  if (name == "remote") return Side::Remote;
  return std::nullopt;
}

Traffic Traffic::of(Percent reads, Side writes) {
  TrafficStage stage = TrafficStage::Canary;
  if (reads == Percent::none() && writes == Side::Local) stage = TrafficStage::Legacy;
  if (reads == Percent::all() && writes == Side::Remote) stage = TrafficStage::Moved;
  return {stage, reads, writes};
}

std::string to_string(const Traffic& traffic) {
  std::string text(to_string(traffic.stage));
  if (traffic.stage == TrafficStage::Canary) text += ' ' + to_string(traffic.reads);
  return text;
}

bool gives_more(const Traffic& before, const Traffic& after) {
  return after.reads > before.reads ||
         (after.writes == Side::Remote && before.writes == Side::Local);
}

const std::vector<Percent>& usual_steps() {
  static const std::vector<Percent> steps = {*Percent::of_hundredths(1'00),
                                             *Percent::of_hundredths(10'00),
                                             *Percent::of_hundredths(50'00), Percent::all()};
  return steps;
}

Result<Traffic> next_step(std::string_view module, const Traffic& now,
                          const std::vector<Percent>& steps) {
  if (now.stage >= TrafficStage::Moved) {
    const std::string name(module);
    return fail(ErrorCode::FailedPrecondition, "banyan.no_next_step",
                now.stage == TrafficStage::Retired
                    ? name +
                          " is retired: nothing uses its old side. What is left is to take that "
                          "away: `banyan retire " +
                          name + "` lists what can go, and how."
                    : name +
                          " has moved: all of its traffic is on the new side. What is left is to "
                          "prove that nothing uses the old side any more, and to write that down "
                          "(banyan retire " +
                          name + ").");
  }
  for (const Percent step : steps) {
    if (step > now.reads) return Traffic::of(step, now.writes);
  }
  return Traffic::of(Percent::all(), Side::Remote);
}

Result<Traffic> step_back(std::string_view module, const Traffic& now) {
  switch (now.stage) {
    case TrafficStage::Retired: return Traffic::of(Percent::all(), Side::Remote);
    case TrafficStage::Moved: return Traffic::of(Percent::all(), Side::Local);
    case TrafficStage::Shadow:
    case TrafficStage::Canary: return Traffic::of(Percent::none(), Side::Local);
    case TrafficStage::Legacy: break;
  }
  return fail(
      ErrorCode::FailedPrecondition, "banyan.no_step_back",
      std::string(module) + " is at legacy: all of its traffic is on the old side already.");
}

}  // namespace banyan::strangler
