// SPDX-License-Identifier: Apache-2.0
#include "banyan/discovery/log_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace banyan::discovery {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kOurs =
    R"({"time":"2026-11-22T08:30:00.000000Z","request_id":"req_1","peer":"192.0.2.7",)"
    R"("forwarded_for":"203.0.113.9, 10.0.0.1","method":"GET","host":"shop","target":"/albums/17?x=1",)"
    R"("status":200,"response_bytes":512,"duration_seconds":0.001,"user_agent":"curl/8.5",)"
    R"("route":"albums","side":"local","outcome":"none"})";

TEST(LogLine, ReadsTheJsonOfTheProxy) {
  const auto line = read_log_line(kOurs);
  ASSERT_TRUE(line) << line.error().why;
  EXPECT_EQ(line->method, "GET");
  EXPECT_EQ(line->target, "/albums/17?x=1");
  EXPECT_EQ(line->status, 200U);
  EXPECT_EQ(line->client, "203.0.113.9");
  EXPECT_EQ(line->side, "local");
  EXPECT_EQ(line->time, timestamp_from("2026-11-22T08:30:00Z"));
}

TEST(LogLine, ReadsTheCombinedFormatWithItsEscapesAndItsOffset) {
  const auto line = read_log_line(
      "192.0.2.7 - ann [22/Nov/2026:09:30:00 +0100] \"POST /a\\\"b\\x41 HTTP/1.1\" 201 - "
      "\"http://r/\" \"Mozilla/5.0 (X11)\"\r\n");
  ASSERT_TRUE(line) << line.error().why;
  EXPECT_EQ(line->method, "POST");
  EXPECT_EQ(line->target, "/a\"bA");
  EXPECT_EQ(line->client, "192.0.2.7");
  EXPECT_EQ(line->agent, "Mozilla/5.0 (X11)");
  EXPECT_EQ(line->time, timestamp_from("2026-11-22T08:30:00Z"));
}

TEST(LogLine, ReadsTheCommonFormatAndOneWithAVirtualHost) {
  EXPECT_TRUE(read_log_line("::1 - - [22/Nov/2026:08:30:00 +0000] \"GET / HTTP/1.0\" 200 12"));
  const auto hosted = read_log_line(
      "shop.example:443 192.0.2.8 - - [22/Nov/2026:08:30:00 +0000] \"GET / HTTP/1.1\" 200 12");
  ASSERT_TRUE(hosted);
  EXPECT_EQ(hosted->client, "192.0.2.8");
}

TEST(LogLine, SaysWhyItIsNone) {
  for (const char* bad :
       {"", "hello", "{\"method\":\"GET\"", "{\"method\":\"GET\",\"target\":\"/\"}",
        "{\"method\":\"GET\",\"target\":\"/\",\"status\":\"many\"}", "[1]", "\x00\xFF\xFE",
        "a - - [22/Nov/2026:08:30:00 +0000] \"GET / HTTP/1.1 200 12",
        "a - - [22/Nov/2026:08:30:00 +0000] \"GET / HTTP/1.1\" 999 12"}) {
    const auto line = read_log_line(bad);
    ASSERT_FALSE(line) << bad;
    EXPECT_EQ(line.error().kind, Unread::Kind::Bad) << bad;
    EXPECT_FALSE(line.error().why.empty());
  }
}

TEST(LogLine, TellsCopiesAndWhatWasNoRequestFromRequests) {
  std::string copy(kOurs);
  copy.insert(copy.size() - 1, ",\"shadow\":true");
  EXPECT_EQ(read_log_line(copy).error().kind, Unread::Kind::Copy);
  EXPECT_EQ(read_log_line("a - - [22/Nov/2026:08:30:00 +0000] \"\\x16\\x03\" 400 0").error().kind,
            Unread::Kind::Untaken);
  EXPECT_EQ(read_log_line("a - - [22/Nov/2026:08:30:00 +0000] \"-\" 408 -").error().kind,
            Unread::Kind::Untaken);
}

TEST(LogLine, ATimeThatCannotBeReadIsNone) {
  const auto line = read_log_line("a - - [yesterday] \"GET / HTTP/1.1\" 200 12");
  ASSERT_TRUE(line);
  EXPECT_FALSE(line->time);
}

TEST(AgentClass, NamesAProgramAndNobody) {
  EXPECT_EQ(agent_class("curl/8.5.0"), "curl");
  EXPECT_EQ(agent_class("Mozilla/5.0 (X11; Linux) Firefox/130"), "a browser");
  EXPECT_EQ(agent_class("Mozilla/5.0 (compatible; Googlebot/2.1)"), "a robot");
  EXPECT_EQ(agent_class(""), "none");
  EXPECT_EQ(agent_class("49151234567"), "another program");
}

TEST(ShapeOfLine, HasNothingOfWhatSomebodySent) {
  const std::string shape = shape_of_line("203.0.113.9 ann@example.org \x01 gel\xC3\xB6scht");
  EXPECT_THAT(shape, Not(HasSubstr("ann")));
  EXPECT_THAT(shape, Not(HasSubstr("203")));
  EXPECT_THAT(shape, HasSubstr("999.9.999.9 aaa@aaaaaaa.aaa ? aaa"));
}

}  // namespace
}  // namespace banyan::discovery
