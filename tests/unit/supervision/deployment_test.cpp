// SPDX-License-Identifier: Apache-2.0
#include "banyan/supervision/deployment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "banyan/supervision/deployment_keys.hpp"
#include "banyan/test/temporary_folder.hpp"

namespace banyan::supervision {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

std::optional<std::string> variable(std::string_view name) {
  if (name == "BIN") return "/opt/bin";
  if (name == "EMPTY") return "";
  return std::nullopt;
}

auto parse(std::string_view text) { return parse_deployment(text, "/srv/shop/all.toml", variable); }

TEST(Deployment, IsReadWithAllThatOneCanSay) {
  const auto read = parse(R"(
[supervisor]
state = "run"
restart_first = "100ms"
restart_most = "2s"
healthy_after = "1m"
log_size = "64KiB"
log_files = 2
[programs.shop]
command = ["${BIN}/shop", "--port", "${PORT:-8080}", "$${HOME} $HOME ${EMPTY:-x}"]
environment = { MODE = "test", AT = "${BIN}" }
directory = "var"
ready = "http://127.0.0.1:8080/health/ready"
ready_time = "5s"
needs = ["warehouse"]
restart = "always"
stop_timeout = "3s"
[programs.warehouse]
command = ["./warehouse"]
ready_file = "run/warehouse.ready"
[programs.fill]
command = ["sqlite3"]
ready = "exit"
restart = "never"
)");
  ASSERT_TRUE(read) << strangler::to_string(read.error());
  EXPECT_EQ(read->file, "/srv/shop/all.toml");
  EXPECT_EQ(read->state, "/srv/shop/run");
  EXPECT_EQ(read->restart_first, 100ms);
  EXPECT_EQ(read->restart_most, 2s);
  EXPECT_EQ(read->healthy_after, 1min);
  EXPECT_EQ(read->log_size, 64U * 1024);
  EXPECT_EQ(read->log_files, 2U);
  ASSERT_EQ(read->programs.size(), 3U);
  // As they stand in the file, but for what is needed.
  const Program& warehouse = read->programs[0];
  EXPECT_EQ(warehouse.name, "warehouse");
  EXPECT_THAT(warehouse.command, ElementsAre("/srv/shop/warehouse"));
  EXPECT_EQ(warehouse.directory, "/srv/shop");
  EXPECT_EQ(warehouse.ready, (Readiness{Readiness::Kind::File, "/srv/shop/run/warehouse.ready"}));
  EXPECT_EQ(warehouse.restart, Restart::OnFailure);
  const Program& shop = read->programs[1];
  EXPECT_THAT(shop.command, ElementsAre("/opt/bin/shop", "--port", "8080", "${HOME} $HOME x"));
  EXPECT_THAT(shop.environment,
              ElementsAre(std::pair("AT", "/opt/bin"), std::pair("MODE", "test")));
  EXPECT_EQ(shop.directory, "/srv/shop/var");
  EXPECT_EQ(shop.ready, (Readiness{Readiness::Kind::Url, "http://127.0.0.1:8080/health/ready"}));
  EXPECT_EQ(shop.ready_time, 5s);
  EXPECT_THAT(shop.needs, ElementsAre(0U));
  EXPECT_EQ(shop.restart, Restart::Always);
  EXPECT_EQ(shop.stop_timeout, 3s);
  EXPECT_THAT(read->programs[2].command, ElementsAre("sqlite3"));
  EXPECT_EQ(read->programs[2].ready.kind, Readiness::Kind::Exit);
}

TEST(Deployment, KeepsItsStateBesideTheFileUnlessItSaysWhere) {
  const auto read = parse("[programs.a]\ncommand = [\"true\"]\n");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->state, "/srv/shop/all.up");
}

TEST(Deployment, OrdersProgramsByWhatTheyNeed) {
  const auto read = parse(R"([programs]
a = { command = ["x"], needs = ["c", "d"] }
b = { command = ["x"] }
c = { command = ["x"], needs = ["d"] }
d = { command = ["x"] }
)");
  ASSERT_TRUE(read) << strangler::to_string(read.error());
  std::vector<std::string> names;
  for (const Program& each : read->programs) names.push_back(each.name);
  EXPECT_THAT(names, ElementsAre("b", "d", "c", "a"));
  EXPECT_THAT(read->programs[3].needs, ElementsAre(2U, 1U));
}

struct BadFile {
  const char* name;
  const char* text;
  const char* expected;
};

