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
#include "banyan/retirement/watch.hpp"

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
  /// When the last one was over; nothing: nobody knows, and it may have been just now.
  std::optional<Timestamp> last{};
};

struct Use {
  UseKey key;
  std::uint64_t count = 0;
  Timestamp first;
  /// When the last one was over, however long after that it was noted. Processes of before noted
  /// the time of their note, which is up to a minute later.
  Timestamp last;
};

/// All that is known about uses.
struct Uses {
  Timestamp since;               ///< the book was begun
  Timestamp noted;               ///< the last look
  bool complete = true;          ///< false: there were more kinds of uses than are kept
  std::vector<Stretch> watched;  ///< when somebody looked, in the order of their beginnings
  std::vector<Use> uses;         ///< by key
};

/// The last use of each operation and side, in one small SQLite file beside the control store: it
/// outlives the process, and several processes may write it. What is in it is evidence, not state:
/// without the file everything works, and the proof begins anew. Bounded. Safe for concurrent use.
///
/// Each process that has the book open notes from when to when it looked: from open() to its last
/// note. What a process that is killed had counted since its last note is lost, and so that time
/// was not watched, whoever else looked; nor was the time in which a process ran without being able
/// to note, nor that in which nobody had the book open. Which processes are there is known from
/// locks on a file beside the book (`.lock`).
class UseBook {
 public:
  static constexpr std::size_t kMostKinds = 10'000;
  /// Stretches that are kept; of more the oldest go, and no time before their end counts as
  /// watched.
  static constexpr std::size_t kMostStretches = 2'000;

  /// FailedPrecondition "banyan.foreign_use_book" for a file that is something else, is damaged, or
  /// is of a newer version; it is left as it is. Unavailable "banyan.use_book_unavailable".
  static Result<std::unique_ptr<UseBook>> open(const std::string& file, const Clock& clock);
  virtual ~UseBook() = default;

  /// That these were used since the last note, in one transaction; also when there are none, for
  /// somebody has looked. From open() on all that was used has to be noted: others know from then
  /// on that this process is there, and take the time for unwatched until it has noted.
  virtual Result<void> note(const std::vector<UseCount>& used) = 0;
  /// The last note: after it this process sees nothing used.
  virtual Result<void> end(const std::vector<UseCount>& used) = 0;
  virtual Result<Uses> read() = 0;
};

/// The document of /_banyan/api/uses, and back. Nothing for what is no such document.
std::string to_json(const Uses& uses);
std::optional<Uses> uses_from_json(std::string_view text);

}  // namespace banyan::retirement
