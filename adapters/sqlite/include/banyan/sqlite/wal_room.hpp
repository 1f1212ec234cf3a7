// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>

#include "banyan/sqlite/connection.hpp"

/// Room on the disk that a database keeps for its next commits. These go into the write-ahead log,
/// which has to grow for them; on a disk that is full it cannot.
namespace banyan::sqlite {

enum class WalRoom : std::uint8_t {
  Held,    ///< so many bytes can be written, whatever becomes of the disk
  Full,    ///< the disk, or a quota, has not so many any more
  Unknown  ///< there is no log now, or this file system gives no room beforehand
};

/// Has the file system hold so many bytes behind the end of the log of that database file. The log
/// stays as long as it is, so that nobody takes them for content. A checkpoint that truncates the
/// log gives them back: hold them anew then. Copying file systems (btrfs, ZFS) hold nothing of use.
WalRoom hold_wal_room(const std::filesystem::path& database, std::uint64_t bytes) noexcept;

/// From now on the log and its index stay as they are when this connection closes, also as the last
/// one, which would bring the log into the file and remove both: with the room that is held, and
/// without which a full disk lets nobody open the database again. Throws Fault.
void keep_wal(const Connection& connection);

}  // namespace banyan::sqlite
