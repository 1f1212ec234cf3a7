// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "admin_client.hpp"
#include "counted.hpp"
#include "exit_code.hpp"
#include "terminal.hpp"
#include "traffic_text.hpp"

namespace banyan::cli {
namespace {

/// What the log itself says by being as it is: that lines are gone, or cannot be read.
bool is_of_the_log(std::string_view rule) {
  constexpr auto kRules = std::to_array<std::string_view>(
      {"banyan.control_store_moved", "banyan.control_store_older", "banyan.control_store_rewound",
       "banyan.corrupt_control_store", "banyan.unreadable_log_line"});
  return std::ranges::find(kRules, rule) != kRules.end();
}

/// Whoever watches a log by this must not be told of tampering when nobody has looked.
int code_of_no_answer(const Error& error) {
  if (error.rule == "banyan.bad_token_file" && error.code == ErrorCode::FailedPrecondition) {
    return kBadConfiguration;
  }
  return is_of_the_log(error.rule) ? kRefused : kUnavailable;
}

int code_of(const Json& document) { return document.value("intact", false) ? kDone : kRefused; }

void show_remarks(const Json& document) {
  const Json remarks = document.value("remarks", Json::array());
  for (const Json& each : remarks) {
    if (each.is_string()) print_line("  not told: " + each.get<std::string>());
  }
}

void show(const Json& document) {
  const std::uint64_t entries = number_of(document, "entries");
  const std::string lines = counted(entries, "line");
  if (document.value("intact", false)) {
    print_line(paint("intact", Tone::Good) + ": " + lines + ", head " + text_of(document, "head"));
    show_remarks(document);
    print_line(
        paint("note the head somewhere else; `banyan log verify --head HASH` finds it again, or "
              "that the log was written anew",
              Tone::Faint));
    return;
  }
  print_line(paint("NOT intact", Tone::Bad) + ": " + lines + (entries == 1 ? " was" : " were") +
             " read");
  for (const Json& each : document.value("problems", Json::array())) {
    if (each.is_string()) print_line("  " + paint(each.get<std::string>(), Tone::Plain));
  }
  show_remarks(document);
}

}  // namespace

int verify(const ControlTarget& target, const std::string& noted_head) {
  return ask(target, "/verify", noted_head.empty() ? "" : "head=" + noted_head, show, code_of,
             code_of_no_answer);
}

}  // namespace banyan::cli
