// SPDX-License-Identifier: Apache-2.0
#include "banyan/stages/snapshot.hpp"

namespace banyan::strangler {

std::size_t reader_slot() {
  static std::atomic<std::size_t> next{0};
  static thread_local const std::size_t slot = next.fetch_add(1, std::memory_order_relaxed);
  return slot;
}

}  // namespace banyan::strangler
