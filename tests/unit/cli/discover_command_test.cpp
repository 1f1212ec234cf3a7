// SPDX-License-Identifier: Apache-2.0
// A proxy before an application of any kind: what its access log says, what is proposed, and what
// the proposed file does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "admin_server.hpp"
#include "banyan/http/client.hpp"
#include "banyan/serving/proxy.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "banyan_process.hpp"
#include "sample_application.hpp"

namespace banyan::test {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string content_of(const std::string& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

unsigned ask(const http::Endpoint& at, const std::string& method, const std::string& target) {
  http::Client client(at);
  http::Request request;
  request.head.method = method;
  request.head.target = target;
  request.head.fields.add("User-Agent", "batch/2");
  const auto answer =
      client.exchange(request, std::chrono::steady_clock::now() + std::chrono::seconds(20));
  return answer ? answer->head.status : 0;
}

class DiscoverCommand : public testing::Test {
 protected:
  /// Ends when the pointer does, with its log written.
  std::unique_ptr<serving::Proxy> proxy(const std::string& file) {
    auto made = serving::Proxy::make({.config_file = file, .log_file = folder_.file("log")});
    EXPECT_TRUE(made) << made.error();
    if (!made) return nullptr;
    (*made)->start();
    return std::move(*made);
  }
  void use_the_shop(const http::Endpoint& at) {
    for (int i = 0; i < 30; ++i) {
      ask(at, "GET", "/albums/" + std::to_string(100 + i) + "?email=ann@example.org");
      ask(at, i % 2 == 0 ? "GET" : "POST", "/albums");
    }
    for (int i = 0; i < 5; ++i) ask(at, "GET", "/nothing/here");
  }

  TemporaryFolder folder_;
  const std::string log_ = folder_.file("access.log");
  const std::string found_ = folder_.file("found.toml");
};

Pages shop_pages() {
  Pages pages{{"/", "shop"}, {"/albums", "all"}};
  for (int i = 0; i < 30; ++i) {
    pages.emplace("/albums/" + std::to_string(100 + i) + "?email=ann@example.org", "one");
  }
  return pages;
}

TEST_F(DiscoverCommand, ProposesFromAProxysLogWhatTheProxyThenGoesBy) {
  for (const char* format : {"json", "combined"}) {
    SCOPED_TRACE(format);
    std::filesystem::remove(log_);
    const SampleApplication shop(shop_pages());
    const std::string first = folder_.file("first.toml");
    std::ofstream(first)
        << "[proxy]\nlisten = [\"127.0.0.1:0\"]\n[upstreams.application]\ninstances "
           "= [\"" +
               shop.authority() + "\"]\n[access_log]\nfile = \"access.log\"\nformat = \"" + format +
               "\"\n[[routes]]\nname = \"everything else\"\nprefix = \"/\"\nmethods "
               "= [\"*\"]\nlegacy = \"application\"\n";
    {
      const auto running = proxy(first);
      ASSERT_NE(running, nullptr);
      use_the_shop(running->listening().front());
    }
    std::ofstream(log_, std::ios::app) << "a line that is none, of ann\n";

    const Outcome outcome =
        run_banyan({"discover", log_, "-o", found_, "--application", shop.url(), "--listen",
                    "127.0.0.1:0", "--operators", "127.0.0.1:0", "--force"});
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err << outcome.out;
    EXPECT_THAT(outcome.out, AllOf(HasSubstr("60 requests have a proposed route"),
                                   HasSubstr("5 requests of 1 operation: nothing is there"),
                                   HasSubstr("could not be read: 1 line"),
                                   HasSubstr("66: neither JSON nor"), HasSubstr("a aaaa aaaa")));
    const std::string text = content_of(found_);
    for (const std::string& said : {text, outcome.out}) {
      EXPECT_THAT(said, AllOf(Not(HasSubstr("example.org")), Not(HasSubstr("of ann")),
                              Not(HasSubstr("/albums/1")), Not(HasSubstr("/nothing"))));
    }
    EXPECT_THAT(text,
                AllOf(HasSubstr("path = \"/albums/{id}\""), HasSubstr("# 30 requests of about "),
                      HasSubstr("# write: by the method POST alone")));
    ASSERT_EQ(run_banyan({"check", found_, "--strict"}).exit_code, 0)
        << run_banyan({"check", found_, "--strict"}).out;

    // The proposed file, with a log of its own: the same requests, by the proposed routes.
    std::string own = content_of(found_);
    const std::size_t at = own.find("\n[access_log]\nfile = \"");
    ASSERT_NE(at, std::string::npos) << "it is to be discovered again by its own log";
    const std::size_t file = own.find("file = ", at);
    own.replace(file, own.find('\n', file) - file, "file = \"second.log\"");
    std::ofstream(found_) << own;
    std::filesystem::remove(folder_.file("second.log"));
    {
      const auto running = proxy(found_);
      ASSERT_NE(running, nullptr);
      use_the_shop(running->listening().front());
    }
    std::map<std::string, int> routes;
    std::ifstream second(folder_.file("second.log"));
    for (std::string line; std::getline(second, line);) {
      ++routes[json::parse(line).value("route", "none")];
    }
    EXPECT_EQ(routes["GET, HEAD /albums/{id}"] + routes["GET /albums/{id}"], 30)
        << json(routes).dump();
    EXPECT_EQ(routes["everything else"], 5) << json(routes).dump();
  }
}

TEST_F(DiscoverCommand, WritesTheSameFileFromTheSameLog) {
  std::ofstream out(log_);
  for (int i = 0; i < 500; ++i) {
    out << "10.0.0." << i % 50 << " - - [22/Nov/2026:08:30:00 +0000] \"GET /artists/" << i
        << "/albums HTTP/1.1\" 200 1 \"-\" \"curl/8\"\n";
  }
  out.close();
  const Outcome one = run_banyan({"discover", log_, "-o", "-"});
  EXPECT_EQ(one.exit_code, 0) << one.err;
  EXPECT_EQ(one.out, run_banyan({"discover", log_, "-o", "-"}).out);
  const json said = json::parse(run_banyan({"discover", log_, "-o", "-", "--json"}).out);
  EXPECT_EQ(said["covered"], 500);
  EXPECT_EQ(said["groups"][0]["routes"][0]["path"], "/artists/{id}/albums");
  EXPECT_EQ(said["groups"][0]["routes"][0]["evidence"]["statuses"]["200"], 500);
}

TEST_F(DiscoverCommand, AGroupMovesOnceItsExamplesAreTakenIn) {
  std::ofstream(log_) << R"({"method":"GET","target":"/albums/1","status":200,"peer":"::1"})"
                      << '\n';
  ASSERT_EQ(run_banyan({"discover", log_, "-o", found_, "--least", "1"}).exit_code, 0);
  std::string text = content_of(found_);
  const std::size_t group = text.find("# ---- albums: ");
  ASSERT_NE(group, std::string::npos);
  for (std::size_t at = group; (at = text.find("\n#: ", at)) != std::string::npos; ++at) {
    text.erase(at + 1, 3);
  }
  std::ofstream(found_) << text;
  const Outcome checked = run_banyan({"check", found_, "--json", "--request", "GET /albums/9"});
  EXPECT_EQ(json::parse(checked.out)["requests"][0]["rollout"], "albums") << checked.out;
}

TEST_F(DiscoverCommand, ComparesADescriptionWithTheTraffic) {
  const std::string described = folder_.file("openapi.json");
  std::ofstream(described) << R"({"openapi":"3.1.0","paths":{"/albums/{album}":{"get":{"summary":
    "One album"},"delete":{}}}})";
  std::ofstream(log_) << R"({"method":"GET","target":"/albums/1","status":200,"peer":"::1"})"
                      << '\n';
  const Outcome outcome = run_banyan({"discover", log_, "--openapi", described, "-o", found_});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(content_of(found_),
              AllOf(HasSubstr("path = \"/albums/{album}\""), HasSubstr("# One album"),
                    HasSubstr("described, and nobody has asked it")));
}

