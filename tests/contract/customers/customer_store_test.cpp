// SPDX-License-Identifier: Apache-2.0
#include "contract/customers/customer_store_contract.hpp"
#include "contract/environment_under_test.hpp"
#include "contract/matchers.hpp"
#include "contract/port_under_test.hpp"
#include "contract/sample_database.hpp"
#include "contract/sample_shop.hpp"
#include "customers/module.hpp"
#include "persistence/memory_customers.hpp"
#include "persistence/sql_customers.hpp"

namespace banyan::contract {
namespace {

using ::customers::Account;
using ::customers::Address;
using ::customers::Customer;
using ::customers::CustomersReading;
using ::customers::CustomersWriting;

constexpr Timestamp kNow{1'750'000'000'000'000};

Account account(const std::string& email) {
  return Account::open(no_such_customer(),
                       {"Zoë O'Hara", email, Address{"Zoë", "1-2-3 銀座", "", "東京", "JP"}, {}},
                       "hash", kNow);
}

TEST_P(CustomerStoreContract, KeepsAccountsAsTheyAre) {
  Account kept = account("Zoe@Example.org");
  const auto done = store().write(any_context(), [&](CustomersWriting& rows) -> Result<void> {
    EXPECT_TRUE(rows.add(kept));
    EXPECT_TRUE(kept.put_on_hold("unpaid").value());
    EXPECT_TRUE(kept.rename("Zoë Lind").value());
    EXPECT_TRUE(kept.set_password_hash("other hash").has_value());
    rows.save(kept, kNow);
    return {};
  });

  ASSERT_THAT(done, Succeeds());
  store().read(any_context(), [&](CustomersReading& rows) {
    EXPECT_EQ(rows.find(no_such_customer())->data(), kept.data());
    EXPECT_EQ(rows.find_open("zoe@example.org")->data(), kept.data());
    EXPECT_FALSE(rows.find_open("Zoe@Example.org")) << "one asks by the key";
    return 0;
  });
}

TEST_P(CustomerStoreContract, RefusesAnEmailAddressThatAnOpenAccountHas) {
  const auto done = store().write(any_context(), [&](CustomersWriting& rows) -> Result<void> {
    EXPECT_FALSE(rows.add(account("Customer1@example.org")));
    EXPECT_FALSE(rows.find(no_such_customer()));
    Account first = rows.find(sample_shop().customers[0].id).value();
    EXPECT_TRUE(first.close().value());
    rows.save(first, kNow);
    EXPECT_TRUE(rows.add(account("Customer1@example.org"))) << "a closed one has it no more";
    return {};
  });

  ASSERT_THAT(done, Succeeds());
  store().read(any_context(), [&](CustomersReading& rows) {
    EXPECT_EQ(rows.find_open("customer1@example.org")->data().customer.id, no_such_customer());
    EXPECT_EQ(rows.find(sample_shop().customers[0].id)->data().customer.state,
              ::customers::AccountState::Closed);
    return 0;
  });
}

TEST_P(CustomerStoreContract, ListsInTheOrderOfIdsAndKnowsTheNewest) {
  const auto& sample = sample_shop().customers;
  store().read(any_context(), [&](CustomersReading& rows) {
    const std::vector<Customer> page = rows.page(sample[1].id.str(), 3);
    EXPECT_EQ(page.size(), 3U);
    EXPECT_EQ(page.at(0).id, sample[2].id);
    EXPECT_EQ(page.at(2).address, sample[4].address);
    EXPECT_EQ(rows.newest(), sample.back().id);
    EXPECT_TRUE(rows.page(sample.back().id.str(), 3).empty());
    return 0;
  });
}

TEST_P(CustomerStoreContract, UndoesAUnitOfWorkThatFails) {
  const auto done = store().write(any_context(), [&](CustomersWriting& rows) -> Result<void> {
    EXPECT_TRUE(rows.add(account("zoe@example.org")));
    Account first = rows.find(sample_shop().customers[0].id).value();
    EXPECT_TRUE(first.rename("Somebody else").value());
    rows.save(first, kNow);
    return fail(ErrorCode::Conflict, "test.failed", "on purpose");
  });

  ASSERT_THAT(done, BreaksRule("test.failed"));
  store().read(any_context(), [&](CustomersReading& rows) {
    EXPECT_FALSE(rows.find(no_such_customer()));
    EXPECT_EQ(rows.find(sample_shop().customers[0].id)->data().customer.name, "Customer 1");
    return 0;
  });
}

CustomerStoreAdapter on_sql(std::string name, sql::Engine engine) {
  return {std::move(name), [engine] {
            struct Base {
              explicit Base(sql::Engine on) : database(Stage::Shared, on) {}
              SampleDatabase database;
              recordshop::ModuleDatabases modules = database.modules();
            };
            auto base = std::make_shared<Base>(engine);
            auto store = ::customers::make_sql_customer_store(base->modules.customers);
            return CustomerStoreInPlace{std::move(base), std::move(store)};
          }};
}

CustomerStoreAdapter in_memory() {
  return {"memory", [] {
            return CustomerStoreInPlace{nullptr, ::customers::make_memory_customer_store(
                                                     sample_shop().customers, system_clock())};
          }};
}

INSTANTIATE_TEST_SUITE_P(Adapters, CustomerStoreContract,
                         testing::Values(in_memory(), on_sql("sql", sql::Engine::Sqlite),
                                         on_sql("postgresql", sql::Engine::Postgres)),
                         print_name);

TEST(ShopOfTheVersionBefore, OpensWithoutInventingPeopleForItsOrders) {
  const TemporaryFolder folder;
  for (const char* file : {"shop.db", "shop.warehouse.db"}) {
    std::filesystem::copy_file(std::filesystem::path(BANYAN_FIRST_FORMAT) / file,
                               folder.path() / file);
  }
  recordshop::ShopDatabase shop(folder.path() / "shop.db", system_clock());
  const recordshop::ModuleDatabases modules = shop.modules();
  const auto customers = ::customers::make_customers({}, modules.customers, real_environment());

  EXPECT_GT(orders::count_orders(modules.orders, any_context()), 0);
  EXPECT_EQ(::customers::count_customers(modules.customers, any_context()), 0);
  const auto opened =
      customers->handle(::customers::OpenAccount{"Ada", "ada@example.org", {}, {}}, any_context());
  ASSERT_THAT(opened, Succeeds());
  EXPECT_THAT(customers->handle(::customers::GetCustomer{opened->id}, any_context()), Succeeds());
}

TEST(LoadingCustomers, IsAllOrNothing) {
  SampleDatabase database;
  const recordshop::ModuleDatabases modules = database.modules();
  std::vector<::customers::CustomerRecord> records = {sample_shop().customers[0]};
  records[0].id = no_such_customer();

  EXPECT_THAT(::customers::load(modules.customers, any_context(), records),
              BreaksRule("customers.already_loaded"));
  records[0].email = "nobody";
  EXPECT_THAT(::customers::load(modules.customers, any_context(), records),
              BreaksRule("customers.bad_details"));
  EXPECT_EQ(::customers::count_customers(modules.customers, any_context()), 8);
}

}  // namespace
}  // namespace banyan::contract
