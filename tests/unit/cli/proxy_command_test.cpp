// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "banyan/test/temporary_folder.hpp"
#include "banyan_process.hpp"

namespace banyan::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// In the environment of the programs that are run meanwhile.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~Variable() { unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

TEST(Proxy, RefusesABadFileWithEveryProblemAndItsPlace) {
  const TemporaryFolder folder;
  const std::string file = folder.file("banyan.toml");
  std::ofstream(file) << "[proxy]\nlisten = [\"nowhere\"]\ncontrol_stor = \"c.db\"\n";
  const Outcome outcome = run_banyan({"proxy", "--config", file});
  EXPECT_EQ(outcome.exit_code, 78);
  EXPECT_THAT(outcome.err, HasSubstr(file + ":2:11: \"nowhere\" in listen is no address"));
  EXPECT_THAT(outcome.err, HasSubstr(file + ":3:1: unknown key \"control_stor\""));
}

TEST(Proxy, SaysHowToGetAFileThatIsNotThere) {
  const TemporaryFolder folder;
  const std::string file = folder.file("banyan.toml");
  for (const auto& words : {std::vector<std::string>{"proxy", "--config", file},
                            std::vector<std::string>{"check", file}}) {
    const Outcome outcome = run_banyan(words);
    EXPECT_EQ(outcome.exit_code, 78);
    EXPECT_THAT(outcome.err, HasSubstr("there is no " + file));
    EXPECT_THAT(outcome.err, HasSubstr("banyan init http://HOST:PORT"));
  }
}

TEST(Proxy, TakesItsOptionsFromEveryLayer) {
  const TemporaryFolder folder;
  const std::string settings = folder.file("proxy.properties");
  std::ofstream(settings) << "config = of_the_file.toml\nexplain = true\n";
  const auto asked_for = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words{"proxy", "--settings", settings};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = run_banyan(words);
    EXPECT_EQ(outcome.exit_code, 78);
    return outcome.err;
  };
  EXPECT_THAT(asked_for({}), HasSubstr("there is no of_the_file.toml"));
  {
    const Variable config("BANYAN_PROXY_CONFIG", "of_the_environment.toml");
    const Variable wrong("BANYAN_PROXY_LOPS", "1");
    EXPECT_THAT(asked_for({}), AllOf(HasSubstr("there is no of_the_environment.toml"),
                                     HasSubstr("warning: BANYAN_PROXY_LOPS is no variable")));
    EXPECT_THAT(asked_for({"--config", "of_the_line.toml"}),
                HasSubstr("there is no of_the_line.toml"));
  }
  const Variable loops("BANYAN_PROXY_LOOPS", "1025");
  std::ofstream(settings) << "drain-notice = soon\nexplian = true\n";
  const std::string refused = asked_for({});
  EXPECT_THAT(refused, AllOf(HasSubstr("BANYAN_PROXY_LOOPS: '1025' is not a whole number from 0"),
                             HasSubstr(settings + ": drain-notice: 'soon' is not a whole number"),
                             HasSubstr("no option 'explian'; did you mean explain?")));
}

TEST(Proxy, SaysOfAFolderThatItIsOne) {
  const TemporaryFolder folder;
  for (const char* command : {"proxy", "check"}) {
    const std::string at = folder.path().string();
    const Outcome outcome = std::string(command) == "proxy" ? run_banyan({"proxy", "--config", at})
                                                            : run_banyan({"check", at});
    EXPECT_EQ(outcome.exit_code, 78);
    EXPECT_THAT(outcome.err, HasSubstr(at + ": is a folder; name the file in it: " + at));
  }
}

}  // namespace
}  // namespace banyan::test
