// SPDX-License-Identifier: Apache-2.0
// What is hidden of a request that is kept, and how whoever knows it makes it whole again. What is
// said for that fits when it would be kept as the example is: there is one way to mask, both ways.
#include "kept_request.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <utility>

#include "banyan/http/list.hpp"
#include "banyan/http/names_alike.hpp"
#include "banyan/http/target_path.hpp"
#include "banyan/kernel/listed.hpp"
#include "banyan/kernel/single_quoted.hpp"
#include "masking.hpp"

namespace banyan::strangler {
namespace {

/// What answers depend on in some applications, and examples do not have: a session is bound to its
/// browser, a tenant is found by Host, a page is another one for each kind of device.
constexpr auto kMayDecide = std::to_array<std::string_view>(
    {"accept-charset", "accept-encoding", "accept-language", "host", "user-agent"});

std::string in_lower_case(std::string_view name) {
  std::string text(name);
  std::ranges::transform(text, text.begin(), http::folded);
  return text;
}

bool is_among(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

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

/// No credential of a client: the word of another process of the application, which is believed.
constexpr std::string_view kPrincipal = "banyan-principal";

/// A field whose value says nothing of a person.
bool is_open_field(std::string_view name, std::string_view value) {
  if (name == "accept-language") return are_languages(value);
  return name == "accept" || name == "content-type" || name == "range";
}

std::string_view target_of(const ComparedExample& example) {
  const std::string_view line = example.request_line;
  return line.substr(std::min(line.find(' '), line.size() - 1) + 1);
}

/// What operators type: everything that is hidden, as "…".
std::string command_for(std::string_view name, const HiddenOfRequest& hidden) {
  std::string text = "banyan replay " + std::string(name);
  if (!hidden.target.empty()) text += " --target " + single_quoted(hidden.target);
  for (const std::string& field : hidden.fields) {
    text += " --header " + single_quoted(field + ": " + std::string(kHiddenPart));
  }
  if (hidden.body) text += " --body FILE";
  return text;
}

class Completion {
 public:
  Completion(const AskedAgain& asked, const ComparedExample& example, const OperationRules& rules,
             const KeepingRules& by)
      : asked_(asked), example_(example), rules_(rules), by_(by) {}

  Result<http::Request> run() {
    if (std::ranges::any_of(example_.hidden.fields, [](std::string_view name) {
          return http::names_are_alike(name, kPrincipal);
        })) {
      return fail(ErrorCode::FailedPrecondition, "banyan.example_not_replayable",
                  std::string(asked_.name) +
                      " was asked in the name of a principal, whom only processes of the "
                      "application may name");
    }
    const std::string_view line = example_.request_line;
    http::Request request;
    request.head.method = line.substr(0, line.find(' '));
    request.head.target = target_of(example_);
    if (auto fault = put_target(request)) return fail(std::move(*fault));
    if (auto fault = put_fields(request)) return fail(std::move(*fault));
    if (auto fault = put_body(request)) return fail(std::move(*fault));
    if (!missing_.empty()) return fail(lacks());
    return request;
  }

 private:
  using Fault = std::optional<Error>;

  /// Never with what was said: that is nobody's business.
  Error misfit(std::string message) const {
    return {ErrorCode::InvalidArgument, "banyan.replay_does_not_fit", std::move(message), {}};
  }

  Error lacks() const {
    std::string message = std::string(asked_.name) + " is not kept as it was asked, and lacks " +
                          listed(missing_) + '.';
    if (!example_.correlation_id.empty()) {
      message += " What was asked stands in the access log, if one is written, under " +
                 example_.correlation_id + '.';
    }
    message += " Say it for this once, ";
    message += has_hidden_parts_ ? "with what stood there for each … and not the sign itself: "
                                 : "in place of each …: ";
    message += command_for(asked_.name, example_.hidden);
    return {ErrorCode::FailedPrecondition, "banyan.example_not_replayable", std::move(message), {}};
  }

  Fault put_target(http::Request& request) {
    const std::string& said = asked_.words.target;
    const std::string_view kept = target_of(example_);
    if (example_.hidden.target.empty()) {
      if (said.empty() || said == kept) return std::nullopt;
      return misfit("the target of " + std::string(asked_.name) + " is kept as it was, " +
                    std::string(kept) + ", and another one would be another request: leave it out");
    }
    if (lacks_parts(said)) return std::nullopt;
    const std::string masked = mask_target(said, asked_.route).text;
    if (masked != kept) return misfit(what_differs(masked, kept));
    request.head.target = said;
    return std::nullopt;
  }

  /// Whether something that is hidden of the target is not said: nothing is, or a "…" that was
  /// taken over from the command stands where it belongs.
  bool lacks_parts(std::string_view said) {
    const auto hidden = target_parts(example_.hidden.target, asked_.route);
    const auto given = target_parts(said, asked_.route);
    const std::size_t before = missing_.size();
    for (std::size_t i = 0; i < hidden.size(); ++i) {
      if (hidden[i].text != kHiddenPart) continue;
      const bool pasted = i < given.size() && given[i].text.contains(kHiddenPart);
      if (!pasted && !said.empty()) continue;
      missing_.push_back(hidden[i].name);
      has_hidden_parts_ = has_hidden_parts_ || pasted;
    }
    return missing_.size() > before;
  }

  std::string what_differs(const std::string& said, std::string_view kept) const {
    const auto ours = target_parts(kept, asked_.route);
    const auto theirs = target_parts(said, asked_.route);
    const auto [mine, its] = std::ranges::mismatch(ours, theirs, [](const auto& a, const auto& b) {
      return a.before == b.before && a.text == b.text;
    });
    const std::string is_kept = ": " + std::string(asked_.name) + " is kept as " +
                                std::string(kept) + ", which is the form of what was asked";
    if (mine == ours.end() || its == theirs.end() || mine->before != its->before) {
      return "the target that is said has other parts" + is_kept;
    }
    return "what the target that is said has for " + mine->name + " has another form" + is_kept;
  }

  Fault put_fields(http::Request& request) {
    const HiddenOfRequest& hidden = example_.hidden;
    std::vector<std::string> said;
    for (const auto& [given, value] : asked_.words.fields) {
      std::string name = in_lower_case(given);
      if (!http::is_token(given) || !http::is_field_value(value)) {
        return misfit(
            "a field that is said is none that can be sent: write NAME: VALUE in one line");
      }
      if (is_among(said, name)) {
        return misfit("the field " + name + " is said twice: join both into one");
      }
      if (!is_among(hidden.fields, name) && !is_among(hidden.may_be_said, name)) {
        return misfit("the field " + name + " was not taken out of " + std::string(asked_.name) +
                      ", and with it it would be another request: " + what_may_be_said());
      }
      if (value.contains(kHiddenPart)) {
        has_hidden_parts_ = true;
        missing_.push_back("the field " + name);
        said.push_back(std::move(name));
        continue;
      }
      if (const auto form = form_kept_of(name); form && *form != form_of(value)) {
        return misfit("what is said for the field " + name + " has another form than " + *form +
                      ", which is kept of it");
      }
      request.head.fields.add(name, value);
      said.push_back(std::move(name));
    }
    for (const auto& [name, value] : example_.request_fields) {
      if (!is_among(hidden.fields, name)) request.head.fields.add(name, value);
    }
    for (const std::string& name : hidden.fields) {
      if (!is_among(said, name)) missing_.push_back("the field " + name);
    }
    return std::nullopt;
  }

  std::string what_may_be_said() const {
    std::vector<std::string> names = example_.hidden.fields;
    std::ranges::copy(example_.hidden.may_be_said, std::back_inserter(names));
    return names.empty() ? "no field was" : listed(names) + (names.size() == 1 ? " was" : " were");
  }

  std::optional<std::string> form_kept_of(const std::string& name) const {
    std::optional<std::string> form;
    for (const auto& [kept, value] : example_.request_fields) {
      if (kept == name) form = form ? *form + ", " + value : value;
    }
    return form;
  }

  Fault put_body(http::Request& request) {
    const auto& said = asked_.words.body;
    if (!example_.hidden.body) {
      request.body = example_.request_body;
      if (!said || *said == request.body) return std::nullopt;
      return misfit("the body of " + std::string(asked_.name) +
                    " is kept as it was, and another one would be another request: leave it out");
    }
    if (!said) {
      missing_.emplace_back("the body");
      return std::nullopt;
    }
    bool cut = false;
    if (shown_body(*said, rules_, by_, cut) != example_.request_body) {
      return misfit("the body that is said has another form than the one that is kept of " +
                    std::string(asked_.name));
    }
    request.body = *said;
    return std::nullopt;
  }

  const AskedAgain& asked_;
  const ComparedExample& example_;
  const OperationRules& rules_;
  const KeepingRules& by_;
  std::vector<std::string> missing_;
  bool has_hidden_parts_ = false;  ///< what is said has a "…"
};

}  // namespace

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
  if (!by.clear) target = mask_target(request.head.target, request.route);
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

Result<http::Request> whole_request(const AskedAgain& asked, const ComparedExample& example,
                                    const OperationRules& rules, const KeepingRules& by) {
  return Completion(asked, example, rules, by).run();
}

}  // namespace banyan::strangler
