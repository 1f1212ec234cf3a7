// SPDX-License-Identifier: Apache-2.0
#include "compare_section.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include "field_names.hpp"

namespace banyan::strangler {
namespace {

constexpr std::string_view kHeader = "header:";

/// A decimal number without sign and exponent.
std::optional<double> amount(std::string_view text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(text.data(), end, value, std::chars_format::fixed);
  if (fault != std::errc{} || stop != end || text.starts_with('-')) return std::nullopt;
  return value;
}

std::optional<std::chrono::microseconds> time_span(std::string_view text) {
  using std::chrono::microseconds;
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  std::int64_t value = 0;
  const auto [stop, fault] = std::from_chars(text.data(), text.data() + digits, value);
  if (fault != std::errc{} || digits == 0 || value > 1'000'000'000) return std::nullopt;
  const std::string_view unit = text.substr(digits);
  if (unit == "ms") return microseconds(value * 1'000);
  if (unit == "s") return microseconds(value * 1'000'000);
  if (unit == "m") return microseconds(value * 60'000'000);
  if (unit == "h") return microseconds(value * 3'600'000'000);
  return std::nullopt;
}

class FieldReader {
 public:
  explicit FieldReader(Section section) : section_(std::move(section)) {}

  DeclaredRule read() {
    read_path();
    if (const auto operation = section_.text("operation")) declared_.operation = operation->text;
    if (const auto as = section_.choice("as")) {
      rule().as = compare_as_from(*as).value_or(CompareAs::Exact);
    } else {
      misread_ = section_.has("as");
    }
    read_within();
    read_key();
    read_ignoring();
    section_.flag("open", rule().open);
    section_.finish();
    return std::move(declared_);
  }

 private:
  FieldRule& rule() { return declared_.rule; }

  void read_path() {
    const auto path = section_.required_text("path");
    if (!path) return;
    declared_.path = path->text;
    if (declared_.path.starts_with(kHeader)) declared_.path = lower_case(declared_.path);
    if (declared_.path == "status") {
      section_.problem(path->location, "the status is always compared exactly; leave the rule out");
    } else if (!is_field_path(declared_.path)) {
      section_.problem(path->location,
                       "path is \"" + path->text +
                           "\", expected a field of the body such as \"/albums/*/released_at\", "
                           "or one of the header such as \"header:ETag\"");
    }
  }

  /// Says that a key has nothing to do with how the field is compared.
  void of_no_use(std::string_view key, std::string_view wanted) {
    if (misread_) return;
    section_.problem(section_.location(key), std::string(key) + " is of no use with as = \"" +
                                                 std::string(to_string(rule().as)) +
                                                 "\"; it belongs to as = " + std::string(wanted));
  }

  void read_within() {
    const auto within = section_.text("within");
    const bool number = rule().as == CompareAs::Number;
    const bool time = rule().as == CompareAs::Time;
    if (!section_.has("within")) {
      if (number) section_.lacks("within", R"("0.01")");
      if (time) section_.lacks("within", R"("2s")");
      return;
    }
    if (!number && !time) return of_no_use("within", "\"number\" or \"time\"");
    if (!within) return;
    if (time) {
      if (const auto span = time_span(within->text)) {
        rule().apart = *span;
      } else {
        section_.problem(within->location, "within is \"" + within->text +
                                               "\", expected a time such as \"500ms\", \"2s\" or "
                                               "\"1h\"");
      }
      return;
    }
    std::string_view text = within->text;
    rule().within_share = text.ends_with('%');
    if (rule().within_share) text.remove_suffix(1);
    if (const auto value = amount(text)) {
      rule().within = rule().within_share ? *value / 100 : *value;
    } else {
      section_.problem(within->location, "within is \"" + within->text +
                                             "\", expected a number such as \"0.01\", or a share "
                                             "of the old side's value such as \"1%\"");
    }
  }

  void read_key() {
    const auto key = section_.text("key");
    if (!section_.has("key")) return;
    if (rule().as != CompareAs::AnyOrder) return of_no_use("key", "\"any_order\"");
    if (key) rule().key = key->text;
  }

  void read_ignoring() {
    Ignoring ignoring;
    const bool ignored = rule().as == CompareAs::Ignored;
    for (const auto& [key, text] :
         {std::pair{"until", &ignoring.until}, std::pair{"owner", &ignoring.owner},
          std::pair{"why", &ignoring.why}}) {
      const auto given = section_.text(key);
      if (given) *text = given->text;
      if (!ignored && section_.has(key)) of_no_use(key, "\"ignored\"");
      if (ignored && !section_.has(key)) section_.lacks(key);
      if (given && ignored && text == &ignoring.until && !is_day(*text)) {
        section_.problem(given->location,
                         "until is \"" + *text + "\", expected a day such as \"2027-03-31\"");
      }
    }
    if (ignored) rule().ignoring = std::move(ignoring);
  }

  Section section_;
  DeclaredRule declared_;
  bool misread_ = false;
};

}  // namespace

void read_compare(Section section, RolloutPlan& rollout) {
  ComparisonPlan& plan = rollout.compare;
  read_field_names(section, "headers", plan.headers);
  read_field_names(section, "request_headers", plan.request_headers);
  rollout.clear_examples = section.choice("examples") == "clear";
  for (const toml::table* each : section.list_of_tables("fields")) {
    const FileLocation location = location_of(*each);
    DeclaredRule declared =
        FieldReader(section.part(*each, "[[rollouts." + rollout.name + ".compare.fields]]",
                                 "[[rollouts.NAME.compare.fields]]"))
            .read();
    const auto twice = std::ranges::find_if(plan.rules, [&](const DeclaredRule& other) {
      return other.operation == declared.operation && other.path == declared.path;
    });
    if (twice != plan.rules.end() && !declared.path.empty()) {
      section.problem(location,
                      "there is a rule for \"" + declared.path + "\"" +
                          (declared.operation.empty() ? std::string(" already")
                                                      : " of " + declared.operation + " already"));
    }
    plan.rules.push_back(std::move(declared));
    rollout.rule_places.push_back(location);
  }
  section.finish();
}

}  // namespace banyan::strangler
