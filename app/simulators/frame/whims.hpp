// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Mutex.h>
#include <Poco/Random.h>

#include <string>
#include <utility>
#include <vector>

namespace simulators {

/// How well a party does, and how it can be made to do worse: see /control. Safe for concurrent
/// use.
class Whims {
 public:
  explicit Whims(unsigned seed) { random_.seed(seed); }

  struct Now {
    int outage = 0;        ///< 1: it answers, and not what was asked
    int slow = 0;          ///< milliseconds before a request is looked at
    int late = 0;          ///< milliseconds between its being carried out and its answer
    int lose_answers = 0;  ///< per cent of the requests that are carried out and never answered
    int duplicate = 0;     ///< per cent of what it tells unasked that is told twice
    int disorder = 0;      ///< the most milliseconds that telling waits, so that others pass it
  };
  Now now() const {
    const Poco::FastMutex::ScopedLock lock(mutex_);
    return now_;
  }
  using Settings = std::vector<std::pair<std::string, std::string>>;
  /// "" or what is wrong with it. Nothing is changed unless all of it is right.
  std::string change(const Settings& settings);
  /// With what else is to be known: how many things wait to be told, and whom.
  std::string to_json(std::size_t untold, const std::string& tells, const std::string& whom) const;

  /// Does what happens in `percent` of a hundred cases happen now?
  bool happens(int percent);
  /// 0 … bound
  int up_to(int bound);

 private:
  mutable Poco::FastMutex mutex_;
  Now now_;
  Poco::Random random_;
};

}  // namespace simulators
