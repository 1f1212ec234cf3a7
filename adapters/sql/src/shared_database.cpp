// SPDX-License-Identifier: Apache-2.0
#include "sql/shared_database.hpp"

#include <utility>

#include "door.hpp"
#include "places.hpp"

namespace banyan::sql {

struct SharedDatabase::Parts {
  std::filesystem::path file;
  std::shared_ptr<Places> places;
};

SharedDatabase::SharedDatabase(const std::filesystem::path& file, const Options& options) {
  auto absolute = std::filesystem::absolute(file);
  auto places = std::make_shared<Places>(absolute, options);
  parts_ = std::make_unique<Parts>(std::move(absolute), std::move(places));
}

SharedDatabase::~SharedDatabase() = default;

ModuleDatabase SharedDatabase::door(const std::string& module,
                                    const std::vector<std::string>& tables,
                                    const std::vector<Crossing>& crossings) {
  const auto number = parts_->places->ownership().add(module, tables, crossings);
  return ModuleDatabase(std::make_shared<Door>(parts_->places, number));
}

const std::filesystem::path& SharedDatabase::file() const { return parts_->file; }

WriterFigures SharedDatabase::figures() const { return parts_->places->figures(); }

std::vector<ModuleStatement> SharedDatabase::statements() const {
  return parts_->places->ownership().statements();
}

std::filesystem::path SharedDatabase::place_of(const std::string& module) const {
  Location location;
  parts_->places->shared().readers_of(Ownership::kKit).with_connection([&](Connection& connection) {
    location = location_in(connection, module);
  });
  return location.empty() ? parts_->file : parts_->file.parent_path() / location;
}

}  // namespace banyan::sql
