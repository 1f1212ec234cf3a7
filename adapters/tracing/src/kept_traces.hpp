// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "banyan/tracing/recorder.hpp"

namespace banyan::tracing {

/// The last traces of each operation that something was the matter with: a few of each, and of all
/// no more than have room in one budget of spans; what is over it goes, the oldest first. Safe for
/// concurrent use.
class KeptTraces {
 public:
  explicit KeptTraces(const RecorderOptions& options)
      : each_(options.keep),
        most_operations_(options.most_operations),
        most_spans_(options.most_kept_spans) {}

  void add(Kept reason, std::shared_ptr<const FinishedTrace> trace);
  std::vector<Recorder::KeptTrace> all() const;

 private:
  using Trace = std::shared_ptr<const FinishedTrace>;
  struct Place {
    std::uint64_t number;  ///< in the order in which they came
    Trace trace;
  };
  using Shelf = std::array<std::deque<Place>, kKeptReasons>;  ///< the latest first

  /// With the lock. What they return is for the caller to let go, after the lock.
  Trace take_last(std::deque<Place>& places);
  Trace take_oldest();

  const std::size_t each_;
  const std::size_t most_operations_;
  const std::size_t most_spans_;
  mutable std::mutex mutex_;
  std::map<std::string, Shelf, std::less<>> shelves_;
  std::size_t spans_ = 0;
  std::uint64_t came_ = 0;
};

}  // namespace banyan::tracing
