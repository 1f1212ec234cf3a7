// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "admin_server.hpp"
#include "banyan_process.hpp"

namespace banyan::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

constexpr const char* kStuck = "sag_00000000000070008000000000000001";
constexpr const char* kDone = "sag_00000000000070008000000000000002";
constexpr const char* kUnknown = "sag_00000000000070008000000000000009";
constexpr const char* kOrder = "ord_00000000000070008000000000000001";

Json saga(const char* id, const char* status, const char* subject) {
  const bool stuck = status == std::string("stuck");
  Json calls{{"calls", 60},
             {"began", "2026-11-29T12:00:00.000000Z"},
             {"ended", "2026-11-29T12:08:00.000000Z"}};
  if (stuck) calls["problem"] = "payments.capture: banyan.fault: a fault";
  return {{"id", id},
          {"name", "place_order"},
          {"version", 2},
          {"subject", subject},
          {"status", status},
          {"phase", "forward"},
          {"step", stuck ? 0 : 1},
          {"at", stuck ? "payments.capture" : ""},
          {"attempts", 60},
          {"blocked_on", ""},
          {"began", "2026-11-29T12:00:00.000000Z"},
          {"problem", stuck ? "given up after 60 attempts" : ""},
          {"steps",
           {{{"name", "capture"},
             {"undo", ""},
             {"kind", "retriable"},
             {"dependency", "payments"},
             {"state", stuck ? "to_come" : "done"},
             {"doing", calls},
             {"undoing", {{"calls", 0}}}},
            {{"name", "book"},
             {"undo", ""},
             {"kind", "retriable"},
             {"dependency", "shipping"},
             {"state", stuck ? "to_come" : "done"},
             {"doing", {{"calls", 0}}},
             {"undoing", {{"calls", 0}}}}}},
          {"possible", stuck ? Json{"retry", "mark"} : Json::array()}};
}

/// What the API says of two sagas; what was asked last is kept.
class Sagas : public testing::Test {
 protected:
  std::pair<unsigned, std::string> answer(const std::string& method, const std::string& target,
                                          const std::string& body) {
    asked_ = method + ' ' + target;
    body_ = body;
    ++requests_;
    const std::string root = "/_banyan/api/sagas";
    if (target == root) {
      return {200, Json{{"modules",
                         {{{"module", "orders"},
                           {"counts", {{"all", all_}, {"active", 0}, {"stuck", 1}, {"overdue", 0}}},
                           {"sagas", {saga(kDone, "done", "ord_2"), stuck()}}}}}}
                       .dump()};
    }
    const std::string one = root + '/' + kStuck;
    if (target == one || target == one + "/mark" || target == one + "/retry") {
      return {200, Json{{"module", "orders"}, {"saga", stuck()}}.dump()};
    }
    if (target == one + "/back") {
      return {422,
              R"({"code":"failed_precondition","rule":"banyan.saga_not_possible",)"
              R"("detail":"no back, for it is past its point of no return. Possible now: retry"})"};
    }
    return {404,
            R"({"code":"not_found","rule":"banyan.unknown_saga","detail":"there is no saga"})"};
  }

  Outcome banyan(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "sagas");
    arguments.insert(arguments.end(), {"--url", server_.url()});
    return run_banyan(arguments);
  }

  Json stuck() const {
    Json made = saga(kStuck, "stuck", kOrder);
    made["overdue"] = overdue_;
    if (overdue_) made["deadline"] = "2026-11-29T12:30:00.000000Z";
    return made;
  }

  bool overdue_ = false;  ///< the one that is stuck
  int all_ = 2;           ///< how many there are
  std::string asked_;
  std::string body_;
  int requests_ = 0;
  AdminServer server_{[this](const std::string& method, const std::string& target,
                             const std::string& body) { return answer(method, target, body); }};
};

TEST_F(Sagas, AreListedWithWhereTheyAre) {
  const Outcome all = banyan({});
  EXPECT_EQ(all.exit_code, 0) << all.err;
  EXPECT_THAT(all.out, HasSubstr(kStuck));
  EXPECT_THAT(all.out, HasSubstr("orders.place_order"));
  EXPECT_THAT(all.out, HasSubstr("payments.capture"));
  EXPECT_THAT(all.out, HasSubstr("given up after 60 attempts"));
  EXPECT_THAT(all.out, HasSubstr(kDone));

  const Outcome open = banyan({"--open"});
  EXPECT_THAT(open.out, HasSubstr(kStuck));
  EXPECT_THAT(open.out, Not(HasSubstr(kDone)));
}

