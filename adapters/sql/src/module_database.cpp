// SPDX-License-Identifier: Apache-2.0
#include "sql/module_database.hpp"

#include "door.hpp"

namespace banyan::sql {

const std::string& ModuleDatabase::module() const { return door_->module(); }

void ModuleDatabase::run_read(const std::function<void(Session&)>& body) { door_->read(body); }

std::optional<Error> ModuleDatabase::run_write(const Context& context,
                                               const std::function<bool(Session&)>& body) {
  return door_->write(context, body);
}

}  // namespace banyan::sql
