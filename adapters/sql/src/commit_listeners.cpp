// SPDX-License-Identifier: Apache-2.0
#include "commit_listeners.hpp"

#include <exception>

namespace banyan::sql {

void contain(const std::function<void()>& task, const OnFault& on_fault) noexcept {
  try {
    try {
      task();
    } catch (const std::exception& exception) {
      if (on_fault) on_fault(exception.what());
    }
  } catch (...) {  // NOLINT(bugprone-empty-catch): there is nobody left to tell
  }
}

}  // namespace banyan::sql
