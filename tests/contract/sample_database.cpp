// SPDX-License-Identifier: Apache-2.0
#include "contract/sample_database.hpp"

#include <cstdlib>
#include <stdexcept>

#include "contract/port_under_test.hpp"
#include "contract/sample_shop.hpp"

namespace banyan::contract {
namespace {

void require(const Result<void>& done) {
  if (!done) throw std::runtime_error(done.error().message);
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "banyan-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder " + name);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

SampleDatabase::SampleDatabase(Stage stage)
    : shop_(std::make_unique<recordshop::ShopDatabase>(file())) {
  const SampleShop& sample = sample_shop();
  const recordshop::Doors to = doors();
  require(catalog::load(to.catalog, any_context(), sample.catalog()));
  require(warehouse::load(to.warehouse, any_context(), sample.stock, {1'700'000'000'000'000}));
  require(orders::load(to.orders, any_context(), sample.past_orders));
  advance_to(stage);
}

void SampleDatabase::advance_to(Stage stage) {
  if (stage == Stage::Shared) return;
  const std::string_view steps = stage == Stage::Expanded ? "separation/0001" : "";
  for (const std::string_view module : {"orders", "warehouse"}) shop_->separate(module, steps);
}

}  // namespace banyan::contract
