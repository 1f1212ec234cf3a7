// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <nlohmann/json.hpp>

#include "banyan/verdict/judge.hpp"

namespace banyan::strangler {
namespace {

using Json = nlohmann::ordered_json;

Json tally_json(const statistics::Tally& tally) { return {{"hits", tally.hits}, {"of", tally.of}}; }

Json missing_json(const Missing& missing) {
  Json json = {{"measure", to_string(missing.measure)},
               {"evidence", std::round(missing.evidence * 1'000) / 1'000}};
  if (missing.more) json["more"] = *missing.more;
  json["of"] = missing.of_old_side ? "old_side" : "new_side";
  if (missing.time) json["seconds"] = missing.time->count();
  return json;
}

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
      if (!each.alone) continue;
      findings.back()["held_to"] = "before";  // nobody is left on the old side
      findings.back()["usual"] = each.usual;
      if (each.put_aside > 0) findings.back()["slower_than_before"] = each.put_aside;
    }
    operations.push_back({{"operation", verdict.operation},
                          {"judgement", to_string(verdict.judgement)},
                          {"reason", verdict.reason},
                          {"samples", verdict.samples},
                          {"compared", verdict.compared},
                          {"findings", std::move(findings)}});
    operations.back()["failed"] = {{"new_side", tally_json(verdict.failed)},
                                   {"old_side", tally_json(verdict.failed_old)}};
    if (verdict.missing) operations.back()["missing"] = missing_json(*verdict.missing);
    if (verdict.effect == Effect::Read) continue;
    operations.back()["effect"] = to_string(verdict.effect);
    operations.back()["samples_before"] = verdict.before;
    if (is_unasked(verdict.counted)) operations.back()["counted"] = to_string(verdict.counted);
  }
  return Json{{"judgement", to_string(overall(verdicts))}, {"operations", std::move(operations)}}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace banyan::strangler
