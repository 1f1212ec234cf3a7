// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/stages/control_store.hpp"
#include "note_texts.hpp"

namespace banyan::strangler {

/// What the first line of the log has as the hash of the line before it.
inline const std::string kNoHash(64, '0');

/// Walks a switch log from its first line and collects what is not as it was written.
class LogCheck {
 public:
  /// `noted_head` is "" or a hash that the log must contain.
  /// Every log begins at kNoHash, which is the head of one that is empty.
  explicit LogCheck(std::string_view noted_head)
      : noted_head_(noted_head), saw_noted_head_(noted_head == kNoHash) {}

  /// The lines of stages, sorted by seq, and between them the notes, each before the first line
  /// that has a higher seq than it names.
  void line(LogEntry entry);
  void note(LogEntry entry);

  /// Stages, plans and table must be what the last line of each says.
  struct Now {
    std::vector<Rollout> rollouts;
    std::vector<StoredPlan> plans;
    std::vector<TablePart> table;
  };
  Verification end(const Now& now) &&;

 private:
  void complain(std::string problem);
  void check_rollouts(const std::vector<Rollout>& rollouts);
  void check_plans(const std::vector<StoredPlan>& plans);
  void check_plan(const StoredPlan& plan);
  void plan_line(const LogEntry& entry);
  void routes_line(const LogEntry& entry);

  struct Last {
    std::uint64_t seq = 0;
    std::string after = to_json(Traffic{});
    std::optional<Traffic> traffic = Traffic{};
  };
  struct LastPlan {
    std::uint64_t note = 0;
    std::optional<PlanMark> mark;
  };
  std::string noted_head_;
  bool saw_noted_head_;
  std::uint64_t seq_ = 0;
  std::string hash_ = kNoHash;
  std::map<std::string, Last> last_;
  std::uint64_t note_ = 0;
  std::uint64_t note_seq_ = 0;
  std::string note_hash_ = kNoHash;
  std::map<std::string, LastPlan> last_plans_;
  std::optional<std::string> last_table_;
  Verification found_{.entries = 0, .head = kNoHash, .problems = {}};
};

}  // namespace banyan::strangler
