// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "banyan/routing/configuration.hpp"
#include "banyan/telemetry/health.hpp"

namespace banyan::serving {

/// What is on the disk and not in force: files that were refused when they were read again, until
/// they are good. A start would fail by them, or take what a reload does not, perhaps weeks after
/// somebody has broken them. Safe for concurrent use.
class RefusedFiles {
 public:
  enum class AtAStart : std::uint8_t { Fails, IsTaken };

  /// What was found when all was read; nothing: it is in force.
  void routes(const std::vector<strangler::FileProblem>& problems, AtAStart then = AtAStart::Fails);
  /// The same of certificates, keys and authorities.
  void certificates(const std::vector<strangler::FileProblem>& problems);

  /// For health: it is well when nothing is refused and the configuration is there.
  telemetry::Health::Finding finding(const std::string& config_file) const;

 private:
  mutable std::mutex mutex_;
  std::string routes_;  ///< a sentence; "": they are in force
  std::string certificates_;
};

}  // namespace banyan::serving
