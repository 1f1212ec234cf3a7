// SPDX-License-Identifier: Apache-2.0
#include "persistence/argon2_hasher.hpp"

#include "banyan/security/passwords.hpp"

namespace customers {
namespace {

using banyan::Context;
using banyan::Result;

/// 256 MiB at the most.
constexpr std::size_t kAtOnce = 4;

std::unexpected<banyan::Error> too_busy() {
  return banyan::fail(banyan::ErrorCode::ResourceExhausted, "customers.too_busy",
                      "too many people sign in at once; try again in a moment");
}

class Argon2Hasher final : public PasswordHasher {
 public:
  explicit Argon2Hasher(const banyan::security::PasswordCost& cost) : passwords_(cost, kAtOnce) {}

  Result<std::string> hash(std::string_view password, const Context& context) override {
    std::optional<std::string> hash = passwords_.hash(password, context.deadline);
    if (!hash) return too_busy();
    return *std::move(hash);
  }

  Result<Verdict> check(std::string_view password, const std::optional<std::string>& hash,
                        const Context& context) override {
    const auto verdict = passwords_.check(password, hash, context.deadline);
    if (!verdict) return too_busy();
    if (!verdict->right) return Verdict::Wrong;
    return verdict->outdated ? Verdict::RightButOutdated : Verdict::Right;
  }

 private:
  banyan::security::Passwords passwords_;
};

}  // namespace

std::unique_ptr<PasswordHasher> make_argon2_hasher() {
  return std::make_unique<Argon2Hasher>(banyan::security::kInteractive);
}

std::unique_ptr<PasswordHasher> make_cheap_hasher() {
  return std::make_unique<Argon2Hasher>(banyan::security::kCheapest);
}

}  // namespace customers
