// SPDX-License-Identifier: Apache-2.0
#include "placements.hpp"

#include <algorithm>
#include <boost/describe.hpp>
#include <optional>
#include <vector>

#include "banyan/json/codec.hpp"
#include "banyan/sql/fault.hpp"

namespace banyan::host {
namespace {

struct PlacementView {
  std::string module;
  std::string database;
  std::string stage;  ///< of the fence: "shared", "copying", …; "" when it is not known
  std::int64_t epoch = 0;
  std::optional<std::string> gate;    ///< of its own database: "open", "closed"
  std::optional<std::string> schema;  ///< of a server's database: the module's own
  bool waiting = false;               ///< its calls wait for its tables
};
BOOST_DESCRIBE_STRUCT(PlacementView, (), (module, database, stage, epoch, gate, schema, waiting))

struct PlacementsDocument {
  std::vector<PlacementView> modules;
};
BOOST_DESCRIBE_STRUCT(PlacementsDocument, (), (modules))

/// What the fence says of a module that has never moved is nothing.
void fill_in(PlacementView& view, const sql::PlacementFigures& placed) {
  view.stage = placed.stage;
  view.epoch = static_cast<std::int64_t>(placed.epoch);
  if (placed.gate_open) view.gate = *placed.gate_open ? "open" : "closed";
  if (!placed.schema.empty()) view.schema = placed.schema;
}

}  // namespace

std::string placements_json(const Assembly& assembly, const sql::Database& database) {
  const auto waiting = database.waiting();
  const bool files = database.source().engine == sql::Engine::Sqlite;
  PlacementsDocument document;
  for (const auto& module : assembly.modules()) {
    if (!module->here) continue;
    const sql::DataSource source = database.source_of(module->name());
    PlacementView& view = document.modules.emplace_back();
    view.module = module->name();
    view.database = files ? source.file.filename().string() : source.display();
    view.epoch = static_cast<std::int64_t>(database.epoch_of(view.module));
    view.waiting = std::ranges::count(waiting, view.module, &sql::WaitingModule::module) > 0;
    try {
      fill_in(view, database.placement_of(view.module));
    } catch (const sql::Fault&) {  // NOLINT(bugprone-empty-catch): health tells of that
    }
  }
  return json::encode(document);
}

}  // namespace banyan::host
