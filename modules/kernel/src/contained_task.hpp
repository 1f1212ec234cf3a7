// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <string_view>

#include "banyan/kernel/executor.hpp"

namespace banyan {

inline void tell_of(const OnTaskFault& on_fault, std::string_view what) noexcept {
  try {
    if (on_fault) on_fault(what);
  } catch (...) {  // NOLINT(bugprone-empty-catch): there is nobody left to tell
  }
}

/// Runs a task on a thread of its own, which an exception would end together with the process.
template <class Task>
void run_contained(Task& task, const OnTaskFault& on_fault) noexcept {
  try {
    task();
  } catch (const std::exception& exception) {
    tell_of(on_fault, exception.what());
  } catch (...) {
    tell_of(on_fault, "an exception of an unknown type");
  }
}

}  // namespace banyan
