// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/operation.hpp"

namespace banyan::json {
struct Shape;
}

namespace banyan::strangler {

/// When two values of a field count as the same.
enum class CompareAs : std::uint8_t {
  Exact,        ///< the same value: 1.0 is 1, "\u00e9" is "é"
  Number,       ///< numbers no further apart than `within`
  Time,         ///< times of RFC 3339 no further apart than `apart`
  GeneratedId,  ///< ids that each side makes for itself: one always stands for the other
  AnyOrder,     ///< a list whose order says nothing; `key` tells its elements apart
  SameForm,     ///< text that nobody looks into: there, and of about that length; below: the same
  Ignored,      ///< until a day, by somebody, for a reason
};
std::string_view to_string(CompareAs as);
std::optional<CompareAs> compare_as_from(std::string_view name);

/// Nothing is ignored for ever: whoever asks for it has a name, a reason and a last day.
struct Ignoring {
  std::string until;  ///< the last day, "2027-03-31" (UTC)
  std::string owner;
  std::string why;
  friend bool operator==(const Ignoring&, const Ignoring&) = default;
};

struct FieldRule {
  CompareAs as = CompareAs::Exact;
  double within = 0;          ///< Number
  bool within_share = false;  ///< `within` is a share of the old side's value, not an amount
  std::chrono::microseconds apart{0};  ///< Time
  std::string key{};  ///< AnyOrder: a field of the elements; "" is all of an element
  std::optional<Ignoring> ignoring{};
  bool open = false;  ///< no personal data: examples show its texts as they are
  friend bool operator==(const FieldRule&, const FieldRule&) = default;
};

/// Where a field is: steps as in a JSON pointer (RFC 6901), "*" for any element of a list or any
/// key of a map: "/albums/*/title". "" is the whole body. "status" and "header:location" are
/// outside of it.
bool is_field_path(std::string_view path);

/// "2027-03-31": a day that there is.
bool is_day(std::string_view text);
/// The day of a time, in UTC.
std::string day_of(std::int64_t micros_since_1970);

/// A rule as it is declared: of one operation, or of all ("").
struct DeclaredRule {
  std::string operation;
  std::string path;
  FieldRule rule;
  friend bool operator==(const DeclaredRule&, const DeclaredRule&) = default;
};

/// What a rollout says about the comparison of its answers: `[rollouts.NAME.compare]`.
struct ComparisonPlan {
  /// Of the answers' header fields those that are compared, in lower case.
  std::vector<std::string> headers{"content-type", "location"};
  /// Of the requests' header fields those that examples keep, in lower case; never credentials.
  std::vector<std::string> request_headers{"accept", "accept-language", "content-type",
                                           "if-none-match", "range"};
  /// Besides those that always are: fields that say who asks, which no example keeps.
  std::vector<std::string> secret_fields{};
  std::vector<DeclaredRule> rules;
  friend bool operator==(const ComparisonPlan&, const ComparisonPlan&) = default;
};

/// A step of the way down through the declared rules.
struct RuleNode {
  std::optional<FieldRule> rule;
  std::map<std::string, std::unique_ptr<RuleNode>, std::less<>> children;
  std::unique_ptr<RuleNode> any;  ///< "*"

  const RuleNode* below(std::string_view step) const;
};

/// The rules of one operation, from three places in this order: what the rollout declares, what the
/// types of its port describe, and for all else: exact. Immutable; safe for concurrent use. The
/// shapes, if there are any, live as long as the program.
class OperationRules {
 public:
  /// Of rules for all operations and for this one, this one's win. `request`: what the port says of
  /// path, query and body; null where nobody does.
  OperationRules(const ComparisonPlan& plan, std::string_view operation, Effect effect,
                 const json::Shape* answer, const json::Shape* request = nullptr);

  const RuleNode& declared() const { return root_; }
  const json::Shape* answer() const { return answer_; }
  Effect effect() const { return effect_; }
  const std::vector<std::string>& headers() const { return headers_; }
  /// Of a header field: what is declared for "header:NAME", else exact, and of Location on a
  /// command with generated ids in it.
  FieldRule header_rule(std::string_view lower_case_name) const;
  /// Whether the port says of a parameter of the request that it is no personal data.
  bool is_open_parameter(std::string_view name) const;

  /// How far apart times may be that the answer to a command holds and that are only described as
  /// times: each side has its own clock. In answers to a read they are data, and the same.
  static constexpr std::chrono::microseconds kOwnClocks{5'000'000};

 private:
  RuleNode root_;
  std::map<std::string, FieldRule, std::less<>> header_rules_;
  std::vector<std::string> headers_;
  const json::Shape* answer_;
  const json::Shape* request_;
  Effect effect_;
};

}  // namespace banyan::strangler
