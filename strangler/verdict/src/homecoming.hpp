// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "operation_record.hpp"

namespace banyan::strangler {

/// Whether a lane is handled in this process again, or a worker is here again, for long enough to
/// be sure of it: what its service has done speaks of nothing that there is.
class Homecoming {
 public:
  /// What happened since the last call, which `record` does not have yet: is it home by now?
  bool has_come(const Moment& moment, const OperationRecord& record);

 private:
  std::uint64_t needed(const OperationRecord& record) const;

  std::uint64_t home_ = 0;  ///< events or units that were done here since the last one elsewhere
  std::uint64_t elsewhere_ = 0;  ///< ticks with any that were done there
  std::uint64_t between_ = 0;    ///< what was done here between these, long rests left out
};

}  // namespace banyan::strangler
