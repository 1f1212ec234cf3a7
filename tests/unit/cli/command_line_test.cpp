// SPDX-License-Identifier: Apache-2.0
// Whom the program reaches, how it refuses, and what it says of itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "admin_server.hpp"
#include "banyan/serving/proxy.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "banyan_process.hpp"
#include "support/nobody.hpp"
#include "support/secret_file.hpp"

namespace banyan::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(AProxyWithAToken, TakesOrdersOfWhoBringsItThoughItListensOnThisMachineOnly) {
  const TemporaryFolder folder;
  write_secret(folder.file("operators.token"), "the secret of operators\n");
  std::ofstream(folder.file("banyan.toml"))
      << "[proxy]\nlisten = [\"127.0.0.1:0\"]\noperators_token_file = \"operators.token\"\n"
         "[upstreams.shop]\ninstances = [\"127.0.0.1:1\"]\n"
         "[[routes]]\nname = \"rest\"\nprefix = \"/\"\nmethods = [\"*\"]\nlegacy = \"shop\"\n";
  serving::ProxyOptions options;
  options.config_file = folder.file("banyan.toml");
  options.log_file = folder.file("log.json");
  options.loops = 1;
  const auto proxy = serving::Proxy::make(options);
  ASSERT_TRUE(proxy) << proxy.error();
  (*proxy)->start();
  const std::string url = "http://127.0.0.1:" + std::to_string((*proxy)->listening().front().port);
  const Outcome refused = run_banyan({"status", "--url", url});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("--token-file FILE"));
  EXPECT_EQ(run_banyan({"log", "verify", "--url", url}).exit_code, 69)
      << "nobody has looked at the log, which is no tampering";
  const Outcome told =
      run_banyan({"status", "--url", url, "--token-file", folder.file("operators.token")});
  EXPECT_EQ(told.exit_code, 0) << told.err;
  std::filesystem::permissions(folder.file("operators.token"), std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  const Outcome open =
      run_banyan({"status", "--url", url, "--token-file", folder.file("operators.token")});
  EXPECT_EQ(open.exit_code, 1);
  EXPECT_EQ(
      run_banyan({"log", "verify", "--url", url, "--token-file", folder.file("operators.token")})
          .exit_code,
      78)
      << "nor is that";
  EXPECT_THAT(open.err, HasSubstr("operators.token is open to everybody on this machine (mode "
                                  "0604), and has a secret; close it with: chmod o= "));
}

TEST(Unreachable, NobodyListens) {
  const Outcome outcome = run_banyan({"status", "--url", "http://127.0.0.1:1"});
  EXPECT_EQ(outcome.exit_code, 69);
  EXPECT_THAT(outcome.err, StartsWith("banyan: no answer from http://127.0.0.1:1: "));
  EXPECT_THAT(outcome.err, HasSubstr("Is it running? Name another with --url http://HOST:PORT"));
}

TEST(Unreachable, TheVariableSaysWhereWhenNoOptionDoes) {
  ::setenv("BANYAN_URL", "http://127.0.0.1:1", 1);
  const Outcome asked = run_banyan({"status"});
  const Outcome by_option = run_banyan({"status", "--url", "http://127.0.0.1:2"});
  const Outcome of_nobody = run_banyan({"status", "--store", "/nowhere/control.db"});
  ::setenv("BANYAN_URL", "127.0.0.1:1", 1);
  const Outcome wrong = run_banyan({"status"});
  ::unsetenv("BANYAN_URL");
  EXPECT_THAT(asked.err, StartsWith("banyan: no answer from http://127.0.0.1:1 (BANYAN_URL): "));
  EXPECT_THAT(by_option.err, StartsWith("banyan: no answer from http://127.0.0.1:2: "));
  EXPECT_THAT(of_nobody.err, StartsWith("banyan: there is no control store"))
      << "the variable is no option that goes ill with --store";
  EXPECT_EQ(wrong.exit_code, 64);
  EXPECT_THAT(wrong.err, HasSubstr("BANYAN_URL is \"127.0.0.1:1\", expected http://HOST:PORT"));
}

