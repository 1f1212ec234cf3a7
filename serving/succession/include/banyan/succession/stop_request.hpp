// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/posix/descriptor.hpp"

namespace banyan::succession {

/// Whether somebody wants this process to end before it has begun to serve: a SIGTERM, SIGINT or
/// SIGQUIT that the calling thread blocks and nobody has taken yet. It is only looked at, and stays
/// for whoever takes it. Where they are not blocked they end the process by themselves. For the
/// thread that has made it.
class StopRequest {
 public:
  /// Throws std::system_error.
  StopRequest();

  bool made() const;
  /// Readable once it is made, for poll(2).
  int descriptor() const noexcept { return signals_.number(); }

 private:
  posix::Descriptor signals_;
};

}  // namespace banyan::succession