TEST(Deployment, SaysAllThatIsWrongAtOnce) {
  const std::vector<BadFile> files = {
      {"Empty", "",
       "all.toml: there is no program; begin with [programs.NAME] and command = [\"PROGRAM\", "
       "\"ARGUMENT\"]\n"},
      {"NoToml", "[programs.a\n",
       "all.toml:1:12: this is not TOML: Error while parsing table header: expected ']', saw "
       "'\\n'\n"},
      {"Section", "[program.a]\ncommand = [\"x\"]\n",
       "all.toml: there is no program; begin with [programs.NAME] and command = [\"PROGRAM\", "
       "\"ARGUMENT\"]\n"
       "all.toml:1:2: unknown section [program]. Did you mean \"programs\"?\n"},
      {"NotATable", "programs = 3\nsupervisor = \"x\"\n",
       "all.toml: there is no program; begin with [programs.NAME] and command = [\"PROGRAM\", "
       "\"ARGUMENT\"]\n"
       "all.toml:1:1: programs is an integer, expected a table\n"
       "all.toml:2:1: supervisor is a text, expected a table\n"},
      {"MissingAndUnknown",
       "[programs.Shop]\ncomand = [\"x\"]\n[programs.banyan]\ncommand = []\n[programs]\nb = 1\n",
       "all.toml:1:1: \"Shop\" cannot be the name of a program: up to 64 lower-case letters, "
       "digits, \"-\" and \"_\", beginning with a letter\n"
       "all.toml:1:1: [programs.Shop] lacks command, such as command = [\"bin/shop\", \"--port\", "
       "\"8080\"]\n"
       "all.toml:2:1: unknown key \"comand\" in [programs.Shop]. Did you mean \"command\"?\n"
       "all.toml:3:1: \"banyan\" is what the supervisor calls itself in the log; take another "
       "name\n"
       "all.toml:4:11: command is empty, expected at least one entry, as in [\"bin/shop\", "
       "\"--port\", \"8080\"]\n"
       "all.toml:6:5: b is an integer, expected a table [programs.b]\n"},
      {"Values",
       "[programs.a]\ncommand = [\"\"]\nready = \"https://x/\"\nready_file = \"f\"\n"
       "restart = \"on_failure\"\nstop_timeout = \"5 s\"\nneeds = [\"b\", \"aa\"]\n"
       "environment = { X = 1, \"A=B\" = \"x\" }\ndirectory = \"${NOWHERE}\"\n",
       "all.toml:2:12: the name of the program is empty\n"
       "all.toml:3:9: ready is \"https://x/\", expected an address such as "
       "\"http://127.0.0.1:8080/health/ready\", or \"exit\"\n"
       "all.toml:4:14: ready and ready_file are both given; one of them counts\n"
       "all.toml:5:11: restart is \"on_failure\", expected \"always\" (however it ended), "
       "\"on-failure\" (unless it was ready and ended with code 0) or \"never\". Did you mean "
       "\"on-failure\"?\n"
       "all.toml:6:16: stop_timeout is \"5 s\", expected a time from 1ms to 60m such as "
       "\"500ms\", \"10s\" or \"2m\"\n"
       "all.toml:7:10: there is no program \"b\". Did you mean \"a\"?\n"
       "all.toml:7:15: there is no program \"aa\". Did you mean \"a\"?\n"
       "all.toml:8:21: X is an integer, expected a text in quotes\n"
       "all.toml:8:24: \"A=B\" cannot name a variable\n"
       "all.toml:9:13: the variable NOWHERE is not set; set it, or write "
       "${NOWHERE:-OTHERWISE}\n"},
      {"Variables", "[programs.a]\ncommand = [\"x\", \"${\", \"${A-B}\", \"${EMPTY}\"]\n",
       "all.toml:2:17: \"${\" begins no variable; write ${NAME}, ${NAME:-otherwise}, or $${ for a "
       "plain ${\n"
       "all.toml:2:23: \"${A-B}\" begins no variable; write ${NAME}, ${NAME:-otherwise}, or $${ "
       "for a plain ${\n"
       "all.toml:2:33: the variable EMPTY is not set; set it, or write ${EMPTY:-OTHERWISE}\n"},
      {"Circle",
       "[programs]\na = { command = [\"x\"], needs = [\"b\"] }\n"
       "b = { command = [\"x\"], needs = [\"c\"] }\nc = { command = [\"x\"], needs = [\"b\"] }\n"
       "d = { command = [\"x\"] }\n",
       "all.toml:3:24: programs need each other in a circle, so that none can be the first: b "
       "needs c needs b\n"},
      {"ItsOwnNeed", "[programs.a]\ncommand = [\"x\"]\nneeds = [\"a\"]\n",
       "all.toml:3:1: programs need each other in a circle, so that none can be the first: a needs "
       "a\n"},
      {"Supervisor",
       "[supervisor]\nrestart_first = \"1m\"\nrestart_most = \"1s\"\nlog_size = 1\nlog_files = "
       "0\n[programs.a]\ncommand = [\"x\"]\nready = \"exit\"\nrestart = \"always\"\n",
       "all.toml:3:1: restart_most is shorter than restart_first, which is 1m\n"
       "all.toml:4:12: log_size is 1, expected a number of bytes from 4096 to 1099511627776, or a "
       "text such as \"64KiB\" or \"1GiB\"\n"
       "all.toml:5:13: log_files is 0, expected an integer from 1 to 1000\n"
       "all.toml:9:1: a program with ready = \"exit\" is done when it has ended; leave restart "
       "out, or make it \"never\"\n"},
  };
  for (const BadFile& each : files) {
    const auto read = parse_deployment(each.text, "all.toml", variable);
    ASSERT_FALSE(read) << each.name;
    EXPECT_EQ(strangler::to_string(read.error()), each.expected) << each.name;
  }
}

