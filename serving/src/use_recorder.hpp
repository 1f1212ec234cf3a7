// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/executor.hpp"
#include "banyan/retirement/use_book.hpp"
#include "banyan/telemetry/log.hpp"

namespace banyan::serving {

/// Writes down once a minute what was used since: the counters are there already, so that a request
/// costs nothing. A process that is killed loses the uses of its last minute, and the book says
/// that it does; one that ends in order, none that were counted before end(). Safe for concurrent
/// use.
class UseRecorder {
 public:
  /// What is counted since the process began.
  using Read = std::function<std::vector<retirement::UseCount>()>;

  /// Without a book nothing is kept, and the log says why. The log must outlive it.
  UseRecorder(const std::string& file, const Clock& clock, const telemetry::Log& log);

  /// Notes at once that this process is there. What `read` looks at has to live until end().
  void begin(Scheduler& scheduler, Read read);
  void end();

  /// The document of /_banyan/api/uses, up to now.
  std::string json();

 private:
  enum class Which : std::uint8_t { OneOfMany, TheLast };
  void note(Which which = Which::OneOfMany);
  void complain(const Error& error);

  const telemetry::Log& log_;
  std::unique_ptr<retirement::UseBook> book_;
  std::mutex mutex_;
  Read read_;
  struct Noted {
    std::uint64_t count = 0;
    std::optional<Timestamp> last{};
  };
  std::map<retirement::UseKey, Noted> noted_;
  bool failing_ = false;
  std::unique_ptr<Scheduler::Handle> every_minute_;
};

}  // namespace banyan::serving
