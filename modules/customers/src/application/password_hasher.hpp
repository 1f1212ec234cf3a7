// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "banyan/kernel/context.hpp"
#include "banyan/kernel/result.hpp"

namespace customers {

/// Makes of a password what may be kept of it. Slow on purpose, so never called in a unit of work,
/// and a few at a time: who gets no turn before the deadline is told ResourceExhausted
/// "customers.too_busy". Safe for concurrent use. Adapter: persistence/argon2_hasher.
class PasswordHasher {
 public:
  virtual ~PasswordHasher() = default;
  virtual banyan::Result<std::string> hash(std::string_view password,
                                           const banyan::Context& context) = 0;

  enum class Verdict {
    Wrong,
    Right,
    RightButOutdated,  ///< and the hash is weaker than today's: make a new one
  };
  /// Without a hash it is Wrong, after the same time as with one.
  virtual banyan::Result<Verdict> check(std::string_view password,
                                        const std::optional<std::string>& hash,
                                        const banyan::Context& context) = 0;
};

}  // namespace customers
