// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>

#include "banyan/kernel/clock.hpp"
#include "data/load_shop.hpp"

namespace recordshop {

/// Tells of a load at most once a second, and of each kind of records how far it got in the end.
class ProgressLines {
 public:
  /// The clock must outlive it.
  ProgressLines(const banyan::Clock& clock, std::function<void(const Progress&)> say);

  void take(const Progress& now);
  /// Says what was kept back.
  void end();

 private:
  void say(const Progress& what);

  const banyan::Clock& clock_;
  const std::function<void(const Progress&)> say_;
  std::optional<Progress> kept_back_;
  std::optional<banyan::SteadyTime> said_;
};

}  // namespace recordshop
