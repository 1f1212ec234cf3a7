// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <string_view>

#include "banyan/kernel/executor.hpp"

namespace banyan::telemetry {

/// Told what a task has thrown. On the task's thread; what it throws itself is lost. May be empty.
using OnFault = std::function<void(std::string_view what)>;

/// Whatever the scheduler itself does about a task that throws, `on_fault` is told, and the task is
/// called again at its next turn.
std::unique_ptr<Scheduler> contained(std::unique_ptr<Scheduler> scheduler, OnFault on_fault);

/// Tells `on_fault`, if there is one.
void tell_fault(const OnFault& on_fault, std::string_view what) noexcept;

/// Calls `task`; tells `on_fault` what it throws. For the function that a thread begins with, and
/// for what is done beside a call and must not take it down. Needs no memory of its own.
template <class Task>
void contain(Task&& task, const OnFault& on_fault) noexcept {
  try {
    task();
  } catch (const std::exception& exception) {
    tell_fault(on_fault, exception.what());
  } catch (...) {
    tell_fault(on_fault, "an exception of an unknown type");
  }
}

}  // namespace banyan::telemetry