TEST(Deployment, SaysWhichProgramsAreNotThere) {
  const test::TemporaryFolder folder;
  std::ofstream(folder.path() / "plain") << "text";
  const auto file = folder.path() / "all.toml";
  std::ofstream(file) << "[programs.a]\ncommand = [\"./gone\"]\n[programs.b]\ncommand = "
                         "[\"./plain\"]\n[programs.c]\ncommand = [\"no-such-program\"]\n"
                         "[programs.d]\ncommand = [\"sh\"]\n";
  const auto read = read_deployment(file, process_environment());
  ASSERT_FALSE(read);
  const std::string at = file.string();
  const std::string in = folder.path().string();
  EXPECT_EQ(strangler::to_string(read.error()),
            at + ":1:1: [programs.a]: " + in + "/gone is not there; build it, or name another\n" +
                at + ":3:1: [programs.b]: " + in +
                "/plain is there, and cannot be run: it is no file with the right to execute\n" +
                at +
                ":5:1: [programs.c]: no-such-program is in no folder of PATH; install it, or write "
                "where it is, with a \"/\"\n");
}

TEST(DeploymentKeys, AreAllReadAndTheirMessagesSayWhatIsDeclared) {
  for (const strangler::KeySection& section : deployment_key_sections()) {
    for (const strangler::Key& key : section.keys) {
      std::string name(section.name);
      if (const auto at = name.find("NAME"); at != std::string::npos) name.replace(at, 4, "a");
      const auto read = parse(name + '\n' + std::string(key.name) + " = 1979-05-27\n");
      ASSERT_FALSE(read);
      EXPECT_THAT(strangler::to_string(read.error()),
                  HasSubstr(std::string(key.name) + " is a date or time, expected " +
                            strangler::expected_of(key)));
    }
  }
}

TEST(DeploymentKeys, HaveThePresetsThatTheyDeclare) {
  std::string all;
  for (const strangler::KeySection& section : deployment_key_sections()) {
    std::string name(section.name);
    if (const auto at = name.find("NAME"); at != std::string::npos) name.replace(at, 4, "a");
    all += name + '\n';
    for (const strangler::Key& key : section.keys) {
      if (!key.preset.empty()) {
        all.append(key.name).append(" = ").append(key.preset) += '\n';
      }
    }
  }
  const auto said = parse(all + "command = [\"x\"]\n");
  const auto silent = parse("[programs.a]\ncommand = [\"x\"]\n");
  ASSERT_TRUE(said) << strangler::to_string(said.error());
  ASSERT_TRUE(silent);
  EXPECT_EQ(said->restart_first, silent->restart_first);
  EXPECT_EQ(said->restart_most, silent->restart_most);
  EXPECT_EQ(said->healthy_after, silent->healthy_after);
  EXPECT_EQ(said->log_size, silent->log_size);
  EXPECT_EQ(said->log_files, silent->log_files);
  EXPECT_EQ(said->programs[0].ready_time, silent->programs[0].ready_time);
  EXPECT_EQ(said->programs[0].restart, silent->programs[0].restart);
  EXPECT_EQ(said->programs[0].stop_timeout, silent->programs[0].stop_timeout);
}

}  // namespace
}  // namespace banyan::supervision
