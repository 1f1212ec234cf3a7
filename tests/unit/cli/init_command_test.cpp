// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "banyan/test/temporary_folder.hpp"
#include "banyan_process.hpp"
#include "sample_application.hpp"

namespace banyan::test {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kOpenApi = R"json({
  "openapi": "3.1.0", "info": {"title": "Shop", "version": "7"},
  "servers": [{"url": "https://shop.example/v1/"}],
  "paths": {
    "/albums": {
      "get": {"operationId": "listAlbums", "summary": "All \"albums\"\nof the shop"},
      "post": {"operationId": "searchAlbums"}
    },
    "/albums/{id}": {
      "get": {"operationId": "get album!", "deprecated": true},
      "delete": {"operationId": "same"},
      "trace": {}
    },
    "/albums/{number}": {"get": {"operationId": "again"}},
    "/files/{name}.{kind}": {"get": {"operationId": "same"}},
    "/logout": {"get": {"operationId": "logout"}}
  }
})json";

class InitCommand : public testing::Test {
 protected:
  std::string text() const {
    std::ifstream in(file_);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  Outcome init(std::vector<std::string> more) const {
    std::vector<std::string> words{"init", "-o", file_};
    words.insert(words.end(), more.begin(), more.end());
    return run_banyan(words);
  }
  json check(const std::string& file, const std::vector<std::string>& requests = {}) const {
    std::vector<std::string> words{"check", file, "--json", "--strict"};
    for (const std::string& each : requests) words.insert(words.end(), {"--request", each});
    const Outcome outcome = run_banyan(words);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
    return json::parse(outcome.out, nullptr, false);
  }

  TemporaryFolder folder_;
  std::string file_ = folder_.file("banyan.toml");
};

TEST_F(InitCommand, WritesAFileThatAProxyStartsWithAndThatLeadsToTheApplication) {
  const SampleApplication shop(Pages{{"/", "shop"}});
  const Outcome outcome = init({shop.url()});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("answers 200 to GET /, HTTP/1.1, keeps connections, "
                                           "Server: sample/1"),
                                 HasSubstr("banyan check " + file_)));
  const json report = check(file_, {"GET /anything", "POST /anything"});
  EXPECT_THAT(report["findings"], IsEmpty()) << report["findings"];
  for (const json& request : report["requests"]) {
    EXPECT_EQ(request["goes_to"]["always"]["upstream"], "application") << request;
  }
  EXPECT_THAT(text(), AllOf(HasSubstr("instances = [\"" + shop.authority() + "\"]"),
                            HasSubstr("\nsticky = [\"visit\"]"), HasSubstr("connect.sid"),
                            HasSubstr("\n#: health = "), HasSubstr("\n#: host = ")));
}

TEST_F(InitCommand, WritesExamplesThatHoldOnceTheyAreTakenIn) {
  const SampleApplication shop(Pages{{"/", "shop"}, {"/openapi.json", kOpenApi}});
  ASSERT_EQ(init({shop.url()}).exit_code, 0);
  // But for the routes that are left out, each for a reason.
  std::string whole = text();
  const std::size_t successor = whole.find("# ---- When a part has a successor");
  ASSERT_NE(successor, std::string::npos);
  for (std::size_t at = successor; (at = whole.find("\n#: ", at)) != std::string::npos; ++at) {
    whole.erase(at + 1, 3);
  }
  for (const char* each : {"trusted_peers", "host", "health", "total_time"}) {
    const std::size_t at = whole.find("\n#: " + std::string(each));
    ASSERT_NE(at, std::string::npos) << each;
    whole.erase(at + 1, 3);
  }
  std::ofstream(file_) << whole;
  const json report = check(file_, {"GET /albums/1/cover"});
  EXPECT_EQ(report["requests"][0]["rollout"], "albums");
  EXPECT_THAT(report["findings"].dump(), Not(HasSubstr("first_visit_moves")))
      << "what keeps users on one side is not what `banyan check` advises against";
}

