// SPDX-License-Identifier: Apache-2.0
#include "collector.hpp"

#include <gtest/gtest.h>

namespace banyan::tracing {
namespace {

TEST(ACollector, IsNamedAsOpenTelemetryNamesIt) {
  const auto plain = collector_from("http://127.0.0.1").value();
  EXPECT_EQ(to_string(plain.endpoint), "127.0.0.1:4318");
  EXPECT_EQ(plain.path, "/v1/traces");
  const auto based = collector_from("http://[::1]:99/otlp/").value();
  EXPECT_EQ(to_string(based.endpoint), "[::1]:99");
  EXPECT_EQ(based.path, "/otlp/v1/traces");
  EXPECT_EQ(collector_from("http://c:4318/v1/traces").value().path, "/v1/traces");
}

TEST(ACollector, IsRefusedWithTheNextStepWhenItCannotBeReachedSo) {
  for (const auto* const url : {"https://c", "c:4318", "http://", "http://c:no", "http://c/a b"}) {
    const auto refused = collector_from(url);
    ASSERT_FALSE(refused) << url;
    EXPECT_EQ(refused.error().rule, "banyan.bad_collector");
    EXPECT_NE(refused.error().message.find("http://127.0.0.1:4318"), std::string::npos);
  }
}

}  // namespace
}  // namespace banyan::tracing
