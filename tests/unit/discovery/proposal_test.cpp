// SPDX-License-Identifier: Apache-2.0
#include "banyan/discovery/proposal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace banyan::discovery {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Proposing : public testing::Test {
 protected:
  void ask(const std::string& method, const std::string& target, int times = 3,
           unsigned status = 200) {
    for (int i = 0; i < times; ++i) {
      LogLine line;
      line.method = method;
      line.target = target;
      line.status = status;
      line.client = "192.0.2." + std::to_string(client_++ % 40);
      tree_.add(line);
    }
  }
  Proposal proposal(const ProposalOptions& options = {}) {
    return propose(std::exchange(tree_, TrafficTree()), options);
  }
  std::vector<std::string> routes(const ProposalOptions& options = {}) {
    std::vector<std::string> all;
    for (const Group& group : proposal(options).groups) {
      for (const Route& route : group.routes) {
        all.push_back(group.name + ": " + route.method + ' ' + route.path +
                      (route.prefix ? "/…" : "") + (route.doubt.empty() ? "" : " ?"));
      }
    }
    return all;
  }

  TrafficTree tree_;
  int client_ = 0;
};

TEST_F(Proposing, FoldsWhatLooksLikeAnId) {
  for (const char* id : {"17", "018f3c5e-1111-7abc-8def-001122334455", "alb_018f3c5e11117abc",
                         "5f3a9c0b1d", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "ORD-20261", "17.json",
                         "ann%40example.org", "a%20sentence"}) {
    ask("GET", "/albums/" + std::string(id), 1);
  }
  EXPECT_THAT(routes(), ElementsAre("albums: GET /albums/{id}"));
}

TEST_F(Proposing, TakesNoWordForAnId) {
  for (const char* word : {"facade", "new", "search", "v2", "top-10", "covid-19", "%C3%BCber"}) {
    ask("GET", "/albums/" + std::string(word));
  }
  EXPECT_THAT(routes(), ElementsAre("albums: GET /albums/covid-19", "albums: GET /albums/facade",
                                    "albums: GET /albums/new", "albums: GET /albums/search",
                                    "albums: GET /albums/top-10", "albums: GET /albums/v2",
                                    "albums: GET /albums/über"));
}

TEST_F(Proposing, DecodesEscapesOnceAndDropsQueriesAndPathParameters) {
  ask("GET", "/alb%75ms;jsessionid=1?token=secret");
  ask("GET", "/albums");
  EXPECT_THAT(routes(), ElementsAre("albums: GET /albums"));
}

TEST_F(Proposing, GivesEachParameterOfAPathANameOfItsOwn) {
  ask("GET", "/artists/1/albums/2/on/2026-11-22");
  EXPECT_THAT(routes(), ElementsAre("artists: GET /artists/{id}/albums/{id2}/on/{date}"));
}

TEST_F(Proposing, FoldsManySeldomWordsAndKeepsThoseSeenOften) {
  for (char first = 'a'; first <= 'z'; ++first) {
    ask("GET", std::string("/artists/band-") + first, 4);
  }
  ask("GET", "/artists/search", 60);
  const Proposal made = proposal();
  ASSERT_EQ(made.groups.size(), 1U);
  const auto& found = made.groups[0].routes;
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].path, "/artists/search");
  EXPECT_EQ(found[1].path, "/artists/{name}");
  EXPECT_EQ(found[1].evidence.requests, 26U * 4U);
  EXPECT_THAT(found[1].notes, ElementsAre(HasSubstr("{name} stands for about 26 words")));
}

TEST_F(Proposing, CountsAWordOnceHoweverOftenItIsFolded) {
  // More than are kept below one parent, so that each is new again in each round.
  constexpr int kWords = 600;
  for (int round = 0; round < 8; ++round) {
    for (int i = 0; i < kWords; ++i) {
      ask("GET",
          std::string("/artists/band-") + static_cast<char>('a' + i / 26) +
              static_cast<char>('a' + i % 26),
          1);
    }
  }
  const Proposal made = proposal();
  ASSERT_EQ(made.groups.size(), 1U);
  ASSERT_EQ(made.groups[0].routes.size(), 1U);
  const std::vector<std::string>& notes = made.groups[0].routes[0].notes;
  ASSERT_EQ(notes.size(), 1U);
  const std::string before = "{name} stands for about ";
  ASSERT_THAT(notes[0], testing::StartsWith(before));
  EXPECT_NEAR(std::stod(notes[0].substr(before.size())), kWords, 60);
}

