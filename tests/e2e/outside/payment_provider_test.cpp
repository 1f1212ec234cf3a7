// SPDX-License-Identifier: Apache-2.0
// The real payment provider (a simulator in a process of its own), its anti-corruption layer, and
// the service of payments: whatever the provider does, its books and the shop's agree in the end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "banyan/binding/http_transport.hpp"
#include "banyan/binding/port_binding.hpp"
#include "banyan/http/client.hpp"
#include "banyan/kernel/bindings.hpp"
#include "banyan/kernel/unit_of_work.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "card_simulator.hpp"
#include "contract/environment_under_test.hpp"
#include "contract/matchers.hpp"
#include "outside/card_provider.hpp"
#include "payments/module.hpp"
#include "support/child_process.hpp"
#include "support/provider_with_books.hpp"

namespace recordshop::card {
namespace {

using banyan::Context;
using banyan::ErrorCode;
using banyan::Money;
using banyan::system_random;
using payments::OrderId;
using payments::PaymentState;
using payments::ProviderAnswer;
using payments::ProviderStatus;

Context any_context(milliseconds budget = milliseconds(20'000)) {
  return Context::begin(budget, system_clock(), system_random());
}

OrderId new_order() { return OrderId::make(system_clock().now(), system_random()); }
const payments::CustomerId kCustomer =
    payments::CustomerId::make(system_clock().now(), system_random());
const payments::Method kVisa{payments::Method::Kind::Card, "tok_visa"};

// What it means to be a payments::Provider.

struct ProviderUnderTest {
  std::string name;
  std::function<std::unique_ptr<payments::Provider>(std::shared_ptr<void>& base)> make;
  friend void PrintTo(const ProviderUnderTest& provider, std::ostream* out) {
    *out << provider.name;
  }
};

class ProviderContract : public testing::TestWithParam<ProviderUnderTest> {
 protected:
  ProviderAnswer authorise(std::int64_t cents = 1'250) {
    return provider_->authorise({order_, kCustomer, {cents, "EUR"}, kVisa}, any_context()).value();
  }
  ProviderAnswer capture() {
    return provider_->capture(order_, {1'250, "EUR"}, any_context()).value();
  }
  ProviderAnswer give_up() { return provider_->void_(order_, any_context()).value(); }
  ProviderAnswer refund(const std::string& id, std::int64_t cents) {
    return provider_->refund(order_, id, {cents, "EUR"}, any_context()).value();
  }
  ProviderAnswer look_up() { return provider_->look_up(order_, any_context()).value(); }

  const OrderId order_ = new_order();

 private:
  std::shared_ptr<void> base_;
  std::unique_ptr<payments::Provider> provider_ = GetParam().make(base_);
};

TEST_P(ProviderContract, AsksTwiceAndDoesOnce) {
  const ProviderAnswer held{.status = ProviderStatus::Authorised, .amount = Money{1'250, "EUR"}};
  EXPECT_EQ(authorise(), held);
  EXPECT_EQ(authorise(), held);
  EXPECT_EQ(look_up(), held);
  const ProviderAnswer taken{.status = ProviderStatus::Captured, .amount = Money{1'250, "EUR"}};
  EXPECT_EQ(capture(), taken);
  EXPECT_EQ(capture(), taken);
  ProviderAnswer given_back = taken;
  given_back.refunds = {{"r1", 50}};
  EXPECT_EQ(refund("r1", 50), given_back);
  EXPECT_EQ(refund("r1", 50), given_back);
  EXPECT_EQ(look_up(), given_back);
}

TEST_P(ProviderContract, KnowsNothingOfWhatItWasNeverAsked) {
  EXPECT_EQ(look_up(), ProviderAnswer{});
  EXPECT_EQ(capture().status, ProviderStatus::Unknown);
  EXPECT_EQ(refund("r", 1).status, ProviderStatus::Unknown);
}

TEST_P(ProviderContract, RemembersAVoidOfWhatItHadNeverHeardOf) {
  EXPECT_EQ(give_up().status, ProviderStatus::Voided);
  EXPECT_EQ(authorise().status, ProviderStatus::Voided);
  EXPECT_EQ(capture().status, ProviderStatus::Voided);
}

TEST_P(ProviderContract, FreesWhatIsHeldAndNotWhatWasTaken) {
  authorise();
  EXPECT_EQ(give_up().status, ProviderStatus::Voided);
  EXPECT_EQ(capture().status, ProviderStatus::Voided);
}

TEST_P(ProviderContract, SaysThatAVoidCameTooLate) {
  authorise();
  capture();
  EXPECT_EQ(give_up().status, ProviderStatus::Captured);
}

INSTANTIATE_TEST_SUITE_P(
    Outside, ProviderContract,
    testing::Values(ProviderUnderTest{"test_double",
                                      [](std::shared_ptr<void>&) {
                                        return std::make_unique<banyan::test::ProviderWithBooks>();
                                      }},
                    ProviderUnderTest{"card_provider",
                                      [](std::shared_ptr<void>& base) {
                                        const auto simulator = std::make_shared<Simulator>();
                                        base = simulator;
                                        return simulator->provider();
                                      }}),
    [](const auto& one) { return one.param.name; });

// What the shop makes of it.

class CardPayments : public testing::Test {
 protected:
  banyan::Result<payments::Payment> authorise(const OrderId& order,
                                              const std::string& method = "card:tok_visa") {
    return payments_->handle(payments::Authorise{order, kCustomer, {1'250, "EUR"}, method},
                             any_context());
  }
  banyan::Result<payments::Payment> capture(const OrderId& order) {
    return payments_->handle(payments::Capture{order}, any_context());
  }

  Simulator simulator_;
  std::unique_ptr<payments::Provider> provider_ = simulator_.provider();
  std::unique_ptr<payments::Payments> payments_ =
      payments::make_memory_payments({*provider_}, banyan::contract::real_environment());
};

TEST_F(CardPayments, AreMadeWithTheCardThatWasChosenOrTheOneThatTheProviderKnows) {
  EXPECT_THAT(authorise(new_order(), "card"), Succeeds());
  EXPECT_THAT(authorise(new_order(), "card:tok_declined"), BreaksRule("payments.declined"));
}

TEST_F(CardPayments, OnInvoiceEndAtTheLimitOfTheProvider) {
  const auto on_invoice = [&](std::int64_t cents) {
    return payments_->handle(payments::Authorise{new_order(), kCustomer, {cents, "EUR"}, "invoice"},
                             any_context());
  };
  EXPECT_THAT(on_invoice(100'000), Succeeds());
  const auto refused = on_invoice(100'001);
  ASSERT_THAT(refused, BreaksRule("payments.declined"));
  EXPECT_THAT(refused.error().message, testing::HasSubstr("more than may be bought on invoice"));
  EXPECT_THAT(
      payments_->handle(payments::Authorise{new_order(), kCustomer, {100'001, "EUR"}, "card"},
                        any_context()),
      Succeeds());
}

TEST_F(CardPayments, AreDeclinedByTheBankAndNotByAnOutage) {
  EXPECT_THAT(authorise(new_order(), "card:tok_poor"), BreaksRule("payments.declined"));

  simulator_.behave("outage=on");
  std::vector<OrderId> parked;
  for (int i = 0; i < 5; ++i) {
    parked.push_back(new_order());
    EXPECT_THAT(authorise(parked.back()), BreaksRule("payments.provider_unavailable"));
  }
  simulator_.behave("outage=off");
  for (const OrderId& order : parked) EXPECT_THAT(authorise(order), Succeeds());
  EXPECT_EQ(simulator_.transactions().size(), parked.size() + 1);
}

TEST_F(CardPayments, TakeTheMoneyOnceThoughEveryAnswerIsLost) {
  const OrderId order = new_order();
  simulator_.behave("lose_answers=100");
  EXPECT_THAT(authorise(order), BreaksRule("payments.provider_unavailable"));
  simulator_.behave("lose_answers=0");
  ASSERT_THAT(authorise(order), Succeeds());
  simulator_.behave("lose_answers=100");
  EXPECT_THAT(capture(order), BreaksRule("payments.provider_unavailable"));
  EXPECT_EQ(simulator_.transactions().at(order.str())["state"], "C");
  simulator_.behave("lose_answers=0");
  ASSERT_THAT(capture(order), Succeeds());
  EXPECT_EQ(json::parse(simulator_.send("GET", "/books").body)["totals"]["978"]["captured"], 1'250);
}

TEST_F(CardPayments, HoldNothingWhereARequestComesAfterItsVoid) {
  const auto impatient = simulator_.provider(milliseconds(100));
  const auto hasty =
      payments::make_memory_payments({*impatient}, banyan::contract::real_environment());
  const OrderId order = new_order();
  simulator_.behave("slow=1000");
  EXPECT_THAT(hasty->handle(payments::Authorise{order, kCustomer, {1'250, "EUR"}, "card:tok_visa"},
                            any_context()),
              BreaksRule("payments.provider_unavailable"));
  simulator_.behave("slow=0");
  ASSERT_THAT(hasty->handle(payments::Void{order}, any_context()), Succeeds());
  // The request is still being slow.
  ASSERT_TRUE(becomes_true([&] {
    const auto known = provider_->look_up(order, any_context());
    return known && known->status == ProviderStatus::Voided;
  }));
  EXPECT_EQ(simulator_.transactions().at(order.str())["state"], "R");
}

TEST_F(CardPayments, AreNotAskedForInsideAUnitOfWork) {
  const banyan::OpenUnitOfWork open;
  const auto asked = provider_->look_up(new_order(), any_context());
  EXPECT_THAT(asked, BreaksRule("banyan.call_inside_unit_of_work"));
}

TEST_F(CardPayments, SayWhatIsWrongWithTheSecret) {
  const auto wrong = card::make_card_provider(simulator_.http(), "/gw/xml", {"RECSHOP01", "guess"});
  const auto asked = wrong->look_up(new_order(), any_context());
  ASSERT_FALSE(asked);
  EXPECT_THAT(asked.error().message, testing::HasSubstr("BAD SIGN"));
}

// With the service of payments, which is told by the provider what has happened.

/// The service of payments, and its port.
class PaymentsService : public Started {
 public:
  PaymentsService(const std::filesystem::path& database, const Simulator& simulator)
      : Started("recordshop-payments",
                {"--internal", "--database", database.string(), "--loops", "1",
                 "--payment-provider", "http://" + to_string(simulator.endpoint()) + "/gw/xml"}) {}
  payments::Payments& port() { return *port_; }

 private:
  std::unique_ptr<banyan::binding::HttpTransport> transport_ = banyan::binding::make_http_transport(
      endpoint(), "payments", {.timeout = milliseconds(10'000)}, system_clock());
  std::unique_ptr<payments::Payments> port_ =
      banyan::binding::PortBinding<payments::Payments>::remote(*transport_, banyan::no_observer(),
                                                               "remote", system_clock());
};

class ToldPayments : public testing::Test {
 protected:
  banyan::Result<payments::Payment> authorise(const OrderId& order) {
    return payments_.handle(payments::Authorise{order, kCustomer, {1'250, "EUR"}, "card:tok_visa"},
                            any_context());
  }
  PaymentState state(const OrderId& order) {
    const auto payment = payments_.handle(payments::GetPayment{order}, any_context());
    return payment ? payment->state : PaymentState::Requested;
  }

  banyan::test::TemporaryFolder folder_;
  Simulator simulator_;
  PaymentsService service_{folder_.path() / "shop.db", simulator_};
  payments::Payments& payments_ = service_.port();
  const std::string notify_ =
      "notify=http://" + to_string(service_.endpoint()) + "/callbacks/payments";
};

TEST_F(ToldPayments, KnowWhatTheProviderNeverAnswered) {
  const OrderId order = new_order();
  simulator_.behave(notify_ + "&lose_answers=100");
  EXPECT_THAT(authorise(order), BreaksRule("payments.provider_unavailable"));
  // Nobody asks again: the provider tells it, though it has not answered.
  EXPECT_TRUE(becomes_true([&] { return state(order) == PaymentState::Authorised; }));
}

TEST_F(ToldPayments, AgreeWithTheProviderThoughItTellsInDisorderAndTwice) {
  simulator_.behave(notify_ + "&duplicate=100&disorder=300");
  std::vector<OrderId> orders;
  for (int i = 0; i < 6; ++i) {
    const OrderId& order = orders.emplace_back(new_order());
    ASSERT_THAT(authorise(order), Succeeds());
    if (i % 3 == 0) {
      ASSERT_THAT(payments_.handle(payments::Void{order}, any_context()), Succeeds());
      continue;
    }
    ASSERT_THAT(payments_.handle(payments::Capture{order}, any_context()), Succeeds());
    if (i % 3 == 1) continue;
    ASSERT_THAT(payments_.handle(payments::Refund{order, "all", 1'250}, any_context()), Succeeds());
  }
  // All are told, and the shop has said "[accepted]" to each.
  EXPECT_TRUE(becomes_true(
      [&] { return json::parse(simulator_.send("GET", "/control").body)["untold"] == 0; }));
  for (std::size_t i = 0; i < orders.size(); ++i) {
    constexpr std::array kStates{PaymentState::Voided, PaymentState::Captured,
                                 PaymentState::Refunded};
    EXPECT_EQ(state(orders[i]), kStates.at(i % 3)) << i;
  }
}

TEST_F(ToldPayments, SayByTheirHealthThatTheProviderIsOut) {
  const auto health = [&] { return json::parse(service_.send("GET", "/health/ready").body); };
  EXPECT_EQ(health().at("checks").at("the card provider").at(0).at("status"), "pass");

  // Until the breaker opens; the service itself is as ready as before.
  simulator_.behave("outage=on");
  EXPECT_TRUE(becomes_true([&] {
    EXPECT_FALSE(authorise(new_order()));
    return health().at("checks").at("the card provider").at(0).at("status") == "warn";
  }));
  EXPECT_EQ(service_.send("GET", "/health/ready").head.status, 200U);
}

TEST_F(ToldPayments, BelieveNobodyWithoutTheSecret) {
  const OrderId order = new_order();
  ASSERT_THAT(authorise(order), Succeeds());
  const std::string lie = "<Notification><Event>SETTLED</Event><MerchantRef>" + order.str() +
                          "</MerchantRef></Notification>";
  banyan::http::Fields fields;
  fields.add("X-AcmePay-Signature", card::signature_of(lie, "guess"));
  EXPECT_EQ(service_.send("POST", "/callbacks/payments", lie).head.status, 401U);
  EXPECT_EQ(service_.send("POST", "/callbacks/payments", lie, fields).head.status, 401U);
  EXPECT_EQ(state(order), PaymentState::Authorised);

  // Whoever has the secret is heard, and the provider is asked.
  banyan::http::Fields signed_fields;
  signed_fields.add("X-AcmePay-Signature", card::signature_of(lie, "change-me"));
  const auto tell = [&] {
    const auto told = service_.send("POST", "/callbacks/payments", lie, signed_fields);
    EXPECT_EQ(told.head.status, 200U);
    EXPECT_EQ(told.body, "[accepted]");
  };
  tell();
  EXPECT_EQ(state(order), PaymentState::Authorised) << "the provider has taken nothing";

  // Now it is the truth, and the second time it is nothing new.
  ASSERT_TRUE(simulator_.provider()->capture(order, {1'250, "EUR"}, any_context()));
  tell();
  tell();
  EXPECT_EQ(state(order), PaymentState::Captured);
}

TEST(KilledPayments, LoseNoMoneyAndTakeItOnce) {
  const banyan::test::TemporaryFolder folder;
  Simulator simulator;
  simulator.behave("slow=60&lose_answers=20");
  std::optional<PaymentsService> service;
  const auto start = [&] { service.emplace(folder.path() / "shop.db", simulator); };
  start();
  int kills = 0;
  // Each command is asked for until it is answered; the first time the service is killed meanwhile.
  const auto insist = [&](const auto& command) {
    std::thread killer([&, after = milliseconds(30 * (kills++ % 5))] {
      std::this_thread::sleep_for(after);
      service->kill();
    });
    bool done = service->port().handle(command, any_context()).has_value();
    killer.join();
    start();
    for (int again = 0; again < 50 && !done; ++again) {
      done = service->port().handle(command, any_context()).has_value();
    }
    return done;
  };
  for (int i = 0; i < 2; ++i) {
    const OrderId order = new_order();
    ASSERT_TRUE(insist(payments::Authorise{order, kCustomer, {1'250, "EUR"}, "card:tok_visa"}));
    ASSERT_TRUE(insist(payments::Capture{order}));
    ASSERT_TRUE(insist(payments::Refund{order, "r1", 50}));
    const auto payment = service->port().handle(payments::GetPayment{order}, any_context());
    ASSERT_THAT(payment, Succeeds());
    EXPECT_EQ(payment->state, PaymentState::Captured);
    EXPECT_EQ(payment->refunded, 50);
  }
  const json totals = json::parse(simulator.send("GET", "/books").body).at("totals");
  EXPECT_EQ(totals.at("978"), (json{{"captured", 2 * 1'250}, {"credited", 2 * 50}}));
}

TEST(PaymentProviderOption, ThatCannotBeStopsTheStart) {
  const banyan::test::TemporaryFolder folder;
  const auto started = [&](std::vector<std::string> options) {
    options.insert(options.begin(), {BANYAN_BIN "/recordshop-payments", "--internal", "--port", "0",
                                     "--database", (folder.path() / "shop.db").string()});
    return banyan::test::run_program(options);
  };
  const auto no_address = started({"--payment-provider", "acme"});
  EXPECT_EQ(no_address.exit_code, 78);
  EXPECT_THAT(no_address.output, testing::HasSubstr("'acme' is not http://HOST:PORT/PATH"));
  const auto no_secret = started({"--payment-provider", "http://127.0.0.1:1/gw/xml",
                                  "--payment-secret-file", (folder.path() / "none").string()});
  EXPECT_EQ(no_secret.exit_code, 78);
  EXPECT_THAT(no_secret.output, testing::HasSubstr("--payment-secret-file"));
}

TEST(PaymentProviderSimulator, KeepsItsBooksInAFileAndSaysHowItIsUsed) {
  const banyan::test::TemporaryFolder folder;
  const std::string file = (folder.path() / "books.db").string();
  const OrderId order = new_order();
  {
    Simulator simulator({"--books", file});
    ASSERT_TRUE(
        simulator.provider()->authorise({order, kCustomer, {1'250, "EUR"}, kVisa}, any_context()));
    EXPECT_EQ(simulator.send("GET", "/control?slow=-1").head.status, 400U);
    EXPECT_EQ(simulator.stop(), 0);
  }
  Simulator again({"--books", file});
  EXPECT_EQ(again.transactions().at(order.str())["state"], "A");

  const auto help = banyan::test::run_program({BANYAN_BIN "/payment-provider", "--help"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_THAT(help.output, testing::HasSubstr("/control"));
}

}  // namespace
}  // namespace recordshop::card
