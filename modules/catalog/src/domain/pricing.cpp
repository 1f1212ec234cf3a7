// SPDX-License-Identifier: Apache-2.0
#include "domain/pricing.hpp"

namespace catalog {
namespace {

constexpr std::int64_t kDearest = 100'000'000;

}  // namespace

banyan::Result<banyan::Money> new_price(const banyan::Money& old, const banyan::Money& wanted) {
  using banyan::ErrorCode;
  if (wanted.minor_units < 0 || wanted.minor_units > kDearest) {
    return banyan::fail(ErrorCode::InvalidArgument, "catalog.bad_price",
                        "a price is from 0 to " + banyan::to_string({kDearest, old.currency}),
                        {{"/price/minor_units", "expected 0 … " + std::to_string(kDearest)}});
  }
  if (wanted.currency != old.currency) {
    return banyan::fail(ErrorCode::FailedPrecondition, "catalog.currency_differs",
                        "this track is sold in " + old.currency,
                        {{"/price/currency", "expected " + old.currency}});
  }
  return wanted;
}

}  // namespace catalog
