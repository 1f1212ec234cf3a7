// SPDX-License-Identifier: Apache-2.0
// Two bodies, with a zero byte between them: whatever they are, comparing them ends, says the same
// from both sides, and finds nothing in a body that is compared with itself and a blank.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "banyan/comparison/comparator.hpp"

namespace {

using namespace banyan;
using namespace banyan::strangler;

const OperationRules& exact() {
  static const OperationRules rules({}, "fuzz", Effect::Read, nullptr);
  return rules;
}

const OperationRules& declared() {
  static const OperationRules rules(
      {.rules = {{"", "/l", {.as = CompareAs::AnyOrder}},
                 {"", "/k", {.as = CompareAs::AnyOrder, .key = "id"}},
                 {"", "/k/*/id", {.as = CompareAs::GeneratedId}},
                 {"", "/t", {.as = CompareAs::Time, .apart = std::chrono::microseconds(5)}},
                 {"", "/n", {.as = CompareAs::Number, .within = 0.5}},
                 {"", "/f", {.as = CompareAs::SameForm}}}},
      "fuzz", Effect::Write, nullptr);
  return rules;
}

Comparison compared(std::string_view left, std::string_view right, const OperationRules& rules) {
  static const http::ResponseHead head = [] {
    http::ResponseHead json;
    json.fields.add("Content-Type", "application/json");
    return json;
  }();
  return compare({head, left}, {head, right}, rules, AliasMap(), {});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view left = text.substr(0, text.find('\0'));
  const std::string_view right = text.substr(std::min(left.size() + 1, text.size()));
  if (compared(left, right, exact()).same() != compared(right, left, exact()).same()) std::abort();
  (void)compared(left, right, declared());
  // JSON with a blank behind it is the same; of what is no JSON bytes are compared, no more.
  const Comparison own = compared(left, std::string(left) + ' ', exact());
  if (!own.same() && own.differences.front().kind != DifferenceKind::Bytes) std::abort();
  return 0;
}
