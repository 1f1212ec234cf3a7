// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

/// Files that are whole after a power cut: the old content or the new one. Everything throws
/// std::filesystem::filesystem_error.
namespace banyan::sqlite {

/// Makes new and removed names in this folder durable.
void sync_folder(const std::filesystem::path& folder);

/// Gives a file, synced here, the name `file`, durably; what had that name is gone.
void replace_durably(const std::filesystem::path& made, const std::filesystem::path& file);

/// Writes a file beside it, syncs that and renames it. It has the owner and the mode of the file
/// that was there, else of `model`, if that is there: what an administrator writes stays the
/// application's. Not written when that cannot be and its owner could not use it.
void write_durably(const std::filesystem::path& file, std::string_view content,
                   const std::filesystem::path& model = {});

}  // namespace banyan::sqlite
