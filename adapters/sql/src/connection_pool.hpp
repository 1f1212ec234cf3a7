// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/sql/fault.hpp"

namespace banyan::sql {

/// No connection was there in time, and whoever opens it still waits. To ask once more is of no
/// use: that would open another one.
class NotOpenedInTime : public Fault {
 public:
  using Fault::Fault;
};

/// The connections of one module to one database: opened when first needed, kept while they work,
/// and never more than a few, so that one module cannot take all of them. Safe for concurrent use.
template <class Connection>
class ConnectionPool {
 public:
  /// Nothing: there was no connection before the deadline, and whoever still waits for one gives it
  /// back when it has come. Fault: there is none.
  using Open = std::function<std::unique_ptr<Connection>(SteadyTime deadline)>;

  /// `place` goes before the message of the Fault, "" for none.
  ConnectionPool(Open open, std::string place, std::size_t most, const Clock& clock)
      : open_connection_(std::move(open)), place_(std::move(place)), clock_(clock), most_(most) {}

  /// One that nobody else uses; waits while all are in use, Fault{Deadline} when it passes, and for
  /// a new one to be opened, NotOpenedInTime{ConnectionLost}.
  std::unique_ptr<Connection> take(SteadyTime deadline) {
    {
      std::unique_lock lock(mutex_);
      while (idle_.empty() && open_ >= most_) {
        const auto left = deadline - clock_.steady();
        if (left <= SteadyTime::duration::zero()) {
          throw Fault(FaultKind::Deadline, place_ +
                                               "the deadline passed while all of the module's " +
                                               std::to_string(most_) + " connections were in use.");
        }
        constexpr SteadyTime::duration kLongestWait = std::chrono::minutes(1);
        returned_.wait_for(lock, std::min(left, kLongestWait));
      }
      if (!idle_.empty()) {
        auto connection = std::move(idle_.back());
        idle_.pop_back();
        return connection;
      }
      ++open_;
    }
    std::unique_ptr<Connection> opened;
    try {
      opened = open_connection_(deadline);
    } catch (...) {
      give_back(nullptr);
      throw;
    }
    if (opened != nullptr) return opened;
    throw NotOpenedInTime(FaultKind::ConnectionLost,
                          place_ + "the server has not answered before the deadline.");
  }

  /// Nothing: it is of no use any more, and another one may be opened.
  void give_back(std::unique_ptr<Connection> connection) {
    const std::lock_guard lock(mutex_);
    if (connection == nullptr) {
      --open_;
    } else {
      idle_.push_back(std::move(connection));
    }
    returned_.notify_one();
  }

 private:
  const Open open_connection_;
  const std::string place_;
  const Clock& clock_;
  const std::size_t most_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Connection>> idle_;
  std::size_t open_ = 0;
};

}  // namespace banyan::sql