TEST_F(Proposing, FoldsTheWordOfOnePersonAmongOthersHoweverOften) {
  for (char first = 'a'; first <= 'z'; ++first) {
    ask("GET", std::string("/users/name-") + first, 4);
  }
  for (int i = 0; i < 50; ++i) {
    LogLine line;
    line.method = "GET";
    line.target = "/users/alice";
    line.status = 200;
    line.client = "203.0.113.1";
    tree_.add(line);
  }
  EXPECT_THAT(routes(), ElementsAre("users: GET /users/{name}"));
}

TEST_F(Proposing, GroupsByTheFirstWordBehindApiAndVersion) {
  ask("GET", "/api/v1/orders");
  ask("POST", "/orders");
  ask("GET", "/");
  ask("GET", "/favicon.ico");
  ask("GET", "/17");
  EXPECT_THAT(routes(), ElementsAre("orders: GET /api/v1/orders", "orders: POST /orders",
                                    "pages: GET /", "pages: GET /favicon.ico", "pages: GET /{id}"));
}

TEST_F(Proposing, TellsWhatIsSeldomAndWhatIsNotThereAndProposesNeither) {
  ask("GET", "/albums", 5);
  ask("GET", "/secret-of-somebody", 2);
  ask("GET", "/wp-login.php", 90, 404);
  const Proposal made = proposal();
  ASSERT_EQ(made.groups.size(), 1U);
  ASSERT_EQ(made.left_out.size(), 2U);
  EXPECT_THAT(made.left_out[0].why, HasSubstr("nothing is there"));
  EXPECT_EQ(made.left_out[0].requests, 90U);
  EXPECT_THAT(made.left_out[1].why, HasSubstr("seldom"));
  EXPECT_EQ(made.left_out[1].requests, 2U);
}

TEST_F(Proposing, TakesTheEffectFromTheMethodAndDoubtsAGetThatLooksLikeAWrite) {
  ask("GET", "/orders/7/cancel");
  ask("GET", "/mails/latest", 3, 204);
  ask("HEAD", "/orders/7");
  ask("POST", "/search");
  const Proposal made = proposal();
  ASSERT_EQ(made.groups.size(), 3U);
  EXPECT_THAT(made.groups[0].routes[0].doubt, HasSubstr("a GET"));
  EXPECT_EQ(made.groups[1].routes[0].path, "/orders/{id}");
  EXPECT_EQ(made.groups[1].routes[0].method, "GET");
  EXPECT_THAT(made.groups[1].routes[1].doubt, HasSubstr("by its name changes something"));
  EXPECT_EQ(made.groups[2].routes[0].effect, Effect::Write);
  EXPECT_THAT(made.groups[2].routes[0].notes, ElementsAre(HasSubstr("effect = \"read\"")));
}

TEST_F(Proposing, MakesOneRouteOfFilesBesidePages) {
  for (char name = 'a'; name <= 'h'; ++name) ask("GET", std::string("/static/js/") + name + ".js");
  ask("GET", "/static/app.3f9a8b7c.css");
  ask("GET", "/albums/1/cover.png");
  EXPECT_THAT(routes(), ElementsAre("albums: GET /albums/{id}/cover.png", "static: GET /static/…"));
}

TEST_F(Proposing, TakesTheWordsOfADescriptionAsTheyAre) {
  EXPECT_TRUE(tree_.expect("GET", "/tracks/{track_id}", "One track"));
  EXPECT_TRUE(tree_.expect("DELETE", "/tracks/{track_id}", ""));
  EXPECT_FALSE(tree_.expect("GET", "/files/{name}.{kind}", ""));
  ask("GET", "/tracks/5");
  const Proposal made = proposal();
  ASSERT_EQ(made.groups.size(), 1U);
  EXPECT_EQ(made.groups[0].routes[0].method, "DELETE");
  EXPECT_THAT(made.groups[0].routes[0].notes, ElementsAre(HasSubstr("nobody has asked it")));
  EXPECT_EQ(made.groups[0].routes[1].path, "/tracks/{track_id}");
  EXPECT_EQ(made.groups[0].routes[1].comment, "One track");
}

TEST_F(Proposing, IsTheSameInWhateverOrderTheLinesCome) {
  const auto fill = [&](bool backwards) {
    for (int i = 0; i < 60; ++i) {
      const int at = backwards ? 59 - i : i;
      ask("GET", "/a" + std::string(1, static_cast<char>('a' + at % 13)) + "/x", 1);
    }
    return routes();
  };
  const auto forwards = fill(false);
  EXPECT_EQ(forwards, fill(true));
  EXPECT_FALSE(forwards.empty());
}

TEST_F(Proposing, OfNothingProposesNothing) { EXPECT_THAT(routes(), IsEmpty()); }

}  // namespace
}  // namespace banyan::discovery
