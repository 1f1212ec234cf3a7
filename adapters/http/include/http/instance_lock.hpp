// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "http/endpoint.hpp"

namespace banyan::http {

/// Keeps a second instance from starting: an advisory lock (flock) on a file, held until
/// destruction and given up by the kernel when the process dies, however it dies.
class InstanceLock {
 public:
  /// Throws std::runtime_error that names the holder's process id and what to do.
  explicit InstanceLock(std::filesystem::path file);
  ~InstanceLock();
  InstanceLock(InstanceLock&& other) noexcept;
  InstanceLock& operator=(InstanceLock&& other) noexcept;

  /// The lock of whoever listens there, in the system's folder for temporary files. Port 0 is
  /// nobody's, and takes no lock.
  static InstanceLock for_endpoint(const Endpoint& endpoint);

 private:
  InstanceLock() = default;
  std::filesystem::path file_;
  int descriptor_ = -1;
};

}  // namespace banyan::http