TEST_F(InitCommand, SaysWhereRoutesComeFromForAnApplicationThatNothingDescribes) {
  const SampleApplication shop(Pages{{"/", "shop"}});
  const Outcome outcome = init({shop.url()});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("banyan discover " + folder_.file("access.log") +
                                     " --routes-only -o routes.toml"));
  EXPECT_THAT(text(), AllOf(HasSubstr("\n[access_log]\nfile = \"access.log\""),
                            HasSubstr("banyan discover access.log --routes-only")));
  const SampleApplication described(Pages{{"/", "shop"}, {"/openapi.json", kOpenApi}});
  const Outcome known = init({described.url(), "--force"});
  EXPECT_THAT(known.out, Not(HasSubstr("banyan discover")));
  EXPECT_THAT(text(), HasSubstr("\n#: [access_log]\n"));
}

TEST_F(InitCommand, ProposesRoutesFromTheDocumentThatTheApplicationHas) {
  const SampleApplication shop(
      Pages{{"/", "shop"}, {"/openapi.json", kOpenApi}, {"/health", "ok"}});
  const Outcome outcome = init({shop.url()});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("/openapi.json describes 8 operations"));
  EXPECT_THAT(outcome.out, HasSubstr("4 are left out"));
  EXPECT_THAT(text(), HasSubstr("\nhealth = { path = \"/health\" }"));
  const json requests =
      check(file_, {"GET /v1/albums", "POST /v1/albums", "GET /v1/albums/7", "DELETE /v1/albums/7",
                    "GET /v1/logout", "GET /v1/files/a.txt"})["requests"];
  EXPECT_EQ(requests[0]["route"], "listAlbums");
  EXPECT_EQ(requests[0]["effect"], "read");
  EXPECT_EQ(requests[1]["route"], "searchAlbums");
  EXPECT_EQ(requests[1]["effect"], "write");
  EXPECT_EQ(requests[2]["route"], "get_album_");
  EXPECT_EQ(requests[3]["route"], "DELETE /v1/albums/{id}") << "two have its operationId";
  EXPECT_EQ(requests[4]["route"], "everything else") << "left out";
  EXPECT_EQ(requests[5]["route"], "everything else") << "left out";
  EXPECT_THAT(text(),
              AllOf(HasSubstr("# All \"albums\" of the shop\n"), HasSubstr("# deprecated\n"),
                    HasSubstr("effect = \"read\" lets it move by percentage"),
                    HasSubstr("# Left out: TRACE shows requests"),
                    HasSubstr("# Left out: \"again\" and \"get_album_\" both match GET"),
                    HasSubstr("a parameter stands for a whole segment"),
                    HasSubstr("# Left out: a GET that by its name changes something")));
}

TEST_F(InitCommand, TakesNothingOfADocumentForMoreThanText) {
  const std::string evil = folder_.file("evil.json");
  json document = {{"swagger", "2.0"}, {"basePath", "/a\"\n[proxy]"}, {"paths", json::object()}};
  document["paths"]["/x\"]\n[limits]\nconnections = 1\n#"]["get"] = {
      {"operationId", "a\"\n[routes]"}, {"summary", "b\n[proxy]\nlisten = []"}};
  document["paths"]["/plain"]["get"] = {{"summary", "\x1b[31m\x7f\r\n[limits]"}};
  std::ofstream(evil) << document.dump();
  const Outcome outcome = init({"http://127.0.0.1:1", "--offline", "--openapi", evil});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  check(file_);
  EXPECT_THAT(text(), Not(HasSubstr("\n[routes]")));
  EXPECT_EQ(text().find('\x1b'), std::string::npos);
  EXPECT_EQ(text().find("\n[proxy]"), text().rfind("\n[proxy]"));
  EXPECT_EQ(text().find("\n[limits]"), text().rfind("\n[limits]"));
}

TEST_F(InitCommand, SaysToScriptsWhatItSawAndWrote) {
  const SampleApplication shop(Pages{{"/", "shop"}, {"/openapi.json", kOpenApi}});
  const json said = json::parse(init({shop.url(), "--json"}).out, nullptr, false);
  EXPECT_EQ(said["file"], file_);
  EXPECT_EQ(said["seen"]["status"], 200);
  EXPECT_EQ(said["routes"].size(), 8U);
  EXPECT_THAT(said["routes"][4]["left_out"], HasSubstr("TRACE"));
}

