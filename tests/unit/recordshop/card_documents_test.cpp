// SPDX-License-Identifier: Apache-2.0
#include "outside/card_documents.hpp"

#include <gtest/gtest.h>

#include "contract/matchers.hpp"

namespace recordshop::card {
namespace {

using banyan::ErrorCode;
using banyan::Money;
using payments::ProviderStatus;

const payments::OrderId kOrder =
    payments::OrderId::parse("ord_0190163d8694739b88a0d8ee0ab2a4f7").value();
const Merchant kMerchant{"RECSHOP01", "secret"};

std::string response(const std::string& inside) {
  return "<?xml version=\"1.0\"?><PayResponse version=\"1.4\">" + inside + "</PayResponse>";
}
std::string notification(const std::string& inside) {
  return "<Notification id=\"N1\"><MerchantRef>" + kOrder.str() + "</MerchantRef>" + inside +
         "</Notification>";
}

TEST(CardRequest, IsSignedAndHasTheGatewaysWords) {
  const std::string xml = written({.type = "PREAUTH",
                                   .reference = kOrder,
                                   .amount = Money{1'205, "EUR"},
                                   .instrument = "tok_<visa>",
                                   .payer = "cus"},
                                  kMerchant);
  EXPECT_NE(xml.find("<Amount cur=\"978\">12.05</Amount>"), std::string::npos) << xml;
  EXPECT_NE(xml.find("tok_&lt;visa&gt;"), std::string::npos) << xml;
  const std::string sign =
      signature_of("RECSHOP01|PREAUTH|" + kOrder.str() + "|12.05", kMerchant.secret);
  EXPECT_NE(xml.find("sign=\"" + sign + "\""), std::string::npos) << xml;
}

TEST(CardRequest, IsOfACurrencyThatTheGatewayKnows) {
  EXPECT_TRUE(takes("EUR"));
  EXPECT_FALSE(takes("XAU"));
}

TEST(CardAnswer, TellsHowThePaymentStands) {
  const auto answer = read(
      response("<TxnId>1</TxnId><Result code=\"00\" text=\"ACCEPTED\"/><State>C</State>"
               "<Amount cur=\"840\">12.5</Amount>"
               "<Credits><Credit ref=\"r1\">1</Credit><Credit ref=\"r2\">0.05</Credit></Credits>"));
  ASSERT_THAT(answer, Succeeds());
  EXPECT_EQ(answer->account.status, ProviderStatus::Captured);
  EXPECT_EQ(answer->account.amount, (Money{1'250, "USD"}));
  EXPECT_EQ(answer->account.refunds,
            (std::vector<payments::ProviderRefund>{{"r1", 100}, {"r2", 5}}));
}

TEST(CardAnswer, OfADeclineHasItsReason) {
  const auto answer =
      read(response("<Result code=\"51\" text=\"INSUFFICIENT FUNDS\"/><State>D</State>"));
  ASSERT_THAT(answer, Succeeds());
  EXPECT_EQ(answer->account.status, ProviderStatus::Declined);
  EXPECT_EQ(answer->account.reason, "insufficient funds");
}

TEST(CardAnswer, ThatSaysTooLittleIsLookedUp) {
  for (const char* inside : {"<Result code=\"94\" text=\"DUPLICATE TRANSMISSION\"/>",
                             "<Error code=\"E-031\">TXN SETTLED, USE CREDIT</Error>",
                             "<Result code=\"00\"/><State>?</State>"}) {
    const auto answer = read(response(inside));
    ASSERT_THAT(answer, Succeeds()) << inside;
    EXPECT_EQ(answer->kind, Answer::Kind::LookUp) << inside;
  }
}

TEST(CardAnswer, OfAPaymentThatItNeverHeardOfIsNoFailure) {
  const auto answer = read(response("<Error code=\"E-404\">NO SUCH TXN</Error>"));
  ASSERT_THAT(answer, Succeeds());
  EXPECT_EQ(answer->account, payments::ProviderAnswer{});
}

TEST(CardAnswer, ThatIsNoneMeansThatNobodyKnows) {
  for (const char* page :
       {"", "<html><body><h1>AcmePay</h1>We are improving</html>", "<PayResponse>", "<html/>",
        "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><PayResponse>&e;</PayResponse>"}) {
    const auto answer = read(page);
    ASSERT_FALSE(answer) << page;
    EXPECT_EQ(answer.error().code, ErrorCode::Unavailable) << page;
  }
  const auto refused = read(response("<Error code=\"E-011\">BAD SIGN</Error>"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
}

TEST(CardNotification, TellsOfOneThing) {
  const auto taken =
      read_notification(notification("<Event>SETTLED</Event><Amount cur=\"978\">13</Amount>"));
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->reference, kOrder);
  EXPECT_EQ(taken->account.status, ProviderStatus::Captured);
  EXPECT_EQ(taken->account.amount, (Money{1'300, "EUR"}));

  // Its amount is the refund's, and not the payment's.
  const auto given_back = read_notification(notification(
      "<Event>CREDITED</Event><CreditRef>r1</CreditRef><Amount cur=\"978\">2.5</Amount>"));
  ASSERT_TRUE(given_back);
  EXPECT_EQ(given_back->account.amount, std::nullopt);
  EXPECT_EQ(given_back->account.refunds, (std::vector<payments::ProviderRefund>{{"r1", 250}}));

  EXPECT_FALSE(read_notification(notification("<Event>HAPPY_BIRTHDAY</Event>")));
  EXPECT_FALSE(read_notification("<Notification><Event>SETTLED</Event></Notification>"));
  EXPECT_FALSE(read_notification("hello"));
}

TEST(CardSignature, IsOfTheDocumentAndTheSecret) {
  // RFC 2202, test case 2.
  EXPECT_EQ(signature_of("what do ya want for nothing?", "Jefe"),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  EXPECT_TRUE(is_signature_of("text", "secret", signature_of("text", "secret")));
  EXPECT_FALSE(is_signature_of("Text", "secret", signature_of("text", "secret")));
  EXPECT_FALSE(is_signature_of("text", "other", signature_of("text", "secret")));
  EXPECT_FALSE(is_signature_of("text", "secret", ""));
}

}  // namespace
}  // namespace recordshop::card
