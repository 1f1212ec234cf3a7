// SPDX-License-Identifier: Apache-2.0
#include "banyan/sqlite/statement.hpp"

#include <gmock/gmock.h>

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "banyan/sqlite/connection.hpp"
#include "banyan/sqlite/transaction.hpp"
#include "banyan/test/temporary_folder.hpp"

namespace banyan::sqlite {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class StatementTest : public ::testing::Test {
 protected:
  template <typename Value>
  std::string kept(const Value& value) {
    Statement row = connection_.query("SELECT typeof(?1) || ' ' || quote(?1)");
    row.bind(1, value).step();
    return row.text(0);
  }

  Connection connection_ = Connection::in_memory();
};

TEST_F(StatementTest, KeepsIntegersOf64Bits) {
  EXPECT_EQ(kept(5'000'000'000), "integer 5000000000");
  EXPECT_EQ(kept(9'007'199'254'740'993), "integer 9007199254740993");
  Statement row = connection_.query("SELECT 9007199254740993");
  row.step();
  EXPECT_EQ(row.number(0), 9'007'199'254'740'993);
}

TEST_F(StatementTest, RefusesANumberThatSqliteWouldChange) {
  EXPECT_THROW(kept(std::numeric_limits<std::uint64_t>::max()), Fault);
  EXPECT_THROW(kept(std::nan("")), Fault);
}

TEST_F(StatementTest, TakesValuesAgainAfterAStepThatFailed) {
  Statement row = connection_.query("SELECT abs(?1)");
  row.bind(1, std::numeric_limits<std::int64_t>::min());
  EXPECT_THROW(row.step(), Fault);
  row.bind(1, -5);
  ASSERT_TRUE(row.step());
  EXPECT_EQ(row.number(0), 5);
}

TEST_F(StatementTest, EmptyTextAndEmptyBlobAreNotNull) {
  EXPECT_EQ(kept(std::string_view{}), "text ''");
  EXPECT_EQ(kept(std::span<const std::byte>{}), "blob X''");
  EXPECT_EQ(kept(nullptr), "null NULL");
  Statement row = connection_.query("SELECT ?1, ?2, ?3");
  row.bind_view(1, std::string_view{}).bind_view(2, std::span<const std::byte>{});
  row.step();
  EXPECT_EQ(row.kind(0), ValueKind::Text);
  EXPECT_EQ(row.kind(1), ValueKind::Blob);
  EXPECT_TRUE(row.blob(1).empty());
  EXPECT_TRUE(row.is_null(2));
}

TEST_F(StatementTest, KeepsNulBytesInText) {
  using namespace std::string_view_literals;
  Statement row = connection_.query("SELECT ?1");
  row.bind(1, "a\0b"sv).step();
  EXPECT_EQ(row.text(0), "a\0b"sv);
}

TEST_F(StatementTest, TellsNullFromEmptyText) {
  Statement row = connection_.query("SELECT NULL, ''");
  row.step();
  EXPECT_EQ(row.optional_text(0), std::nullopt);
  EXPECT_EQ(row.optional_text(1), "");
  EXPECT_EQ(row.text(0), "");
}

TEST_F(StatementTest, RefusesASecondStatement) {
  try {
    connection_.query("SELECT 1; DELETE FROM t");
    FAIL();
  } catch (const Fault& fault) {
    EXPECT_EQ(fault.kind(), FaultKind::Misuse);
    EXPECT_THAT(fault.what(), HasSubstr("second statement"));
  }
  EXPECT_THROW(connection_.query(std::string_view("SELECT 1\0; DELETE FROM t", 24)), Fault);
}

TEST_F(StatementTest, TakesCommentsAndSemicolonsBehindAStatement) {
  const Statement statement = connection_.query("SELECT 1; /* that is */ ; -- all\n");
  EXPECT_EQ(statement.sql(), "SELECT 1;");
}

TEST_F(StatementTest, RefusesAStringWithoutAStatement) {
  EXPECT_THROW(connection_.query("-- nothing"), Fault);
  EXPECT_THROW(connection_.query(""), Fault);
}

TEST_F(StatementTest, NeverShowsABoundValue) {
  connection_.run("CREATE TABLE t(mail TEXT CHECK(mail = ''))");
  try {
    connection_.query("INSERT INTO t VALUES (?1)").bind(1, "alice@example.com").run();
    FAIL();
  } catch (const Fault& fault) {
    EXPECT_THAT(fault.what(), Not(HasSubstr("alice")));
  }
}

TEST_F(StatementTest, CarriesAValueBitForBit) {
  const Statement from = [this] {
    Statement row = connection_.query("SELECT -0.0, 9e999, x'00ff', '1e3'");
    row.step();
    return row;
  }();
  Statement to = connection_.query("SELECT ?1, ?2, ?3, ?4");
  for (int i = 0; i < 4; ++i) to.bind_from(i + 1, from, i);
  to.step();
  EXPECT_EQ(std::bit_cast<std::uint64_t>(to.real(0)), std::bit_cast<std::uint64_t>(from.real(0)));
  EXPECT_TRUE(std::isinf(to.real(1)));
  EXPECT_EQ(to.kind(2), ValueKind::Blob);
  EXPECT_EQ(to.blob(2).size(), 2);
  EXPECT_EQ(to.kind(3), ValueKind::Text);
}

TEST_F(StatementTest, KnowsWhatItHas) {
  connection_.run("CREATE TABLE t(a)");
  const Statement write = connection_.query("INSERT INTO t VALUES (:a) RETURNING a AS kept");
  EXPECT_FALSE(write.is_read_only());
  EXPECT_EQ(write.parameter_count(), 1);
  EXPECT_EQ(write.parameter_name(1), ":a");
  EXPECT_EQ(write.column_count(), 1);
  EXPECT_EQ(write.column_name(0), "kept");
  EXPECT_TRUE(connection_.query("SELECT ?1").is_read_only());
}

TEST_F(StatementTest, AnEndedRunKeepsNoValueAndNoReadTransaction) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "shop.db";
  const Connection reader = Connection::open(file, OpenMode::Create);
  reader.run("CREATE TABLE t(a); INSERT INTO t VALUES (1), (2)");
  Statement read = reader.query("SELECT a FROM t WHERE a > ?1");
  read.bind(1, 0);
  ASSERT_TRUE(read.step());  // and not to its end

  const Connection other = Connection::open(file, OpenMode::Write, std::chrono::milliseconds(0));
  EXPECT_THROW(Transaction(other, Begin::Exclusive), Fault);
  read.end_run();
  Transaction(other, Begin::Exclusive).commit();
  EXPECT_FALSE(read.step()) << "a > NULL";
}

TEST_F(StatementTest, AViewLeavesTheStatementToItsOwner) {
  Statement owner = connection_.query("SELECT 1");
  {
    EXPECT_TRUE(Statement::borrow(owner.handle()).step());
  }
  owner.reset();
  EXPECT_TRUE(owner.step());
}

TEST_F(StatementTest, TakesAllParametersAtOnce) {
  Statement row = connection_.query("SELECT ?1 || ?2 || ?3");
  row.bind_all("a", 7, std::string("b")).step();
  EXPECT_EQ(row.text(0), "a7b");
}

}  // namespace
}  // namespace banyan::sqlite
