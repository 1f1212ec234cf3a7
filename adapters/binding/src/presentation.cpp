// SPDX-License-Identifier: Apache-2.0
#include "banyan/binding/presentation.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "banyan/binding/path_of.hpp"
#include "banyan/binding/percent.hpp"
#include "banyan/digest/sha256.hpp"
#include "banyan/http/list.hpp"
#include "banyan/json/writer.hpp"
#include "banyan/kernel/json_text.hpp"
#include "preconditions.hpp"

namespace banyan::binding {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kHal = "application/hal+json";

/// How much somebody wants a media type (RFC 9110 §12.5.1): the most specific range decides.
class Accepted {
 public:
  explicit Accepted(std::string_view list) {
    http::any_element(list, [this](std::string_view element) {
      take(element);
      return false;
    });
  }

  double quality(std::string_view type) const {
    if (ranges_.empty()) return 1;
    double best = 0;
    int specific = -1;
    for (const Range& range : ranges_) {
      const int now = specificity(range.type, type);
      if (now > specific) {
        specific = now;
        best = range.quality;
      }
    }
    return best;
  }

  /// By its name, not by a range that it also falls under.
  bool names(std::string_view type) const {
    return std::ranges::any_of(ranges_, [type](const Range& range) {
      return http::equals_ignoring_case(range.type, type) && range.quality > 0;
    });
  }

 private:
  struct Range {
    std::string_view type;
    double quality = 1;
  };

  static int specificity(std::string_view range, std::string_view type) {
    if (http::equals_ignoring_case(range, type)) return 2;
    if (range == "*/*") return 0;
    const bool whole_kind =
        range.ends_with("/*") && type.starts_with(range.substr(0, range.size() - 1));
    return whole_kind ? 1 : -1;
  }

  void take(std::string_view element) {
    const std::size_t semicolon = std::min(element.find(';'), element.size());
    Range range{http::trimmed(element.substr(0, semicolon)), 1};
    if (range.type.empty()) return;
    std::string_view parameters = element.substr(semicolon);
    while (!parameters.empty()) {
      parameters.remove_prefix(1);
      const std::size_t end = std::min(parameters.find(';'), parameters.size());
      const std::string_view parameter = http::trimmed(parameters.substr(0, end));
      if (parameter.starts_with("q=") || parameter.starts_with("Q=")) {
        const char* const last = parameter.data() + parameter.size();
        if (std::from_chars(parameter.data() + 2, last, range.quality).ec != std::errc()) {
          range.quality = 1;
        }
      }
      parameters.remove_prefix(end);
    }
    ranges_.push_back(range);
  }

  std::vector<Range> ranges_;
};

std::string with_cursor(std::string_view target, std::string_view cursor) {
  const std::size_t mark = std::min(target.find('?'), target.size());
  std::string next(target.substr(0, mark));
  char separator = '?';
  std::string_view query = target.substr(std::min(mark + 1, target.size()));
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    if (pair.empty() || pair == "cursor" || pair.starts_with("cursor=")) continue;
    next += std::exchange(separator, '&');
    next += pair;
  }
  next += separator;
  next += "cursor=";
  next += percent_encode(cursor);
  return next;
}

/// The same list from the next page on; nothing on the last page, and where there are no pages.
std::optional<std::string> next_page(const http::RequestHead& asked, const json::Shape& shape,
                                     const void* value) {
  const json::Field* const field = json::find_field(shape, "next_cursor");
  if (field == nullptr || !json::is_optional(*field)) return std::nullopt;
  std::optional<std::string> next;
  struct Sink {
    std::optional<std::string>* next;
    std::string_view target;
    const json::Shape* element;
  } sink{&next, asked.target, &field->shape().container->element()};
  field->shape().container->each(field->in(const_cast<void*>(value)), &sink,
                                 [](void* to, std::string_view /*key*/, const void* cursor) {
                                   auto& found = *static_cast<Sink*>(to);
                                   std::string text;
                                   json::write_scalar(*found.element, cursor, text);
                                   *found.next = with_cursor(found.target, text);
                                 });
  return next;
}

void add_link(std::string& links, std::string_view relation, std::string_view href,
              const Operation* operation) {
  links += links.empty() ? "" : ",";
  links += json_string(relation) + ":{\"href\":" + json_string(href);
  if (operation != nullptr) {
    links += ",\"name\":" + json_string(operation->name);
    if (!operation->summary.empty()) links += ",\"title\":" + json_string(operation->summary);
  }
  links += '}';
}

std::string links_of(const http::RequestHead& asked, const std::vector<LinkedOperation>& linked,
                     const std::optional<std::string>& next, const json::Shape& shape,
                     const void* value) {
  std::string links;
  bool has_self = false;
  for (const LinkedOperation& each : linked) {
    if (each.at.offer.holds != nullptr && !each.at.offer.holds(value)) continue;
    has_self = has_self || each.relation == "self";
    add_link(links, each.relation, path_of(each.at.path, shape, value), each.operation);
  }
  if (!has_self && asked.method == "GET") add_link(links, "self", asked.target, nullptr);
  if (next) add_link(links, "next", *next, nullptr);
  return links;
}

/// The whole of an answer under one name; another representation has another one.
std::string entity_tag(std::string_view body, std::optional<std::int64_t> version) {
  constexpr std::size_t kDigits = 32;
  const std::string before = version ? tag_of(*version) + '.' : std::string();
  return '"' + before + sha256_hex(body).substr(0, kDigits) + '"';
}

bool is_known(const http::Fields& asked, std::string_view tag) {
  return http::any_element(http::joined(asked, "If-None-Match"), [tag](std::string_view element) {
    if (element.starts_with("W/")) element.remove_prefix(2);
    return element == tag || element == "*";
  });
}

}  // namespace

std::optional<Error> refuse_accept(const http::RequestHead& head) {
  const std::string wanted = http::joined(head.fields, "Accept");
  if (wanted.empty()) return std::nullopt;
  const Accepted accepted(wanted);
  if (accepted.quality(kJson) > 0 || accepted.quality(kHal) > 0) return std::nullopt;
  return Error{ErrorCode::InvalidArgument,
               "banyan.not_acceptable",
               "the answer can be application/json or application/hal+json, and Accept wants"
               " neither: nothing was done",
               {}};
}

void present(http::Response& response, const http::RequestHead& asked, const Operation& operation,
             const AnswerTraits& traits, const json::Shape& shape, const void* value) {
  const std::optional<std::string> next = next_page(asked, shape, value);
  if (next) response.head.fields.add("Link", '<' + *next + ">; rel=\"next\"");
  if (Accepted(http::joined(asked.fields, "Accept")).names(kHal) && response.body.ends_with('}')) {
    const std::string links = links_of(asked, traits.linked, next, shape, value);
    const std::string_view separator = response.body == "{}" ? "" : ",";
    response.body.pop_back();
    response.body.append(separator).append("\"_links\":{").append(links).append("}}");
    response.head.fields.set("Content-Type", kHal);
  }
  const auto version = traits.versioned ? version_in(shape, value) : std::nullopt;
  if (operation.effect != Effect::Read || asked.method != "GET") {
    if (version) response.head.fields.add("ETag", '"' + tag_of(*version) + '"');
    return;
  }
  const std::string tag = entity_tag(response.body, version);
  response.head.fields.add("ETag", tag);
  response.head.fields.add("Vary", "Accept");
  response.head.fields.add("Cache-Control", "private, no-cache");
  if (!is_known(asked.fields, tag)) return;
  response.head.status = 304;
  response.head.fields.remove("Content-Type");
  response.body.clear();
}

}  // namespace banyan::binding
