// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Mutex.h>
#include <Poco/Random.h>

#include <string>
#include <utility>
#include <vector>

namespace overland {

/// How well the carrier does, and how it can be made to do worse: see /control. Safe for concurrent
/// use.
class Whims {
 public:
  explicit Whims(unsigned seed) { random_.seed(seed); }

  struct Now {
    int outage = 0;        ///< 1: answered with a page for people, or with a fault and status 200
    int slow = 0;          ///< milliseconds before a request is looked at
    int late = 0;          ///< milliseconds between its being carried out and its answer
    int lose_answers = 0;  ///< per cent of the requests that are carried out and never answered
    int duplicate = 0;     ///< per cent of scans that are listed, and pushed, twice
    int disorder = 0;      ///< the most milliseconds that a push waits, so that others pass it
  };
  Now now() const {
    const Poco::FastMutex::ScopedLock lock(mutex_);
    return now_;
  }
  /// "" or what is wrong with it. Nothing is changed unless all of it is right.
  std::string change(const std::vector<std::pair<std::string, std::string>>& settings);
  std::string to_json(std::size_t unpushed) const;

  /// Does what happens in `percent` of a hundred cases happen now?
  bool happens(int percent);
  /// 0 … bound
  int up_to(int bound);

 private:
  mutable Poco::FastMutex mutex_;
  Now now_;
  Poco::Random random_;
};

}  // namespace overland
