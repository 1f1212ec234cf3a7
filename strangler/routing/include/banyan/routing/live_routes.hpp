// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "banyan/routing/configuration.hpp"
#include "banyan/routing/route_table.hpp"

namespace banyan::strangler {

/// A configuration whose routes make a table.
struct Routing {
  Configuration configuration;
  std::uint64_t generation = 1;  ///< counts the reloads
};

/// Puts what the program's options say, which win over the file, into what was read.
using Overlay = std::function<void(Configuration&)>;

/// Reads a file, lays `overlay` over it (if there is one), and checks its routes together.
std::expected<std::shared_ptr<const Routing>, std::vector<FileProblem>> load_routing(
    const std::string& file, const Overlay& overlay = {});

/// The routing of a running process, replaced as a whole by a reload. A file with a problem is
/// refused whole and the routing stays what it was. Stages are not in here.
///
/// Requests take the routing once and keep it until they are answered: hand each event loop its
/// own shared_ptr (through `current()`, once a reload) rather than asking here for each request.
class LiveRoutes {
 public:
  /// `overlay`: that of `first`; each reload has it too.
  LiveRoutes(std::string file, std::shared_ptr<const Routing> first, Overlay overlay = {});

  std::shared_ptr<const Routing> current() const;

  /// May find more problems in a routing, with what it leads to.
  using Check = std::function<std::vector<FileProblem>(const std::shared_ptr<const Routing>&)>;

  /// Reads the file again: the new routing, or the problems.
  std::expected<std::shared_ptr<const Routing>, std::vector<FileProblem>> reload(
      const Check& check = {});

  const std::string& file() const { return file_; }

 private:
  std::string file_;
  Overlay overlay_;
  std::mutex reloading_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Routing> current_;
};

}  // namespace banyan::strangler
