// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "banyan/comparison/comparator.hpp"
#include "banyan/comparison/noise.hpp"
#include "banyan/kernel/clock.hpp"

namespace banyan::strangler {

/// What an example has in place of a part of a target that may be personal data.
struct HiddenPart {
  std::string name;  ///< for people: "{id} of the path", "q of the query"
  std::string form;  ///< "aaa_99"; of a long one the beginning
};

/// What of a request an example does not have: who asks it again has to say it.
struct HiddenOfRequest {
  /// The target with "…" for each part of which the form alone is kept, "/albums/…?q=…"; "": none.
  std::string target;
  std::vector<HiddenPart> parts;  ///< one for each "…" of the target, in its order
  /// Header fields in lower case: credentials, and those of which the form alone is kept.
  std::vector<std::string> fields;
  bool body = false;  ///< masked, or cut
  /// Header fields that were there and may be said besides: applications bind sessions to them, or
  /// find by them whose data is asked for (Host).
  std::vector<std::string> may_be_said;

  bool nothing() const { return target.empty() && fields.empty() && !body; }
};

/// A request that got two answers, to be looked at and asked again.
struct ComparedExample {
  std::uint64_t number = 0;  ///< by which it can be asked for again; counted from 1
  Timestamp time;
  std::string correlation_id;
  std::string request_line;                                         ///< "GET /albums?limit=2"
  std::vector<std::pair<std::string, std::string>> request_fields;  ///< never credentials
  std::string request_body;
  unsigned old_status = 0;
  std::string old_body;
  unsigned new_status = 0;
  std::string new_body;
  std::string old_value;  ///< of the field that differs
  std::string new_value;
  /// How far the two are apart, for whoever sees their forms only: "1 h later"; "" is nothing.
  std::string distance;
  HiddenOfRequest hidden;
  bool by_tls = false;  ///< its client spoke TLS, to this process or to one before it

  /// Neither masked nor cut: asked again it is the same request.
  bool replayable() const { return hidden.nothing(); }
};

/// One field of one operation.
struct FieldReport {
  std::string operation;
  std::string path;
  std::array<std::uint64_t, kDifferenceKinds> kinds{};  ///< between old and new, by DifferenceKind
  std::uint64_t old_new = 0;                            ///< pairs in which it differs
  std::uint64_t old_old = 0;
  std::uint64_t old_new_pairs = 0;  ///< pairs of the operation that were compared
  std::uint64_t old_old_pairs = 0;
  Opinion opinion = Opinion::Difference;
  double confidence = 1;
  bool declared = false;  ///< by a rule: never taken for noise
  std::string note;       ///< of the last difference
  Timestamp first;
  Timestamp last;
  std::vector<ComparedExample> examples;
};

/// One operation, whether its answers differ or not.
struct OperationReport {
  std::string operation;
  std::uint64_t pairs = 0;       ///< of old and new
  std::uint64_t same_bytes = 0;  ///< of these
  std::uint64_t same = 0;        ///< by their types; with the ones above
  std::uint64_t noise = 0;       ///< differ in nothing but what was noise at that time
  std::uint64_t differing = 0;   ///< all others
  std::uint64_t ignored = 0;     ///< pairs in which something that is ignored differs
  std::uint64_t own_pairs = 0;   ///< of old and old
  std::uint64_t own_differing = 0;
  /// Pairs by the class of the old side's status, 1xx … 5xx: what has been compared at all.
  std::array<std::uint64_t, 5> by_class{};
};

struct ComparisonReport {
  std::vector<OperationReport> operations;  ///< by name
  std::vector<FieldReport> fields;          ///< by operation and path
  std::uint64_t folded_operations = 0;      ///< pairs of operations for which there was no room
  std::uint64_t folded_fields = 0;          ///< differences for which there was no room
  std::uint64_t dropped_examples = 0;       ///< for which there was no room
  std::uint64_t bytes = 0;                  ///< that all this takes, about
  bool masked = true;
};

std::string to_json(const ComparisonReport& report);
/// What a single comparison found; texts that are not open are masked unless `clear`.
std::string to_json(const Comparison& comparison, bool clear);

}  // namespace banyan::strangler
