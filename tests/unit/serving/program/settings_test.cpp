// SPDX-License-Identifier: Apache-2.0
#include "banyan/program/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <fstream>

#include "banyan/test/temporary_folder.hpp"

namespace banyan::program {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto kOptions = std::to_array<Option>({
    {"port", "PORT", "Where."},
    {"call-timeout", "MS", "How long."},
    {"at", "MODULE=HOST:PORT", "Elsewhere.", true},
    {"take-over", "", "Follow."},
    kSettingsOption,
});

class TheSettings : public testing::Test {
 protected:
  Settings read(const std::vector<Given>& command_line,
                const std::vector<std::string>& environment = {}) const {
    return read_settings("shop-desk", kOptions, command_line, environment);
  }
  std::string file(const std::string& text) const {
    const std::string name = (folder_.path() / "shop.properties").string();
    std::ofstream(name) << text;
    return name;
  }
  /// The values of one option.
  static std::vector<std::string> of(const Settings& settings, const std::string& option) {
    std::vector<std::string> values;
    for (const Setting& each : settings.values) {
      if (each.option == option) values.push_back(each.value);
    }
    return values;
  }
  static std::vector<std::string> texts(const Settings& settings) {
    std::vector<std::string> all;
    for (const Problem& each : settings.problems) all.push_back(each.text);
    return all;
  }

