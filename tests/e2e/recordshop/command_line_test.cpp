// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "banyan/kernel/exit_code.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "support/child_process.hpp"
#include "support/raw_sqlite.hpp"

namespace banyan::test {
namespace {

using testing::HasSubstr;

struct Refusal {
  std::string name;
  std::vector<std::string> words;
  std::string program = "recordshop";
  int exit_code;
  std::string message;  ///< part of what it must say
  friend void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.name; }
};

class BadCommandLine : public testing::TestWithParam<Refusal> {};

TEST_P(BadCommandLine, IsRefusedWithWhatToDo) {
  std::vector<std::string> words = GetParam().words;
  words.insert(words.begin(), BANYAN_BIN "/" + GetParam().program);
  const Ran ran = run_program(words, std::chrono::seconds(20));
  EXPECT_EQ(ran.exit_code, GetParam().exit_code) << ran.output;
  EXPECT_THAT(ran.output, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Recordshop, BadCommandLine,
    testing::Values(
        Refusal{"unknown_option",
                {"--prot", "8080"},
                "recordshop",
                64,
                "unknown option --prot; did you mean --port?\nSee: " BANYAN_BIN
                "/recordshop --help"},
        Refusal{"option_like_no_other", {"-x"}, "recordshop", 64, "unknown option -x."},
        Refusal{"option_without_its_value", {"--port"}, "recordshop", 64, "port"},
        Refusal{"option_of_the_framework", {"--umask=zz"}, "recordshop", 64, "umask"},
        Refusal{"port_that_is_none",
                {"--port", "80a"},
                "recordshop",
                64,
                "--port: '80a' is not a whole number from 0 to 65535."},
        Refusal{"port_too_high", {"--port", "65536"}, "recordshop", 64, "from 0 to 65535"},
        Refusal{"listen_without_port",
                {"--listen", "localhost"},
                "recordshop",
                64,
                "--listen: 'localhost' is not HOST:PORT"},
        Refusal{"unknown_module",
                {"--modules", "catalgo"},
                "recordshop",
                64,
                "there is no module 'catalgo'; did you mean 'catalog'?"},
        Refusal{"no_module", {"--modules", ","}, "recordshop", 64, "name at least one module"},
        Refusal{"need_that_is_nowhere",
                {"--modules", "orders"},
                "recordshop",
                64,
                "orders needs catalog, which does not run in this process. Say where it runs:"
                " --at catalog=HOST:PORT"},
        // Nothing is wrong with it, so whoever supervises it starts it again.
        Refusal{"database_server_that_is_away",
                {"--port", "0", "--control", "/dev/null", "--database",
                 "postgresql://ann@/shop?host=/nowhere"},
                "recordshop",
                69,
                "cannot start now."},
        Refusal{"database_whose_password_everybody_can_read",
                {"--port", "0", "--control", "/dev/null", "--database",
                 "postgresql://ann:secret@/shop?host=/nowhere"},
                "recordshop",
                69,
                "password_seen"},
        Refusal{"database_whose_address_is_mistyped",
                {"--port", "0", "--control", "/dev/null", "--database",
                 "postgresql://ann@/shop?hots=/nowhere"},
                "recordshop",
                78,
                "cannot start."},
        Refusal{"data_for_a_server_that_is_away",
                {"generate", "--database", "postgresql://ann@/shop?host=/nowhere"},
                "recordshop-data",
                69,
                "Is the server running"},
        Refusal{"rehearsal_of_nobody",
                {"--rehearse", "invoices"},
                "recordshop",
                64,
                "there is no module 'invoices'. This application has: "},
        Refusal{"rehearsal_of_a_service",
                {"--modules", "catalog", "--rehearse", "warehouse"},
                "recordshop",
                64,
                "warehouse does not run in this process"},
        Refusal{"place_without_equals",
                {"--at", "catalog"},
                "recordshop",
                64,
                "'catalog' is not MODULE=HOST:PORT"},
        Refusal{"place_given_twice",
                {"--at", "catalog=127.0.0.1:1", "--at", "catalog=127.0.0.1:2"},
                "recordshop",
                64,
                "the place of catalog is given twice"},
        Refusal{"place_of_a_linked_module",
                {"--at", "catalog=127.0.0.1:1"},
                "recordshop",
                64,
                "Build with -DBANYAN_ROUTED=catalog"},
        Refusal{"unit_that_is_none",
                {"--sticky", "ip"},
                "recordshop",
                64,
                "'ip' is not cookie:NAME, header:NAME, visit or address"},
        Refusal{"workers_that_are_none",
                {"--workers", "0"},
                "recordshop",
                64,
                "--workers: '0' is not a whole number from 1 to 64"},
        Refusal{"budget_of_no_time", {"--budget", "1"}, "recordshop", 64, "--budget"},
        Refusal{"log_level_that_is_none",
                {"--log-level", "loud"},
                "recordshop",
                64,
                "'loud' is not debug, info, warning or error"},
        Refusal{"own_option_that_is_not_quite_one",
                {"--payment-provdier", "http://127.0.0.1:1/gw/xml"},
                "recordshop",
                64,
                "did you mean --payment-provider?"},
        Refusal{"own_option_given_twice",
                {"--payment-merchant", "a", "--payment-merchant", "b"},
                "recordshop",
                64,
                "payment-merchant"},
        Refusal{"stray_word", {"start"}, "recordshop", 64, "'start' is no option"},
        Refusal{"two_problems_at_once",
                {"--port", "x", "--budget", "y"},
                "recordshop",
                64,
                "--budget: 'y'"},
        Refusal{"service_without_its_need",
                {"--internal"},
                "recordshop-warehouse",
                64,
                "--at catalog=HOST:PORT"},
        Refusal{"module_that_was_taken_out",
                {"--modules", "catalog"},
                "flavours/extracted-catalog/recordshop",
                64,
                "BANYAN_EXTRACT"},
        Refusal{"log_file_in_no_folder",
                {"--port", "0", "--log-file", "/dev/null/log", "--database", "/proc/never.db"},
                "recordshop",
                78,
                "cannot write the log file /dev/null/log"},
        Refusal{"database_that_is_a_folder",
                {"--port", "0", "--database", "/tmp"},
                "recordshop",
                78,
                "/tmp"}),
    [](const auto& one) { return one.param.name; });

struct Started : testing::Test {
  TemporaryFolder folder;
  std::vector<std::string> words(const std::string& ready, const std::string& port) {
    return {BANYAN_BIN "/recordshop",
            "--port",
            port,
            "--database",
            (folder.path() / "shop.db").string(),
            "--ready-file",
            (folder.path() / ready).string()};
  }
};

TEST_F(Started, RefusesAFileThatIsNoDatabaseAndLeavesItAlone) {
  const auto file = folder.path() / "shop.db";
  std::ofstream(file) << "Dear diary, this is no database at all, whatever its name says.";
  const auto size = std::filesystem::file_size(file);
  const Ran ran = run_program(words("r", "0"), std::chrono::seconds(20));
  EXPECT_EQ(ran.exit_code, 78) << ran.output;
  EXPECT_THAT(ran.output, HasSubstr("not a"));
  EXPECT_EQ(std::filesystem::file_size(file), size);
}

TEST_F(Started, RefusesASecondStartOnTheSamePort) {
  const std::string port = std::to_string(free_port());
  ChildProcess first(words("first", port), folder.path() / "first.log");
  ASSERT_FALSE(await_file(folder.path() / "first", first).empty());
  const Ran second = run_program(words("second", port), std::chrono::seconds(20));
  EXPECT_EQ(second.exit_code, 69) << second.output;
  EXPECT_THAT(second.output,
              testing::AllOf(HasSubstr(std::to_string(first.id())), HasSubstr("--port N")));
  EXPECT_EQ(first.stop(), 0);
}

TEST_F(Started, RefusesAReadyFileThatCannotBeWritten) {
  const Ran ran = run_program(words("no-such-folder/ready", "0"), std::chrono::seconds(20));
  EXPECT_EQ(ran.exit_code, 78) << ran.output;
  EXPECT_THAT(ran.output, HasSubstr("Give another with --ready-file"));
}

TEST_F(Started, StopsWithCodeZeroWhenAskedTo) {
  ChildProcess shop(words("ready", "0"), folder.path() / "log");
  ASSERT_FALSE(await_file(folder.path() / "ready", shop).empty());
  EXPECT_EQ(shop.stop(), 0);
}

TEST(Help, TeachesWithExamplesAndExitCodes) {
  const Ran ran = run_program({BANYAN_BIN "/recordshop", "--help"}, std::chrono::seconds(20));
  EXPECT_EQ(ran.exit_code, 0);
  EXPECT_THAT(ran.output, HasSubstr("--rehearse"));
}

TEST(Help, HasOneTableOfExitCodesInEveryProgram) {
  for (const char* program : {"/recordshop", "/recordshop-data", "/recordshop-warehouse"}) {
    const Ran ran =
        run_program({std::string(BANYAN_BIN) + program, "--help"}, std::chrono::seconds(20));
    EXPECT_THAT(ran.output, HasSubstr(exit_code::for_help())) << program;
  }
}

TEST(Data, SaysThatAFolderIsNotFit) {
  const TemporaryFolder folder;
  const Ran ran =
      run_program({BANYAN_BIN "/recordshop-data", "generate", "--database", folder.path().string()},
                  std::chrono::seconds(20));
  EXPECT_EQ(ran.exit_code, exit_code::kBadData) << ran.output;
}

// A script that goes on behind --once starts the shop.
TEST(Data, IsNoReasonToEndWellOnceWhileThereIsAPartOfOtherRecordsOnly) {
  const TemporaryFolder folder;
  const std::string database = (folder.path() / "shop.db").string();
  const auto once = [&database](const std::string& seed) {
    return run_program({BANYAN_BIN "/recordshop-data", "generate", "--once", "--tracks", "20",
                        "--seed", seed, "--database", database});
  };
  EXPECT_EQ(once("1").exit_code, 0);
  const Ran complete = once("2");
  EXPECT_EQ(complete.exit_code, 0) << complete.output;
  EXPECT_THAT(complete.output, HasSubstr("there are records already"));
  // As a load leaves it that was broken off there.
  RawSqlite(database).run("DELETE FROM order_lines; DELETE FROM orders; DELETE FROM customers");

  const Ran half = once("2");

  EXPECT_EQ(half.exit_code, exit_code::kBadData) << half.output;
  EXPECT_THAT(half.output, HasSubstr("the shop has a part of its data"));
}

}  // namespace
}  // namespace banyan::test
