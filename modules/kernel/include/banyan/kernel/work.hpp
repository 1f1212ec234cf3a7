// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace banyan {

/// One unit of what a module does by itself, in the background, as nobody requests it: a saga that
/// was taken up, a question that was put to a carrier. Said once, of the first attempt: that it is
/// tried again says nothing new, and a look at what is not to be done yet is none.
struct Work {
  std::string_view worker;  ///< "sagas"; one of a few names, the same wherever the module runs
  bool failed = false;      ///< it came to nothing for now: no answer, none of use, a fault
  /// How long after it was due it was begun; nothing where nobody knows when it was due.
  std::optional<std::chrono::microseconds> lag{};
};

/// A dependency that has answered nobody here for so long: maybe it cannot be reached from here at
/// all, so that from then on what comes of it is told as failed. Until then it only hinders, for
/// most outages are shorter, and everybody's.
inline constexpr std::chrono::minutes kLongOutage{10};

/// Who is told what a module's workers have done, where they do it. The host hands one to each
/// module, see Environment.
class WorkObserver {
 public:
  virtual ~WorkObserver() = default;

  /// Never waits. From any thread.
  virtual void worked(const Work& work) noexcept = 0;

  /// Something that is not the worker's has kept it from its work: its database was away, a
  /// dependency did not answer for a moment, it has lost its lease in a pause. No unit; what is
  /// begun late because of it is nobody's lag. As often as it happens. From any thread.
  virtual void hindered(std::string_view worker) noexcept = 0;
};

}  // namespace banyan