// Found by an operator: 50 lines that were all done, and no word that this was not all.
TEST_F(Sagas, AreSummedUpBeforeTheyAreListed) {
  EXPECT_THAT(banyan({}).out, testing::StartsWith("1 open, 1 of them stuck\n"));
  all_ = 129;
  EXPECT_THAT(banyan({}).out,
              testing::StartsWith("1 open, 1 of them stuck; these are 2 of 129, the open ones and "
                                  "the newest others\n"));
  EXPECT_THAT(banyan({"--open"}).out, testing::StartsWith("1 open, 1 of them stuck\n"));
  const Json document = Json::parse(banyan({"--open", "--json"}).out);
  EXPECT_EQ(document["modules"][0]["counts"]["all"], 129);
}

/// Many that wait for one, and others that are over.
TEST(SagasOfAnOutage, AreCountedByWhomTheyWaitForAndTheirProblemIsCutShort) {
  bool out = true;
  AdminServer server([&](const std::string&, const std::string&, const std::string&) {
    Json sagas = Json::array();
    for (int i = 0; i < 3; ++i) {
      Json waits = saga(kStuck, out ? "active" : "done", kOrder);
      waits["blocked_on"] = out ? "payments" : "";
      waits["problem"] = out ? std::string(30, 'a') + ' ' + std::string(90, 'b') : "";
      sagas.push_back(waits);
    }
    const Json counts{{"all", 129}, {"active", out ? 3 : 0}, {"stuck", 0}, {"overdue", 0}};
    const Json orders{{"module", "orders"}, {"counts", counts}, {"sagas", sagas}};
    return std::pair{200U, Json{{"modules", Json::array({orders})}}.dump()};
  });
  const Outcome waiting = run_banyan({"sagas", "--open", "--url", server.url()});
  EXPECT_THAT(waiting.out, testing::StartsWith("3 open: 3 wait for payments\n"));
  EXPECT_THAT(waiting.out, HasSubstr("aaa …"));
  EXPECT_THAT(waiting.out, Not(HasSubstr("bbb")));
  out = false;
  EXPECT_THAT(run_banyan({"sagas", "--url", server.url()}).out,
              testing::StartsWith("nothing is open or stuck; these are the newest 3 of 129\n"));
  EXPECT_EQ(run_banyan({"sagas", "--open", "--url", server.url()}).out,
            "nothing is open or stuck\n");
}

TEST_F(Sagas, OneIsShownWithItsStepsAlsoThoseToComeAndWhatCanBeDone) {
  const Outcome one = banyan({kStuck});
  EXPECT_EQ(one.exit_code, 0) << one.err;
  EXPECT_EQ(asked_, std::string("GET /_banyan/api/sagas/") + kStuck);
  EXPECT_THAT(one.out, HasSubstr("about " + std::string(kOrder)));
  EXPECT_THAT(one.out, HasSubstr("60 until 2026-11-29T12:08:00Z"));
  EXPECT_THAT(one.out, HasSubstr("book"));
  EXPECT_THAT(one.out, HasSubstr("stuck, forward, at payments.capture, began"));
  EXPECT_THAT(one.out, HasSubstr("possible: retry, mark"));

  const Outcome of_order = banyan({kOrder});
  EXPECT_EQ(of_order.exit_code, 0);
  EXPECT_THAT(of_order.out, HasSubstr(kStuck));
  EXPECT_THAT(of_order.out, Not(HasSubstr(kDone)));
}

TEST_F(Sagas, AreCalledOverdueWhenTheirDeadlineHasPassed) {
  EXPECT_THAT(banyan({}).out, Not(HasSubstr("overdue")));
  overdue_ = true;
  EXPECT_THAT(banyan({}).out, HasSubstr("stuck, overdue"));
  EXPECT_THAT(banyan({kStuck}).out,
              HasSubstr("stuck, overdue, forward, at payments.capture, began 2026-11-29T12:00:00Z,"
                        " to be over by 2026-11-29T12:30:00Z"));
}

TEST_F(Sagas, WhatIsNotThereIsNoSuccess) {
  const Outcome saga = banyan({kUnknown});
  EXPECT_EQ(saga.exit_code, 1);
  EXPECT_EQ(saga.err, "banyan: there is no saga\n");
  const Outcome order = banyan({"ord_nobody"});
  EXPECT_EQ(order.exit_code, 1);
  EXPECT_THAT(order.err, HasSubstr("there is no saga about ord_nobody"));
  EXPECT_THAT(order.err, HasSubstr("`banyan sagas` lists them"));
}

TEST_F(Sagas, AreDocumentsWithJson) {
  const Outcome all = banyan({"--open", "--json"});
  const Json document = Json::parse(all.out);
  ASSERT_EQ(document["modules"][0]["sagas"].size(), 1U);
  EXPECT_EQ(document["modules"][0]["sagas"][0]["id"], kStuck);
  EXPECT_EQ(Json::parse(banyan({kStuck, "--json"}).out)["saga"]["id"], kStuck);
  EXPECT_EQ(Json::parse(banyan({kUnknown, "--json"}).out)["rule"], "banyan.unknown_saga");
}

