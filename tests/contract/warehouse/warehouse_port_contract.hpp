// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include "contract/port_under_test.hpp"
#include "warehouse/port.hpp"

namespace banyan::contract {

/// What it means to be a Warehouse. The bodies are in the object library contract.warehouse.
class WarehousePortContract : public testing::TestWithParam<PortUnderTest<warehouse::Warehouse>> {
 protected:
  warehouse::Warehouse& warehouse() { return world_->port(); }

  warehouse::Stock stock_of(const warehouse::TrackId& track);
  /// Reserves under a key of its own.
  Result<warehouse::Reservation> reserve(const warehouse::OrderId& order,
                                         std::vector<warehouse::ReservationLine> lines);

 private:
  std::unique_ptr<PortWorld<warehouse::Warehouse>> world_ = GetParam().make();
};

}  // namespace banyan::contract
