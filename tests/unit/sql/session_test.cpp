// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <cstdint>
#include <limits>

#include "unit/sql/engine_under_test.hpp"

namespace banyan::sql {
namespace {

using test::order_tables;
using test::soon;
using testing::HasSubstr;
using testing::Not;
using Number = std::int64_t;

/// What a session promises, on every engine.
class SessionTest : public testing::TestWithParam<Engine> {
 protected:
  template <class F>
  void write(F body) {
    const auto done = orders_.write(soon(), [&body](Session& session) -> Result<void> {
      body(session);
      return {};
    });
    ASSERT_TRUE(done) << done.error().message;
  }

  template <class F>
  FaultKind fault_of(F body, std::string* text = nullptr) {
    try {
      write(body);
    } catch (const Fault& fault) {
      if (text != nullptr) *text = fault.what();
      return fault.kind();
    }
    ADD_FAILURE() << "no fault";
    return FaultKind::Misuse;
  }

  test::EngineUnderTest engine_{GetParam()};
  ModuleDatabase orders_ = engine_.database().connect("orders", order_tables());
};

INSTANTIATE_TEST_SUITE_P(Engines, SessionTest, test::both_engines, test::name_of_engine);

TEST_P(SessionTest, Integers_keep_all_64_bits_in_BIGINT_and_INTEGER_columns) {
  write([](Session& session) {
    for (const Number number : {std::numeric_limits<Number>::max(), Number{1} << 40}) {
      session.run("INSERT INTO orders(id, total) VALUES (:id, :total)", number, number);
      EXPECT_EQ(
          (session.one<Number, Number>("SELECT id, total FROM orders WHERE id = :id", number)),
          (std::tuple{number, number}));
    }
    EXPECT_EQ(session.value<Number>("SELECT sum(total) - max(total) FROM orders WHERE total < :m",
                                    Number{1} << 41),
              0);
  });
}

TEST_P(SessionTest, The_smallest_integer_comes_back) {
  write([](Session& session) {
    EXPECT_EQ(
        session.value<Number>("SELECT CAST(:n AS BIGINT)", std::numeric_limits<Number>::min()),
        std::numeric_limits<Number>::min());
  });
}

TEST_P(SessionTest, An_unsigned_number_above_63_bits_is_refused_and_not_stored_as_minus_one) {
  EXPECT_EQ(fault_of([](Session& session) {
              session.run("INSERT INTO orders(total) VALUES (:n)",
                          std::numeric_limits<std::uint64_t>::max());
            }),
            FaultKind::Misuse);
}

TEST_P(SessionTest, A_number_that_does_not_fit_the_smaller_type_is_a_fault) {
  std::string text;
  EXPECT_EQ(
      fault_of([](Session& session) { session.value<std::int32_t>("SELECT 3000000000"); }, &text),
      FaultKind::Misuse);
  EXPECT_THAT(text, Not(HasSubstr("3000000000")));
}

TEST_P(SessionTest, Counts_are_numbers) {
  write(
      [](Session& session) { EXPECT_EQ(session.value<Number>("SELECT count(*) FROM orders"), 0); });
}

TEST_P(SessionTest, No_row_is_nothing) {
  write([](Session& session) {
    EXPECT_EQ(session.one<Number>("SELECT id FROM orders WHERE id = :id", 7), std::nullopt);
    EXPECT_TRUE(session.all<Number>("SELECT id FROM orders").empty());
  });
}

TEST_P(SessionTest, Null_is_an_empty_optional_both_ways) {
  write([](Session& session) {
    session.run("INSERT INTO orders(id, key, total) VALUES (:id, :key, :total)", 1,
                std::optional<std::string>(), std::nullopt);
    EXPECT_EQ((session.one<std::optional<std::string>, std::optional<Number>>(
                  "SELECT key, total FROM orders")),
              (std::tuple{std::optional<std::string>(), std::optional<Number>()}));
  });
}

TEST_P(SessionTest, Null_where_a_value_is_wanted_is_a_fault_that_says_so) {
  std::string text;
  EXPECT_EQ(fault_of([](Session& session) { session.value<Number>("SELECT CAST(NULL AS BIGINT)"); },
                     &text),
            FaultKind::Misuse);
  EXPECT_THAT(text, HasSubstr("holds NULL"));
  EXPECT_THAT(text, HasSubstr("std::optional"));
}

TEST_P(SessionTest, Text_where_a_number_is_wanted_is_a_fault_and_not_zero) {
  EXPECT_EQ(fault_of([](Session& session) { session.value<Number>("SELECT 'seven'"); }),
            FaultKind::Misuse);
}

TEST_P(SessionTest, A_number_where_text_is_wanted_is_a_fault) {
  EXPECT_EQ(fault_of([](Session& session) { session.value<std::string>("SELECT 7"); }),
            FaultKind::Misuse);
}

TEST_P(SessionTest, Booleans_are_0_and_1_and_nothing_else) {
  write([](Session& session) {
    EXPECT_EQ(
        (session.one<bool, bool>("SELECT CAST(:a AS BIGINT), CAST(:b AS BIGINT)", true, false)),
        (std::tuple{true, false}));
  });
  EXPECT_EQ(fault_of([](Session& session) { session.value<bool>("SELECT 2"); }), FaultKind::Misuse);
}

TEST_P(SessionTest, Doubles_keep_their_bits) {
  write([](Session& session) {
    session.run("INSERT INTO orders(paid) VALUES (:paid)", 0.1 + 0.2);
    EXPECT_EQ(session.value<double>("SELECT paid FROM orders"), 0.1 + 0.2);
  });
}

TEST_P(SessionTest, Text_stays_empty_when_it_is_empty) {
  write([](Session& session) {
    session.run("INSERT INTO orders(id, key) VALUES (2, :key)", "");
    EXPECT_EQ(session.value<std::string>("SELECT key FROM orders WHERE id = 2"), "");
    EXPECT_EQ(session.value<Number>("SELECT count(*) FROM orders WHERE key IS NULL"), 0);
  });
}

// PostgreSQL cannot store it, and SOCI would cut the text there.
TEST_P(SessionTest, Text_with_a_NUL_byte_is_refused_and_not_cut) {
  const std::string with_nul("a\0b", 3);
  EXPECT_EQ(fault_of([&with_nul](Session& session) {
              session.run("INSERT INTO orders(id, key) VALUES (1, :key)", with_nul);
            }),
            FaultKind::Misuse);
}

TEST_P(SessionTest, An_empty_blob_is_a_blob_and_not_NULL) {
  const Blob bytes{{std::byte{0}, std::byte{255}}};
  write([&bytes](Session& session) {
    session.run("INSERT INTO orders(id, proof) VALUES (1, :proof)", Blob{});
    session.run("INSERT INTO orders(id, proof) VALUES (2, :proof)", bytes);
    EXPECT_EQ(session.value<Number>("SELECT count(*) FROM orders WHERE proof IS NULL"), 0);
    EXPECT_EQ(session.value<Blob>("SELECT proof FROM orders WHERE id = 1"), Blob{});
    EXPECT_EQ(session.value<Blob>("SELECT proof FROM orders WHERE id = 2"), bytes);
  });
}

TEST_P(SessionTest, A_time_is_its_microseconds) {
  write([](Session& session) {
    session.run("INSERT INTO orders(id, total) VALUES (1, :at)", Timestamp{1'700'000'000'000'001});
    EXPECT_EQ(session.value<Timestamp>("SELECT total FROM orders"),
              Timestamp{1'700'000'000'000'001});
    EXPECT_EQ(session.value<Number>("SELECT total FROM orders"), 1'700'000'000'000'001);
  });
}

TEST_P(SessionTest, Insert_returning_inserts_once) {
  write([](Session& session) {
    EXPECT_EQ(session.value<Number>("INSERT INTO orders(total) VALUES (5), (6) RETURNING id"), 1);
    EXPECT_EQ(session.value<Number>("SELECT count(*) FROM orders"), 2);
  });
}

TEST_P(SessionTest, A_second_statement_in_the_string_is_a_fault) {
  std::string text;
  EXPECT_EQ(fault_of(
                [](Session& session) {
                  session.run("INSERT INTO orders(id) VALUES (1); DELETE FROM orders");
                },
                &text),
            FaultKind::Misuse);
  EXPECT_THAT(text, HasSubstr("second statement"));
  write([](Session& session) {
    session.run("INSERT INTO orders(id) VALUES (1);  -- and no more\n /* at all */ ");
  });
}

TEST_P(SessionTest, An_empty_statement_is_a_fault) {
  EXPECT_EQ(fault_of([](Session& session) { session.run("  -- nothing"); }), FaultKind::Misuse);
}

TEST_P(SessionTest, A_wrong_number_of_parameters_is_a_fault_with_both_numbers) {
  std::string text;
  EXPECT_EQ(fault_of(
                [](Session& session) {
                  session.run("INSERT INTO orders(id, total) VALUES (:id, :total)", 1);
                },
                &text),
            FaultKind::Misuse);
  EXPECT_THAT(text, HasSubstr("it has 2 parameter(s), and 1 value(s) were given"));
}

TEST_P(SessionTest, A_name_that_stands_twice_is_one_parameter) {
  write([](Session& session) {
    EXPECT_EQ((session.one<Number, Number>("SELECT CAST(:n AS BIGINT), CAST(:n AS BIGINT) + 1", 4)),
              (std::tuple<Number, Number>{4, 5}));
  });
}

TEST_P(SessionTest, A_wrong_number_of_columns_is_a_fault) {
  EXPECT_EQ(fault_of([](Session& session) { session.all<Number>("SELECT 1, 2"); }),
            FaultKind::Misuse);
}

TEST_P(SessionTest, Run_does_not_drop_rows) {
  EXPECT_EQ(fault_of([](Session& session) { session.run("SELECT 1"); }), FaultKind::Misuse);
}

TEST_P(SessionTest, Run_tells_how_many_rows_changed) {
  write([](Session& session) {
    EXPECT_EQ(session.run("INSERT INTO orders(id) VALUES (1), (2), (3)"), 3);
    EXPECT_EQ(session.run("UPDATE orders SET total = 1 WHERE id > :id", 1), 2);
    EXPECT_EQ(session.run("DELETE FROM orders WHERE id = :id", 9), 0);
  });
}

TEST_P(SessionTest, The_text_of_a_fault_never_holds_a_bound_value) {
  std::string text;
  EXPECT_EQ(fault_of(
                [](Session& session) {
                  session.run("INSERT INTO orders(id, key) VALUES (1, :key)", "alice@example.com");
                  session.run("INSERT INTO orders(id, key) VALUES (2, :key)", "alice@example.com");
                },
                &text),
            FaultKind::Constraint);
  EXPECT_THAT(text, HasSubstr("key"));
  EXPECT_THAT(text, Not(HasSubstr("alice")));
}

TEST_P(SessionTest, A_missing_table_asks_for_the_migration) {
  std::string text;
  EXPECT_EQ(fault_of([](Session& session) { session.run("DELETE FROM nowhere"); }, &text),
            FaultKind::Misuse);
  EXPECT_THAT(text, HasSubstr("nowhere"));
  EXPECT_THAT(text, HasSubstr("migration"));
}

TEST_P(SessionTest, A_read_that_stops_early_leaves_nothing_open) {
  write([](Session& session) { session.run("INSERT INTO orders(id) VALUES (1), (2), (3)"); });
  orders_.read(soon(), [](Session& session) {
    EXPECT_TRUE(session.one<Number>("SELECT id FROM orders ORDER BY id"));
  });
  write([](Session& session) {
    EXPECT_TRUE(session.one<Number>("SELECT id FROM orders ORDER BY id"));
    EXPECT_EQ(session.run("DELETE FROM orders"), 3);
  });
}

TEST_P(SessionTest, A_row_that_cannot_be_read_does_not_spoil_the_statement_for_later) {
  const std::string sql = "SELECT total FROM orders WHERE id = :id";
  write([](Session& session) {
    session.run("INSERT INTO orders(id, total) VALUES (1, NULL), (2, 5)");
  });
  EXPECT_EQ(fault_of([&sql](Session& session) { session.value<Number>(sql, 1); }),
            FaultKind::Misuse);
  write([&sql](Session& session) { EXPECT_EQ(session.value<Number>(sql, 2), 5); });
}

TEST_P(SessionTest, Quotes_in_values_stay_values) {
  const std::string nasty = "'); DROP TABLE orders; --";
  write([&nasty](Session& session) {
    session.run("INSERT INTO orders(key) VALUES (:key)", nasty);
    EXPECT_EQ(session.value<std::string>("SELECT key FROM orders"), nasty);
  });
}

TEST_P(SessionTest, A_parameter_may_be_NULL_first_and_of_a_kind_later) {
  const std::string sql = "INSERT INTO orders(id, total) VALUES (:id, :total)";
  write([&sql](Session& session) {
    session.run(sql, 1, std::nullopt);
    session.run(sql, 2, 7);
    session.run(sql, 3, std::nullopt);
    EXPECT_EQ(
        (session.all<std::optional<Number>>("SELECT total FROM orders ORDER BY id")),
        (std::vector<std::tuple<std::optional<Number>>>{{std::nullopt}, {7}, {std::nullopt}}));
  });
}

TEST_P(SessionTest, Knows_which_tables_are_there) {
  write([](Session& session) {
    EXPECT_TRUE(session.has_table("orders"));
    EXPECT_FALSE(session.has_table("order_history"));
  });
}

TEST_P(SessionTest, Statements_with_comments_and_casts_are_understood) {
  write([](Session& session) {
    EXPECT_EQ(session.value<Number>("SELECT /* ':no' */ CAST(:n AS BIGINT) -- :neither\n", 4), 4);
    EXPECT_EQ(session.value<std::string>("SELECT ':x'"), ":x");
  });
}

/// A read past its deadline is broken off, not waited for.
TEST_P(SessionTest, A_read_that_runs_past_its_deadline_is_broken_off) {
  // A connection is there: none has to be opened within the deadline.
  orders_.read(soon(), [](Session& s) { return s.value<Number>("SELECT 1"); });
  const auto begun = std::chrono::steady_clock::now();
  try {
    orders_.read(
        Context::begin(std::chrono::milliseconds(50), system_clock(), system_random()),
        [](Session& session) {
          return session.value<Number>(
              "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000000)"
              " SELECT count(*) FROM n");
        });
    FAIL();
  } catch (const Fault& fault) {
    EXPECT_EQ(fault.kind(), FaultKind::Deadline);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(15));
  EXPECT_EQ(orders_.read(soon(), [](Session& s) { return s.value<Number>("SELECT 1"); }), 1);
}

class ConstraintTest : public SessionTest {
 protected:
  Constraint broken_by(std::string_view sql) {
    Constraint broken;
    write([&](Session& session) {
      session.run("INSERT INTO orders(id, key) VALUES (1, 'k')");
      const auto done = session.try_run(sql);
      ASSERT_FALSE(done);
      broken = done.error();
      // The unit of work goes on.
      EXPECT_EQ(session.run("INSERT INTO orders(id, key) VALUES (2, 'l')"), 1);
    });
    return broken;
  }
};

INSTANTIATE_TEST_SUITE_P(Engines, ConstraintTest, test::both_engines, test::name_of_engine);

TEST_P(ConstraintTest, A_unique_constraint_is_a_value_with_table_and_column) {
  const Constraint broken = broken_by("INSERT INTO orders(id, key) VALUES (3, 'k')");
  EXPECT_EQ(broken.kind, ConstraintKind::Unique);
  EXPECT_EQ(broken.table, "orders");
  EXPECT_THAT(broken.columns, testing::ElementsAre("key"));
}

TEST_P(ConstraintTest, A_primary_key_is_a_unique_constraint) {
  const Constraint broken = broken_by("INSERT INTO orders(id) VALUES (1)");
  EXPECT_EQ(broken.kind, ConstraintKind::Unique);
  EXPECT_THAT(broken.columns, testing::ElementsAre("id"));
}

TEST_P(ConstraintTest, A_key_of_two_columns_names_both) {
  write([](Session& session) {
    session.run("INSERT INTO orders(id) VALUES (7)");
    session.run("INSERT INTO lines VALUES (7, 1)");
    const auto done = session.try_run("INSERT INTO lines VALUES (7, 1)");
    ASSERT_FALSE(done);
    EXPECT_THAT(to_string(done.error()), HasSubstr("on lines(order_id, position)"));
  });
}

TEST_P(ConstraintTest, A_foreign_key_is_a_value) {
  EXPECT_EQ(broken_by("INSERT INTO lines VALUES (99, 1)").kind, ConstraintKind::ForeignKey);
}

TEST_P(ConstraintTest, A_check_is_a_value_with_its_name) {
  const Constraint broken = broken_by("UPDATE orders SET total = -1");
  EXPECT_EQ(broken.kind, ConstraintKind::Check);
  EXPECT_EQ(broken.name, "total_is_not_negative");
}

TEST_P(ConstraintTest, A_missing_value_is_a_value_with_table_and_column) {
  EXPECT_EQ(broken_by("UPDATE orders SET state = NULL"),
            (Constraint{ConstraintKind::NotNull, "orders", {"state"}, ""}));
}

TEST_P(ConstraintTest, Try_run_still_throws_for_a_statement_that_is_wrong) {
  EXPECT_EQ(fault_of([](Session& session) { (void)session.try_run("INSERT INTO orders"); }),
            FaultKind::Misuse);
}

}  // namespace
}  // namespace banyan::sql
