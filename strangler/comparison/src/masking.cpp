// SPDX-License-Identifier: Apache-2.0
#include "masking.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "json_scan.hpp"
#include "places.hpp"

namespace banyan::strangler {
namespace {

constexpr std::size_t kLongestForm = 64;
constexpr std::size_t kLongNumber = 7;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string masked_number(std::string_view raw) {
  std::string text(raw);
  if (static_cast<std::size_t>(std::ranges::count_if(raw, is_digit)) >= kLongNumber) {
    std::ranges::replace_if(text, is_digit, '9');
  }
  return text;
}

/// Inside quotes: the form of a text has no quotes and backslashes of its own to escape.
std::string quoted_form(std::string_view raw) {
  std::string form = form_of(raw);
  std::erase_if(form, [](char c) { return c == '"' || c == '\\'; });
  return '"' + form + '"';
}

class Masker {
 public:
  Masker(const OperationRules& rules, std::string_view body) : rules_(rules), scan_(body) {}

  bool run(std::string& out) {
    scan_.blanks();
    if (!value(root_place(rules_), false, 0)) return false;
    scan_.blanks();
    if (!scan_.at_end()) return false;
    out = std::move(out_);
    return true;
  }

 private:
  bool value(const Place& place, bool open, unsigned depth) {
    if (depth > JsonScan::kDeepest) return false;
    open = open || resolve(place, rules_.effect()).rule.open ||
           (place.described != nullptr && place.described->kind == json::Kind::Enumeration);
    std::string_view raw;
    switch (scan_.kind()) {
      case JsonKind::Object: return object(place, open, depth);
      case JsonKind::Array: return array(place, open, depth);
      case JsonKind::Text:
        if (!scan_.text(raw)) return false;
        out_ += open ? '"' + std::string(raw) + '"' : quoted_form(raw);
        return true;
      case JsonKind::None: return false;
      default:
        if (!scan_.word(raw)) return false;
        out_ += open ? std::string(raw) : masked_number(raw);
        return true;
    }
  }

  bool object(const Place& place, bool open, unsigned depth) {
    (void)scan_.take('{');
    out_ += '{';
    scan_.blanks();
    for (bool more = !scan_.take('}'); more;) {
      std::string_view key;
      if (!scan_.key(key)) return false;
      out_ += open || step_to(place, key) != "*" ? '"' + std::string(key) + '"' : quoted_form(key);
      out_ += ':';
      if (!value(below(place, key), open, depth + 1) || !scan_.another('}', more)) return false;
      if (more) out_ += ',';
    }
    out_ += '}';
    return true;
  }

  bool array(const Place& place, bool open, unsigned depth) {
    (void)scan_.take('[');
    out_ += '[';
    scan_.blanks();
    for (bool more = !scan_.take(']'); more;) {
      scan_.blanks();
      if (!value(element_of(place), open, depth + 1) || !scan_.another(']', more)) return false;
      if (more) out_ += ',';
    }
    out_ += ']';
    return true;
  }

  const OperationRules& rules_;
  JsonScan scan_;
  std::string out_;
};

/// "limit", "page[size]".
bool is_plain_name(std::string_view name) {
  return name.size() <= 32 && std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  std::string_view("_-.[]").contains(c);
         });
}

bool is_short_number(std::string_view text) {
  return text.size() < kLongNumber && std::ranges::all_of(text, is_digit);
}

/// What pages of lists are asked for by. Not `first` and `last`, which are of names and cards too.
bool says_which_part(std::string_view name) {
  constexpr auto kOfPages = std::to_array<std::string_view>(
      {"count", "limit", "max", "offset", "page", "page[limit]", "page[number]", "page[offset]",
       "page[size]", "page_size", "pageSize", "per_page", "perPage", "rows", "size", "skip",
       "start", "take", "top"});
  return std::ranges::find(kOfPages, name) != kOfPages.end();
}

/// "id" of "{id}"; "" of a step that the route says itself.
std::string_view parameter_of(std::string_view said) {
  if (!said.starts_with('{')) return {};
  return said.substr(1, said.find('}') - 1);
}

/// The next step of a path, which is taken away with the slash before it.
std::string_view take_step(std::string_view& path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  const std::string_view step = path.substr(0, path.find('/'));
  path.remove_prefix(step.size());
  return step;
}

}  // namespace

