// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <string>

#include "admin_client.hpp"
#include "counted.hpp"
#include "exit_code.hpp"
#include "terminal.hpp"
#include "traffic_text.hpp"

namespace banyan::cli {
namespace {

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
  return ask(target, "/verify", noted_head.empty() ? "" : "head=" + noted_head, show, code_of);
}

}  // namespace banyan::cli
