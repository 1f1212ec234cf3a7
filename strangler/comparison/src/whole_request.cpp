// SPDX-License-Identifier: Apache-2.0
// How whoever knows what is hidden of a kept request makes it whole again. What is said for that
// fits when it would be kept as the example is: there is one way to mask, both ways.
#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "banyan/http/message.hpp"
#include "banyan/http/names_alike.hpp"
#include "banyan/json/reader.hpp"
#include "banyan/kernel/listed.hpp"
#include "banyan/kernel/single_quoted.hpp"
#include "kept_request.hpp"
#include "masking.hpp"

namespace banyan::strangler {
namespace {

/// No credential of a client: the word of another process of the application, which is believed.
constexpr std::string_view kPrincipal = "banyan-principal";

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
    put_target(request);
    put_fields(request);
    put_body(request);
    if (!misfits_.empty()) return fail(does_not_fit());
    if (!missing_.empty()) return fail(lacks());
    return request;
  }

 private:
  /// Never with what was said: that is nobody's business.
  void misfit(std::string where, std::string message) {
    misfits_.push_back({std::move(where), std::move(message)});
  }

  /// `pasted`: what is said has the "…" of the command.
  void lack(std::string where, std::string name, bool pasted) {
    lacking_.push_back({std::move(where), pasted ? "say what stood there in place of the …"
                                                 : "say what stood there"});
    missing_.push_back(std::move(name));
    has_hidden_parts_ = has_hidden_parts_ || pasted;
  }

  Error does_not_fit() const {
    return {ErrorCode::InvalidArgument, "banyan.replay_does_not_fit", misfits_.front().problem,
            places()};
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
    return {ErrorCode::FailedPrecondition, "banyan.example_not_replayable", std::move(message),
            places()};
  }

  /// All of them for whoever fills in a form, each beside its field. Who says a target whole reads
  /// the message.
  std::vector<Detail> places() const {
    if (!asked_.words.parts) return {};
    std::vector<Detail> all = misfits_;
    std::ranges::copy(lacking_, std::back_inserter(all));
    return all;
  }

  void put_target(http::Request& request) {
    if (asked_.words.parts) {
      put_parts(request, *asked_.words.parts);
    } else {
      put_whole_target(request);
    }
  }

  void put_whole_target(http::Request& request) {
    const std::string& said = asked_.words.target;
    const std::string_view kept = target_of(example_);
    if (example_.hidden.target.empty()) {
      if (said.empty() || said == kept) return;
      misfit("/target", "the target of " + std::string(asked_.name) + " is kept as it was, " +
                            std::string(kept) +
                            ", and another one would be another request: leave it out");
      return;
    }
    if (lacks_parts(said)) return;
    take_target(request, "/target", said);
  }

  void take_target(http::Request& request, std::string where, const std::string& said) {
    const std::string_view kept = target_of(example_);
    const std::string masked = mask_target(said, asked_.route, rules_).text;
    if (masked != kept) return misfit(std::move(where), what_differs(masked, kept));
    request.head.target = said;
  }

  /// Whether something that is hidden of the target is not said: nothing is, or a "…" that was
  /// taken over from the command stands where it belongs.
  bool lacks_parts(std::string_view said) {
    const auto hidden = target_parts(example_.hidden.target, asked_.route, rules_);
    const auto given = target_parts(said, asked_.route, rules_);
    const std::size_t before = missing_.size();
    for (std::size_t i = 0; i < hidden.size(); ++i) {
      if (hidden[i].text != kHiddenPart) continue;
      const bool pasted = i < given.size() && given[i].text.contains(kHiddenPart);
      if (pasted || said.empty()) lack("/target", hidden[i].name, pasted);
    }
    return missing_.size() > before;
  }

  /// One text for each "…": with what is not hidden they are a target.
  void put_parts(http::Request& request, const std::vector<std::string>& said) {
    if (!asked_.words.target.empty()) {
      return misfit("/target", "the target is said whole and in parts: leave one of the two out");
    }
    const auto outline = target_parts(example_.hidden.target, asked_.route, rules_);
    const auto is_hidden = [](const TargetPart& each) { return each.text == kHiddenPart; };
    const auto hidden = static_cast<std::size_t>(std::ranges::count_if(outline, is_hidden));
    if (said.size() != hidden) {
      return misfit("/parts", std::to_string(hidden) + " parts of the target of " +
                                  std::string(asked_.name) + " are hidden, and " +
                                  std::to_string(said.size()) +
                                  " are said: say one for each … of its target, in its order");
    }
    if (hidden == 0) return;
    const auto kept = target_parts(target_of(example_), asked_.route, rules_);
    const std::size_t wrong = misfits_.size() + missing_.size();
    std::string target;
    std::size_t next = 0;
    for (std::size_t i = 0; i < outline.size(); ++i) {
      target += outline[i].before;
      if (!is_hidden(outline[i])) {
        target += outline[i].text;
        continue;
      }
      look_at_part(json::pointer_to("/parts", next), outline[i].name, said[next],
                   i < kept.size() ? kept[i].text : std::string_view());
      target += said[next++];
    }
    // What each part alone does not show: a "/" behind all of the form that is kept of a long one.
    if (wrong == misfits_.size() + missing_.size()) {
      take_target(request, "/parts", target);
    }
  }

