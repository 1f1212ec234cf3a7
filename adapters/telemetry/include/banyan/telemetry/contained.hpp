// SPDX-License-Identifier: Apache-2.0
#pragma once

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

/// Calls `task`; tells `on_fault` what it throws. For the function that a thread begins with.
void contain(const std::function<void()>& task, const OnFault& on_fault) noexcept;

}  // namespace banyan::telemetry
