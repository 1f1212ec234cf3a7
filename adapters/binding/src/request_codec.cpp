// SPDX-License-Identifier: Apache-2.0
#include "banyan/binding/request_codec.hpp"

#include <algorithm>
#include <utility>

#include "banyan/binding/path_of.hpp"
#include "banyan/binding/path_segments.hpp"
#include "banyan/binding/percent.hpp"
#include "banyan/binding/presentation.hpp"
#include "banyan/binding/problem.hpp"
#include "banyan/json/listed.hpp"
#include "banyan/json/utf8.hpp"
#include "banyan/json/writer.hpp"
#include "banyan/kernel/nearest.hpp"
#include "preconditions.hpp"

namespace banyan::binding {
namespace {

constexpr std::string_view kJson = "application/json";
// Answers come from our own side and carry whole pages of things.
constexpr json::Bounds kAnswerBounds{.max_bytes = 16 * 1024 * 1024, .max_depth = 32};

std::string_view parameter_name(std::string_view segment) {
  return segment.starts_with('{') ? segment.substr(1, segment.size() - 2) : std::string_view();
}

bool is_json(const http::Fields& fields) {
  const auto type = fields.find("Content-Type");
  if (!type) return false;
  std::string_view media = type->substr(0, type->find(';'));
  while (media.ends_with(' ')) media.remove_suffix(1);
  return http::equals_ignoring_case(media, kJson);
}

bool is_list(const json::Field& field) { return field.shape().kind == json::Kind::Array; }

}  // namespace

RequestCodec::RequestCodec(const Operation& operation, ResourcePath at, const json::Shape& request)
    : operation_(&operation),
      at_(at),
      shape_(&request),
      segments_(path_segments(at.path)),
      body_(has_body(operation, at)) {
  for (std::size_t i = 0; i < request.fields.size(); ++i) {
    if (request.fields[i].name == kIfVersion) {
      version_ = &request.fields[i];
    } else if (!is_parameter_of(at.path, request.fields[i].name)) {
      rest_ |= json::FieldMask{1} << i;
    }
  }
}

Result<http::Request> RequestCodec::write(const void* value) const try {
  json::Problems problems;
  http::Request request;
  request.head.method = at_.method;
  std::string& target = request.head.target;
  // Only to find the fields; nothing is changed through it.
  void* const object = const_cast<void*>(value);
  for (const std::string_view segment : segments_) {
    target += '/';
    if (!segment.starts_with('{')) {
      target += segment;
      continue;
    }
    const json::Field* const field = json::find_field(*shape_, parameter_name(segment));
    std::string text;
    json::write_scalar(field->shape(), field->in(object), text);
    if (!fits_segment(text) || !json::count_characters(text)) {
      problems.add(json::pointer_to("", field->name),
                   text.empty() ? "must not be empty" : "cannot stand in a path");
    }
    target += percent_encode(text);
  }
  if (target.empty()) target = "/";
  if (!problems.empty()) return fail(std::move(problems).error("the request"));
  request.head.fields.add("Accept", "application/json, application/problem+json");
  write_version(object, request.head);
  if (!body_) {
    write_query(value, target);
  } else if (rest_ != 0) {
    json::write_json(*shape_, value, request.body, rest_);
    request.head.fields.add("Content-Type", kJson);
  }
  return request;
} catch (const json::NotWritable& fault) {
  return fail(ErrorCode::InvalidArgument, "banyan.invalid_request", fault.what());
}

void RequestCodec::write_version(void* object, http::RequestHead& head) const {
  if (version_ == nullptr) return;
  std::optional<std::int64_t> version;
  if (json::is_optional(*version_)) {
    version = *static_cast<const std::optional<std::int64_t>*>(version_->in(object));
  } else {
    version = *static_cast<const std::int64_t*>(version_->in(object));
  }
  if (version) head.fields.add("If-Match", '"' + tag_of(*version) + '"');
}

std::optional<Error> RequestCodec::read_version(const http::RequestHead& head, void* value) const {
  if (version_ == nullptr) return std::nullopt;
  const auto wanted = version_wanted(head);
  if (!wanted) return wanted.error();
  if (json::is_optional(*version_)) {
    *static_cast<std::optional<std::int64_t>*>(version_->in(value)) = *wanted;
  } else if (*wanted) {
    *static_cast<std::int64_t*>(version_->in(value)) = **wanted;
  } else {
    return version_missing(*operation_);
  }
  return std::nullopt;
}

void RequestCodec::write_query(const void* value, std::string& target) const {
  struct Sink {
    std::string* target;
    std::string_view name;
    const json::Shape* element;
    char separator;
  };
  Sink sink{&target, {}, nullptr, '?'};
  const auto append = [](void* visitor, std::string_view /*key*/, const void* element) {
    auto& to = *static_cast<Sink*>(visitor);
    std::string text;
    json::write_scalar(*to.element, element, text);
    *to.target += to.separator;
    *to.target += to.name;
    *to.target += '=';
    *to.target += percent_encode(text);
    to.separator = '&';
  };
  for (std::size_t i = 0; i < shape_->fields.size(); ++i) {
    if ((rest_ & (json::FieldMask{1} << i)) == 0) continue;
    const json::Field& field = shape_->fields[i];
    const json::Shape& shape = field.shape();
    const void* const content = field.in(const_cast<void*>(value));
    sink.name = field.name;
    if (shape.container == nullptr) {
      sink.element = &shape;
      append(&sink, {}, content);
    } else {
      sink.element = &shape.container->element();
      shape.container->each(content, &sink, append);
    }
  }
}

std::optional<Error> RequestCodec::read(const http::Request& request, void* value) const {
  if (auto refusal = refuse_accept(request.head)) return refusal;
  if (auto refusal = refuse_precondition(*operation_, request.head, version_ != nullptr)) {
    return refusal;
  }
  if (auto refusal = read_version(request.head, value)) return refusal;
  json::Problems problems;
  read_path(request.head.target, value, problems);
  if (!body_) {
    if (!request.body.empty()) problems.add("", "a body is not expected here: use the query");
    read_query(request.head.target, value, problems);
  } else {
    if (request.head.target.find('?') != std::string::npos) {
      problems.add("", "a query is not expected here: use the JSON body");
    }
    if (!request.body.empty() && !is_json(request.head.fields)) {
      return Error{ErrorCode::InvalidArgument,
                   "banyan.unsupported_media_type",
                   "the body must be JSON: send it with Content-Type: application/json",
                   {}};
    }
    const std::string_view body = request.body.empty() ? std::string_view("{}") : request.body;
    json::read_json(*shape_, value, body, json::Reading::Strict, {}, rest_, problems);
  }
  if (problems.empty()) return std::nullopt;
  return std::move(problems).error("the request");
}

void RequestCodec::read_path(std::string_view target, void* value, json::Problems& problems) const {
  const std::vector<std::string_view> given = path_segments(target);
  for (std::size_t i = 0; i < segments_.size(); ++i) {
    if (!segments_[i].starts_with('{')) continue;
    const json::Field* const field = json::find_field(*shape_, parameter_name(segments_[i]));
    const std::string where = json::pointer_to("", field->name);
    const auto text = i < given.size() ? decode_segment(given[i]) : std::nullopt;
    if (!text) {
      problems.add(where, "is malformed in the path");
      continue;
    }
    json::read_scalar(field->shape(), field->in(value), *text, field->limit, where, problems);
  }
}

void RequestCodec::read_query(std::string_view target, void* value,
                              json::Problems& problems) const {
  json::FieldMask seen = 0;
  const std::size_t mark = target.find('?');
  std::string_view query = mark == std::string_view::npos ? "" : target.substr(mark + 1);
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    const auto key = percent_decode(pair.substr(0, equals), Plus::Space);
    if (!key || key->empty()) {
      problems.add("", "the query holds \"" + json::repaired(pair) + "\", which is not name=value");
      continue;
    }
    const std::string where = json::pointer_to("", *key);
    const json::Field* const field = json::find_field(*shape_, *key);
    const json::FieldMask bit =
        field == nullptr
            ? 0
            : json::FieldMask{1} << static_cast<std::size_t>(field - shape_->fields.data());
    if ((rest_ & bit) == 0) {
      problems.add(where, unknown_key(*key));
      continue;
    }
    const auto text = equals == std::string_view::npos
                          ? std::nullopt
                          : percent_decode(pair.substr(equals + 1), Plus::Space);
    if (!text) {
      problems.add(where, equals == std::string_view::npos
                              ? "needs a value: " + *key + "=…"
                              : "is malformed: bad escape or not UTF-8");
      seen |= bit;
      continue;
    }
    if (!is_list(*field) && (seen & bit) != 0) {
      problems.add(where, "is there twice");
      continue;
    }
    seen |= bit;
    const json::Shape& shape = field->shape();
    if (shape.container == nullptr) {
      json::read_scalar(shape, field->in(value), *text, field->limit, where, problems);
    } else {
      const std::size_t index = shape.container->size(field->in(value));
      json::read_scalar(shape.container->element(), shape.container->add(field->in(value), {}),
                        *text, is_list(*field) ? nullptr : field->limit,
                        is_list(*field) ? json::pointer_to(where, index) : where, problems);
    }
  }
  for (std::size_t i = 0; i < shape_->fields.size(); ++i) {
    const json::FieldMask bit = json::FieldMask{1} << i;
    const json::Field& field = shape_->fields[i];
    if ((rest_ & bit) == 0) continue;
    const std::string where = json::pointer_to("", field.name);
    if (is_list(field)) {
      json::check_items(field.limit, field.shape().container->size(field.in(value)), where,
                        problems);
    } else if ((seen & bit) == 0 && !json::is_optional(field)) {
      problems.add(where, "missing in the query; expected " + json::expected(field.shape()));
    }
  }
}

