// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string_view>

#include "banyan/kernel/result.hpp"

/// Changes that depend on what their caller has read (optimistic concurrency). Something with
/// versions has a field `version` in the answers that show it: one more with every change. An
/// operation that changes it has a field `if_version` in its request: std::optional, and only the
/// callers who say a version are bound to it; a plain std::int64_t, and all must say one.
///
///     struct ChangeAddress {
///       CustomerId id;
///       Address address;
///       std::optional<std::int64_t> if_version = std::nullopt;
///       using Response = Customer;                                        // has `version`
///       … .errors = errors(…, "customers.changed_meanwhile") …
///     };
///
/// Over HTTP `if_version` is the header If-Match, the version is in the ETag, and the refusal has
/// the status 412 (RFC 9110 §13.1.1); see adapters/binding.
namespace banyan {

/// What the rule of such a refusal ends with, behind the module's name.
inline constexpr std::string_view kChangedMeanwhile = ".changed_meanwhile";

/// No version of anything: the first one is 1.
inline constexpr std::int64_t kNoVersion = 0;

template <class Op>
concept NamesVersion = requires(const Op& operation) { operation.if_version; };

template <class Op>
concept DependsOnVersion =
    NamesVersion<Op> && (std::same_as<decltype(Op::if_version), std::optional<std::int64_t>> ||
                         std::same_as<decltype(Op::if_version), std::int64_t>);

/// Conflict `rule` unless `wanted` is the version that is there now. To be asked inside of the unit
/// of work that makes the change, and only when there is something to change: whoever asks again
/// because the answer got lost finds it done. `what` is for people: "customer cus_…".
Result<void> check_version(std::optional<std::int64_t> wanted, std::int64_t now,
                           std::string_view rule, std::string_view what);

}  // namespace banyan
