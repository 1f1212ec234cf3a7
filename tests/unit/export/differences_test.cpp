// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "comments.hpp"
#include "differences.hpp"
#include "example_table.hpp"

namespace banyan::strangler {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kBegin = R"([proxy]
listen = ["127.0.0.1:8080"]
)";
constexpr std::string_view kEnd = R"(
[upstreams.shop]
instances = ["127.0.0.1:9000"]
[upstreams.new]
instances = ["127.0.0.1:9001"]
[rollouts.catalog]
[[routes]]
prefix = "/"
methods = ["*"]
legacy = "shop"
successor = "new"
rollout = "catalog"
)";

std::vector<std::string> both(const ExampleTable& example) {
  auto all = export_for_haproxy(example.table()).differences;
  const auto nginx = export_for_nginx(example.table()).differences;
  // What is told of one only is looked for in both.
  all.insert(all.end(), nginx.begin(), nginx.end());
  return all;
}

ExampleTable with(std::string_view proxy, std::string_view end = {}) {
  return ExampleTable(std::string(kBegin).append(proxy).append(kEnd).append(end));
}

struct Told {
  const char* proxy;
  const char* end;
  const char* says;
};
class WhatCannotBeSaid : public testing::TestWithParam<Told> {};

TEST_P(WhatCannotBeSaid, IsTold) {
  const Told& told = GetParam();
  EXPECT_THAT(both(with(told.proxy, told.end).at("catalog", 10'00)),
              Contains(HasSubstr(told.says)));
  EXPECT_THAT(both(with("").at("catalog", 10'00)), Not(Contains(HasSubstr(told.says))));
}

INSTANTIATE_TEST_SUITE_P(
    Differences, WhatCannotBeSaid,
    testing::Values(
        Told{
            "[[proxy.tls]]\nlisten = [\"127.0.0.1:8443\"]\ncertificates = [{chain = \"a.pem\", key "
            "= \"a.key\"}]\n",
            "", "does not listen at 127.0.0.1:8443, where clients speak TLS"},
        Told{"[access_log]\nfile = \"-\"\n", "", "[access_log]: it is not written here"},
        Told{"[tracing]\ncollector = \"http://127.0.0.1:4318\"\n", "",
             "[tracing]: no spans are recorded"},
        Told{"", "[rollouts.catalog.fallback]\n", "[rollouts.NAME.fallback] of catalog"},
        Told{"", "[rollouts.catalog.testers]\nnew = [\"ada\"]\n",
             "[rollouts.NAME.testers] of catalog"},
        Told{"", "[rollouts.catalog.shadow]\n", "Of catalog, reads are copied"},
        Told{"", "[upstreams.new.breaker]\n", "[upstreams.NAME.breaker] of \"new\""},
        Told{"", "[upstreams.new.health]\n", "nginx asks no instance how it is"},
        Told{"", "[upstreams.new.tls]\n", "TLS to instances is not exported"},
        Told{"trusted_peers = [\"unix:\"]\n", "", "is nothing to HAProxy"},
        Told{"sticky = [\"header:X.User\"]\n", "", "sticky = \"header:X.User\" is left out"},
        Told{"sticky = [\"visit\"]\n", "",
             "cookie banyan_visit stays on the same side, and nobody is given one. Who has none "
             "goes "
             "by the address"},
        Told{"sticky = [\"visit:v\", \"header:X-User\"]\n", "",
             "cookie v stays on the same side, and nobody is given one. Who has none goes by the "
             "header X-User, page and assets of a first visit alike"},
        Told{"sticky = [\"visit\", \"cookie:session\"]\n", "",
             "by the cookie session, and a first visit may change its side"},
        Told{"pass_fields = [\"X-Forwarded-Ssl-Cn\"]\n", "",
             "names that begin with x-forwarded-*"}));

TEST(WhatNginxCannotSay, IsToldInTheOrderOfTheFile) {
  const auto told =
      export_for_nginx(with("trusted_peers = [\"unix:\"]\nsticky = [\"header:a_b\"]\n",
                            "[upstreams.new.health]\n")
                           .table())
          .differences;
  const auto place = [&](std::string_view words) {
    return std::ranges::find_if(told, [&](const auto& each) { return each.contains(words); }) -
           told.begin();
  };
  EXPECT_LT(place("nginx asks no instance how it is"), place("\"_\" are let in, for stickiness"));
  EXPECT_LT(place("\"_\" are let in, for stickiness"), place("that come by a Unix socket"));
  EXPECT_LT(place("that come by a Unix socket"), std::ssize(told));
}

TEST(TheStageShadow, IsToldToCopyNothing) {
  ExampleTable example = with("");
  example.stages.rollouts.push_back({"catalog", Traffic::shadow(), 1});
  EXPECT_THAT(both(example), Contains(HasSubstr("Of catalog, reads are copied to the other side")));
}

TEST(AnExportWithoutAPlainListener, SaysThatItListensNowhere) {
  ExampleTable example = with("");
  example.configuration.listen.clear();
  EXPECT_THAT(export_for_haproxy(example.table()).differences.front(),
              HasSubstr("listens nowhere"));
}

TEST(AServerThatSpeaksTls, GetsNothingInClearFromNginx) {
  const ExampleTable example = with("", "[upstreams.new.tls]\n");
  EXPECT_THAT(export_for_nginx(example.table()).files.at(1).text,
              HasSubstr("server 127.0.0.1:9001 max_conns=1024 down;"));
  EXPECT_THAT(export_for_haproxy(example.table()).files.front().text,
              HasSubstr("verify required verifyhost 127.0.0.1 ca-file @system-ca"));
}

TEST(Shares, AreWrittenAsPeopleReadThem) {
  EXPECT_EQ(share_text(3750), "37.5 %");
  EXPECT_EQ(share_text(5000), "50 %");
  EXPECT_EQ(share_text(2), "0.02 %");
}

TEST(Comments, AreWrappedAndStayComments) {
  EXPECT_EQ(wrapped("one\ntwo", "# ", "# "), "# one?two\n");
  const std::string text =
      wrapped(std::string(60, 'a') + ' ' + std::string(60, 'b'), "# * ", "#   ");
  EXPECT_EQ(text, "# * " + std::string(60, 'a') + "\n#   " + std::string(60, 'b') + '\n');
}

}  // namespace
}  // namespace banyan::strangler
