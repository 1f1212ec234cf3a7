// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "banyan/stages/traffic.hpp"

namespace banyan::strangler {

std::string to_json(const Traffic& traffic) {
  return R"({"stage":")" + std::string(to_string(traffic.stage)) + R"(","reads":)" +
         std::to_string(traffic.reads.hundredths()) + R"(,"writes":")" +
         std::string(to_string(traffic.writes)) + R"("})";
}

std::optional<Traffic> traffic_from_json(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto name = [&json](const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  const auto reads = json.find("reads");
  if (reads == json.end() || !reads->is_number_integer()) return std::nullopt;
  const auto stage = traffic_stage_from(name("stage"));
  const auto share = Percent::of_hundredths(reads->get<std::int64_t>());
  const auto writes = side_from(name("writes"));
  if (!stage || !share || !writes) return std::nullopt;
  return Traffic{*stage, *share, *writes};
}

}  // namespace banyan::strangler
