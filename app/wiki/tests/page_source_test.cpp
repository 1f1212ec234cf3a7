// SPDX-License-Identifier: Apache-2.0
#include "dokuwiki/page_source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

#include "contract/port_under_test.hpp"
#include "unit/http/sockets.hpp"

namespace wiki::dokuwiki {
namespace {

using banyan::Context;
using banyan::ErrorCode;
using banyan::Result;
using banyan::http::RawServer;
using banyan::http::RawSocket;
using banyan::http::Request;
using banyan::http::Response;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

/// Answers what a test wants answered.
class SaidPages final : public pages::Pages {
 public:
  Result<pages::Page> handle(const pages::GetPage& request, const Context& /*context*/) override {
    asked = request.name;
    return answer;
  }
  Result<pages::Page> answer = pages::Page{"desk:notes", 1, "A heron.\n"};
  std::string asked;
};

/// A wiki that ends each answer with its connection, as PHP's own server does.
class OldWiki {
 public:
  std::string heard() const {
    const std::lock_guard lock(mutex_);
    return heard_;
  }
  banyan::http::Endpoint endpoint() const { return server_.endpoint(); }

 private:
  mutable std::mutex mutex_;
  std::string heard_;
  RawServer server_{[this](RawSocket& socket, int /*connection*/) {
    std::string head = socket.read_until("\r\n\r\n");
    const std::lock_guard lock(mutex_);
    heard_ += head;
    socket.send(
        "HTTP/1.1 403 Forbidden\r\nConnection: close\r\nDate: today\r\n"
        "Set-Cookie: DokuWiki=1\r\nContent-Type: text/html\r\n\r\nPermission Denied");
  }};
};

class PageSource : public testing::Test {
 protected:
  Response ask(std::string target, std::string method = "GET") {
    Request request{{std::move(method), std::move(target), 1, {}}, ""};
    request.head.fields.add("Host", "wiki.example");
    request.head.fields.add("Cookie", "DokuWiki=1");
    request.head.fields.add("Connection", "keep-alive");
    request.head.fields.add("Banyan-Shadow", "1");
    request.head.fields.add("banyan-principal", "ada");
    const auto wiki = std::make_shared<const WikiItself>(wiki_.endpoint(), banyan::system_clock());
    return page_source(pages_, wiki).answer(request, banyan::contract::any_context());
  }
  void refuse(ErrorCode code, std::string rule) {
    pages_.answer = banyan::fail(code, std::move(rule), "no");
  }

  SaidPages pages_;
  OldWiki wiki_;
};

TEST_F(PageSource, IsSaidAsTheWikiSaysIt) {
  const Response response = ask("/_export/raw/Desk:Notes");
  EXPECT_EQ(pages_.asked, "desk:notes");
  EXPECT_EQ(response.head.status, 200);
  EXPECT_EQ(response.body, "A heron.\n");
  EXPECT_EQ(response.head.fields.find("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(response.head.fields.find("Content-Disposition"), "attachment; filename=notes.txt");
  EXPECT_THAT(wiki_.heard(), IsEmpty());
}

TEST_F(PageSource, OfWhatIsNotForEverybodyOrNoPageIsLeftToTheWiki) {
  for (const auto& [code, rule] : {std::pair(ErrorCode::PermissionDenied, "pages.not_public"),
                                   std::pair(ErrorCode::NotFound, "pages.unknown_page"),
                                   std::pair(ErrorCode::InvalidArgument, "pages.bad_name"),
                                   std::pair(ErrorCode::FailedPrecondition, "pages.no_text")}) {
    refuse(code, rule);
    const Response response = ask("/_export/raw/desk:notes");
    EXPECT_EQ(response.head.status, 403) << rule;
    EXPECT_EQ(response.body, "Permission Denied") << rule;
  }
}

TEST_F(PageSource, ThatIsEmptyToTheWikiIsLeftToIt) {
  for (const char* const source : {"", "0"}) {
    pages_.answer = pages::Page{"desk:notes", 1, source};
    EXPECT_EQ(ask("/_export/raw/desk:notes").head.status, 403);
  }
  pages_.answer = pages::Page{"desk:notes", 1, "0\n"};
  EXPECT_EQ(ask("/_export/raw/desk:notes").head.status, 200);
}

TEST_F(PageSource, OfAnOlderRevisionIsLeftToTheWikiUnasked) {
  EXPECT_EQ(ask("/_export/raw/desk:notes?rev=7").head.status, 403);
  EXPECT_THAT(pages_.asked, IsEmpty());
  EXPECT_THAT(wiki_.heard(), StartsWith("GET /_export/raw/desk:notes?rev=7 HTTP/1.1\r\n"));
}

TEST_F(PageSource, IsAskedOfTheWikiInTheNameOfWhoAsks) {
  refuse(ErrorCode::PermissionDenied, "pages.not_public");
  const Response response = ask("/_export/raw/desk:notes", "HEAD");
  EXPECT_THAT(wiki_.heard(), StartsWith("GET /_export/raw/desk:notes"));
  EXPECT_THAT(wiki_.heard(), HasSubstr("Host: wiki.example\r\n"));
  EXPECT_THAT(wiki_.heard(), HasSubstr("Cookie: DokuWiki=1\r\n"));
  EXPECT_THAT(wiki_.heard(), Not(HasSubstr("Banyan-")));
  EXPECT_THAT(wiki_.heard(), Not(HasSubstr("banyan-")));
  EXPECT_EQ(response.head.fields.find("Set-Cookie"), "DokuWiki=1");
  EXPECT_FALSE(response.head.fields.contains("Connection"));
  EXPECT_FALSE(response.head.fields.contains("Date"));
}

TEST_F(PageSource, IsNoAnswerWhereNobodyKnowsWhatThereIs) {
  refuse(ErrorCode::Unavailable, "pages.wiki_unreadable");
  EXPECT_EQ(ask("/_export/raw/desk:notes").head.status, 503);
  refuse(ErrorCode::DeadlineExceeded, "banyan.deadline_exceeded");
  EXPECT_EQ(ask("/_export/raw/desk:notes").head.status, 504);
  EXPECT_THAT(wiki_.heard(), IsEmpty());
}

TEST(PageSourceWithoutTheWiki, IsNoAnswerWhereTheWikiHasNone) {
  banyan::http::Endpoint gone;
  {
    gone = OldWiki().endpoint();
  }
  SaidPages pages;
  const auto wiki = std::make_shared<const WikiItself>(gone, banyan::system_clock());
  const Request request{{"GET", "/_export/raw/notes?rev=7", 1, {}}, ""};
  EXPECT_EQ(page_source(pages, wiki).answer(request, banyan::contract::any_context()).head.status,
            503);
}

}  // namespace
}  // namespace wiki::dokuwiki
