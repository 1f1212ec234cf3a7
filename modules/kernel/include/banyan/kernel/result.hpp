// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "banyan/kernel/error.hpp"

namespace banyan {

/// A value, or the Error that prevented it. A struct rather than an alias, so that dropping one
/// is a compiler warning.
template <class T>
struct [[nodiscard]] Result : std::expected<T, Error> {
  using value_type = T;
  using std::expected<T, Error>::expected;
};

template <>
struct [[nodiscard]] Result<void> : std::expected<void, Error> {
  using value_type = void;
  using std::expected<void, Error>::expected;
};

template <class T>
inline constexpr bool is_result = false;
template <class T>
inline constexpr bool is_result<Result<T>> = true;

/// `return fail(ErrorCode::NotFound, "orders.unknown_order", "no order ord_…");`
inline std::unexpected<Error> fail(ErrorCode code, std::string rule, std::string message,
                                   std::vector<Detail> details = {}) {
  return std::unexpected(Error{code, std::move(rule), std::move(message), std::move(details)});
}

/// Hands the failure of one result on as the failure of another.
inline std::unexpected<Error> fail(Error error) { return std::unexpected(std::move(error)); }

}  // namespace banyan
