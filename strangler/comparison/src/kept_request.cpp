// SPDX-License-Identifier: Apache-2.0
// What is kept of a request, and what of it is hidden.
#include "kept_request.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "banyan/http/list.hpp"
#include "banyan/http/target_path.hpp"
#include "masking.hpp"

namespace banyan::strangler {
namespace {

/// What answers depend on in some applications, and examples do not have: a session is bound to its
/// browser, a tenant is found by Host, a page is another one for each kind of device.
constexpr auto kMayDecide = std::to_array<std::string_view>(
    {"accept-charset", "accept-encoding", "accept-language", "host", "user-agent"});

bool are_letters(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    const char small = http::folded(c);
    return small >= 'a' && small <= 'z';
  });
}

/// "AT", "Hant", "419"
bool is_script_or_region(std::string_view part) {
  const bool is_number =
      part.size() == 3 && std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
  return is_number || (part.size() >= 2 && part.size() <= 4 && are_letters(part));
}

/// "de-AT", "zh-Hant", "*": nothing that says more than a language (RFC 4647), and not as much text
/// as a private range ("x-…") or a row of parts may have.
bool is_language(std::string_view range) {
  constexpr int kMostParts = 3;
  if (range == "*") return true;
  const std::string_view primary = range.substr(0, range.find('-'));
  if (primary.size() < 2 || primary.size() > 3 || !are_letters(primary)) return false;
  range.remove_prefix(primary.size());
  for (int parts = 0; !range.empty(); ++parts) {
    range.remove_prefix(1);
    const std::string_view part = range.substr(0, range.find('-'));
    if (parts == kMostParts || !is_script_or_region(part)) return false;
    range.remove_prefix(part.size());
  }
  return true;
}

/// ";q=0.8"
bool is_weight(std::string_view text) {
  text = http::trimmed(text);
  if (text.empty()) return true;
  if (!text.starts_with(';')) return false;
  text = http::trimmed(text.substr(1));
  return text.size() <= 7 && (text.starts_with("q=") || text.starts_with("Q=")) &&
         std::ranges::all_of(text.substr(2),
                             [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
}

bool are_languages(std::string_view value) {
  return !http::any_element(value, [](std::string_view element) {
    const std::size_t end = std::min(element.find(';'), element.size());
    return !is_language(http::trimmed(element.substr(0, end))) || !is_weight(element.substr(end));
  });
}

/// A field whose value says nothing of a person.
bool is_open_field(std::string_view name, std::string_view value) {
  if (name == "accept-language") return are_languages(value);
  return name == "accept" || name == "content-type" || name == "range";
}

}  // namespace

std::string in_lower_case(std::string_view name) {
  std::string text(name);
  std::ranges::transform(text, text.begin(), http::folded);
  return text;
}

std::string shown_body(std::string_view body, const OperationRules& rules, const KeepingRules& by,
                       bool& cut) {
  // What is cut away need not be masked; what is cut in the middle could not be.
  if (!by.clear && body.size() > 16 * by.body_bytes) {
    cut = true;
    return std::string(kHiddenPart);
  }
  std::string text = by.clear ? std::string(body) : mask_body(body, rules);
  if (text.size() <= by.body_bytes) return text;
  cut = true;
  text.resize(by.body_bytes);
  return text + std::string(kHiddenPart);
}

void keep_request(ComparedExample& example, const ComparedRequest& request,
                  const OperationRules& rules, const KeepingRules& by) {
  HiddenOfRequest& hidden = example.hidden;
  MaskedTarget target{.text = request.head.target, .outline = {}};
  if (!by.clear) {
    target = mask_target(request.head.target, request.route, rules);
    for (const TargetPart& each : target_parts(request.head.target, request.route, rules)) {
      if (!each.open) hidden.parts.push_back({each.name, form_of(each.text)});
    }
  }
  example.request_line = request.head.method + ' ' + target.text;
  hidden.target = std::move(target.outline);
  example.by_tls = request.by_tls;
  const auto hide = [&](const std::string& name) {
    if (!is_among(hidden.fields, name)) hidden.fields.push_back(name);
  };
  for (const auto& each : request.head.fields) {
    std::string name = in_lower_case(each.name);
    // Whatever the configuration says of what is kept.
    if (by.credentials.contain(name)) {
      hide(name);
    } else if (is_among(by.plan.request_headers, name)) {
      const bool open = by.clear || is_open_field(name, each.value);
      if (!open) hide(name);
      example.request_fields.emplace_back(std::move(name),
                                          open ? std::string(each.value) : form_of(each.value));
    } else if (std::ranges::find(kMayDecide, name) != kMayDecide.end()) {
      if (!is_among(hidden.may_be_said, name)) hidden.may_be_said.push_back(std::move(name));
    }
  }
  hidden.body = !by.clear && !request.body.empty();
  example.request_body = shown_body(request.body, rules, by, hidden.body);
}

}  // namespace banyan::strangler
