// SPDX-License-Identifier: Apache-2.0
#include "payments/method.hpp"

#include <gtest/gtest.h>

namespace payments {
namespace {

TEST(AMethod, IsACardOrAnInvoice) {
  EXPECT_EQ(method_from("card"), Method{});
  EXPECT_EQ(method_from("card:tok_visa"), (Method{Method::Kind::Card, "tok_visa"}));
  EXPECT_EQ(method_from("invoice"), (Method{Method::Kind::Invoice, ""}));
  EXPECT_EQ(method_from("account"), method_from("invoice")) << "as it was called first";
}

TEST(AMethod, IsNothingElse) {
  const std::string long_one = "card:" + std::string(60, 'x');
  for (const std::string& each :
       {std::string(), std::string("gold"), std::string("Card"), std::string("card:"),
        std::string("card:a b"), std::string("card:\xC3\xA4"), std::string("invoice:7"),
        long_one}) {
    EXPECT_FALSE(method_from(each)) << each;
  }
  EXPECT_TRUE(method_from(long_one.substr(0, 64)));
}

}  // namespace
}  // namespace payments