TEST_F(DiscoverCommand, SaysWhatItCannotUse) {
  std::ofstream(log_) << "Started server on port 8080 for 10.1.2.3\n";
  const Outcome none = run_banyan({"discover", log_, "-o", found_});
  EXPECT_EQ(none.exit_code, 65);
  EXPECT_THAT(none.err, AllOf(HasSubstr("there is no request"), HasSubstr("combined format"),
                              Not(HasSubstr("10.1.2.3"))));
  EXPECT_FALSE(std::filesystem::exists(found_));
  EXPECT_EQ(run_banyan({"discover", folder_.file("nowhere")}).exit_code, 65);
  EXPECT_EQ(run_banyan({"discover"}).exit_code, 64);
  std::ofstream(found_) << "mine\n";
  const Outcome there = run_banyan({"discover", log_, "-o", found_});
  EXPECT_EQ(there.exit_code, 1);
  EXPECT_THAT(there.err, HasSubstr("The routes alone, to add to it once they are reviewed: "
                                   "--routes-only -o routes.toml."));
}

TEST_F(DiscoverCommand, ItsFileNeverWritesAmongTheLinesOfAnotherServer) {
  const auto log_of_the_file = [&] {
    EXPECT_EQ(run_banyan({"discover", log_, "-o", found_, "--least", "1", "--force"}).exit_code, 0);
    const std::string text = content_of(found_);
    const std::size_t at = text.find("\n[access_log]\nfile = ");
    return at == std::string::npos ? std::string() : text.substr(at + 21, 20);
  };
  std::ofstream(log_) << R"({"method":"GET","target":"/albums/1","status":200,"peer":"::1"})"
                      << '\n';
  EXPECT_THAT(log_of_the_file(), HasSubstr("\"access.log\""));
  std::ofstream(log_) << "10.0.0.1 - - [22/Nov/2026:08:30:00 +0000] \"GET /albums/1 HTTP/1.1\" 200 "
                         "1 \"-\" \"curl/8\"\n";
  EXPECT_THAT(log_of_the_file(), HasSubstr("\"banyan-access.log\""));
}

