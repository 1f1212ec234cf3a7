// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "banyan/kernel/error.hpp"
#include "banyan/kernel/result.hpp"
#include "banyan/stages/made_note.hpp"

namespace banyan::strangler {

/// What the notes of a control store know of its switch log: read once, held against the log until
/// that has it all, and written after each change. lacked_by() is used under the store's lock;
/// note() has its own, since a folder that hangs is not to keep the store from who reads it.
class KnownLines {
 public:
  /// The note beside the file, and `elsewhere` those that name this store.
  KnownLines(const std::string& store_file, const std::vector<std::string>& elsewhere);

  /// Why one of them could not be read, when that is so: what it names may be what is lacking.
  const std::optional<Error>& unread() const { return unread_; }

  struct Lack {
    std::string line;   ///< the first that is lacking: "revision 51"
    std::string notes;  ///< of all that name a line that is lacking
  };
  /// `lacks`: which of these lines the log has not; "" when it has both. Nothing when it has all;
  /// from then on it is not asked any more.
  std::optional<Lack> lacked_by(const std::function<std::string(const LastLines& last)>& lacks);

  /// Has the notes that are there name these lines; never an earlier one than they do. Others are
  /// not made. Unavailable "banyan.control_store_note".
  Result<void> note(const LastLines& last);

 private:
  struct Known {
    std::string note_file;
    LastLines last;
  };
  std::string store_file_;
  std::vector<std::string> note_files_;
  std::vector<Known> unseen_;
  std::optional<Error> unread_;
  std::mutex noting_;
  std::optional<LastLines> noted_;
};

}  // namespace banyan::strangler
