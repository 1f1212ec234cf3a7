// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "banyan/map/description.hpp"

namespace banyan::map {

/// One arrow of a context map.
struct Relation {
  enum class Kind : std::uint8_t {
    Call,       ///< `from` calls the port of `to`: downstream and upstream
    Event,      ///< `from` publishes what `to` follows
    Party,      ///< `from` works with somebody outside of the application
    Violation,  ///< `from` touches tables of `to`, a module, or tables that belong to nobody
  };
  enum class Target : std::uint8_t { Module, Party, SharedTable };

  Kind kind;
  std::string from;
  std::string to;
  Target target = Target::Module;
  std::vector<std::string> what{};  ///< operations as far as they are known, events, tables
};

/// In the order of the modules, calls first. Whom the description does not have is left out.
std::vector<Relation> relations(const Description& description);

/// The events of `publisher` that `follower` follows, by their own names.
std::vector<std::string> events_between(const ModuleInfo& publisher, const ModuleInfo& follower);

/// The operations of `upstream` that `downstream` calls, as far as sources have told.
std::vector<std::string> calls_between(const ModuleInfo& upstream, const ModuleInfo& downstream);

/// Who owns a table; "" when it is nobody's.
std::string owner_of(const Description& description, const std::string& table);

}  // namespace banyan::map
