// SPDX-License-Identifier: Apache-2.0
#include "preconditions.hpp"

#include <algorithm>
#include <charconv>

#include "banyan/http/list.hpp"
#include "banyan/json/writer.hpp"
#include "banyan/kernel/version.hpp"

namespace banyan::binding {
namespace {

Error no_version(const Operation& operation, std::string_view field) {
  return {ErrorCode::InvalidArgument,
          "banyan.no_version",
          std::string(field) + " makes " + std::string(operation.name) +
              " depend on a version of the resource, and it has none:"
              " nothing was done. Leave the header out; read again to see what is there now.",
          {}};
}

std::optional<std::int64_t> version_from(std::string_view digits) {
  std::int64_t version = kNoVersion;
  const char* const end = digits.data() + digits.size();
  const auto [rest, problem] = std::from_chars(digits.data(), end, version);
  if (problem != std::errc() || rest != end || version <= kNoVersion) return std::nullopt;
  return version;
}

/// "v7", and "v7.…" of an answer. A weak tag never is the same (§8.8.3.2), nor is a tag of somebody
/// else.
std::int64_t version_of_tag(std::string_view tag) {
  if (tag.size() < 2 || !tag.starts_with('"') || !tag.ends_with('"')) return kNoVersion;
  tag = tag.substr(1, tag.size() - 2);
  if (!tag.starts_with('v')) return kNoVersion;
  return version_from(tag.substr(1, tag.find('.') - 1)).value_or(kNoVersion);
}

}  // namespace

std::string tag_of(std::int64_t version) { return 'v' + std::to_string(version); }

std::optional<std::int64_t> version_in(const json::Shape& answer, const void* value) {
  const json::Field* const field = json::find_field(answer, "version");
  if (field == nullptr || field->shape().kind != json::Kind::Integer) return std::nullopt;
  std::string text;
  // Only to find the field; nothing is changed through it.
  json::write_scalar(field->shape(), field->in(const_cast<void*>(value)), text);
  return version_from(text);
}

std::optional<Error> refuse_precondition(const Operation& operation, const http::RequestHead& head,
                                         bool has_version) {
  const bool writes = operation.effect == Effect::Write;
  if (const auto wanted = head.fields.find("If-Match"); wanted && !has_version) {
    if (writes || http::trimmed(*wanted) != "*") return no_version(operation, "If-Match");
  }
  // A list of tags is never matched, so that the condition holds; "*" asks whether there is
  // anything.
  const auto unwanted = head.fields.find("If-None-Match");
  if (writes && unwanted && http::trimmed(*unwanted) == "*") {
    return no_version(operation, "If-None-Match: *");
  }
  return std::nullopt;
}

std::expected<std::optional<std::int64_t>, Error> version_wanted(const http::RequestHead& head) {
  if (!head.fields.contains("If-Match")) return std::nullopt;
  std::optional<std::int64_t> wanted;
  bool anything = false;
  bool several = false;
  http::any_element(http::joined(head.fields, "If-Match"), [&](std::string_view tag) {
    anything = anything || tag == "*";
    const std::int64_t version = version_of_tag(tag);
    if (version == kNoVersion) return false;
    several = several || (wanted && *wanted != version);
    wanted = version;
    return false;
  });
  if (several) {
    return std::unexpected(Error{ErrorCode::InvalidArgument,
                                 "banyan.invalid_header",
                                 "If-Match names several versions: send the ETag of the one that"
                                 " the change is made for",
                                 {}});
  }
  if (anything) return std::nullopt;
  return wanted.value_or(kNoVersion);
}

Error version_missing(const Operation& operation) {
  return {ErrorCode::InvalidArgument,
          "banyan.version_missing",
          std::string(operation.name) +
              " is done to the version that its caller has seen: read the resource, and send its"
              " ETag as If-Match. Nothing was done",
          {}};
}

}  // namespace banyan::binding