std::string form_of(std::string_view text) {
  std::string form;
  for (const char c : text) {
    if (form.size() == kLongestForm) return form + "…";
    const auto byte = static_cast<unsigned char>(c);
    if (c >= 'A' && c <= 'Z') {
      form += 'A';
    } else if ((c >= 'a' && c <= 'z') || byte >= 0xC0) {
      form += 'a';
    } else if (is_digit(c)) {
      form += '9';
    } else if (byte < 0x80) {
      form += byte < 0x20 || byte == 0x7F ? ' ' : c;
    }  // else the rest of a character
  }
  return form;
}

bool same_form(std::string_view left, std::string_view right) {
  if (left.empty() || right.empty()) return left.empty() && right.empty();
  return left.size() <= 2 * right.size() && right.size() <= 2 * left.size();
}

std::string mask_value(std::string_view raw) {
  std::string out;
  std::size_t at = 0;
  while (at < raw.size()) {
    const std::size_t begin = at;
    if (raw[at] == '"') {
      for (++at; at < raw.size() && raw[at] != '"'; ++at) {
        if (raw[at] == '\\') ++at;
      }
      const std::size_t end = std::min(at, raw.size());
      at = std::min(end + 1, raw.size());
      const std::string_view text = raw.substr(begin + 1, end - begin - 1);
      const bool is_key = at < raw.size() && raw[at] == ':';
      out += is_key && step_to({}, text) != "*" ? '"' + std::string(text) + '"' : quoted_form(text);
    } else if (is_digit(raw[at])) {
      while (at < raw.size() && (is_digit(raw[at]) || raw[at] == '.')) ++at;
      out += masked_number(raw.substr(begin, at - begin));
    } else {
      out += raw[at++];
    }
  }
  return out;
}

std::string mask_value(const Difference& difference, std::string_view value) {
  const bool is_json =
      difference.kind != DifferenceKind::Bytes && !difference.path.starts_with("header:");
  return is_json ? mask_value(value) : form_of(value);
}

std::string mask_body(std::string_view body, const OperationRules& rules) {
  if (body.empty()) return {};
  std::string masked;
  if (Masker(rules, body).run(masked)) return masked;
  return form_of(body);
}

std::vector<TargetPart> target_parts(std::string_view target, std::string_view route,
                                     const OperationRules& rules) {
  std::vector<TargetPart> parts;
  std::string_view query = target.substr(std::min(target.find('?'), target.size()));
  std::string_view path = target.substr(0, target.size() - query.size());
  for (std::size_t number = 1; !path.empty(); ++number) {
    const std::string_view step = take_step(path);
    const std::string_view said = take_step(route);
    const std::string name =
        said.starts_with('{') ? std::string(said) : "step " + std::to_string(number);
    const std::string_view parameter = parameter_of(said);
    const bool open = parameter.empty() ? step == said || step.empty()
                                        : rules.is_open_parameter(parameter) || step.empty();
    parts.push_back({"/", step, name + " of the path", open});
  }
  for (std::size_t number = 1; !query.empty(); ++number) {
    const std::string_view before = query.substr(0, 1);
    query.remove_prefix(1);
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(pair.size());
    const std::string_view key = pair.substr(0, pair.find('='));
    // A value without a name is no name: "?smith".
    const bool has_value = key.size() != pair.size();
    const bool plain = is_plain_name(key) && (has_value || rules.is_open_parameter(key));
    const std::string name =
        (plain ? std::string(key) : "part " + std::to_string(number)) + " of the query";
    parts.push_back({before, key, name, plain || key.empty()});
    if (!has_value) continue;
    const std::string_view value = pair.substr(key.size() + 1);
    const bool open = value.empty() || rules.is_open_parameter(key) ||
                      (is_short_number(value) && says_which_part(key));
    parts.push_back({"=", value, name, open});
  }
  return parts;
}

MaskedTarget mask_target(std::string_view target, std::string_view route,
                         const OperationRules& rules) {
  MaskedTarget masked;
  bool open = true;
  for (const TargetPart& each : target_parts(target, route, rules)) {
    masked.text += each.before;
    masked.text += each.open ? std::string(each.text) : form_of(each.text);
    masked.outline += each.before;
    masked.outline += each.open ? each.text : kHiddenPart;
    open = open && each.open;
  }
  if (open) masked.outline.clear();
  return masked;
}

}  // namespace banyan::strangler
