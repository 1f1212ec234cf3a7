// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include "contract/shipping/shipping_world.hpp"

namespace banyan::contract {

/// What it means to be Shipping. The bodies are in the object library contract.shipping.
class ShippingPortContract : public testing::TestWithParam<ShippingUnderTest> {
 protected:
  ShippingWorld& world() { return *world_; }
  const ::shipping::OrderId order = ShippingWorld::order(1);

  void paid_and_booked();
  bool hears_of_payment();
  /// Whatever was put off has been done.
  std::size_t parcels_under_way();
  /// For laws_of_participants.hpp.
  auto asks_to_cancel() {
    return [this](const std::string& /*key*/) { return world().cancel(order); };
  }

 private:
  std::unique_ptr<ShippingWorld> world_ = GetParam().make();
};

}  // namespace banyan::contract
