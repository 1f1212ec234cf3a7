// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

#include "http/endpoint.hpp"

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

  /// The lock of whoever of this user listens there, in a folder that only this user may write to:
  /// $XDG_RUNTIME_DIR where that is one, else banyan-<uid> among the temporary files. Port 0 is
  /// nobody's, and takes no lock.
  ///
  /// It is needed within one user only: our listeners share their port (SO_REUSEPORT), which Linux
  /// allows among sockets of the same effective user. Another user's bind() fails by itself.
  static InstanceLock for_endpoint(const Endpoint& endpoint,
                                   std::string_view way_out = "give this one another address");

 private:
  InstanceLock() = default;
  std::filesystem::path file_;
  int descriptor_ = -1;
};

}  // namespace banyan::http
