// SPDX-License-Identifier: Apache-2.0
#include "banyan/sql/module_database.hpp"
#include "catalog/module.hpp"
#include "contract/catalog/catalog_port_contract.hpp"
#include "contract/environment_under_test.hpp"
#include "contract/matchers.hpp"
#include "contract/worlds.hpp"

namespace banyan::contract {

INSTANTIATE_TEST_SUITE_P(
    InProcess, CatalogPortContract,
    testing::Values(in_process("memory", catalog_in_memory()), in_process("sql", catalog_on_sql()),
                    in_process("postgresql", catalog_on_sql(sql::Engine::Postgres))),
    print_name);

// The tables may have been filled by other hands, or by a version that knew no search.
TEST(CatalogSearch, IsMadeAnewFromTheTables) {
  for (const sql::Engine engine : {sql::Engine::Sqlite, sql::Engine::Postgres}) {
    SampleDatabase database(Stage::Shared, engine);
    recordshop::ModuleDatabases modules = database.modules();
    sql::ModuleDatabase& tables = modules.catalog;
    const auto empty = tables.write(any_context(), [](sql::Session& session) -> Result<void> {
      session.run("DELETE FROM catalog_search");
      return {};
    });
    ASSERT_TRUE(empty);
    const auto rows = catalog::rebuild_search(tables, any_context());
    ASSERT_THAT(rows, Succeeds());
    EXPECT_EQ(*rows, 9);
    const auto catalog = catalog::make_catalog({}, tables, real_environment());
    const auto page = catalog->handle(catalog::Search{"velvet", {}, {}}, any_context());
    ASSERT_THAT(page, Succeeds());
    EXPECT_EQ(page->hits.size(), 1U);
  }
}

}  // namespace banyan::contract
