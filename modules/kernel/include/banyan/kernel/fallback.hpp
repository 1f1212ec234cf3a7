// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/context.hpp"
#include "banyan/kernel/error.hpp"
#include "banyan/kernel/operation.hpp"
#include "banyan/kernel/port.hpp"

/// A read whose module is here and in a service, too, comes home when the service has not answered:
/// who decides whether it may, and what an action remembers of it (docs/adr/0035).
namespace banyan {

/// Decides whether a module of this process may answer a read in place of its service. Implemented
/// by whoever knows the rollout; safe for concurrent use.
class FallbackGate {
 public:
  struct Call {
    const PortInfo& port;
    const Operation& operation;
    const Context& context;  ///< with the decision that has sent the call to the service
    /// How the service has failed; null: it was not asked, for the action has come home before.
    const Error* error;
  };
  virtual ~FallbackGate() = default;
  /// Where it says so the module here is asked, at once and once. What a read costs that comes home
  /// is taken; one that stays (`error` is null) costs nothing, and only has to be legal still.
  virtual bool opens(const Call& call) noexcept = 0;
};

/// The modules whose reads an action has brought home. Shared by all contexts of the action in this
/// process, so that it changes sides once, and does not wait for the same dead service at each of
/// its calls. Safe for concurrent use.
class BroughtHome {
 public:
  void add(std::string_view module);
  /// It may not stay: its reads go where they were decided to, and whoever is asked is told so.
  void remove(std::string_view module);
  bool contains(std::string_view module) const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> modules_;
};

/// Whether the action has brought reads of the module home.
bool is_home(const Context& context, std::string_view module);

/// The action from here on, with its reads of the module at home. Whoever shares what `context`
/// remembers knows of it.
Context brought_home(const Context& context, std::string_view module);

}  // namespace banyan
