// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "banyan/sqlite/connection.hpp"
#include "write_turn.hpp"

namespace banyan::strangler {

/// The log beside the file of a control store (control.db-wal): what is committed is there first,
/// and is then brought into the file, so that the file alone is whole; and it has room held behind
/// its end, which nobody else on the disk can have, for the way back (docs/adr/0046). Used under
/// the store's lock.
class LogBeside final {
 public:
  /// Both must outlive it. What lies in the log by then is left there until somebody asks for it:
  /// beside an older copy of the file it may be the only place that has the newest lines.
  LogBeside(std::string store_file, sqlite::Connection& connection, WriteTurn& turn);

  /// Something was committed: there is more in the log than in the file.
  void has_grown() { is_brought_in_ = false; }
  /// All of it is in the file, as far as this process has written it.
  bool is_brought_in() const { return is_brought_in_; }

  /// Brings all of it into the file. Waits for nobody: while another one writes, nothing is brought
  /// in, and what somebody reads as it was before stays; is_brought_in() says so, and who comes by
  /// later tries again. Not for a file that may only be read.
  void bring_in();
  /// Why it could not be brought in since the last time that it was: the disk did not take it. ""
  /// where all is well, or somebody was in the way.
  const std::string& trouble() const { return trouble_; }

  /// Has room for the next ways back held; bring_in() gives it up. False when the disk has not so
  /// much; a file system that gives no room beforehand is none to be told of.
  bool hold_room() const;

 private:
  void copy_into_file();

  const std::string store_file_;
  sqlite::Connection& connection_;
  WriteTurn& turn_;
  bool is_brought_in_ = true;
  std::string trouble_;
};

}  // namespace banyan::strangler
