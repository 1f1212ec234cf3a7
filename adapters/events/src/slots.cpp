// SPDX-License-Identifier: Apache-2.0
#include "banyan/events/event_log.hpp"

namespace banyan::events {

// FNV-1a, said here in full: the numbers are stored, and every program must find the same.
int slot_of(std::string_view key) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char character : key) {
    hash ^= static_cast<unsigned char>(character);
    hash *= 0x100000001b3U;
  }
  return static_cast<int>((hash ^ (hash >> 32U)) % static_cast<unsigned>(kSlots));
}

}  // namespace banyan::events
