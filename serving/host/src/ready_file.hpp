// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace banyan::host {

/// The file of --ready-file: written beside its place while the program can still end over it,
/// and put there by rename once the program serves, so that whoever waits for it never reads half a
/// number.
class ReadyFile {
 public:
  /// `file` may be "", then there is none. Throws std::runtime_error when it cannot be written.
  ReadyFile(std::string file, std::uint16_t port);
  /// What was not published goes.
  ~ReadyFile();
  ReadyFile(const ReadyFile&) = delete;
  ReadyFile& operator=(const ReadyFile&) = delete;

  /// What is in the way; "" when nothing is.
  std::string publish();

 private:
  std::string part() const { return file_ + ".part"; }
  std::string file_;
  bool published_ = false;
};

}  // namespace banyan::host
