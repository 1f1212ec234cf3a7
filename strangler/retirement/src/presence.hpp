// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "banyan/posix/descriptor.hpp"

namespace banyan::retirement {

/// Which processes have a book open: each holds a lock on a place of its own in one empty file,
/// which the kernel lets go when the process ends, however it ends. The file is none of SQLite's:
/// a descriptor of a database that is closed takes SQLite's locks along. Used by one thread at a
/// time.
class Presence {
 public:
  /// Makes the file where there is none, and takes the place. Throws std::system_error, also when
  /// somebody else has that place.
  Presence(const std::string& file, std::int64_t place);

  /// Whether another process, or another Presence of this one, is there. Throws std::system_error.
  bool is_taken(std::int64_t place) const;

 private:
  posix::Descriptor descriptor_;
};

}  // namespace banyan::retirement
