// SPDX-License-Identifier: Apache-2.0
#include "banyan/map/description.hpp"

#include <algorithm>
#include <boost/describe.hpp>

#include "banyan/json/codec.hpp"

namespace banyan::map {

BOOST_DESCRIBE_STRUCT(OperationInfo, (),
                      (name, summary, writes, repeated, internal, precondition, postcondition,
                       rules, method, path, fields, answer, callers))
BOOST_DESCRIBE_STRUCT(EventInfo, (), (name, version, summary, key, fields))
BOOST_DESCRIBE_STRUCT(ViolationInfo, (), (table, reason, places))
BOOST_DESCRIBE_STRUCT(SagaStepInfo, (), (kind, module, call, undo))
BOOST_DESCRIBE_STRUCT(SagaInfo, (), (name, version, summary, deadline_seconds, steps))
BOOST_DESCRIBE_STRUCT(ModuleInfo, (),
                      (name, version, summary, purpose, needs, follows, parties, tables, operations,
                       events, sagas, violations))
BOOST_DESCRIBE_STRUCT(SharedTableInfo, (), (table, users))
BOOST_DESCRIBE_STRUCT(Description, (), (name, title, version, summary, modules, shared_tables))

const ModuleInfo* Description::find(std::string_view module) const {
  const auto found = std::ranges::find(modules, module, &ModuleInfo::name);
  return found == modules.end() ? nullptr : &*found;
}

std::string to_json(const Description& description) { return json::encode(description) + '\n'; }

Result<Description> description_from_json(std::string_view text) {
  return json::decode<Description>(text, json::Reading::Tolerant,
                                   {.max_bytes = std::size_t{16} * 1024 * 1024});
}

}  // namespace banyan::map
