// SPDX-License-Identifier: Apache-2.0
// An application of one module in any version: host_under_test VERSION OPTION…
//
// Version 2 adds a column to what version 1 has made, as an expansion; version 3 does not say that
// version 2 can live with its script.
#include <string>
#include <vector>

#include "banyan/host/application.hpp"
#include "banyan/host/composition.hpp"
#include "banyan/sql/session.hpp"
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

/// Keeps the name of what it makes.
class KeepingDemo final : public banyan::host::NamedDemo {
 public:
  KeepingDemo(const std::string& name, banyan::sql::ModuleDatabase& database)
      : NamedDemo(name), database_(database) {}

  using NamedDemo::handle;
  banyan::Result<demo::Thing> handle(const demo::MakeThing& make,
                                     const banyan::Context& context) override {
    const auto kept =
        database_.write(context, [&](banyan::sql::Session& session) -> banyan::Result<void> {
          session.run("INSERT INTO things (id) VALUES (:id) ON CONFLICT DO NOTHING", make.name);
          return {};
        });
    if (!kept) return banyan::fail(kept.error());
    return NamedDemo::handle(make, context);
  }

 private:
  banyan::sql::ModuleDatabase& database_;
};

}  // namespace

namespace banyan::host {

std::vector<ModuleEntry> composition() {
  static const std::vector<migrations::Script> scripts = scripts_of_the_version();
  return {hosted<demo::Demo>(extracted<demo::Demo>({}), Linkage::Linked, {"things"}, scripts,
                             [](Ports&, sql::ModuleDatabase& database, const Environment&) {
                               return std::make_unique<KeepingDemo>(version, database);
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
