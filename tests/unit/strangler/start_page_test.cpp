// SPDX-License-Identifier: Apache-2.0
#include "banyan/dashboard/start_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "banyan/dashboard/dashboard.hpp"

namespace banyan::strangler::dashboard {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

StartPage service() {
  return {.title = "Record shop",
          .service = "recordshop-catalog",
          .version = "0.1.0",
          .origin = "http://localhost:9001",
          .modules = {{"catalog", "What is sold", "", {"/albums", "/tracks"}}},
          .links = {{"/metrics", "metrics"}}};
}

StartPage monolith() {
  StartPage page = service();
  page.service = "recordshop";
  page.modules.push_back({"warehouse", "", "127.0.0.1:9002", {"/stock"}});
  page.modules.push_back({"orders", "", "", {}});
  return page;
}

TEST(StartPage, SaysWhatTheProcessIs) {
  EXPECT_EQ(start_page("{{what}}", service()),
            "recordshop-catalog 0.1.0: one process with the module catalog.");
  EXPECT_EQ(start_page("{{what}}", monolith()),
            "recordshop 0.1.0: one process with the modules catalog and orders; it also reaches "
            "warehouse at 127.0.0.1:9002.");
}

TEST(StartPage, LinksOnlyToWhatIsThere) {
  const std::string page = start_page("{{modules}}{{links}}", service());
  EXPECT_THAT(page, AllOf(HasSubstr("<code>catalog</code>: What is sold"),
                          HasSubstr("<a href=\"/albums\">/albums</a>"),
                          HasSubstr("<a href=\"/metrics\">metrics</a>"), Not(HasSubstr("/stock"))));
}

TEST(StartPage, KeepsAPartOnlyWhereItsModulesAre) {
  constexpr std::string_view kPage = "a{{#modules orders catalog}}b {{origin}}{{/modules}}c";
  EXPECT_EQ(start_page(kPage, service()), "ac");
  EXPECT_EQ(start_page(kPage, monolith()), "ab http://localhost:9001c");
}

TEST(StartPage, EscapesWhatAStrangersRequestSays) {
  StartPage page = service();
  page.origin = "http://<script>alert('1')</script>\"&";
  EXPECT_EQ(start_page("{{origin}}", page),
            "http://&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&amp;");
}

TEST(StartPage, LeavesOtherBracesAsTheyAre) {
  EXPECT_EQ(start_page("{{unknown}} {} {{open", service()), "{{unknown}} {} {{open");
}

TEST(StartPage, HasOneForEveryProcess) {
  EXPECT_THAT(start_page("", service()),
              AllOf(HasSubstr("<!doctype html>"), HasSubstr("recordshop-catalog 0.1.0"),
                    Not(HasSubstr("{{"))));
}

TEST(DashboardFiles, HaveTheirTypes) {
  EXPECT_EQ(file("")->content_type, "text/html; charset=utf-8");
  EXPECT_EQ(file("icon.svg")->content_type, "image/svg+xml");
  EXPECT_EQ(file("figures.js")->content_type, "text/javascript; charset=utf-8");
  EXPECT_FALSE(file("../secret"));
}

}  // namespace
}  // namespace banyan::strangler::dashboard