  void look_at_part(std::string where, const std::string& name, const std::string& said,
                    std::string_view form) {
    const bool pasted = said.contains(kHiddenPart);
    if (said.empty() || pasted) return lack(std::move(where), name, pasted);
    if (form_of(said) == form) return;
    misfit(std::move(where), "what is said for " + name + " has another form than " +
                                 std::string(form) +
                                 ", which is kept of it: say it as it was sent, a blank as %20");
  }

  std::string what_differs(const std::string& said, std::string_view kept) const {
    const auto ours = target_parts(kept, asked_.route, rules_);
    const auto theirs = target_parts(said, asked_.route, rules_);
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

  void put_fields(http::Request& request) {
    const HiddenOfRequest& hidden = example_.hidden;
    std::vector<std::string> said;
    for (const auto& [given, value] : asked_.words.fields) {
      if (!http::is_token(given)) {
        misfit("/headers",
               "a field that is said is none that can be sent: write NAME: VALUE in one line");
        continue;
      }
      std::string name = in_lower_case(given);
      const std::string where = json::pointer_to("/headers", given);
      if (is_among(said, name)) {
        misfit(where, "the field " + name + " is said twice: join both into one");
        continue;
      }
      take_field(request, where, name, value);
      said.push_back(std::move(name));
    }
    for (const auto& [name, value] : example_.request_fields) {
      if (!is_among(hidden.fields, name)) request.head.fields.add(name, value);
    }
    for (const std::string& name : hidden.fields) {
      if (!is_among(said, name)) {
        lack(json::pointer_to("/headers", name), "the field " + name, false);
      }
    }
  }

  void take_field(http::Request& request, const std::string& where, const std::string& name,
                  const std::string& value) {
    const HiddenOfRequest& hidden = example_.hidden;
    if (!http::is_field_value(value)) {
      return misfit(where, "what is said for the field " + name +
                               " cannot be sent: write NAME: VALUE in one line");
    }
    if (!is_among(hidden.fields, name) && !is_among(hidden.may_be_said, name)) {
      return misfit(where, "the field " + name + " was not taken out of " +
                               std::string(asked_.name) +
                               ", and with it it would be another request: " + what_may_be_said());
    }
    if (value.contains(kHiddenPart)) return lack(where, "the field " + name, true);
    if (const auto form = form_kept_of(name); form && *form != form_of(value)) {
      return misfit(where, "what is said for the field " + name + " has another form than " +
                               *form + ", which is kept of it");
    }
    request.head.fields.add(name, value);
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

  void put_body(http::Request& request) {
    const auto& said = asked_.words.body;
    if (!example_.hidden.body) {
      request.body = example_.request_body;
      if (!said || *said == request.body) return;
      return misfit("/body", "the body of " + std::string(asked_.name) +
                                 " is kept as it was, and another one would be another request: "
                                 "leave it out");
    }
    if (!said) return lack("/body", "the body", false);
    bool cut = false;
    if (shown_body(*said, rules_, by_, cut) != example_.request_body) {
      return misfit("/body",
                    "the body that is said has another form than the one that is kept of " +
                        std::string(asked_.name));
    }
    request.body = *said;
  }

  const AskedAgain& asked_;
  const ComparedExample& example_;
  const OperationRules& rules_;
  const KeepingRules& by_;
  std::vector<Detail> misfits_;
  std::vector<Detail> lacking_;
  std::vector<std::string> missing_;  ///< the names of what is lacking
  bool has_hidden_parts_ = false;     ///< what is said has a "…"
};

}  // namespace

Result<http::Request> whole_request(const AskedAgain& asked, const ComparedExample& example,
                                    const OperationRules& rules, const KeepingRules& by) {
  return Completion(asked, example, rules, by).run();
}

}  // namespace banyan::strangler
