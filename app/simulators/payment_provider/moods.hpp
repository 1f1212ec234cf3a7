// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Mutex.h>
#include <Poco/Random.h>

#include <string>
#include <utility>
#include <vector>

namespace acmepay {

/// How well the provider does, and how it can be made to do worse: see /control. Safe for
/// concurrent use.
class Moods {
 public:
  explicit Moods(unsigned seed) { random_.seed(seed); }

  struct Now {
    std::string notify;    ///< where the merchant is told what has happened; "": nobody is
    bool outage = false;   ///< everything is answered with 503 and a page for people
    int slow = 0;          ///< milliseconds before a request is looked at
    int lose_answers = 0;  ///< per cent of the requests that are carried out and never answered
    int duplicate = 0;     ///< per cent of the notifications that are sent twice
    int disorder = 0;      ///< the most milliseconds that a notification waits, so that others pass
  };
  Now now() const {
    const Poco::FastMutex::ScopedLock lock(mutex_);
    return now_;
  }
  /// "" or what is wrong with it. Nothing is changed unless all of it is right.
  std::string change(const std::vector<std::pair<std::string, std::string>>& settings);
  /// `untold`: how many notifications wait.
  std::string to_json(int untold) const;

  /// Does what happens in `percent` of a hundred cases happen now?
  bool happens(int percent);
  /// 0 … bound
  int up_to(int bound);

 private:
  mutable Poco::FastMutex mutex_;
  Now now_;
  Poco::Random random_;
};

}  // namespace acmepay
