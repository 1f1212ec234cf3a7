// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "banyan/verdict/judge.hpp"

namespace banyan::strangler {
namespace {

using Json = nlohmann::ordered_json;

Json tally_json(const statistics::Tally& tally) { return {{"hits", tally.hits}, {"of", tally.of}}; }

}  // namespace

std::string to_json(const std::vector<OperationVerdict>& verdicts) {
  Json operations = Json::array();
  for (const OperationVerdict& verdict : verdicts) {
    Json findings = Json::array();
    for (const Finding& each : verdict.findings) {
      if (!each.measured) continue;
      findings.push_back({{"measure", to_string(each.measure)},
                          {"judgement", to_string(each.judgement)},
                          {"new_side", tally_json(each.suspect)},
                          {"reference", tally_json(each.reference)},
                          {"log_e_worse", each.evidence_worse},
                          {"log_e_all_clear", each.evidence_all_clear}});
    }
    operations.push_back({{"operation", verdict.operation},
                          {"judgement", to_string(verdict.judgement)},
                          {"reason", verdict.reason},
                          {"samples", verdict.samples},
                          {"compared", verdict.compared},
                          {"findings", std::move(findings)}});
    if (verdict.effect == Effect::Read) continue;
    operations.back()["effect"] = to_string(verdict.effect);
    operations.back()["samples_before"] = verdict.before;
    if (is_unasked(verdict.counted)) operations.back()["counted"] = to_string(verdict.counted);
  }
  return Json{{"judgement", to_string(overall(verdicts))}, {"operations", std::move(operations)}}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace banyan::strangler
