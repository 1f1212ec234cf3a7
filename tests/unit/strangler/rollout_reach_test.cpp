// SPDX-License-Identifier: Apache-2.0
#include "banyan/routing/rollout_reach.hpp"

#include <gmock/gmock.h>

#include <string>

namespace banyan::strangler {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr RolloutReach kAll{.reads = true, .writes = true};
constexpr RolloutReach kReads{.reads = true, .writes = false};
constexpr RolloutReach kNothing{};

Traffic canary() { return Traffic::of(*Percent::parse("25"), Side::Local); }
Traffic moved() { return Traffic::of(Percent::all(), Side::Remote); }

std::optional<std::string> why(const Traffic& traffic, std::optional<RolloutReach> before,
                               const RolloutReach& after, const std::string& store = "") {
  return why_left_behind("books", traffic, {.before = before, .after = after}, store);
}

Configuration with_routes(const std::string& routes) {
  const std::string text =
      "[proxy]\nlisten = [\"127.0.0.1:0\"]\n[upstreams.old]\ninstances = [\"127.0.0.1:1\"]\n"
      "[upstreams.new]\ninstances = [\"127.0.0.1:2\"]\n[rollouts.books]\n"
      "[[routes]]\nprefix = \"/\"\nmethods = [\"*\"]\nlegacy = \"old\"\n" +
      routes;
  auto read = parse_configuration(text, "banyan.toml");
  EXPECT_TRUE(read.has_value()) << (read ? "" : to_string(read.error()));
  return read ? *std::move(read) : Configuration();
}

std::string route(const std::string& methods, const std::string& more = "") {
  return "[[routes]]\nprefix = \"/books\"\nmethods = " + methods +
         "\nlegacy = \"old\"\nsuccessor = \"new\"\nrollout = \"books\"\n" + more;
}

TEST(TheReachOfARollout, IsWhatItsRoutesTakeByMethodOrByWhatTheyDeclare) {
  EXPECT_EQ(reach_of(with_routes(""), "books"), kNothing) << "a section alone leads nowhere";
  EXPECT_EQ(reach_of(with_routes(route("[\"GET\"]")), "books"), kReads);
  EXPECT_EQ(reach_of(with_routes(route("[\"POST\"]", "effect = \"read\"\n")), "books"), kReads);
  EXPECT_EQ(reach_of(with_routes(route("[\"*\"]")), "books"), kAll);
  EXPECT_EQ(reach_of(with_routes(route("[\"*\"]")), "orders"), kNothing);
}

TEST(TheReachOfARollout, MayNotShrinkUnderWhatTheNewSideHas) {
  EXPECT_THAT(why(moved(), kAll, kNothing).value_or(""), HasSubstr("leads its requests to"));
  EXPECT_THAT(why(moved(), kAll, kReads).value_or(""), HasSubstr("leads its writes to"));
  EXPECT_THAT(why(canary(), kAll, kNothing).value_or(""),
              HasSubstr("books at canary 25% (25% of the reads are on its new side)"));
  EXPECT_THAT(why(canary(), kAll, kNothing).value_or(""), Not(HasSubstr("retire")))
      << "that is for what has moved";
  EXPECT_EQ(why(canary(), kAll, kReads), std::nullopt) << "its writes are at home";
  EXPECT_EQ(why(moved(), kReads, kReads), std::nullopt) << "it never had routes for writes";
}

TEST(TheReachOfARollout, MayGoWithARolloutThatIsAtHomeOrRetired) {
  EXPECT_EQ(why(Traffic{}, kAll, kNothing), std::nullopt);
  EXPECT_EQ(why(Traffic::shadow(), kAll, kNothing), std::nullopt) << "no request goes elsewhere";
  EXPECT_EQ(why(Traffic::retired(), kAll, kNothing), std::nullopt);
}

TEST(TheRoutesOfARolloutThatHasMoved, MayNotSendWhatTheyTookToTheOldSideOneByOne) {
  const std::string review =
      "[[routes]]\nname = \"review\"\npath = \"/books/{id}/reviews\"\nmethods = [\"POST\"]\n"
      "legacy = \"old\"\nsuccessor = \"new\"\nrollout = \"books\"\n";
  const std::string straight =
      "[[routes]]\npath = \"/books/{id}/reviews\"\nmethods = [\"POST\"]\nlegacy = \"new\"\n";
  const std::string books =
      "[[routes]]\npath = \"/books\"\nmethods = [\"GET\", \"POST\"]\nlegacy = \"old\"\n"
      "successor = \"new\"\nrollout = \"books\"\n";
  const Configuration before = with_routes(books + review);
  const auto sent_back = [&](const std::string& routes, const Traffic& traffic) {
    return routes_sent_back(before, with_routes(routes), [&](std::string_view) { return traffic; });
  };
  const auto lost = sent_back(books, moved());
  ASSERT_EQ(lost.size(), 1U);
  EXPECT_THAT(lost[0], HasSubstr("POST /books/{id}/reviews would go to the old side (old)"));
  EXPECT_THAT(lost[0], HasSubstr("legacy = \"new\""));
  EXPECT_TRUE(sent_back(books + review, moved()).empty());
  EXPECT_TRUE(sent_back(books + straight, moved()).empty()) << "it goes where it went";
  EXPECT_TRUE(sent_back(route("[\"*\"]"), moved()).empty()) << "another route of the rollout";
  EXPECT_TRUE(sent_back(books, canary()).empty()) << "the old side has all that was written";
  EXPECT_TRUE(sent_back(books, Traffic::retired()).empty());
}

TEST(TheRoutesOfARolloutThatHasMoved, MayNotSendItToTheOldSideUnderAnotherName) {
  const auto lead_to = [](const std::string& upstream) {
    return "[[routes]]\nprefix = \"/books\"\nmethods = [\"*\"]\nlegacy = \"" + upstream + "\"\n";
  };
  const auto named = [](const std::string& name, const std::string& port) {
    return "[upstreams." + name + "]\ninstances = [\"127.0.0.1:" + port + "\"]\n";
  };
  const Configuration before = with_routes(route("[\"*\"]"));
  const auto sent_back = [&](const std::string& rest) {
    return routes_sent_back(before, with_routes(rest), [](std::string_view) { return moved(); });
  };
  const auto lost = sent_back(lead_to("monolith") + named("monolith", "1"));
  ASSERT_EQ(lost.size(), 1U) << "the instance of the old side";
  EXPECT_THAT(lost[0], HasSubstr("would go to the old side (monolith)"));
  EXPECT_TRUE(sent_back(lead_to("third") + named("third", "3")).empty()) << "it is neither";
  EXPECT_TRUE(sent_back(lead_to("new")).empty());
}

TEST(TheRoutesOfARolloutThatHasMoved, AreAskedByPathsThatWereTheirs) {
  const std::string kept =
      "[[routes]]\npath = \"/books/{id}\"\nmethods = [\"*\"]\nlegacy = \"old\"\n";
  const Configuration both = with_routes(route("[\"*\"]") + kept);
  EXPECT_TRUE(routes_sent_back(both, both, [](std::string_view) { return moved(); }).empty())
      << "what another route takes was never the rollout's";
}

TEST(TheRoutesOfARolloutThatHasMoved, MayNotLoseRequestsToANewRouteThatIsMoreExact) {
  const std::string mine = route("[\"*\"]");
  const auto reviews = [](const std::string& sides) {
    return "[[routes]]\nname = \"reviews\"\npath = \"/books/{id}/reviews\"\n"
           "methods = [\"POST\"]\n" +
           sides;
  };
  const Configuration before = with_routes(mine);
  const auto sent_back = [&](const std::string& routes, const Traffic& traffic) {
    return routes_sent_back(before, with_routes(routes), [&](std::string_view name) {
      return name == "books" ? traffic : Traffic{};
    });
  };
  const auto lost = sent_back(mine + reviews("legacy = \"old\"\n"), moved());
  ASSERT_EQ(lost.size(), 1U);
  EXPECT_THAT(lost[0], HasSubstr("the route \"reviews\" takes POST /books/{id}/reviews from"));
  EXPECT_THAT(lost[0], HasSubstr("would send it to the old side (old)"));
  EXPECT_EQ(sent_back(mine + reviews("legacy = \"old\"\nsuccessor = \"new\"\n"
                                     "rollout = \"reviews\"\n[rollouts.reviews]\n"),
                      moved())
                .size(),
            1U)
      << "another rollout begins at legacy";
  EXPECT_TRUE(sent_back(mine + reviews("legacy = \"old\"\nsuccessor = \"new\"\n"
                                       "rollout = \"books\"\n"),
                        moved())
                  .empty());
  EXPECT_TRUE(sent_back(mine + reviews("legacy = \"new\"\n"), moved()).empty());
  EXPECT_TRUE(sent_back(mine + reviews("legacy = \"old\"\n"), canary()).empty());
  EXPECT_EQ(sent_back("", moved()).size(), 1U) << "a lost one is told once";
}

TEST(TheRoutesOfARolloutThatHasMoved, StayOnTheNewSideByTheRolloutOrStraight) {
  const auto straight = [](const std::string& methods, const std::string& side) {
    return "[[routes]]\nprefix = \"/books\"\nmethods = " + methods + "\nlegacy = \"" + side +
           "\"\n";
  };
  const Configuration before = with_routes(route("[\"GET\", \"POST\"]"));
  const auto stays = [&](const std::string& routes) {
    return stays_on_new_side(before, with_routes(routes), "books");
  };
  EXPECT_TRUE(stays(straight("[\"*\"]", "new")));
  EXPECT_TRUE(stays(route("[\"GET\"]") + straight("[\"POST\"]", "new")));
  EXPECT_FALSE(stays(route("[\"GET\"]"))) << "the rest takes its writes";
  EXPECT_FALSE(stays(straight("[\"*\"]", "old")));
  EXPECT_FALSE(stays_on_new_side(with_routes(""), before, "books")) << "it had no routes";
}

TEST(TheReachOfARollout, IsReadAsItWasNoted) {
  const RolloutReach writes{.reads = false, .writes = true};
  for (const RolloutReach& each : {kAll, kReads, writes, kNothing}) {
    const TablePart part = reach_part("books", each);
    EXPECT_EQ(noted_reach({{"reach book", "reads"}, part}, "books"), each) << part.hash;
    EXPECT_EQ(rollout_of(part), "books");
  }
  EXPECT_EQ(noted_reach({{"route books", "1"}}, "books"), std::nullopt);
  EXPECT_EQ(rollout_of({"route books", "1"}), "");
}

TEST(TheReachOfARollout, OfAStartIsComparedWithWhatWasNoted) {
  EXPECT_THAT(why(moved(), kAll, kReads, "control.db").value_or(""),
              HasSubstr("leads its writes to a new side"));
  EXPECT_EQ(why(moved(), kNothing, kNothing, "control.db"), std::nullopt)
      << "the process before was let through without it";
}

TEST(TheReachOfARollout, IsNotToBeSetBackUnderAnotherProcess) {
  const std::string refused =
      why_left_behind("books", moved(), {.before = kAll, .after = kNothing, .elsewhere = true},
                      "control.db")
          .value_or("");
  EXPECT_THAT(refused, HasSubstr("give this process a control store of its own"));
  EXPECT_THAT(why(moved(), kAll, kNothing).value_or(""), Not(HasSubstr("another process")));
}

TEST(TheReachOfARollout, OfAStartIsRefusedWhenThereIsNothingOfIt) {
  const std::string refused = why(moved(), std::nullopt, kNothing, "control.db").value_or("");
  EXPECT_THAT(refused, HasSubstr("banyan shift books 0% --writes old --why over --store "
                                 "'control.db'"));
  EXPECT_THAT(refused, HasSubstr("banyan retire books --why over --force --store 'control.db'"));
  EXPECT_LT(refused.find("banyan retire"), refused.find("banyan shift"))
      << "its routes may lead straight to the new side";
  EXPECT_EQ(why(moved(), std::nullopt, kReads), std::nullopt)
      << "nobody knows whether there was more";
}

}  // namespace
}  // namespace banyan::strangler
