// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <cstdint>
#include <limits>

#include "unit/sql/shop_tables.hpp"

namespace banyan::sql {
namespace {

using test::order_tables;
using test::soon;
using testing::HasSubstr;
using testing::Not;
using Number = std::int64_t;

class SessionTest : public testing::Test {
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

  test::TemporaryDatabase database_{test::shop_scripts()};
  ModuleDatabase orders_ = database_.connect("orders", order_tables());
};

TEST_F(SessionTest, Integers_keep_all_64_bits_in_BIGINT_and_INTEGER_columns) {
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

TEST_F(SessionTest, The_smallest_integer_comes_back) {
  write([](Session& session) {
    EXPECT_EQ(session.value<Number>("SELECT :n", std::numeric_limits<Number>::min()),
              std::numeric_limits<Number>::min());
  });
}

TEST_F(SessionTest, An_unsigned_number_above_63_bits_is_refused_and_not_stored_as_minus_one) {
  EXPECT_EQ(fault_of([](Session& session) {
              session.run("INSERT INTO orders(total) VALUES (:n)",
                          std::numeric_limits<std::uint64_t>::max());
            }),
            FaultKind::Misuse);
}

TEST_F(SessionTest, A_number_that_does_not_fit_the_smaller_type_is_a_fault) {
  std::string text;
  EXPECT_EQ(
      fault_of([](Session& session) { session.value<std::int32_t>("SELECT 3000000000"); }, &text),
      FaultKind::Misuse);
  EXPECT_THAT(text, Not(HasSubstr("3000000000")));
}

TEST_F(SessionTest, Counts_are_numbers) {
  write(
      [](Session& session) { EXPECT_EQ(session.value<Number>("SELECT count(*) FROM orders"), 0); });
}

TEST_F(SessionTest, No_row_is_nothing) {
  write([](Session& session) {
    EXPECT_EQ(session.one<Number>("SELECT id FROM orders WHERE id = :id", 7), std::nullopt);
    EXPECT_TRUE(session.all<Number>("SELECT id FROM orders").empty());
  });
}

TEST_F(SessionTest, Null_is_an_empty_optional_both_ways) {
  write([](Session& session) {
    session.run("INSERT INTO orders(id, key, total) VALUES (:id, :key, :total)", 1,
                std::optional<std::string>(), std::nullopt);
    EXPECT_EQ((session.one<std::optional<std::string>, std::optional<Number>>(
                  "SELECT key, total FROM orders")),
              (std::tuple{std::optional<std::string>(), std::optional<Number>()}));
  });
}

TEST_F(SessionTest, Null_where_a_value_is_wanted_is_a_fault_that_says_so) {
  std::string text;
  EXPECT_EQ(fault_of([](Session& session) { session.value<Number>("SELECT NULL"); }, &text),
            FaultKind::Misuse);
  EXPECT_THAT(text, HasSubstr("holds NULL"));
  EXPECT_THAT(text, HasSubstr("std::optional"));
}

TEST_F(SessionTest, Text_where_a_number_is_wanted_is_a_fault_and_not_zero) {
  EXPECT_EQ(fault_of([](Session& session) { session.value<Number>("SELECT 'seven'"); }),
            FaultKind::Misuse);
}

TEST_F(SessionTest, A_number_where_text_is_wanted_is_a_fault) {
  EXPECT_EQ(fault_of([](Session& session) { session.value<std::string>("SELECT 7"); }),
            FaultKind::Misuse);
}

TEST_F(SessionTest, Booleans_are_0_and_1_and_nothing_else) {
  write([](Session& session) {
    EXPECT_EQ((session.one<bool, bool>("SELECT :a, :b", true, false)), (std::tuple{true, false}));
  });
  EXPECT_EQ(fault_of([](Session& session) { session.value<bool>("SELECT 2"); }), FaultKind::Misuse);
}

TEST_F(SessionTest, Doubles_keep_their_bits) {
  write([](Session& session) {
    session.run("INSERT INTO orders(paid) VALUES (:paid)", 0.1 + 0.2);
    EXPECT_EQ(session.value<double>("SELECT paid FROM orders"), 0.1 + 0.2);
  });
}

TEST_F(SessionTest, Text_keeps_NUL_bytes_and_stays_empty_when_it_is_empty) {
  const std::string with_nul("a\0b", 3);
  write([&with_nul](Session& session) {
    session.run("INSERT INTO orders(id, key) VALUES (1, :key)", with_nul);
    session.run("INSERT INTO orders(id, key) VALUES (2, :key)", "");
    EXPECT_EQ(session.value<std::string>("SELECT key FROM orders WHERE id = 1"), with_nul);
    EXPECT_EQ(session.value<std::string>("SELECT key FROM orders WHERE id = 2"), "");
    EXPECT_EQ(session.value<std::string>("SELECT typeof(key) FROM orders WHERE id = 2"), "text");
  });
}

TEST_F(SessionTest, An_empty_blob_is_a_blob_and_not_NULL) {
  const Blob bytes{{std::byte{0}, std::byte{255}}};
  write([&bytes](Session& session) {
    session.run("INSERT INTO orders(id, proof) VALUES (1, :proof)", Blob{});
    session.run("INSERT INTO orders(id, proof) VALUES (2, :proof)", bytes);
    EXPECT_EQ(session.value<std::string>("SELECT typeof(proof) FROM orders WHERE id = 1"), "blob");
    EXPECT_EQ(session.value<Blob>("SELECT proof FROM orders WHERE id = 1"), Blob{});
    EXPECT_EQ(session.value<Blob>("SELECT proof FROM orders WHERE id = 2"), bytes);
  });
}

TEST_F(SessionTest, A_time_is_its_microseconds) {
  write([](Session& session) {
    session.run("INSERT INTO orders(id, total) VALUES (1, :at)", Timestamp{1'700'000'000'000'001});
    EXPECT_EQ(session.value<Timestamp>("SELECT total FROM orders"),
              Timestamp{1'700'000'000'000'001});
    EXPECT_EQ(session.value<Number>("SELECT total FROM orders"), 1'700'000'000'000'001);
  });
}

TEST_F(SessionTest, Insert_returning_inserts_once) {
  write([](Session& session) {
    EXPECT_EQ(session.value<Number>("INSERT INTO orders(total) VALUES (5), (6) RETURNING id"), 1);
    EXPECT_EQ(session.value<Number>("SELECT count(*) FROM orders"), 2);
  });
}

TEST_F(SessionTest, A_second_statement_in_the_string_is_a_fault) {
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

TEST_F(SessionTest, An_empty_statement_is_a_fault) {
  EXPECT_EQ(fault_of([](Session& session) { session.run("  -- nothing"); }), FaultKind::Misuse);
}

TEST_F(SessionTest, A_wrong_number_of_parameters_is_a_fault_with_both_numbers) {
  std::string text;
  EXPECT_EQ(fault_of(
                [](Session& session) {
                  session.run("INSERT INTO orders(id, total) VALUES (:id, :total)", 1);
                },
                &text),
            FaultKind::Misuse);
  EXPECT_THAT(text, HasSubstr("it has 2 parameter(s), and 1 value(s) were given"));
}

TEST_F(SessionTest, A_name_that_stands_twice_is_one_parameter) {
  write([](Session& session) {
    EXPECT_EQ((session.one<Number, Number>("SELECT :n, :n + 1", 4)),
              (std::tuple<Number, Number>{4, 5}));
  });
}

TEST_F(SessionTest, A_wrong_number_of_columns_is_a_fault) {
  EXPECT_EQ(fault_of([](Session& session) { session.all<Number>("SELECT 1, 2"); }),
            FaultKind::Misuse);
}

TEST_F(SessionTest, Run_does_not_drop_rows) {
  EXPECT_EQ(fault_of([](Session& session) { session.run("SELECT 1"); }), FaultKind::Misuse);
}

TEST_F(SessionTest, Run_tells_how_many_rows_changed) {
  write([](Session& session) {
    EXPECT_EQ(session.run("INSERT INTO orders(id) VALUES (1), (2), (3)"), 3);
    EXPECT_EQ(session.run("UPDATE orders SET total = 1 WHERE id > :id", 1), 2);
    EXPECT_EQ(session.run("DELETE FROM orders WHERE id = :id", 9), 0);
  });
}

TEST_F(SessionTest, The_text_of_a_fault_never_holds_a_bound_value) {
  std::string text;
  EXPECT_EQ(fault_of(
                [](Session& session) {
                  session.run("INSERT INTO orders(id, key) VALUES (1, :key)", "alice@example.com");
                  session.run("INSERT INTO orders(id, key) VALUES (2, :key)", "alice@example.com");
                },
                &text),
            FaultKind::Constraint);
  EXPECT_THAT(text, HasSubstr("orders.key"));
  EXPECT_THAT(text, Not(HasSubstr("alice")));
}

TEST_F(SessionTest, A_missing_table_asks_for_the_migration) {
  std::string text;
  EXPECT_EQ(fault_of([](Session& session) { session.run("DELETE FROM nowhere"); }, &text),
            FaultKind::Misuse);
  EXPECT_THAT(text, HasSubstr("no such table: nowhere"));
  EXPECT_THAT(text, HasSubstr("migration"));
}

TEST_F(SessionTest, A_read_that_stops_early_leaves_nothing_open) {
  write([](Session& session) { session.run("INSERT INTO orders(id) VALUES (1), (2), (3)"); });
  orders_.read(soon(), [](Session& session) {
    EXPECT_TRUE(session.one<Number>("SELECT id FROM orders ORDER BY id"));
  });
  write([](Session& session) {
    EXPECT_TRUE(session.one<Number>("SELECT id FROM orders ORDER BY id"));
    EXPECT_EQ(session.run("DELETE FROM orders"), 3);
  });
}

TEST_F(SessionTest, A_row_that_cannot_be_read_does_not_spoil_the_statement_for_later) {
  const std::string sql = "SELECT :value";
  EXPECT_EQ(fault_of([&sql](Session& session) { session.value<Number>(sql, "text"); }),
            FaultKind::Misuse);
  write([&sql](Session& session) { EXPECT_EQ(session.value<Number>(sql, 5), 5); });
}

TEST_F(SessionTest, Quotes_in_values_stay_values) {
  const std::string nasty = "'); DROP TABLE orders; --";
  write([&nasty](Session& session) {
    session.run("INSERT INTO orders(key) VALUES (:key)", nasty);
    EXPECT_EQ(session.value<std::string>("SELECT key FROM orders"), nasty);
  });
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

TEST_F(ConstraintTest, A_unique_constraint_is_a_value_with_table_and_column) {
  EXPECT_EQ(broken_by("INSERT INTO orders(id, key) VALUES (3, 'k')"),
            (Constraint{ConstraintKind::Unique, "orders", {"key"}, ""}));
}

TEST_F(ConstraintTest, A_primary_key_is_a_unique_constraint) {
  EXPECT_EQ(broken_by("INSERT INTO orders(id) VALUES (1)"),
            (Constraint{ConstraintKind::Unique, "orders", {"id"}, ""}));
}

TEST_F(ConstraintTest, A_key_of_two_columns_names_both) {
  write([](Session& session) {
    session.run("INSERT INTO orders(id) VALUES (7)");
    session.run("INSERT INTO lines VALUES (7, 1)");
    const auto done = session.try_run("INSERT INTO lines VALUES (7, 1)");
    ASSERT_FALSE(done);
    EXPECT_EQ(to_string(done.error()), "unique constraint on lines(order_id, position)");
  });
}

TEST_F(ConstraintTest, A_foreign_key_is_a_value) {
  EXPECT_EQ(broken_by("INSERT INTO lines VALUES (99, 1)").kind, ConstraintKind::ForeignKey);
}

TEST_F(ConstraintTest, A_check_is_a_value_with_its_name) {
  EXPECT_EQ(broken_by("UPDATE orders SET total = -1"),
            (Constraint{ConstraintKind::Check, "", {}, "total_is_not_negative"}));
}

TEST_F(ConstraintTest, A_missing_value_is_a_value_with_table_and_column) {
  EXPECT_EQ(broken_by("UPDATE orders SET state = NULL"),
            (Constraint{ConstraintKind::NotNull, "orders", {"state"}, ""}));
}

TEST_F(ConstraintTest, Try_run_still_throws_for_a_statement_that_is_wrong) {
  EXPECT_EQ(fault_of([](Session& session) { (void)session.try_run("INSERT INTO orders"); }),
            FaultKind::Misuse);
}

}  // namespace
}  // namespace banyan::sql
