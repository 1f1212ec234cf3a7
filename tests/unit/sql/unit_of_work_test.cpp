// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <latch>
#include <thread>

#include "banyan/kernel/unit_of_work.hpp"
#include "sqlite_connection.hpp"
#include "unit/sql/shop_tables.hpp"

namespace banyan::sql {
namespace {

using test::add_order;
using test::order_tables;
using test::soon;
using testing::HasSubstr;
using Number = std::int64_t;

class UnitOfWorkTest : public testing::Test {
 protected:
  explicit UnitOfWorkTest(Options options = {})
      : database_(test::shop_scripts(), std::move(options)) {}

  Number orders_in_file() {
    return orders_.read(soon(), [](Session& session) {
      return *session.value<Number>("SELECT count(*) FROM orders");
    });
  }

  // Holds the writer's thread until release() and lets tests queue up behind it.
  class Stall {
   public:
    explicit Stall(ModuleDatabase& database)
        : unit_(std::async(std::launch::async, [this, &database] {
            (void)database.write(soon(), [this](Session&) -> Result<void> {
              if (!begun_.try_wait()) begun_.count_down();
              released_.wait();
              return {};
            });
          })) {
      begun_.wait();
    }
    ~Stall() { release(); }
    void release() {
      if (!released_.try_wait()) released_.count_down();
    }

   private:
    std::latch begun_{1};
    std::latch released_{1};
    std::future<void> unit_;
  };

  void wait_until_queued(std::size_t units) {
    while (database_.shared().figures().queued < units) std::this_thread::yield();
  }

