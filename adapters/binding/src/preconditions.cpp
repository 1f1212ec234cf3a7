// SPDX-License-Identifier: Apache-2.0
#include "preconditions.hpp"

#include <string>
#include <string_view>

#include "banyan/http/list.hpp"

namespace banyan::binding {
namespace {

Error no_version(const Operation& operation, std::string_view field) {
  return {ErrorCode::InvalidArgument,
          "banyan.no_version",
          std::string(field) + " makes " + std::string(operation.name) +
              " depend on a version of the resource, and it has none (no answer carries an ETag):"
              " nothing was done. Leave the header out; read again to see what is there now.",
          {}};
}

}  // namespace

std::optional<Error> refuse_precondition(const Operation& operation,
                                         const http::RequestHead& head) {
  const bool writes = operation.effect == Effect::Write;
  if (const auto wanted = head.fields.find("If-Match")) {
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

}  // namespace banyan::binding
