// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/error.hpp"
#include "banyan/kernel/result.hpp"
#include "banyan/stages/control_store.hpp"
#include "banyan/stages/percent.hpp"
#include "banyan/stages/traffic.hpp"

namespace banyan::strangler {

/// So deep may a body be nested, and what the log shows as JSON.
inline constexpr std::size_t kMostLevels = 64;

/// The body of an order as an object, in which no key is there twice. InvalidArgument
/// "banyan.invalid_json".
Result<nlohmann::json> parse_body(std::string_view body);

/// Reads the fields of an order strictly, and collects what is wrong, each with its JSON pointer.
/// "who", "why" and "evidence" are fields of every order.
class BodyReader {
 public:
  /// The object must outlive it.
  BodyReader(const nlohmann::json& json, std::vector<std::string> fields);

  bool has(const char* key) const { return json_.contains(key); }
  std::string text(const std::string& key, bool required);
  std::optional<Percent> percent(const std::string& key);
  std::optional<Side> side(const std::string& key);
  std::optional<std::uint64_t> number(const std::string& key);
  bool flag(const std::string& key);
  Reason reason();

  /// `value` stands at `pointer` in the body.
  std::optional<Percent> percent_in(const nlohmann::json& value, const std::string& pointer);
  std::optional<std::uint64_t> number_in(const nlohmann::json& value, const std::string& pointer);

  void complain(const std::string& key, std::string problem);
  void complain_at(std::string pointer, std::string problem);

  /// InvalidArgument "banyan.invalid_request" with all of it.
  Result<void> end() &&;

 private:
  const nlohmann::json& json_;
  std::vector<Detail> details_;
};

}  // namespace banyan::strangler
