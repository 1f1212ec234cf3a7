// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/stages/control_store.hpp"

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

  /// The lines, sorted by seq.
  void line(LogEntry entry);

  /// The stages must be what the last line of each module says.
  Verification end(const std::vector<Rollout>& rollouts) &&;

 private:
  void complain(std::string problem);

  struct Last {
    std::uint64_t seq = 0;
    std::string after = to_json(Traffic{});
    std::optional<Traffic> traffic = Traffic{};
  };
  std::string noted_head_;
  bool saw_noted_head_;
  std::uint64_t seq_ = 0;
  std::string hash_ = kNoHash;
  std::map<std::string, Last> last_;
  Verification found_{0, kNoHash, {}};
};

}  // namespace banyan::strangler
