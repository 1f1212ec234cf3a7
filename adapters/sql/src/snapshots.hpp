// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <list>
#include <mutex>
#include <optional>
#include <string>

#include "banyan/kernel/clock.hpp"

namespace banyan::sql {

/// The reads of one file that are under way in this process. Safe for concurrent use.
class Snapshots {
 public:
  struct Read {
    std::string module;
    SteadyTime since;
  };

  /// Under way until this ends.
  class Entry {
   public:
    Entry(Snapshots& all, Read read) : all_(all) {
      const std::lock_guard lock(all_.mutex_);
      at_ = all_.reads_.insert(all_.reads_.end(), std::move(read));
    }
    ~Entry() {
      const std::lock_guard lock(all_.mutex_);
      all_.reads_.erase(at_);
    }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

   private:
    Snapshots& all_;
    std::list<Read>::iterator at_;
  };

  std::optional<Read> oldest() const {
    const std::lock_guard lock(mutex_);
    if (reads_.empty()) return std::nullopt;
    return reads_.front();
  }

 private:
  mutable std::mutex mutex_;
  std::list<Read> reads_;  // in the order of their beginning
};

}  // namespace banyan::sql
