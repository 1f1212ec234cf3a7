// SPDX-License-Identifier: Apache-2.0
#include "banyan/stages/legality.hpp"

#include <array>
#include <utility>

namespace banyan::strangler {
namespace {

constexpr auto kFree = DataNeed::Nothing;
constexpr auto kOldDb = DataNeed::OldDatabase;
constexpr auto kBoth = DataNeed::BothSides;
constexpr auto kOver = DataNeed::MoveIsOver;

/// Rows: where the traffic goes. Columns: where the tables are.
constexpr std::array<std::array<DataNeed, kDataStages.size()>, kTrafficStages.size()> kMatrix = {{
    // clang-format off
    //            shared  copying  verified switching switched separate reversing returning
    /* legacy  */ {kFree,  kFree,   kFree,   kFree,    kFree,   kFree,   kFree,    kFree},
    /* shadow  */ {kBoth,  kBoth,   kBoth,   kBoth,    kBoth,   kBoth,   kBoth,    kBoth},
    /* canary  */ {kBoth,  kBoth,   kBoth,   kBoth,    kBoth,   kBoth,   kBoth,    kBoth},
    /* moved   */ {kOldDb, kOldDb,  kOldDb,  kOldDb,   kFree,   kFree,   kFree,    kFree},
    /* retired */ {kOldDb, kOver,   kOver,   kOver,    kOver,   kFree,   kOver,    kOver},
    // clang-format on
}};

/// Which of the two databases has the rows that count.
bool is_in_shared_database(DataStage data) {
  return data == DataStage::Shared || data == DataStage::Copying || data == DataStage::Verified ||
         data == DataStage::Switching;
}

/// Shadow has the shares of legacy, and retired those of moved.
bool fits_its_name(const Traffic& traffic) {
  const TrafficStage named = Traffic::of(traffic.reads, traffic.writes).stage;
  return traffic.stage == named ||
         (traffic.stage == TrafficStage::Shadow && named == TrafficStage::Legacy) ||
         (traffic.stage == TrafficStage::Retired && named == TrafficStage::Moved);
}

/// Of a traffic that is legal nowhere: what it lacks is in itself, and nothing about the module.
bool is_ill_formed(const Traffic& traffic) {
  return (traffic.writes == Side::Remote && traffic.reads < Percent::all()) ||
         !fits_its_name(traffic);
}

std::optional<std::string> why_data_forbids(const std::string& name, const Traffic& traffic,
                                            const Topology& topology) {
  switch (data_need(traffic.stage, topology.data)) {
    case DataNeed::Nothing: return std::nullopt;
    case DataNeed::MoveIsOver:
      return "the tables of " + name + " are on the move (" +
             std::string(to_string(topology.data)) +
             "), and its way back needs the old side. Bring the move to its end first: banyan "
             "schema move " +
             name + (topology.data == DataStage::Switched ? " --complete." : ".");
    case DataNeed::OldDatabase:
    case DataNeed::BothSides: break;
  }
  if (topology.both_reach_data) return std::nullopt;
  if (is_in_shared_database(topology.data)) {
    return "the tables of " + name +
           " are in the shared database, which its service cannot open from "
           "another host. Separate them first: banyan schema move " +
           name + ".";
  }
  if (traffic.stage == TrafficStage::Shadow) {
    return "only one side can open the database of " + name +
           ", so the other one has nothing to answer with for comparison.";
  }
  return "only one side can open the database of " + name +
         ", so its traffic moves as a whole. Shift it at once: 100% with the writes on the "
         "new side, or 0% with them on the old one.";
}

/// A traffic that bears the name.
Traffic some(TrafficStage stage) {
  switch (stage) {
    case TrafficStage::Legacy: break;
    case TrafficStage::Shadow: return Traffic::shadow();
    case TrafficStage::Canary: return Traffic::of(usual_steps().front(), Side::Local);
    case TrafficStage::Moved: return Traffic::of(Percent::all(), Side::Remote);
    case TrafficStage::Retired: return Traffic::retired();
  }
  return {};
}

}  // namespace

DataNeed data_need(TrafficStage traffic, DataStage data) {
  return kMatrix[static_cast<std::size_t>(traffic)][static_cast<std::size_t>(data)];
}

bool is_switch_under_way(DataStage data) {
  return data == DataStage::Switching || data == DataStage::Reversing;
}

std::optional<std::string> why_illegal(std::string_view module, const Traffic& traffic,
                                       const Topology& topology) {
  const std::string name(module);
  const bool anything_new = traffic.reads > Percent::none() || traffic.writes == Side::Remote ||
                            traffic.stage == TrafficStage::Shadow;
  const bool anything_old = traffic.reads < Percent::all() || traffic.writes == Side::Local;
  if (traffic.writes == Side::Remote && traffic.reads < Percent::all()) {
    return "the writes of " + name +
           " may only be on the new side while 100% of its reads are, and " +
           to_string(traffic.reads) +
           " would be: two sides must never answer for what one of them writes. Bring the writes "
           "home "
           "in the same change (writes to the old side), or move all reads first (100%).";
  }
  if (!fits_its_name(traffic)) {
    const Traffic named = Traffic::of(traffic.reads, traffic.writes);
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
  return why_data_forbids(name, traffic, topology);
}

std::vector<TrafficStage> legal_stages(std::string_view module, const Topology& topology) {
  std::vector<TrafficStage> legal;
  for (const TrafficStage stage : kTrafficStages) {
    if (!why_illegal(module, some(stage), topology)) legal.push_back(stage);
  }
  return legal;
}

std::optional<std::string> why_forcing_illegal(std::string_view module, const Traffic& now,
                                               Effect effect, Side wanted,
                                               const Topology& topology) {
  if (effect == Effect::Write) {
    if (wanted == now.writes) return std::nullopt;
    return "the writes of " + std::string(module) + " are on the " +
           (now.writes == Side::Remote ? "new" : "old") +
           " side, and nobody's go elsewhere: two sides must never write at once.";
  }
  const Percent there = wanted == Side::Remote ? Percent::all() : Percent::none();
  if (now.reads == there) return std::nullopt;
  const Traffic beside = Traffic::of(usual_steps().front(), now.writes);
  Topology anywhere = topology;
  for (const DataStage data : kDataStages) {
    anywhere.data = data;
    if (auto why = why_illegal(module, beside, anywhere)) return why;
  }
  return std::nullopt;
}

std::optional<std::string> why_writes_stay(std::string_view module, const Topology& topology) {
  // Legacy is legal wherever the tables are. That the old side can open them is what it takes for
  // the stage on the way there, where both sides answer.
  if (auto why = why_change_illegal(module, Traffic::of(Percent::all(), Side::Local), topology)) {
    return why;
  }
  if (topology.old_side_sees_writes) return std::nullopt;
  const std::string name(module);
  return "nobody has said that both sides of " + name +
         " work on the same data, so what its new side has written may be missing on the old one. "
         "If they do, say shared_data = true in [rollouts." +
         name +
         ".fallback]; of a module of this application `banyan status` says so where its service "
         "works on another database.";
}

std::optional<std::string> why_change_illegal(std::string_view module, const Traffic& after,
                                              const Topology& topology) {
  if (is_switch_under_way(topology.data)) {
    return "the tables of " + std::string(module) + " are being switched to another database (" +
           std::string(to_string(topology.data)) +
           "), and until that is done no traffic is shifted. It takes a moment: ask "
           "again, or look at banyan schema report.";
  }
  auto why = why_illegal(module, after, topology);
  // The sentence says what to do; a list of all stages, that one among them, would say nothing.
  if (!why || is_ill_formed(after)) return why;
  std::string legal;
  for (const TrafficStage stage : legal_stages(module, topology)) {
    // It is the matrix's to allow and `banyan retire`'s to judge: no way out of a refusal.
    if (stage == TrafficStage::Retired) continue;
    if (!legal.empty()) legal += ", ";
    legal += to_string(stage);
  }
  *why += legal.empty() ? " Nothing is legal as things are." : " Legal now: " + legal + '.';
  if (!topology.current) {
    *why +=
        " So it was when a process that goes by this control store last looked; start it, and it "
        "looks anew.";
  }
  return why;
}

std::optional<std::string> why_unsure(std::string_view module, const Traffic& after,
                                      const Topology& topology) {
  if (topology.current || after == Traffic{}) return std::nullopt;
  const std::string name(module);
  return "whether " + to_string(after) + " is legal for " + name +
         " nobody can say: no process that goes by this control store runs (or one of an earlier "
         "version, which notes nothing), and only such a one knows where the tables are and who "
         "can open them. Start it and ask it (--url), or shift "
         "all the same with force (--force), which the log tells. Legal wherever they are: legacy.";
}

}  // namespace banyan::strangler
