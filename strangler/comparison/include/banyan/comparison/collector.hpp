// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "banyan/comparison/credential_fields.hpp"
#include "banyan/comparison/replay.hpp"
#include "banyan/comparison/report.hpp"
#include "banyan/kernel/result.hpp"

namespace banyan::strangler {

/// Which two answers were compared.
enum class PairOf : std::uint8_t {
  OldNew,
  OldOld,  ///< the old side, asked twice: what it differs from itself in is its noise
};

/// What was asked. Views only.
struct ComparedRequest {
  const http::RequestHead& head;
  std::string_view body;
  std::string_view correlation_id;
  /// The path of its route or of its operation, "/albums/{id}": what of the target is no data.
  std::string_view route{};
  bool by_tls = false;  ///< to whomever the client spoke
};

struct CollectorRules {
  std::size_t operations = 500;
  std::size_t fields = 1'000;            ///< over all operations
  std::size_t examples = 3;              ///< of a field: the first ones
  std::size_t body_bytes = 8 * 1024;     ///< of an example's bodies each; what is longer is cut
  std::size_t bytes = 16 * 1024 * 1024;  ///< for all examples together
  std::size_t siblings = 50;             ///< keys of one object that differ; more are data: "*"
  /// Of an operation: the probability that some field of it is ever called a difference which is
  /// as noisy on the old side, however often one looks.
  double error_rate = 0.01;
  /// Personal data is shown in examples. Off: every text is masked unless its field is open.
  bool clear = false;
};

struct KeepingRules;

/// What a pair counts for.
struct PairFound {
  bool differs = false;  ///< in something that is not known to be noise
  /// What that goes by. It is gone as soon as something has turned out to be noise that pairs were
  /// held against the new side for: what was found by it says nothing any more.
  std::shared_ptr<const void> by{};
};

/// An example and the operation that it is of.
struct KeptExample {
  std::string operation;
  ComparedExample example;
};

/// Keeps what comparisons find, by operation and field, in bounded memory: what there is no room
/// for is counted. Whether a field is noise is decided each time when the number of pairs of its
/// operation has doubled, the k-th time with error_rate / (k (k + 1)), divided by the number of
/// noisy fields: in sum no more than is promised. Safe for concurrent use; a pair that is the same
/// costs a lock and some additions.
class ComparisonCollector {
 public:
  explicit ComparisonCollector(CollectorRules rules = {}, ComparisonPlan plan = {});

  /// What the pair counts for; one of old and old never counts as different.
  PairFound add(std::string_view operation, PairOf pair, const Comparison& comparison,
                const ComparedRequest& request, const Answer& old_answer,
                const Answer& other_answer, const OperationRules& rules, Timestamp now);

  ComparisonReport report() const;
  /// The counts of the report's operations, without fields and examples: for each look at metrics.
  std::vector<OperationReport> operations() const;
  /// Nothing when none with this number is kept.
  std::optional<KeptExample> example(std::uint64_t number) const;

  /// The request of an example of this collector, with what is hidden of it as it is said.
  /// FailedPrecondition "banyan.example_not_replayable" when something is lacking, with all that is
  /// and the command that says it; InvalidArgument "banyan.replay_does_not_fit" when what is said
  /// has not the form that is kept, or was never hidden. No message has anything that was said. Its
  /// details are places where parts are said (see ReplayWords).
  Result<http::Request> request_again(const AskedAgain& asked, const ComparedExample& example,
                                      const OperationRules& rules) const;

 private:
  struct FieldState {
    FieldReport report;  // its counts are made when it is asked for
    FieldCounts counts;
    bool proven = false;  // a difference, and it stays one
  };
  struct OperationState {
    OperationReport report;
    std::map<std::string, FieldState, std::less<>> fields;
    std::map<std::string, std::set<std::string, std::less<>>, std::less<>> siblings;
    std::uint64_t next_look = kFirstLook;
    unsigned looks = 0;
    std::shared_ptr<const void> opinions = std::make_shared<char>();  ///< PairFound::by
  };
  static constexpr std::uint64_t kFirstLook = 64;

  OperationState* operation_of(std::string_view name);
  FieldState* field_of(OperationState& operation, const Difference& difference, Timestamp now);
  std::string collapsed(OperationState& operation, std::string_view path) const;
  void look(OperationState& operation) const;
  static void decide(OperationState& operation, FieldState& field, Opinion opinion);
  static Opinion first_opinion(const OperationState& operation, const FieldState& field);
  void keep_example(FieldState& field, const Difference& difference, const ComparedRequest& request,
                    const Answer& old_answer, const Answer& new_answer, const OperationRules& rules,
                    Timestamp now);
  KeepingRules keeping() const;

  const CollectorRules rules_;
  const ComparisonPlan plan_;
  const CredentialFields credentials_;
  mutable std::mutex mutex_;
  std::map<std::string, OperationState, std::less<>> operations_;
  /// Of operations that there is no room for: nothing is ever found to be noise there.
  const std::shared_ptr<const void> of_folded_ = std::make_shared<char>();
  std::size_t fields_ = 0;
  std::size_t example_bytes_ = 0;
  std::uint64_t examples_ = 0;  // that were ever kept
  std::uint64_t folded_operations_ = 0;
  std::uint64_t folded_fields_ = 0;
  std::uint64_t dropped_examples_ = 0;
};

}  // namespace banyan::strangler
