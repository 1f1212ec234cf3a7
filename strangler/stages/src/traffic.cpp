// SPDX-License-Identifier: Apache-2.0
#include "banyan/stages/traffic.hpp"

namespace banyan::strangler {

std::string_view to_string(TrafficStage stage) {
  switch (stage) {
    case TrafficStage::Legacy: return "legacy";
    case TrafficStage::Canary: return "canary";
    case TrafficStage::Moved: return "moved";
  }
  return "legacy";
}

std::optional<TrafficStage> traffic_stage_from(std::string_view name) {
  for (const TrafficStage stage :
       {TrafficStage::Legacy, TrafficStage::Canary, TrafficStage::Moved}) {
    if (name == to_string(stage)) return stage;
  }
  return std::nullopt;
}

std::string_view to_string(DataStage stage) {
  return stage == DataStage::Shared ? "shared" : "separate";
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

std::optional<std::string> why_illegal(std::string_view module, const Traffic& traffic,
                                       const Topology& topology) {
  const std::string name(module);
  const Traffic named = Traffic::of(traffic.reads, traffic.writes);
  const bool anything_new = traffic.reads > Percent::none() || traffic.writes == Side::Remote;
  const bool anything_old = traffic.reads < Percent::all() || traffic.writes == Side::Local;
  if (traffic.writes == Side::Remote && traffic.reads < Percent::all()) {
    return "the writes of " + name +
           " may only be on the new side while 100% of its reads are, and " +
           to_string(traffic.reads) +
           " would be: two sides must never answer for what one of them writes. Bring the writes "
           "home "
           "in the same change (writes local), or move all reads first (100%).";
  }
  if (traffic.stage != named.stage) {
    return name + " with " + to_string(traffic.reads) + " of the reads and " +
           std::string(to_string(traffic.writes)) + " writes is called " +
           std::string(to_string(named.stage)) + ", not " + std::string(to_string(traffic.stage)) +
           ".";
  }
  if (anything_new && !topology.new_side) {
    return "there is no service of " + name +
           " to send traffic to. Build the application with -DBANYAN_ROUTED=" + name +
           ", start the module's service, and give the application `--at " + name +
           "=HOST:PORT`; for a foreign application, give its routes a successor in banyan.toml.";
  }
  if (anything_old && !topology.old_side) {
    return "this application was built without " + name +
           " (BANYAN_EXTRACT), so only the service can "
           "answer. Build it with -DBANYAN_ROUTED=" +
           name + " to bring traffic back.";
  }
  if (anything_new && !topology.both_reach_data && topology.data == DataStage::Shared) {
    return "the tables of " + name +
           " are in the shared database, which its service cannot open from "
           "another host. Separate them first: banyan schema move " +
           name + ".";
  }
  if (traffic.stage == TrafficStage::Canary && !topology.both_reach_data) {
    return "only one side can open the database of " + name +
           ", so its traffic moves as a whole. Shift it at once: 100% with writes remote, or 0% "
           "with "
           "writes local.";
  }
  return std::nullopt;
}

const std::vector<Percent>& usual_steps() {
  static const std::vector<Percent> steps = {*Percent::of_hundredths(1'00),
                                             *Percent::of_hundredths(10'00),
                                             *Percent::of_hundredths(50'00), Percent::all()};
  return steps;
}

Result<Traffic> next_step(std::string_view module, const Traffic& now,
                          const std::vector<Percent>& steps) {
  if (now.stage == TrafficStage::Moved) {
    return fail(ErrorCode::FailedPrecondition, "banyan.no_next_step",
                std::string(module) +
                    " has moved: all of its traffic is on the new side. What is left "
                    "is to build without the old side (-DBANYAN_EXTRACT=" +
                    std::string(module) + ").");
  }
  for (const Percent step : steps) {
    if (step > now.reads) return Traffic::of(step, now.writes);
  }
  return Traffic::of(Percent::all(), Side::Remote);
}

Result<Traffic> step_back(std::string_view module, const Traffic& now) {
  switch (now.stage) {
    case TrafficStage::Moved: return Traffic::of(Percent::all(), Side::Local);
    case TrafficStage::Canary: return Traffic::of(Percent::none(), Side::Local);
    case TrafficStage::Legacy: break;
  }
  return fail(
      ErrorCode::FailedPrecondition, "banyan.no_step_back",
      std::string(module) + " is at legacy: all of its traffic is on the old side already.");
}

}  // namespace banyan::strangler