TEST(Unreachable, AnAddressOfClientsIsToldAsOne) {
  TemporaryFolder folder;
  std::ofstream(folder.file("banyan.toml"))
      << "[proxy]\nlisten = [\"127.0.0.1:0\"]\noperators = \"127.0.0.1:0\"\n"
         "[upstreams.shop]\ninstances = [\"127.0.0.1:1\"]\n"
         "[[routes]]\nname = \"rest\"\nprefix = \"/\"\nmethods = [\"*\"]\nlegacy = \"shop\"\n";
  serving::ProxyOptions options;
  options.config_file = folder.file("banyan.toml");
  options.log_file = folder.file("log.json");
  options.loops = 1;
  const auto proxy = serving::Proxy::make(options);
  ASSERT_TRUE(proxy) << proxy.error();
  (*proxy)->start();
  const std::string url = "http://127.0.0.1:" + std::to_string((*proxy)->listening().front().port);
  const Outcome refused = run_banyan({"status", "--url", url});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("That is " + url + " (--url), an address of clients"));
  EXPECT_THAT(refused.err, HasSubstr("export BANYAN_URL=http://HOST:PORT"));
}

TEST(Unreachable, ATokenFileThatIsNotThere) {
  const Outcome outcome = run_banyan({"status", "--token-file", "/nowhere/operators.token"});
  EXPECT_EQ(outcome.exit_code, 69);
  EXPECT_THAT(outcome.err, HasSubstr("/nowhere/operators.token cannot be read: No such file"));
}

TEST(Unreachable, ATokenFileThatMayNotBeRead) {
  const TemporaryFolder folder;
  const std::string file = folder.file("operators.token");
  std::ofstream(file) << "0123456789abcdef\n";
  using std::filesystem::perms;
  std::filesystem::permissions(file, perms::none);
  std::filesystem::permissions(folder.path(),
                               perms::owner_all | perms::group_exec | perms::others_exec);
  const Nobody nobody;
  const Outcome outcome = run_banyan({"status", "--token-file", file});
  EXPECT_EQ(outcome.exit_code, 69);
  EXPECT_THAT(outcome.err,
              HasSubstr(file +
                        " cannot be read: Permission denied; let this process read it, as "
                        "its owner: chgrp " +
                        std::to_string(::getegid()) + ' ' + file + " && chmod 640 " + file));
}

TEST(Unreachable, SomebodyElseAnswers) {
  const AdminServer other([](const std::string&, const std::string&, const std::string&) {
    return std::pair(404U, std::string("<h1>Not Found</h1>"));
  });
  const Outcome outcome = run_banyan({"status", "--url", other.url()});
  EXPECT_EQ(outcome.exit_code, 69);
  EXPECT_THAT(outcome.err, HasSubstr("answers, but not as Banyan does (status 404)"));
}

TEST(Unreachable, NoSuchStoreOrDatabase) {
  const Outcome store = run_banyan({"status", "--store", "/nowhere/control.db"});
  EXPECT_EQ(store.exit_code, 69);
  EXPECT_THAT(store.err, StartsWith("banyan: there is no control store /nowhere/control.db."));
  const Outcome database = run_banyan({"schema", "report", "--database", "/nowhere/shop.db"});
  EXPECT_EQ(database.exit_code, 69);
  EXPECT_EQ(database.err,
            "banyan: there is no database /nowhere/shop.db; name the application's database with "
            "--database FILE\n");
}

TEST(Refused, AStoreThatIsNone) {
  const TemporaryFolder folder;
  std::ofstream(folder.file("notes.txt")) << "no database\n";
  const Outcome outcome = run_banyan({"status", "--store", folder.file("notes.txt")});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("is not a SQLite database"));
}

struct RefusedCommand {
  const char* name;
  std::vector<std::string> arguments;
  int exit_code;
};

