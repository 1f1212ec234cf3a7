// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/host/parties.hpp"
#include "banyan/migrations/script.hpp"
#include "banyan/serving/served.hpp"

namespace banyan::host {

class Ports;

/// A table of another module (or a shared one) that a module still touches. The list may only
/// shrink; every row says why it is still there.
struct AllowedViolation {
  std::string module;
  std::string table;
  std::string reason;
};

/// A table that belongs to no module yet.
struct SharedTable {
  std::string table;
  std::vector<std::string> users;
};

/// What an application says about itself; everything else is in the composition table.
struct Application {
  std::string name;   ///< "recordshop"
  std::string title;  ///< for people and the API's description
  std::string version;
  std::string description;
  /// The HTML of "/": what the process is. Of "/about" where the application has a page at "/".
  std::string_view home_page;
  const std::vector<migrations::Script>* shared_scripts = nullptr;  ///< migrations/shared
  std::vector<SharedTable> shared_tables;
  std::vector<AllowedViolation> violations;
  /// What it serves beside its modules: a gateway, a web shop.
  std::vector<serving::Endpoint> endpoints;
  /// Those of them that ask its modules, made once all ports are bound. A process need not have
  /// every port: Ports::find(). Empty when there are none.
  std::function<std::vector<serving::Endpoint>(const Ports&, const OwnParts&)> make_endpoints{};
  /// Behind whom the outside parties of its modules stand.
  std::vector<Party> parties{};
  /// By module: how long a call to it is waited for at least where it runs elsewhere, whatever
  /// --call-timeout says.
  std::map<std::string, std::chrono::milliseconds> patience{};
  /// What its command line takes besides the kit's options.
  std::vector<OwnOption> options{};
};

/// The whole program: options, logs, database, modules and their bindings, server, strangler,
/// drain. Returns the exit code (kernel/exit_code.hpp).
int run(int argc, char** argv, const Application& application);

}  // namespace banyan::host
