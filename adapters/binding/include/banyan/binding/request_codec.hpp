// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/http/message.hpp"
#include "banyan/json/reader.hpp"
#include "banyan/json/shape.hpp"
#include "banyan/kernel/error.hpp"
#include "banyan/kernel/operation.hpp"
#include "banyan/kernel/resources.hpp"
#include "banyan/kernel/result.hpp"

namespace banyan::binding {

/// Where the fields that are not in the path travel.
constexpr bool has_body(const Operation& operation, const ResourcePath& at) {
  return operation.effect == Effect::Write && at.method != "GET" && at.method != "DELETE";
}

/// The next "{name}" of a path template from `from` on; moves `from` behind it. "" when there is
/// no more.
constexpr std::string_view next_parameter(std::string_view path, std::size_t& from) {
  const std::size_t open = path.find('{', from);
  if (open == std::string_view::npos) return {};
  const std::size_t close = path.find('}', open);
  from = close == std::string_view::npos ? path.size() : close;
  return path.substr(open + 1, from - open - 1);
}

/// Every {parameter} is a field that holds exactly one value.
constexpr bool parameters_fit(const ResourcePath& at, const json::Shape& request) {
  std::size_t from = 0;
  for (std::string_view name = next_parameter(at.path, from); !name.empty();
       name = next_parameter(at.path, from)) {
    bool fits = false;
    for (const json::Field& field : request.fields) {
      fits = fits || (field.name == name && json::is_scalar(field.shape()));
    }
    if (!fits) return false;
  }
  return true;
}

/// Every parameter of what Location may say is a field of the answer.
constexpr bool location_fits(const ResourcePath& at, const json::Shape& answer) {
  return parameters_fit({.method = {}, .path = at.made_at}, answer) &&
         parameters_fit({.method = {}, .path = at.followed_at}, answer);
}

constexpr bool is_parameter_of(std::string_view path, std::string_view field) {
  std::size_t from = 0;
  for (std::string_view name = next_parameter(path, from); !name.empty();
       name = next_parameter(path, from)) {
    if (name == field) return true;
  }
  return false;
}

/// A query string holds values, optional values and lists of values.
constexpr bool query_fits(const Operation& operation, const ResourcePath& at,
                          const json::Shape& request) {
  if (has_body(operation, at)) return true;
  for (const json::Field& field : request.fields) {
    if (is_parameter_of(at.path, field.name)) continue;
    const json::Shape& content = json::content_of(field);
    const bool list = content.kind == json::Kind::Array && !json::is_optional(field) &&
                      json::is_scalar(content.container->element());
    if (!json::is_scalar(content) && !list) return false;
  }
  return true;
}

/// Turns the request of one operation into an HTTP message and back: path parameters by name, the
/// other fields of a read (and of any GET or DELETE) in the query, those of a write in the JSON
/// body, and `if_version` (kernel/version.hpp) as If-Match. Safe for concurrent use.
class RequestCodec {
 public:
  /// `request` is the shape of the operation; everything passed must outlive the codec.
  RequestCodec(const Operation& operation, ResourcePath at, const json::Shape& request);

  /// InvalidArgument "banyan.invalid_request" when a value has no place in a message, e.g. an
  /// empty id in the path.
  Result<http::Request> write(const void* value) const;

  /// Reads into a default-constructed value. InvalidArgument with every problem, or
  /// "banyan.unsupported_media_type", "banyan.not_acceptable", "banyan.no_version" for a request
  /// that depends on the version of a resource, which has none, or "banyan.version_missing".
  std::optional<Error> read(const http::Request& request, void* value) const;

  const Operation& operation() const { return *operation_; }

 private:
  void read_path(std::string_view target, void* value, json::Problems& problems) const;
  void read_query(std::string_view target, void* value, json::Problems& problems) const;
  void write_version(void* object, http::RequestHead& head) const;
  std::optional<Error> read_version(const http::RequestHead& head, void* value) const;
  void write_query(const void* value, std::string& target) const;
  std::string unknown_key(std::string_view key) const;

  const Operation* operation_;
  ResourcePath at_;
  const json::Shape* shape_;
  std::vector<std::string_view> segments_;  ///< of the template
  const json::Field* version_ = nullptr;    ///< `if_version`; null: it has none
  json::FieldMask rest_ = 0;                ///< the fields of the query or the body
  bool body_;
};

/// The answer to an operation that succeeded: 200, or 201 with Location where it makes something
/// that has a place of its own, or 202 with Location and Retry-After while the work goes on. Throws
/// json::NotWritable.
http::Response write_answer(const ResourcePath& at, const json::Shape& shape, const void* value);

/// Reads it back, tolerantly. The error of an error answer; Internal "banyan.unreadable_answer"
/// when the other side does not speak our language.
std::optional<Error> read_answer(const http::Response& response, const json::Shape& shape,
                                 void* value);

}  // namespace banyan::binding