TEST_F(InitCommand, NamesTheHostOfAnApplicationThatTakesNoOther) {
  SampleApplication shop(Pages{{"/", "shop"}});
  shop.own_host = shop.authority();
  ASSERT_EQ(init({shop.url()}).exit_code, 0);
  EXPECT_THAT(text(), HasSubstr("\nhost = \"" + shop.authority() + '"'));
}

TEST_F(InitCommand, LeavesAFileThatIsThereUnlessItIsToldOtherwise) {
  std::ofstream(file_) << "mine\n";
  const Outcome refused = init({"http://127.0.0.1:1", "--offline"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("is there already"), HasSubstr("--force")));
  EXPECT_EQ(text(), "mine\n");
  EXPECT_EQ(init({"http://127.0.0.1:1", "--offline", "--force"}).exit_code, 0);
  EXPECT_THAT(text(), HasSubstr("[proxy]"));
  const auto left = std::distance(std::filesystem::directory_iterator(folder_.path()), {});
  EXPECT_EQ(left, 1) << "nothing is left beside it";
}

TEST_F(InitCommand, WritesNothingWhenNobodyAnswersUnlessItIsTold) {
  const Outcome refused = init({"http://127.0.0.1:1"});
  EXPECT_EQ(refused.exit_code, 69);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("http://127.0.0.1:1"), HasSubstr("Is it running?"),
                                 HasSubstr("--offline")));
  EXPECT_FALSE(std::filesystem::exists(file_));
  EXPECT_EQ(init({"http://127.0.0.1:1", "--offline"}).exit_code, 0);
  EXPECT_THAT(text(), HasSubstr("Nobody has looked at the application"));
}

TEST_F(InitCommand, WritesNothingIntoAFolderThatIsNotThere) {
  const std::string nowhere = folder_.file("no/such/banyan.toml");
  const Outcome refused = run_banyan({"init", "http://127.0.0.1:1", "--offline", "-o", nowhere});
  EXPECT_EQ(refused.exit_code, 69);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("nothing was written: " + nowhere),
                                 HasSubstr("Name a folder that is there")));
}

TEST_F(InitCommand, PrintsTheFileAloneOnStandardOutput) {
  const Outcome outcome = run_banyan({"init", "http://127.0.0.1:1", "--offline", "-o", "-"});
  EXPECT_EQ(outcome.exit_code, 0);
  std::ofstream(file_) << outcome.out;
  check(file_);
}

TEST_F(InitCommand, SaysWhatIsWrongWithWhatItWasGiven) {
  struct {
    std::vector<std::string> words;
    int exit_code;
    const char* message;
  } const cases[] = {
      {{"127.0.0.1:3000"}, 64, "\"127.0.0.1:3000\" is no address, expected one such as http://"},
      {{"http://127.0.0.1:3000/shop"}, 64, "has a path; the proxy stands in front of the whole"},
      {{"http://127.0.0.1:1", "--offline", "--listen", "here"}, 64, "\"here\" in listen"},
      {{"http://127.0.0.1:1", "--offline", "--openapi", "/no/such.json"},
       65,
       "cannot be read; name a file"},
  };
  for (const auto& each : cases) {
    const Outcome outcome = init(each.words);
    EXPECT_EQ(outcome.exit_code, each.exit_code) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(each.message));
    EXPECT_FALSE(std::filesystem::exists(file_));
  }
  const std::string yaml = folder_.file("openapi.yaml");
  std::ofstream(yaml) << "openapi: 3.1.0\npaths: {}\n";
  const Outcome outcome = init({"http://127.0.0.1:1", "--offline", "--openapi", yaml});
  EXPECT_EQ(outcome.exit_code, 65);
  EXPECT_THAT(outcome.err, HasSubstr("is YAML, and only JSON is read; convert it"));
}

}  // namespace
}  // namespace banyan::test
