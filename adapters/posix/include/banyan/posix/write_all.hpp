// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <string_view>
#include <system_error>

#include "banyan/posix/descriptor.hpp"

namespace banyan::posix {

/// Writes all of `bytes` to a file or a pipe, and waits for as long as that takes; a signal does
/// not end it. Else why not, in the generic category: some of it may be written then. What is
/// written is not on the disk yet: see fsync(2).
///
/// Not for a socket, nor for a pipe whose reader may go where SIGPIPE is not ignored: the signal
/// ends the process. Not for what must not wait.
inline std::error_code write_all(const Descriptor& descriptor, std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor.number(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return {errno, std::generic_category()};
    if (written == 0) return std::make_error_code(std::errc::io_error);  // else for ever
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace banyan::posix
