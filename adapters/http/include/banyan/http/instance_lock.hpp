// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "banyan/http/endpoint.hpp"
#include "banyan/posix/descriptor.hpp"

namespace banyan::http {

/// Keeps a second instance from starting: an advisory lock (flock) on a file, held until
/// destruction, which takes the file away. The kernel gives the lock up when the process dies,
/// however it dies; the file that then stays is taken over by the next.
class InstanceLock {
 public:
  /// Throws std::runtime_error when another process holds it: that names the process's id and what
  /// to do, at the end `way_out`; std::system_error when the file cannot be opened.
  explicit InstanceLock(std::filesystem::path file,
                        std::string_view way_out = "give this one another address");
  ~InstanceLock();
  InstanceLock(InstanceLock&& other) noexcept;
  InstanceLock& operator=(InstanceLock&& other) noexcept;

  /// The lock of whoever of this user listens there: a run_file(). Port 0 is nobody's, and takes no
  /// lock.
  ///
  /// It is needed within one user only: our listeners share their port (SO_REUSEPORT), which Linux
  /// allows among sockets of the same effective user. Another user's bind() fails by itself.
  static InstanceLock for_endpoint(const Endpoint& endpoint,
                                   std::string_view way_out = "give this one another address");

  // From one process to another, without a moment in which a third could take it: the lock belongs
  // to the open file, and is given up when the last descriptor of that is closed.

  /// The lock that another process holds and has passed a duplicate() of. The file is the other's:
  /// until own_file() it stays when this ends. Nothing when the descriptor is not of that file, or
  /// somebody else has the lock.
  static std::optional<InstanceLock> adopt(std::filesystem::path file,
                                           posix::Descriptor descriptor);
  /// Invalid when there is no lock. Throws std::system_error.
  posix::Descriptor duplicate() const;
  /// Another process, which has a duplicate(), goes on with the lock: this one has it no more, and
  /// the file stays.
  void leave_file();
  /// The file is this process's now: its id is written into it, and the end takes it away.
  void own_file();
  /// Empty when there is no lock.
  const std::filesystem::path& file() const noexcept { return file_; }

 private:
  InstanceLock() = default;
  void write_id() const;
  std::filesystem::path file_;
  posix::Descriptor descriptor_;
  bool takes_file_away_ = true;
};

}  // namespace banyan::http
