// SPDX-License-Identifier: Apache-2.0
#include "reason.hpp"

#include <algorithm>
#include <utility>

namespace banyan::strangler {
namespace {

constexpr std::size_t kLongestEvidence = 64 * 1024;

std::optional<std::string> wrong_text(std::string_view name, std::string_view text,
                                      std::size_t longest) {
  if (text.find_first_not_of(' ') == std::string_view::npos) {
    return std::string(name) + " is missing";
  }
  if (text.size() > longest) {
    return std::string(name) + " is longer than " + std::to_string(longest) + " bytes";
  }
  const bool control = std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (control) return std::string(name) + " contains a control character";
  return std::nullopt;
}

}  // namespace

std::vector<Detail> faults_of(const Reason& reason) {
  std::vector<Detail> details;
  if (auto wrong = wrong_text("who", reason.who, kLongestWho)) details.push_back({"/who", *wrong});
  if (auto wrong = wrong_text("why", reason.why, kLongestWhy)) details.push_back({"/why", *wrong});
  if (reason.evidence.size() > kLongestEvidence) {
    details.push_back({"/evidence", "evidence is longer than 65536 bytes"});
  }
  return details;
}

Result<void> check(const Reason& reason) {
  std::vector<Detail> details = faults_of(reason);
  if (details.empty()) return {};
  std::string message = "a change needs who asks for it and why, for the switch log";
  for (const Detail& detail : details) message += "; " + detail.problem;
  return fail(ErrorCode::InvalidArgument, "banyan.author_or_reason_missing", std::move(message),
              std::move(details));
}

}  // namespace banyan::strangler
