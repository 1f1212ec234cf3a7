// SPDX-License-Identifier: Apache-2.0
// An application of one module in any version: host_under_test VERSION OPTION…
//
// Version 2 adds a column to what version 1 has made, as an expansion; version 3 does not say that
// version 2 can live with its script.
#include <string>
#include <vector>

#include "banyan/host/application.hpp"
#include "banyan/host/composition.hpp"
#include "demo_host.hpp"

namespace {

std::string version;

std::vector<banyan::migrations::Script> scripts_of_the_version() {
  std::vector<banyan::migrations::Script> all{
      {"0001_create.sql", "CREATE TABLE things (id TEXT PRIMARY KEY);"}};
  if (version >= "2") {
    all.push_back({"0002_note.sql", "-- banyan: expand\nALTER TABLE things ADD COLUMN note TEXT;"});
  }
  if (version >= "3") {
    all.push_back({"0003_narrow.sql", "ALTER TABLE things DROP COLUMN note;"});
  }
  return all;
}

}  // namespace

namespace banyan::host {

std::vector<ModuleEntry> composition() {
  static const std::vector<migrations::Script> scripts = scripts_of_the_version();
  return {hosted<demo::Demo>(extracted<demo::Demo>({}), Linkage::Linked, {"things"}, scripts,
                             [](Ports&, sql::ModuleDatabase&, const Environment&) {
                               return std::make_unique<NamedDemo>(version);
                             })};
}

Network network() { return {}; }

}  // namespace banyan::host

int main(int count, char** words) {
  if (count < 2) return 64;
  version = words[1];
  const banyan::host::Application application{.name = "demo",
                                              .title = "The demo",
                                              .version = version,
                                              .description = "One module.",
                                              .home_page = "hello"};
  words[1] = words[0];
  return banyan::host::run(count - 1, words + 1, application);
}
