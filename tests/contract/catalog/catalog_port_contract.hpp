// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include "catalog/port.hpp"
#include "contract/port_under_test.hpp"

namespace banyan::contract {

/// What it means to be a Catalog. The bodies are in the object library contract.catalog.
class CatalogPortContract : public testing::TestWithParam<PortUnderTest<catalog::Catalog>> {
 protected:
  catalog::Catalog& catalog() { return world_->port(); }

 private:
  std::unique_ptr<PortWorld<catalog::Catalog>> world_ = GetParam().make();
};

}  // namespace banyan::contract
