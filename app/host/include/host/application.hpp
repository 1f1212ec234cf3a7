// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "migrations/script.hpp"

namespace banyan::host {

/// A table of another module (or a shared one) that a module still touches. The list may only
/// shrink; every row says why it is still there.
struct AllowedCrossing {
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
  std::string_view home_page;                                       ///< the HTML of "/"
  const std::vector<migrations::Script>* shared_scripts = nullptr;  ///< migrations/shared
  std::vector<SharedTable> shared_tables;
  std::vector<AllowedCrossing> crossings;
};

/// The whole program: options, logs, database, modules and their bindings, server, strangler,
/// drain. Returns the exit code: 0 stopped as asked, 64 wrong usage, 70 a fault, 78 something that
/// it needs is not there or not right (sysexits.h).
int run(int argc, char** argv, const Application& application);

}  // namespace banyan::host
