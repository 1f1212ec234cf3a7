// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "banyan/sqlite/connection.hpp"
#include "banyan/sqlite/transaction.hpp"
#include "banyan/test/temporary_folder.hpp"

namespace banyan::sqlite {
namespace {

constexpr std::string_view kEndless =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

FaultKind outcome(const Connection& connection, std::string_view sql) {
  try {
    connection.run(sql);
  } catch (const Fault& fault) {
    return fault.kind();
  }
  return FaultKind::Other;
}

TEST(Deadline, EndsAStatementThatRunsPastIt) {
  Connection connection = Connection::in_memory();
  connection.set_deadline(system_clock().steady() + std::chrono::milliseconds(20), system_clock());
  EXPECT_EQ(outcome(connection, kEndless), FaultKind::Interrupted);
}

TEST(Deadline, IsOfOneCallWhenItIsCleared) {
  const ManualClock clock;
  Connection connection = Connection::in_memory();
  connection.set_deadline(clock.steady(), clock);
  EXPECT_EQ(outcome(connection, kEndless), FaultKind::Interrupted);
  connection.clear_deadline();
  EXPECT_EQ(connection.number("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                              "LIMIT 10000) SELECT count(*) FROM n"),
            10'000);
}

TEST(Deadline, EndsTheWaitForALock) {
  const test::TemporaryFolder folder;
  const Connection holder = Connection::open(folder.path() / "shop.db", OpenMode::Create);
  holder.run("CREATE TABLE t(a)");
  const Transaction held(holder, Begin::Immediate);
  Connection waiting =
      Connection::open(folder.path() / "shop.db", OpenMode::Write, std::chrono::hours(1));
  waiting.set_deadline(system_clock().steady() + std::chrono::milliseconds(20), system_clock());
  EXPECT_EQ(outcome(waiting, "BEGIN IMMEDIATE"), FaultKind::Busy);
}

TEST(Deadline, AViewTakesItsDeadlineBack) {
  const ManualClock clock;
  const Connection owner = Connection::in_memory();
  {
    Connection::borrow(owner.handle()).set_deadline(clock.steady(), clock);
  }
  EXPECT_EQ(owner.number("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                         "LIMIT 10000) SELECT count(*) FROM n"),
            10'000);
}

TEST(Interrupt, EndsAStatementFromAnotherThread) {
  const Connection connection = Connection::in_memory();
  std::atomic<bool> ended{false};
  std::jthread other([&] {
    // Again and again: an interrupt before the statement begins ends nothing.
    while (!ended) connection.interrupt();
  });
  EXPECT_EQ(outcome(connection, kEndless), FaultKind::Interrupted);
  ended = true;
}

}  // namespace
}  // namespace banyan::sqlite
