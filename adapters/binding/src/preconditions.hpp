// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "banyan/http/message.hpp"
#include "banyan/json/shape.hpp"
#include "banyan/kernel/error.hpp"
#include "banyan/kernel/operation.hpp"

/// Conditional requests (RFC 9110 §13), and the versions that they are about (kernel/version.hpp).
namespace banyan::binding {

/// The name of the field that If-Match stands for; it travels nowhere else.
inline constexpr std::string_view kIfVersion = "if_version";

/// The opaque part of an entity tag of this version: "v7".
std::string tag_of(std::int64_t version);
/// The version of an answer that has one.
std::optional<std::int64_t> version_in(const json::Shape& answer, const void* value);

/// A request that cannot be carried out as it is meant. Most operations have no versions to compare
/// with: InvalidArgument "banyan.no_version" for what depends on one. If-Unmodified-Since is
/// ignored, as §13.1.4 has it where there is no date, and so are the conditions of a read that are
/// true whatever the version is. `has_version`: the operation has a field for If-Match.
std::optional<Error> refuse_precondition(const Operation& operation, const http::RequestHead& head,
                                         bool has_version);

/// The version that If-Match names; nothing when there is no condition, or "*", which whatever is
/// there fulfils; kNoVersion for tags that nothing of ours ever has. InvalidArgument
/// "banyan.invalid_header" when it names several.
std::expected<std::optional<std::int64_t>, Error> version_wanted(const http::RequestHead& head);

/// InvalidArgument "banyan.version_missing" (428) of an operation that is only done to a version.
Error version_missing(const Operation& operation);

}  // namespace banyan::binding
