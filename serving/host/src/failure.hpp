// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include "banyan/kernel/result.hpp"

namespace banyan::host {

/// The message, and each detail on a line of its own.
inline std::string text_of(const Error& error) {
  std::string text = error.message;
  for (const Detail& detail : error.details) text += "\n  " + detail.where + ": " + detail.problem;
  return text;
}

/// For the start of the program, which ends with whatever is wrong. What is only away for now is
/// told from what is not right.
template <class T>
T value_or_throw(Result<T> result) {
  if (!result) throw OperationalFault(result.error(), text_of(result.error()));
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace banyan::host
