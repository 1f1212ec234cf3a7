// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <typeindex>
#include <utility>

#include "banyan/kernel/environment.hpp"

namespace banyan::telemetry {
class Health;
}

/// Outside parties: those that an application works with and that are no part of it, such as a
/// payment provider. A module declares one (PARTIES of banyan_add_module) by publishing an
/// interface in its own words; the application says who stands behind it. See
/// docs/how-to/outside-parties.md.
namespace banyan::host {

/// An option of the command line that only this application has.
struct OwnOption {
  std::string name;      ///< "payment-provider"
  std::string argument;  ///< "URL"; "" for a switch
  std::string help;
};

/// What the application's own options were given, by their names.
using OwnValues = std::map<std::string, std::string, std::less<>>;

/// What an application makes its own parts with.
struct OwnParts {
  const OwnValues& options;
  const Environment& environment;  ///< who keeps it keeps a copy
  /// Of endpoints: where the process keeps files of its own. May not exist yet.
  std::filesystem::path folder{};
  /// Of endpoints: only other processes of the application come (--internal), no visitors.
  bool internal = false;
  /// Of parties: where they can say how they are, each under its own name. May be null.
  telemetry::Health* health = nullptr;
};

/// How an outside party is made; see party().
struct Party {
  std::string name;  ///< as modules declare it: "payments.provider"
  std::type_index type = typeid(void);
  /// Throws std::runtime_error, with the next step in its text, for options that cannot be.
  std::function<std::shared_ptr<void>(const OwnParts&)> make;
};

/// The party `name`, "MODULE.PARTY", behind the interface `Interface`. Made once, and only in a
/// process that hosts the module. It is called by many threads at once, and never inside a unit of
/// work.
template <class Interface>
Party party(std::string name, std::function<std::unique_ptr<Interface>(const OwnParts&)> make) {
  return {std::move(name), typeid(Interface), [make = std::move(make)](const OwnParts& parts) {
            return std::shared_ptr<void>(std::shared_ptr<Interface>(make(parts)));
          }};
}

/// Those of one process, as its modules get them.
class Parties {
 public:
  template <class Interface>
  Interface& get() const {
    const auto found = made_.find(typeid(Interface));
    if (found == made_.end()) {
      throw std::logic_error("an outside party is used that its module does not declare");
    }
    return *static_cast<Interface*>(found->second.get());
  }

  void add(std::type_index type, std::shared_ptr<void> party) { made_[type] = std::move(party); }

 private:
  std::map<std::type_index, std::shared_ptr<void>> made_;
};

}  // namespace banyan::host
