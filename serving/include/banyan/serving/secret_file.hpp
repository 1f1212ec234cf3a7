// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace banyan::serving {

/// One rule for all files of secrets: those that everybody on this machine may read or write are
/// refused. Why this one is, with what closes it, in a sentence that begins with its path; nothing
/// where only its owner and a group may, and where there is no such file.
std::optional<std::string> why_open_to_everybody(const std::string& path);

/// The same of a file that is open already.
std::optional<std::string> why_open_to_everybody(int descriptor, const std::string& path);

/// What the owner of a file does so that this process can read it, where `reason` (of errno) says
/// that it may not; nothing for any other reason. Where a folder on the way is closed to this
/// process, it is what the owner of the first such folder does: how it is behind that one, nobody
/// can see yet. Such a file is not to be written anew: it may have the secret, for somebody else to
/// read.
std::optional<std::string> how_to_let_read(const std::string& path, int reason);

}  // namespace banyan::serving
