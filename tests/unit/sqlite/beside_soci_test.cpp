// SPDX-License-Identifier: Apache-2.0
// SOCI's header puts SQLite into the namespace sqlite_api; the kit's headers stand beside it.
#include <gtest/gtest.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include "banyan/sqlite/connection.hpp"

namespace banyan::sqlite {
namespace {

TEST(BorrowedConnection, IsTheOneThatSociOpened) {
  soci::session session(soci::sqlite3, "dbname=:memory:");
  session << "CREATE TABLE t(a BIGINT)";
  auto* const native = static_cast<soci::sqlite3_session_backend*>(session.get_backend())->conn_;
  const Connection view = Connection::borrow(reinterpret_cast<::sqlite3*>(native));
  view.run("INSERT INTO t VALUES (5000000000)");
  long long read = 0;
  session << "SELECT a FROM t", soci::into(read);
  EXPECT_EQ(read, 5'000'000'000);
}

TEST(BorrowedStatement, IsTheOneThatSociPrepared) {
  soci::session session(soci::sqlite3, "dbname=:memory:");
  soci::statement prepared(session);
  prepared.alloc();
  prepared.prepare("SELECT ?1");
  auto* const native = static_cast<soci::sqlite3_statement_backend*>(prepared.get_backend())->stmt_;
  Statement view = Statement::borrow(reinterpret_cast<::sqlite3_stmt*>(native));
  EXPECT_EQ(view.parameter_count(), 1);
  view.bind(1, "seen").step();
  EXPECT_EQ(view.text(0), "seen");
  view.end_run();
}

}  // namespace
}  // namespace banyan::sqlite