  test::TemporaryFolder folder_;
};

TEST_F(TheSettings, AreNoneWhereNobodySaysAnything) {
  const Settings settings = read({}, {"PATH=/bin", "SHOP=1", "SHOP_DESKTOP_PORT=1"});
  EXPECT_THAT(settings.values, IsEmpty());
  EXPECT_THAT(settings.problems, IsEmpty());
  EXPECT_THAT(settings.warnings, IsEmpty());
}

TEST_F(TheSettings, ComeFromTheFirstLayerThatHasThem) {
  const std::string name = file("port = 3\ncall-timeout = 30\n");
  const Given in_file{"settings", name};
  const std::string variable = "SHOP_DESK_PORT=2";

  Settings settings = read({in_file, {"port", "1"}}, {variable});
  ASSERT_EQ(settings.values.size(), 2U);
  EXPECT_EQ(settings.values[0].value, "1");
  EXPECT_EQ(settings.values[0].said_by, "--port");
  EXPECT_EQ(settings.values[0].layer, Layer::CommandLine);
  EXPECT_EQ(settings.values[1].value, "30") << "the layers are of options, not of programs";

  settings = read({in_file}, {variable});
  EXPECT_EQ(settings.values[0].value, "2");
  EXPECT_EQ(settings.values[0].said_by, "SHOP_DESK_PORT");
  EXPECT_EQ(settings.values[0].layer, Layer::Environment);

  settings = read({in_file});
  EXPECT_EQ(settings.values[0].value, "3");
  EXPECT_EQ(settings.values[0].said_by, name + ": port");
  EXPECT_EQ(settings.values[0].layer, Layer::File);
}

TEST_F(TheSettings, NameTheirFileInTheEnvironmentToo) {
  const Settings settings = read({}, {"SHOP_DESK_SETTINGS=" + file("port = 3\n")});
  EXPECT_THAT(of(settings, "port"), ElementsAre("3"));
}

TEST_F(TheSettings, TakeSeveralValuesFromOneLayerOnly) {
  const Given in_file{"settings", file("at = a=h:1, b=h:2\n")};
  EXPECT_THAT(of(read({in_file}), "at"), ElementsAre("a=h:1", "b=h:2"));
  EXPECT_THAT(of(read({in_file}, {"SHOP_DESK_AT=c=h:3"}), "at"), ElementsAre("c=h:3"));
  EXPECT_THAT(of(read({in_file, {"at", "d=h:4"}, {"at", "e=h:5"}}), "at"),
              ElementsAre("d=h:4", "e=h:5"));
  EXPECT_THAT(of(read({{"at", ""}}), "at"), ElementsAre("")) << "for its reader to refuse";
}

TEST_F(TheSettings, PutASwitchOnAndOff) {
  const Given in_file{"settings", file("take-over = true\n")};
  EXPECT_THAT(of(read({in_file}), "take-over"), ElementsAre(""));
  EXPECT_THAT(of(read({in_file}, {"SHOP_DESK_TAKE_OVER=false"}), "take-over"), IsEmpty());
  EXPECT_THAT(of(read({in_file, {"take-over", "false"}}), "take-over"), IsEmpty());
  EXPECT_THAT(of(read({{"take-over", ""}}, {"SHOP_DESK_TAKE_OVER=false"}), "take-over"),
              ElementsAre(""));
  EXPECT_THAT(texts(read({}, {"SHOP_DESK_TAKE_OVER=yes"})),
              ElementsAre("SHOP_DESK_TAKE_OVER: 'yes' is neither true nor false."));
}

TEST_F(TheSettings, AreTakenAsTheyAreWritten) {
  const Settings settings =
      read({{"settings", file("# a comment\n\n  port : ${call-timeout}  \ncall-timeout=a=b\n")}});
  EXPECT_THAT(of(settings, "port"), ElementsAre("${call-timeout}")) << "no part stands for another";
  EXPECT_THAT(of(settings, "call-timeout"), ElementsAre("a=b"));
}

TEST_F(TheSettings, DoNotCountAnEmptyVariable) {
  const Given in_file{"settings", file("port = 3\n")};
  EXPECT_THAT(of(read({in_file}, {"SHOP_DESK_PORT="}), "port"), ElementsAre("3"));
}

TEST_F(TheSettings, TellEverythingThatIsWrongWithAFileAtOnce) {
  const std::string name =
      file("prot = 1\ncall-timeout = 1\ncall-timeout = 2\nat =\nsettings = other\nshop.port = 1\n");
  const Settings settings = read({{"settings", name}});
  EXPECT_THAT(
      texts(settings),
      ElementsAre(name + ": there is no option 'prot'; did you mean port?",
                  name + ": call-timeout is there twice; leave one.",
                  name + ": at has no value; leave the line out for the default.",
                  name + ": settings cannot be said in such a file; name one file with --settings.",
                  name + ": there is no option 'shop.port'."));
  for (const Problem& each : settings.problems) EXPECT_EQ(each.layer, Layer::File);
}

TEST_F(TheSettings, WantAFileThatCanBeRead) {
  EXPECT_THAT(texts(read({{"settings", "/nowhere/at.all"}})),
              ElementsAre(AllOf(HasSubstr("--settings: cannot read /nowhere/at.all: "),
                                HasSubstr("No such file"))));
  EXPECT_THAT(texts(read({}, {"SHOP_DESK_SETTINGS=" + folder_.path().string()})),
              ElementsAre(AllOf(HasSubstr("SHOP_DESK_SETTINGS: cannot read "),
                                HasSubstr("Is a directory"))));
}

TEST_F(TheSettings, WarnOfAVariableThatNobodyReads) {
  EXPECT_THAT(
      read({}, {"SHOP_DESK_PROT=1", "SHOP_DESK_SERVER_NAME=desk"}).warnings,
      ElementsAre("SHOP_DESK_PROT is no variable of shop-desk; did you mean SHOP_DESK_PORT?",
                  "SHOP_DESK_SERVER_NAME is no variable of shop-desk."));
}

TEST_F(TheSettings, PassOverWhatKubernetesSaysOfAServiceWithTheNameOfTheProgram) {
  const Settings settings =
      read({}, {"SHOP_DESK_SERVICE_HOST=10.0.0.1", "SHOP_DESK_SERVICE_PORT=80",
                "SHOP_DESK_SERVICE_PORT_HTTP=80", "SHOP_DESK_PORT=tcp://10.0.0.1:80",
                "SHOP_DESK_PORT_80_TCP=tcp://10.0.0.1:80", "SHOP_DESK_PORT_80_TCP_PROTO=tcp",
                "SHOP_DESK_PORT_80_TCP_PORT=80", "SHOP_DESK_PORT_80_TCP_ADDR=10.0.0.1"});
  EXPECT_THAT(settings.values, IsEmpty());
  EXPECT_THAT(settings.problems, IsEmpty());
  EXPECT_THAT(settings.warnings, ElementsAre(AllOf(HasSubstr("SHOP_DESK_PORT=tcp://10.0.0.1:80"),
                                                   HasSubstr("passed over"), HasSubstr("--port"))));
}

TEST_F(TheSettings, LeaveThePortToTheFileWhereTheVariableIsKubernetess) {
  const std::string name = file("port = 8085\n");
  EXPECT_THAT(of(read({{"settings", name}}, {"SHOP_DESK_PORT=tcp://10.0.0.1:80"}), "port"),
              ElementsAre("8085"));
  EXPECT_THAT(of(read({}, {"SHOP_DESK_PORT=8086"}), "port"), ElementsAre("8086"));
}

}  // namespace
}  // namespace banyan::program
