// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "admin_client.hpp"
#include "banyan/kernel/single_quoted.hpp"
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

/// Lines that are lost or changed do not come back by themselves: what is there is kept to be
/// looked into, and the newest copy that is intact is put back.
void show_what_to_do(const std::string& store) {
  const std::string file = store.empty() ? "control.db" : shell_word(store);
  const auto say = [](const std::string& line) { print_line(paint(line, Tone::Faint)); };
  say("what to do:");
  say("  keep what is there, to look into it: sqlite3 " + file + " \".backup tampered.db\"");
  say("  see by `banyan status` where the traffic stands, for it goes on by that: set right what "
      "none of you has switched");
  say("  look for the newest copy that is intact: banyan log verify --store COPY --head HASH, with "
      "a head that you noted before");
  say("  put that back (docs/how-to/run-the-proxy.md, \"Back up the control store\"), and switch "
      "anew what it lacks; without one the log stays as it is, and says so each time");
}

void show(const Json& document, const std::string& store) {
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
  show_what_to_do(store);
}

}  // namespace

int verify(const ControlTarget& target, const std::string& noted_head) {
  return ask(
      target, "/verify", noted_head.empty() ? "" : "head=" + noted_head,
      [&](const Json& document) { show(document, target.store); }, code_of, code_of_no_answer);
}

}  // namespace banyan::cli
