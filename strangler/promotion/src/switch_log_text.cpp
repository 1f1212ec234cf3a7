// SPDX-License-Identifier: Apache-2.0
#include "switch_log_text.hpp"

#include <nlohmann/json.hpp>

#include "banyan/stages/control_store.hpp"

namespace banyan::strangler {
namespace {

constexpr std::size_t kMostEvidence = 60 * 1024;

/// The log takes so much: rather all judgements without their figures than half of them with.
std::string figures_of(std::vector<OperationVerdict> verdicts) {
  std::string text = to_json(verdicts);
  if (text.size() <= kMostEvidence) return text;
  std::erase_if(verdicts, [](const OperationVerdict& each) {
    return each.judgement == Judgement::BetterOrEqual;
  });
  for (OperationVerdict& each : verdicts) each.findings.clear();
  text = to_json(verdicts);
  return text.size() <= kMostEvidence ? text : "too many operations to list";
}

}  // namespace

std::string evidence_of(const std::vector<OperationVerdict>& verdicts,
                        const std::optional<Trip>& trip) {
  using Json = nlohmann::ordered_json;
  std::string figures = figures_of(verdicts);
  if (!trip) return figures;
  Json json = {{"judgement", to_string(Judgement::Worse)},
               {"burst",
                {{"operation", trip->operation},
                 {"new_side", {{"hits", trip->failed.hits}, {"of", trip->failed.of}}}}}};
  const Json judged = Json::parse(figures, nullptr, false);
  if (judged.is_object()) json["operations"] = judged.at("operations");
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string line_of(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  if (text.size() > kLongestWhy) text.resize(kLongestWhy);
  return text;
}

}  // namespace banyan::strangler
