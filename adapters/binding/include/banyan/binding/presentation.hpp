// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "banyan/http/message.hpp"
#include "banyan/json/shape.hpp"
#include "banyan/kernel/error.hpp"
#include "banyan/kernel/operation.hpp"
#include "banyan/kernel/resources.hpp"

/// What a client over HTTP may ask of an answer beside its content: links to what can be done next,
/// the next page, and not to get again what it has.
namespace banyan::binding {

/// An operation that answers of some type link to.
struct LinkedOperation {
  std::string_view relation;  ///< "self" for the one that reads the same thing
  const Operation* operation;
  ResourcePath at;  ///< its parameters are fields of the answer
};

/// What the other operations of its port make of a type of answer.
struct AnswerTraits {
  std::vector<LinkedOperation> linked;
  bool versioned = false;  ///< one of them changes it and has an `if_version`
};

/// InvalidArgument "banyan.not_acceptable" (406) when the request's Accept excludes both media
/// types that answers have; without Accept anything will do (RFC 9110 §12.5.1).
std::optional<Error> refuse_accept(const http::RequestHead& head);

/// Completes the answer to an operation that succeeded:
/// * of a page that is not the last: Link with rel="next" (RFC 8288),
/// * for who accepts application/hal+json by that name: `_links` (draft-kelly-json-hal) to the
///   answer itself, the next page, and the operations of `linked` that it offers; their method is
///   in the OpenAPI document under the link's name,
/// * of a GET that reads: ETag, and 304 without content for who has it (If-None-Match, RFC 9110
///   §13.1.2),
/// * of something with versions: the version in the ETag, also of an answer to a write, so that it
///   can be sent as If-Match.
void present(http::Response& response, const http::RequestHead& asked, const Operation& operation,
             const AnswerTraits& traits, const json::Shape& shape, const void* value);

}  // namespace banyan::binding
