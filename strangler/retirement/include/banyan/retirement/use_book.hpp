// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/result.hpp"

namespace banyan::retirement {

/// What is used: an operation of a module (or a route of a rollout), on a side, in a way.
struct UseKey {
  std::string module;
  std::string operation;
  std::string side;  ///< "local" (the old one) or "remote"
  std::string way;   ///< "request" of a client, "call" of another module, "misspelled"
  auto operator<=>(const UseKey&) const = default;
};

/// How often, since the process began or since the last note.
struct UseCount {
  UseKey key;
  std::uint64_t count = 0;
};

struct Use {
  UseKey key;
  std::uint64_t count = 0;
  Timestamp first;
  Timestamp last;  ///< when it was noted: up to a minute later than it was
};

/// All that is known about uses.
struct Uses {
  Timestamp since;        ///< nobody has looked before
  Timestamp noted;        ///< the last look
  bool complete = true;   ///< false: there were more kinds of uses than are kept
  std::vector<Use> uses;  ///< by key
};

/// The last use of each operation and side, in one small SQLite file beside the control store: it
/// outlives the process, and several processes may write it. What is in it is evidence, not state:
/// without the file everything works, and the proof begins anew. Bounded. Safe for concurrent use.
class UseBook {
 public:
  static constexpr std::size_t kMostKinds = 10'000;

  /// FailedPrecondition "banyan.foreign_use_book" for a file that is something else, is damaged, or
  /// is of a newer version; it is left as it is. Unavailable "banyan.use_book_unavailable".
  static Result<std::unique_ptr<UseBook>> open(const std::string& file, const Clock& clock);
  virtual ~UseBook() = default;

  /// That these were used since the last note, in one transaction; also when there are none, for
  /// somebody has looked.
  virtual Result<void> note(const std::vector<UseCount>& used) = 0;
  virtual Result<Uses> read() = 0;
};

/// The document of /_banyan/api/uses, and back. Nothing for what is no such document.
std::string to_json(const Uses& uses);
std::optional<Uses> uses_from_json(std::string_view text);

}  // namespace banyan::retirement
