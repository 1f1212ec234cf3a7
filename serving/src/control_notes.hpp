// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "banyan/stages/control_store.hpp"
#include "banyan/telemetry/log.hpp"

namespace banyan::serving {

/// What is noted beside a control store, and beside the configuration where that lies elsewhere:
/// that it was made, and how far it had come. So a start can tell a store that was lost, or an
/// older copy, from one that is as it was:
///
///     change -> control store -> notes (within a second) -> the next start
///
/// A note may lag behind its store, and is never ahead of it. Not for concurrent use.
class ControlNotes {
 public:
  static constexpr std::chrono::milliseconds kLook{1'000};

  /// `config_file`: "" is none. The log must outlive it.
  ControlNotes(std::string store, std::string config_file, const telemetry::Log& log)
      : store_(std::move(store)), config_file_(std::move(config_file)), log_(log) {}

  /// Writes down that the store has come to there, unless that is noted. Where it cannot be
  /// written that is logged, once.
  void keep(const strangler::Stand& stand);

  /// The one that was given last.
  std::uint64_t revision() const { return revision_; }

 private:
  std::string store_;
  std::string config_file_;
  const telemetry::Log& log_;
  std::uint64_t revision_ = 0;
  bool told_ = false;
};

}  // namespace banyan::serving
