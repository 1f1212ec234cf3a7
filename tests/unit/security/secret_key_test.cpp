// SPDX-License-Identifier: Apache-2.0
#include "banyan/security/secret_key.hpp"

#include <gtest/gtest.h>

#include <string>

namespace banyan::security {
namespace {

TEST(Secrets, AreTheSameInAllTheirBytesOrNot) {
  const std::string secret = "0123456789abcdef";
  EXPECT_TRUE(same_secret(secret, "0123456789abcdef"));
  for (std::size_t at = 0; at < secret.size(); ++at) {
    std::string other = secret;
    other[at] = '\xff';
    EXPECT_FALSE(same_secret(secret, other)) << at;
  }
}

TEST(Secrets, AreNotTheSameAsTheirBeginnings) {
  EXPECT_FALSE(same_secret("0123456789abcdef", "0123456789abcde"));
  EXPECT_FALSE(same_secret("0123456789abcdef", "0123456789abcdef0"));
  EXPECT_FALSE(same_secret("0123456789abcdef", ""));
  EXPECT_TRUE(same_secret("", ""));
}

}  // namespace
}  // namespace banyan::security
