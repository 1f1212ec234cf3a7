// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace banyan::test {

/// A port of the loopback interface that refuses whoever connects, and that nobody is given, not
/// even the server under test: that of a listener which has closed is free for the next one.
class DeafPort {
 public:
  /// Throws std::system_error.
  DeafPort();
  /// Somebody may listen there from now on.
  ~DeafPort();
  DeafPort(const DeafPort&) = delete;
  DeafPort& operator=(const DeafPort&) = delete;

  std::uint16_t number() const noexcept { return number_; }

 private:
  int descriptor_;
  std::uint16_t number_ = 0;
};

/// One until this process ends; another one each time.
std::uint16_t deaf_port();

}  // namespace banyan::test