std::string RequestCodec::unknown_key(std::string_view key) const {
  if (is_parameter_of(at_.path, key)) return "is given by the path: leave it out of the query";
  std::vector<std::string_view> known;
  for (std::size_t i = 0; i < shape_->fields.size(); ++i) {
    if ((rest_ & (json::FieldMask{1} << i)) != 0) known.push_back(shape_->fields[i].name);
  }
  if (const auto meant = nearest(key, known)) {
    return "unknown in the query; did you mean \"" + std::string(*meant) + "\"?";
  }
  return known.empty() ? "unknown in the query; there are no parameters here"
                       : "unknown in the query; known are " + json::listed(known);
}

http::Response write_answer(const ResourcePath& at, const json::Shape& shape, const void* value) {
  http::Response response;
  if (at.goes_on != nullptr && at.goes_on(value)) {
    response.head.status = 202;
    response.head.fields.add("Location", path_of(at.followed_at, shape, value));
    response.head.fields.add("Retry-After", "1");
  } else if (!at.made_at.empty()) {
    response.head.status = 201;
    response.head.fields.add("Location", path_of(at.made_at, shape, value));
  }
  response.head.fields.add("Content-Type", kJson);
  json::write_json(shape, value, response.body);
  return response;
}

std::optional<Error> read_answer(const http::Response& response, const json::Shape& shape,
                                 void* value) {
  const unsigned status = response.head.status;
  if (status < 200 || status > 299) return error_from(response);
  if (!is_json(response.head.fields)) {
    return Error{ErrorCode::Internal,
                 "banyan.unreadable_answer",
                 "the other side answered with something that is not JSON",
                 {}};
  }
  json::Problems problems;
  json::read_json(shape, value, response.body, json::Reading::Tolerant, kAnswerBounds,
                  json::kAllFields, problems);
  if (problems.empty()) return std::nullopt;
  Error error = std::move(problems).error("the answer of the other side");
  error.code = ErrorCode::Internal;
  error.rule = "banyan.unreadable_answer";
  return error;
}

}  // namespace banyan::binding