TEST_F(DiscoverCommand, SaysEachLineThatItCannotUseOnALineOfItsOwn) {
  std::ofstream(log_) << "Started server\n{\"level\":\"info\"}\n";
  const Outcome none = run_banyan({"discover", log_, "-o", found_});
  EXPECT_EQ(none.exit_code, 65);
  EXPECT_THAT(none.err, AllOf(HasSubstr("of nginx and Apache\n  " + log_ + ":1: "),
                              HasSubstr("\n  " + log_ + ":2: "), Not(HasSubstr("?  "))));
}

TEST_F(DiscoverCommand, RetirementIsRefusedUntilNothingUsesTheOldSide) {
  const SampleApplication old_side(shop_pages());
  const SampleApplication new_side(shop_pages());
  const std::string file = folder_.file("banyan.toml");
  std::ofstream(file)
      << "[proxy]\nlisten = [\"127.0.0.1:0\"]\n[access_log]\nfile = \"access.log\"\n"
         "[upstreams.application]\ninstances = [\"" +
             old_side.authority() + "\"]\n[upstreams.albums]\ninstances = [\"" +
             new_side.authority() +
             "\"]\n[rollouts.albums]\n[[routes]]\nname = \"list\"\npath = "
             "\"/albums\"\nmethods = [\"GET\"]\nlegacy = \"application\"\nsuccessor "
             "= \"albums\"\nrollout = \"albums\"\n";
  const auto retire = [&](const serving::Proxy& of, const std::string& quiet) {
    return run_banyan({"retire", "albums", "--url", "http://" + to_string(of.listening().front()),
                       "--quiet-for", quiet, "--access-log", log_, "--json"});
  };
  const auto rules = [](const Outcome& outcome) {
    std::vector<std::string> all;
    const json said = json::parse(outcome.out);
    for (const json& each : said["hindrances"]) all.push_back(each["rule"]);
    return all;
  };
  {
    const auto running = proxy(file);
    ASSERT_NE(running, nullptr);
    const http::Endpoint at = running->listening().front();
    EXPECT_EQ(ask(at, "GET", "/albums"), 200U);
    EXPECT_EQ(ask(at, "GET", "/nobody/knows"), 404U);
    const std::string url = "http://" + to_string(at);
    EXPECT_THAT(run_banyan({"status", "--url", url}).out,
                HasSubstr("no operation: 1 request had no route here"));
    const Outcome refused = retire(*running, "0s");
    EXPECT_EQ(refused.exit_code, 1) << refused.out;
    EXPECT_THAT(rules(refused), testing::ElementsAre("not_moved"));
    const Outcome shifted = run_banyan(
        {"shift", "albums", "100%", "--writes", "remote", "--why", "moved", "--url", url});
    ASSERT_EQ(shifted.exit_code, 0) << shifted.err;
    EXPECT_THAT(rules(retire(*running, "1h")),
                testing::ElementsAre("moved_lately", "watched_too_short", "used_lately"));
  }
  // What was used last outlives the process.
  const auto again = proxy(file);
  ASSERT_NE(again, nullptr);
  EXPECT_EQ(ask(again->listening().front(), "GET", "/albums"), 200U);
  const Outcome refused = retire(*again, "1h");
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(rules(refused),
              testing::ElementsAre("moved_lately", "watched_too_short", "used_lately"));
  const json row = json::parse(refused.out)["operations"][0];
  EXPECT_EQ(row["operation"], "list");
  EXPECT_EQ(row["count"], 1) << "the new side has answered the second request";
  EXPECT_EQ(row["callers"][0]["who"], "batch") << refused.out;

  const Outcome dead = retire(*again, "0s");
  EXPECT_EQ(dead.exit_code, 0) << dead.out << dead.err;
  const json said = json::parse(dead.out);
  EXPECT_EQ(said["dead"], true);
  EXPECT_THAT(said["deletions"].dump(), HasSubstr("what answers GET"));
  EXPECT_THAT(said["next"].get<std::string>(), HasSubstr("banyan check"));
  EXPECT_FALSE(said.contains("retired")) << "nobody has given a reason to write it down";

  const std::string url = "http://" + to_string(again->listening().front());
  EXPECT_THAT(run_banyan({"retire", "albums", "--url", url, "--quiet-for", "0s"}).out,
              HasSubstr("banyan retire albums --quiet-for 0s --url " + url + " --why REASON"));
  const auto write_down = [&](const std::string& quiet) {
    return run_banyan({"retire", "albums", "--url", url, "--quiet-for", quiet, "--why",
                       "nobody is left", "--json"});
  };
  EXPECT_EQ(write_down("1h").exit_code, 1) << "something is in the way";
  const Outcome written = write_down("0s");
  EXPECT_EQ(written.exit_code, 0) << written.out << written.err;
  const json change = json::parse(written.out)["retired"];
  EXPECT_EQ(change["after"]["stage"], "retired") << written.out;
  EXPECT_TRUE(change["entry"]["evidence"].is_object()) << "no JSON inside of a text";
  EXPECT_THAT(change["entry"]["evidence"].dump(), HasSubstr("last_use_of_the_old_side"));
  EXPECT_THAT(run_banyan({"status", "--url", url}).out, HasSubstr("retired"));
  EXPECT_EQ(ask(again->listening().front(), "GET", "/albums"), 200U);
  EXPECT_THAT(run_banyan({"back", "albums", "--why", "a doubt", "--url", url}).out,
              HasSubstr("retired -> moved"));
}

TEST(Retiring, IsRefusedWhileADatabaseDoesNotTellWhereItsEventsAre) {
  const AdminServer server([](const std::string& /*method*/, const std::string& target,
                              const std::string& /*body*/) -> std::pair<unsigned, std::string> {
    if (target.contains("/status")) {
      return {200, R"({"rollouts":[{"module":"catalog","stage":"moved","data":"separate"}]})"};
    }
    if (target.contains("/log")) return {200, R"({"entries":[]})"};
    if (target.contains("/verify")) return {200, R"({"intact":true})"};
    if (target.contains("/events")) {
      return {200, R"({"modules":[{"module":"orders","lanes":[],"problem":"no server there"}]})"};
    }
    return {200, R"({"modules":[]})"};
  });
  const Outcome refused = run_banyan({"retire", "catalog", "--url", server.url(), "--json"});
  EXPECT_EQ(refused.exit_code, 1) << refused.out << refused.err;
  const json said = json::parse(refused.out);
  EXPECT_EQ(said["dead"], false);
  EXPECT_THAT(said["hindrances"].dump(),
              AllOf(HasSubstr("lanes_unknown"), HasSubstr("no server there")));
}

}  // namespace
}  // namespace banyan::test