  test::TemporaryDatabase database_;
  ModuleDatabase orders_ = database_.connect("orders", order_tables());
};

TEST_F(UnitOfWorkTest, Keeps_what_a_value_comes_back_for) {
  EXPECT_EQ(orders_.write(soon(), [](Session& s) { return add_order(s, 1); }).value(), 1);
  EXPECT_EQ(orders_in_file(), 1);
}

TEST_F(UnitOfWorkTest, Undoes_everything_when_the_body_answers_an_error) {
  const auto done = orders_.write(soon(), [](Session& session) -> Result<Number> {
    add_order(session, 1).value();
    return fail(ErrorCode::FailedPrecondition, "orders.closed", "no more orders today");
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().rule, "orders.closed");
  EXPECT_EQ(orders_in_file(), 0);
}

TEST_F(UnitOfWorkTest, Undoes_everything_and_hands_on_what_the_body_throws) {
  EXPECT_THROW((void)orders_.write(soon(),
                                   [](Session& session) -> Result<Number> {
                                     add_order(session, 1).value();
                                     throw std::logic_error("bug");
                                   }),
               std::logic_error);
  EXPECT_EQ(orders_in_file(), 0);
}

TEST_F(UnitOfWorkTest, Is_marked_inside_reads_and_writes_and_only_there) {
  EXPECT_FALSE(OpenUnitOfWork::on_this_thread());
  EXPECT_TRUE(orders_.read(soon(), [](Session&) { return OpenUnitOfWork::on_this_thread(); }));
  EXPECT_TRUE(
      orders_
          .write(soon(), [](Session&) -> Result<bool> { return OpenUnitOfWork::on_this_thread(); })
          .value());
  EXPECT_FALSE(OpenUnitOfWork::on_this_thread());
}

TEST_F(UnitOfWorkTest, Refuses_to_begin_inside_another_one) {
  EXPECT_THROW(orders_.read(soon(), [this](Session&) { orders_.read(soon(), [](Session&) {}); }),
               Fault);
  EXPECT_THROW(
      (void)orders_.write(soon(), [this](Session&) -> Result<Number> { return orders_in_file(); }),
      Fault);
}

TEST_F(UnitOfWorkTest, A_read_does_not_write) {
  try {
    orders_.read(soon(), [](Session& session) { return session.run("DELETE FROM orders"); });
    FAIL();
  } catch (const Fault& fault) {
    EXPECT_THAT(fault.what(), HasSubstr("read() does not write"));
  }
}

TEST_F(UnitOfWorkTest, A_read_sees_one_snapshot_whatever_is_written_meanwhile) {
  orders_.read(soon(), [this](Session& session) {
    const auto count = [&session] { return *session.value<Number>("SELECT count(*) FROM orders"); };
    EXPECT_EQ(count(), 0);
    std::async(std::launch::async, [this] {
      EXPECT_TRUE(orders_.write(soon(), [](Session& s) { return add_order(s, 1); }));
    }).get();
    EXPECT_EQ(count(), 0);
  });
  EXPECT_EQ(orders_in_file(), 1);
}

TEST_F(UnitOfWorkTest, A_failing_unit_takes_no_other_unit_of_its_group_with_it) {
  std::vector<std::future<bool>> done;
  {
    Stall stall(orders_);
    for (Number id = 0; id < 20; ++id) {
      done.push_back(std::async(std::launch::async, [this, id] {
        return orders_
            .write(soon(),
                   [id](Session& session) -> Result<Number> {
                     auto added = add_order(session, id);
                     if (id % 2 == 1) return fail(ErrorCode::Conflict, "orders.odd", "odd");
                     return added;
                   })
            .has_value();
      }));
    }
    wait_until_queued(20);
  }
  Number kept = 0;
  for (auto& one : done) kept += one.get() ? 1 : 0;
  EXPECT_EQ(kept, 10);
  EXPECT_EQ(orders_in_file(), 10);
  EXPECT_EQ(database_.shared().figures().again, 0U);
}

TEST_F(UnitOfWorkTest, Units_that_wait_together_are_committed_together) {
  const auto before = database_.shared().figures();
  std::vector<std::future<void>> done;
  {
    Stall stall(orders_);
    for (Number id = 0; id < 30; ++id) {
      done.push_back(std::async(std::launch::async, [this, id] {
        EXPECT_TRUE(orders_.write(soon(), [id](Session& s) { return add_order(s, id); }));
      }));
    }
    wait_until_queued(30);
  }
  for (auto& one : done) one.get();
  const auto after = database_.shared().figures();
  const auto units = after.units - before.units;
  EXPECT_EQ(units, 31U);
  // A group ends after some milliseconds, too: how many there are depends on the machine.
  EXPECT_LT(after.commits - before.commits, units / 2);
}

// Only the end of the transaction finds out about a deferred foreign key.
TEST_F(UnitOfWorkTest, A_group_that_cannot_commit_runs_again_one_by_one) {
  std::atomic<int> runs = 0;
  std::vector<std::future<std::string>> done;
  {
    Stall stall(orders_);
    for (Number id = 0; id < 6; ++id) {
      done.push_back(std::async(std::launch::async, [this, id, &runs]() -> std::string {
        try {
          const auto kept = orders_.write(soon(), [id, &runs](Session& session) -> Result<Number> {
            ++runs;
            if (id == 3) return session.run("INSERT INTO promises VALUES (12345)");
            return add_order(session, id);
          });
          return kept ? "kept" : kept.error().rule;
        } catch (const Fault& fault) {
          return to_string(fault.constraint().value());
        }
      }));
    }
    wait_until_queued(6);
  }
  std::vector<std::string> outcomes;
  for (auto& one : done) outcomes.push_back(one.get());
  EXPECT_THAT(outcomes,
              testing::ElementsAre("kept", "kept", "kept", "foreign key", "kept", "kept"));
  EXPECT_EQ(orders_in_file(), 5);
  // A group also ends when it is old: on a slow machine not all six are in the one that fails. Who
  // is in it runs twice, and once singly; so may the unit that they all waited for.
  const auto twice = static_cast<std::size_t>(runs - 6);
  EXPECT_GE(twice, 1U);
  EXPECT_LE(twice, 6U);
  EXPECT_GE(database_.shared().figures().again, twice);
  EXPECT_LE(database_.shared().figures().again, twice + 1);
}

TEST_F(UnitOfWorkTest, A_statement_that_ends_the_whole_transaction_harms_only_its_own_unit) {
  ASSERT_TRUE(orders_.write(soon(), [](Session& s) { return add_order(s, 100); }));
  std::vector<std::future<bool>> done;
  {
    Stall stall(orders_);
    for (Number id = 0; id < 6; ++id) {
      done.push_back(std::async(std::launch::async, [this, id] {
        try {
          return orders_
              .write(soon(),
                     [id](Session& session) -> Result<Number> {
                       if (id != 3) return add_order(session, id);
                       try {
                         session.run("INSERT OR ROLLBACK INTO orders(id) VALUES (100)");
                       } catch (const Fault&) {
                         // Whoever swallows this must not write outside a transaction.
                         return session.run("INSERT INTO orders(id) VALUES (200)");
                       }
                       return 0;
                     })
              .has_value();
        } catch (const Fault&) {
          return false;
        }
      }));
    }
    wait_until_queued(6);
  }
  Number kept = 0;
  for (auto& one : done) kept += one.get() ? 1 : 0;
  EXPECT_EQ(kept, 5);
  EXPECT_EQ(orders_in_file(), 6);
}

TEST_F(UnitOfWorkTest, Runs_units_in_the_order_of_their_arrival) {
  std::vector<Number> order;
  std::vector<std::future<void>> done;
  {
    Stall stall(orders_);
    for (Number i = 0; i < 25; ++i) {
      done.push_back(std::async(std::launch::async, [this, i, &order] {
        EXPECT_TRUE(orders_.write(soon(), [i, &order](Session&) -> Result<void> {
          order.push_back(i);
          return {};
        }));
      }));
      wait_until_queued(static_cast<std::size_t>(i) + 1);
    }
  }
  for (auto& one : done) one.get();
  EXPECT_EQ(order.size(), 25U);
  EXPECT_TRUE(std::ranges::is_sorted(order));
}

TEST_F(UnitOfWorkTest, The_call_around_it_knows_that_something_is_committed) {
  const auto refuse = [](Session&) -> Result<void> {
    return fail(ErrorCode::Conflict, "test.no", "no");
  };
  const auto add = [](Session& session) { return add_order(session, 1); };
  const CommitMark call;
  EXPECT_FALSE(orders_.write(soon(), refuse));
  (void)orders_in_file();
  EXPECT_FALSE(call.committed());
  EXPECT_TRUE(orders_.write(soon(), add));
  EXPECT_TRUE(call.committed());
}

TEST_F(UnitOfWorkTest, Does_not_begin_after_its_deadline) {
  bool ran = false;
  Stall stall(orders_);
  const auto late =
      orders_.write(Context::begin(std::chrono::milliseconds(20), system_clock(), system_random()),
                    [&ran](Session&) -> Result<void> {
                      ran = true;
                      return {};
                    });
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::DeadlineExceeded);
  EXPECT_EQ(late.error().rule, "banyan.write_not_begun");
  stall.release();
  EXPECT_EQ(orders_in_file(), 0);
  EXPECT_FALSE(ran);
}

TEST_F(UnitOfWorkTest, Does_not_begin_when_the_deadline_is_over_already) {
  const auto late =
      orders_.write(Context::begin(std::chrono::milliseconds(0), system_clock(), system_random()),
                    [](Session&) -> Result<void> { return {}; });
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().rule, "banyan.write_not_begun");
}

class ShortQueueTest : public UnitOfWorkTest {
 protected:
  ShortQueueTest() : UnitOfWorkTest(Options{.queued_writes = 3}) {}
};

TEST_F(ShortQueueTest, A_full_queue_says_so_at_once) {
  std::vector<std::future<bool>> done;
  {
    Stall stall(orders_);
    for (Number id = 0; id < 3; ++id) {
      done.push_back(std::async(std::launch::async, [this, id] {
        return orders_.write(soon(), [id](Session& s) { return add_order(s, id); }).has_value();
      }));
    }
    wait_until_queued(3);
    const auto refused = orders_.write(soon(), [](Session& s) { return add_order(s, 9); });
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::ResourceExhausted);
    EXPECT_EQ(refused.error().rule, "banyan.writer_queue_full");
  }
  for (auto& one : done) EXPECT_TRUE(one.get());
}

