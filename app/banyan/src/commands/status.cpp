// SPDX-License-Identifier: Apache-2.0
#include "admin_client.hpp"
#include "exit_code.hpp"
#include "terminal.hpp"
#include "traffic_text.hpp"

namespace banyan::cli {
namespace {

int show(const Json& document) {
  const Json migrations = document.value("migrations", Json::array());
  std::vector<std::vector<std::string>> rows = {
      {"MODULE", "STAGE", "READS", "WRITES", "DATA", "NEXT", "BACK"}};
  const auto or_dash = [](const std::string& text) { return text.empty() ? "-" : text; };
  for (const Json& each : migrations) {
    rows.push_back({text_of(each, "module"), text_of(each, "stage"), text_of(each, "reads"),
                    text_of(each, "writes"), text_of(each, "data"), or_dash(text_of(each, "next")),
                    or_dash(text_of(each, "back"))});
  }
  if (migrations.empty()) {
    print_line("nothing is being migrated here");
  } else {
    print_table(rows);
  }
  for (const Json& each : migrations) {
    if (const std::string illegal = text_of(each, "illegal"); !illegal.empty()) {
      print_line(paint("attention: " + illegal, Tone::Warning));
    }
  }
  print_line("");
  print_line(paint("revision " + std::to_string(number_of(document, "revision")) + ", log head " +
                       text_of(document.value("log", Json::object()), "head"),
                   Tone::Faint));
  return kDone;
}

}  // namespace

int status(const Place& place) { return ask(place, "/status", "", show); }

}  // namespace banyan::cli
