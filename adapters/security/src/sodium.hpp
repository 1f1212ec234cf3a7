// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sodium.h>

#include <stdexcept>

namespace banyan::security {

/// Before anything else of libsodium.
inline void require_sodium() {
  static const bool ready = sodium_init() >= 0;
  if (!ready) throw std::runtime_error("libsodium cannot be used: no source of randomness");
}

}  // namespace banyan::security
