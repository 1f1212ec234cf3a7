// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/posix/descriptor.hpp"

namespace banyan::succession {

/// One end of a conversation in whole messages, with open files beside them (SOCK_SEQPACKET and
/// SCM_RIGHTS). Blocking; one thread.
class MessageSocket {
 public:
  /// So many files go with a message at most (the kernel takes 253).
  static constexpr std::size_t kMostFiles = 200;

  explicit MessageSocket(posix::Descriptor socket) : socket_(std::move(socket)) {}
  /// Nothing when nobody listens there. Throws std::system_error when somebody does who cannot be
  /// reached.
  static std::optional<MessageSocket> connect(const std::filesystem::path& path);

  /// The other end's process runs as the same user.
  bool is_of_this_user() const;

  /// False when the other end is gone, or does not want to hear any more.
  bool send(std::string_view text, std::span<const posix::Descriptor> files = {}) const;

  enum class End : std::uint8_t { None, Gone, Late, Woken };
  struct Received {
    End end = End::None;  ///< None: there is a message
    std::string text;
    std::vector<posix::Descriptor> files;
  };
  /// The next message. Ends when `until` is over, and when `wake` (a descriptor, or -1) becomes
  /// readable.
  Received receive(SteadyTime until, const Clock& clock, int wake) const;

  /// From now on what the other end sends fails there; then a last look for what came before. So
  /// both agree on whether it has come, with nobody left in doubt.
  Received close_ears() const;

 private:
  Received read() const;
  posix::Descriptor socket_;
};

}  // namespace banyan::succession