TEST(Documents, AreWhatEveryRefusalIsWithJson) {
  const TemporaryFolder folder;
  const std::string good = folder.file("banyan.toml");
  std::ofstream(good) << "[proxy]\nlisten = [\"127.0.0.1:8080\"]\n"
                         "[upstreams.shop]\ninstances = [\"127.0.0.1:1\"]\n"
                         "[[routes]]\nprefix = \"/\"\nmethods = [\"*\"]\nlegacy = \"shop\"\n";
  const std::string bad = folder.file("bad.toml");
  std::ofstream(bad) << "[proxy\n";
  const std::string none = folder.file("none");
  const std::string out = folder.file("out");
  const std::vector<RefusedCommand> cases = {
      {"an unknown command", {"shfit", "catalog"}, 64},
      {"an unknown option", {"status", "--jsno"}, 64},
      {"a bad value", {"shift", "catalog", "101%", "--why", "x"}, 64},
      {"a useless option", {"check", good, "--url", "http://127.0.0.1:1"}, 64},
      {"a bad address", {"status", "--url", "nowhere"}, 64},
      {"nobody", {"status", "--url", "http://127.0.0.1:1"}, 69},
      {"no store", {"status", "--store", none}, 69},
      {"watch", {"watch", "--url", "http://127.0.0.1:1"}, 69},
      {"differences of a store", {"differences", "--store", none}, 64},
      {"replay by a store", {"replay", "catalog:1", "--store", none}, 64},
      {"replay with no field", {"replay", "catalog:1", "--header", "nonsense"}, 64},
      {"replay with no file", {"replay", "catalog:1", "--body", none}, 64},
      {"check of a bad request", {"check", good, "--request", "nonsense"}, 64},
      {"check of a bad file", {"check", bad}, 78},
      {"check of no file", {"check", none}, 78},
      {"export of a bad file", {"export", "haproxy", "--config", bad, "--out", out}, 78},
      {"export to a bad address",
       {"export", "nginx", "--config", good, "--listen", "here", "--out", out},
       64},
      {"proxy with a bad file", {"proxy", "--config", bad}, 78},
      {"proxy with no file", {"proxy", "--config", none}, 78},
      {"up with a bad file", {"up", bad}, 78},
      {"up with no file", {"up", none}, 78},
      {"ps of nobody", {"ps", none}, 69},
      {"no database", {"schema", "report", "--database", none}, 69},
      {"no description", {"map", none}, 69},
  };
  for (const RefusedCommand& each : cases) {
    SCOPED_TRACE(each.name);
    const Outcome people = run_banyan(each.arguments);
    EXPECT_EQ(people.exit_code, each.exit_code) << people.err;
    EXPECT_EQ(people.out, "");
    std::vector<std::string> words = each.arguments;
    words.emplace_back("--json");
    const Outcome programs = run_banyan(words);
    EXPECT_EQ(programs.exit_code, each.exit_code) << programs.err;
    const auto document = nlohmann::json::parse(programs.out, nullptr, false);
    ASSERT_TRUE(document.is_object()) << programs.out << programs.err;
    for (const char* member : {"code", "rule", "detail"}) {
      ASSERT_TRUE(document.contains(member)) << programs.out;
      EXPECT_NE(document[member], "") << member;
    }
  }
}

TEST(Documents, EndWithTheCodeThatPeopleGet) {
  const AdminServer differs([](const std::string&, const std::string&, const std::string&) {
    return std::pair(200U, std::string(R"({"example":"catalog:1","request":"GET /a",
        "old":{"status":200},"new":{"status":200},
        "comparison":{"differences":[{"path":"/a","kind":"value","old":"1","new":"2"}]}})"));
  });
  const std::vector<std::string> replay{"replay", "catalog:1", "--url", differs.url()};
  EXPECT_EQ(run_banyan(replay).exit_code, 1);
  std::vector<std::string> document = replay;
  document.emplace_back("--json");
  EXPECT_EQ(run_banyan(document).exit_code, 1);
}

TEST(Help, TeachesWithExamplesAndExitCodes) {
  const Outcome all = run_banyan({"--help"});
  EXPECT_EQ(all.exit_code, 0);
  for (const char* text :
       {"status", "shift", "back", "next", "log", "goto", "plan", "watch", "proxy", "schema",
        "migrate", "init", "check", "Exit codes:\n  0   done", "Examples:"}) {
    EXPECT_THAT(all.out, HasSubstr(text));
  }
  const Outcome shift = run_banyan({"shift", "--help"});
  EXPECT_EQ(shift.exit_code, 0);
  EXPECT_THAT(shift.out, HasSubstr("banyan shift catalog 0.5% --why \"first canary\""));
  EXPECT_EQ(run_banyan({"--version"}).out, "banyan 0.1.0\n");
  EXPECT_EQ(run_banyan({"-V"}).out, "banyan 0.1.0\n");
  EXPECT_EQ(run_banyan({"help"}).out, all.out);
  EXPECT_EQ(run_banyan({"help", "shift"}).out, shift.out);
}

TEST(Completion, IsPrintedForEachShell) {
  const Outcome bash = run_banyan({"completion", "bash"});
  EXPECT_EQ(bash.exit_code, 0) << bash.err;
  EXPECT_THAT(bash.out, HasSubstr("complete -F _banyan banyan\n"));
  EXPECT_THAT(run_banyan({"completion", "zsh"}).out, StartsWith("#compdef banyan\n"));
  EXPECT_THAT(run_banyan({"completion", "fish"}).out, HasSubstr("complete -c banyan"));
  EXPECT_EQ(run_banyan({"completion", "csh"}).exit_code, 64);
}

}  // namespace
}  // namespace banyan::test
