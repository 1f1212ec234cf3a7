// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "banyan/kernel/error.hpp"

namespace banyan::cli::init {

/// Where a command puts the file that it makes, and with it where what it tells goes: a file, or
/// with "-" standard output, on which people may want nothing else.
struct Destination {
  std::string output;
  bool replace = false;  ///< a file that is there
  bool json = false;     ///< the command prints one document, and nothing is told
  std::string beside{};  ///< what else there is for a file that stays; a sentence, or ""

  bool is_standard_output() const { return output == "-"; }
  /// A line for people.
  void tell(const std::string& text) const;
  /// Why nothing comes of it; answers `code`.
  int give_up(int code, ErrorCode kind, const std::string& rule, const std::string& message) const;
  /// Before any work: kDone, or the exit code of a refusal, because the file is there.
  int look() const;
  /// kDone, or the exit code of what went wrong, which has been told.
  int write(const std::string& text) const;
};

}  // namespace banyan::cli::init