TEST_F(UnitOfWorkTest, More_readers_than_connections_wait_for_one) {
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  std::vector<std::future<void>> done;
  for (int i = 0; i < 16; ++i) {
    done.push_back(std::async(std::launch::async, [this, &inside, &most] {
      orders_.read(soon(), [&inside, &most](Session& session) {
        const int now = ++inside;
        int seen = most;
        while (seen < now && !most.compare_exchange_weak(seen, now)) {
        }
        session.value<Number>("SELECT count(*) FROM orders");
        --inside;
      });
    }));
  }
  for (auto& one : done) one.get();
  EXPECT_LE(most, 4);
}

TEST_F(UnitOfWorkTest, A_connection_is_clean_after_a_reader_threw) {
  for (int i = 0; i < 10; ++i) {
    EXPECT_THROW(orders_.read(soon(),
                              [](Session& session) {
                                session.value<Number>("SELECT count(*) FROM orders");
                                throw std::logic_error("bug");
                              }),
                 std::logic_error);
  }
  ASSERT_TRUE(orders_.write(soon(), [](Session& s) { return add_order(s, 1); }));
  EXPECT_EQ(orders_in_file(), 1);
}

TEST_F(UnitOfWorkTest, Connections_check_foreign_keys_and_commit_to_disk) {
  Ownership ownership(Options{});
  for (const auto use : {SqliteConnection::Use::Read, SqliteConnection::Use::Write}) {
    SqliteConnection connection(database_.file(), use, ownership);
    Session session(connection, Ownership::kKit);
    EXPECT_EQ(session.value<Number>("PRAGMA foreign_keys"), 1);
    EXPECT_EQ(session.value<Number>("PRAGMA synchronous"), 2);
    if (use == SqliteConnection::Use::Write) {
      EXPECT_EQ(session.value<std::string>("PRAGMA journal_mode"), "wal");
    }
    EXPECT_EQ(session.value<Number>("PRAGMA recursive_triggers"), 0);
  }
}

}  // namespace
}  // namespace banyan::sql