TEST_F(Sagas, AreOrderedAboutWithWhoAndWhy) {
  for (const std::string verb : {"mark", "retry"}) {
    const Outcome done = banyan({verb, kStuck, "--why", "called them"});
    EXPECT_EQ(done.exit_code, 0) << done.err;
    EXPECT_EQ(asked_, "POST /_banyan/api/sagas/" + std::string(kStuck) + '/' + verb);
    const Json body = Json::parse(body_);
    EXPECT_EQ(body["why"], "called them");
    EXPECT_THAT(body["who"].get<std::string>(), testing::StartsWith("ann@"));
    EXPECT_THAT(done.out, HasSubstr(kStuck));
  }
  banyan({"mark", kStuck, "--why", "x", "--who", "bo"});
  EXPECT_EQ(Json::parse(body_)["who"], "bo");
  EXPECT_EQ(Json::parse(banyan({"mark", kStuck, "--why", "x", "--json"}).out)["module"], "orders");
}

TEST_F(Sagas, AreMarkedAtTheStepThatWasReadJustBefore) {
  const Outcome marked = banyan({"mark", kStuck, "--why", "x"});
  EXPECT_EQ(marked.exit_code, 0) << marked.err;
  EXPECT_EQ(requests_, 2);
  EXPECT_EQ(Json::parse(body_)["at"], "payments.capture");
  EXPECT_THAT(marked.out, HasSubstr("marked: payments.capture"));

  banyan({"retry", kStuck, "--why", "x"});
  EXPECT_FALSE(Json::parse(body_).contains("at")) << "wherever it is";

  const Outcome nobody = banyan({"mark", kUnknown, "--why", "x"});
  EXPECT_EQ(nobody.exit_code, 1);
  EXPECT_EQ(nobody.err, "banyan: there is no saga\n");
  EXPECT_EQ(asked_, std::string("GET /_banyan/api/sagas/") + kUnknown) << "nothing is marked";
}

TEST_F(Sagas, AreMarkedAtTheStepThatIsNamed) {
  const Outcome marked = banyan({"mark", kStuck, "--at", "shipping.book", "--why", "x"});
  EXPECT_EQ(marked.exit_code, 0) << marked.err;
  EXPECT_EQ(requests_, 1);
  EXPECT_EQ(Json::parse(body_)["at"], "shipping.book") << "whatever it is at by now";
}

TEST_F(Sagas, SayWhatIsPossibleInsteadOfWhatIsNot) {
  const Outcome refused = banyan({"back", kStuck, "--why", "x"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("past its point of no return. Possible now: retry"));
  const Outcome as_json = banyan({"back", kStuck, "--why", "x", "--json"});
  EXPECT_EQ(as_json.exit_code, 1);
  EXPECT_EQ(Json::parse(as_json.out)["rule"], "banyan.saga_not_possible");
}

TEST_F(Sagas, TeachWhoAsksWrongly) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> wrong = {
      {{"mark", kStuck}, "--why is required"},
      {{"mark", "--why", "x"}, "SAGA is required"},
      {{"mark", kOrder, "--why", "x"}, "is no id of a saga"},
      {{"mark", kStuck, kDone, "--why", "x"}, "is about one saga"},
      {{"mark", kStuck, "--why", "x", "--open"}, "is about one saga"},
      {{"back", kStuck, "--why", std::string(3'000, 'x')}, "takes 2000"}};
  for (const auto& [arguments, expected] : wrong) {
    asked_.clear();
    const Outcome refused = banyan(arguments);
    EXPECT_EQ(refused.exit_code, 64) << expected;
    EXPECT_THAT(refused.err, HasSubstr(expected));
    EXPECT_EQ(asked_, "") << "nobody is asked";
  }
  const Outcome store = run_banyan({"sagas", "--store", "control.db"});
  EXPECT_EQ(store.exit_code, 64);
  EXPECT_THAT(store.err, HasSubstr("not in a control store"));
}

TEST(SagasOfNobody, EndWithTheCodeForNobodyThere) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"sagas"},
                                                    {"sagas", kStuck},
                                                    {"sagas", "mark", kStuck, "--why", "x"}}) {
    std::vector<std::string> all = arguments;
    all.insert(all.end(), {"--url", "http://127.0.0.1:1"});
    EXPECT_EQ(run_banyan(all).exit_code, 69);
  }
  EXPECT_EQ(run_banyan({"sagas", "--url", "nowhere"}).exit_code, 64);
}

}  // namespace
}  // namespace banyan::test
