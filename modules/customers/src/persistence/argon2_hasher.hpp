// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "application/password_hasher.hpp"

namespace customers {

/// Argon2id at the cost that is usual where people wait for it, a few at a time.
std::unique_ptr<PasswordHasher> make_argon2_hasher();

/// The same at next to no cost: for what nobody attacks.
std::unique_ptr<PasswordHasher> make_cheap_hasher();

}  // namespace customers
