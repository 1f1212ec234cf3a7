// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "banyan/posix/descriptor.hpp"

namespace banyan::sqlite {

/// Opens `file` for reading and writing. When it has to be made, it gets the owner, the group and
/// the mode of `model`, so that a tool that an administrator runs leaves nothing that the
/// application cannot open, and nothing that others can read. Without a `model` on the disk the
/// process's own. Throws Fault (CannotOpen), also when the owner cannot be given (then nothing is
/// left behind).
posix::Descriptor open_like(const std::filesystem::path& file, const std::filesystem::path& model);

/// Makes an empty `file` that way, to be filled by SQLite, whose journals follow it. Nothing when
/// it is there.
void make_like(const std::filesystem::path& file, const std::filesystem::path& model);

/// Why who may use `model` could not use `file` after open_like(), and what to do; nothing when all
/// is well. Makes nothing. Looks at `file` when it is there, and otherwise at what this process
/// may.
std::optional<std::string> why_not_like(const std::filesystem::path& file,
                                        const std::filesystem::path& model);

}  // namespace banyan::sqlite
