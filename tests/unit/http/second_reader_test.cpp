// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "banyan/http/parser.hpp"
#include "banyan/kernel/random.hpp"

// Boost.Beast reads what our parsers have taken: two readers, one meaning.
namespace banyan::http {
namespace {

namespace beast = boost::beast;

std::string text(beast::string_view view) { return {view.data(), view.size()}; }

template <bool is_request>
std::optional<beast::http::header<is_request>> beasts_reading(std::string_view head) {
  beast::http::parser<is_request, beast::http::empty_body> parser;
  parser.header_limit(std::numeric_limits<std::uint32_t>::max());
  parser.body_limit(boost::none);
  beast::error_code error;
  parser.put(boost::asio::buffer(head.data(), head.size()), error);
  const bool has_body = error == beast::http::error::unexpected_body;
  if ((error && !has_body) || !parser.is_header_done()) return std::nullopt;
  return parser.get().base();
}

void expect_same_fields(const Fields& ours, const auto& theirs, const std::string& bytes) {
  std::vector<std::pair<std::string, std::string>> mine;
  std::vector<std::pair<std::string, std::string>> beasts;
  for (const auto field : ours) mine.emplace_back(field.name, field.value);
  for (const auto& field : theirs) {
    beasts.emplace_back(text(field.name_string()), text(field.value()));
  }
  // Beast keeps fields of one name together.
  std::ranges::sort(mine);
  std::ranges::sort(beasts);
  EXPECT_EQ(mine, beasts) << bytes;
}

/// Heads made of pieces that belong into them, and some that do not.
class HeadMaker {
 public:
  explicit HeadMaker(std::uint64_t seed) : random_(seed) {}

  std::string request() {
    return one_of({"GET", "POST", "DELETE", "M-SEARCH", "X!#$"}) + " " +
           one_of({"/", "/a?b=%20", "*", "http://a/x", "/\"<>"}) + " " +
           one_of({"HTTP/1.1", "HTTP/1.0"}) + "\r\nHost: a\r\n" + fields();
  }
  std::string response() {
    return one_of({"HTTP/1.1", "HTTP/1.0"}) + " " +
           one_of({"200 OK", "204 ", "304 Not Modified", "404 \xC3\xA9t\xC3\xA9", "500 a\tb"}) +
           "\r\n" + fields();
  }

 private:
  std::string fields() {
    std::string made;
    for (std::uint64_t left = random_.next() % 8; left != 0; --left) {
      made += one_of({"Accept", "x", "X-Long-Name-With-Many-Letters", "Content-Length", "Cookie",
                      "Connection", "Transfer-Encoding", "a b", "Upgrade"}) +
              one_of({":", ": ", ":\t", ":   "}) +
              one_of({"", "a", "a b  c", "12", "chunked", "close", "keep-alive, x", "\xFF\xFE",
                      "tab\tinside", "\"quoted, \\\" text\"", "=?utf-8?B?DQo=?=", "websocket"}) +
              one_of({"", " ", "\t ", ""}) + "\r\n";
    }
    return made + "\r\n";
  }
  std::string one_of(std::initializer_list<const char*> texts) {
    return *(texts.begin() + random_.next() % texts.size());
  }
  SeededRandom random_;
};

TEST(ASecondReader, ReadsEveryRequestHeadThatWeTakeAsWeDo) {
  HeadMaker maker(1);
  int taken = 0;
  for (int turn = 0; turn < 20'000; ++turn) {
    const std::string bytes = maker.request();
    RequestParser parser;
    if (parser.step(bytes).kind != Step::Kind::Head) continue;
    const auto beasts = beasts_reading<true>(bytes);
    ASSERT_TRUE(beasts) << bytes;
    ++taken;
    EXPECT_EQ(parser.head().method, text(beasts->method_string()));
    EXPECT_EQ(10 + parser.head().minor_version, beasts->version());
    // We take the origin form out of an absolute one.
    EXPECT_TRUE(text(beasts->target()).ends_with(parser.head().target)) << bytes;
    expect_same_fields(parser.head().fields, *beasts, bytes);
  }
  EXPECT_GT(taken, 2'000);
}

TEST(ASecondReader, ReadsEveryResponseHeadThatWeTakeAsWeDo) {
  HeadMaker maker(2);
  int taken = 0;
  for (int turn = 0; turn < 20'000; ++turn) {
    const std::string bytes = maker.response();
    ResponseParser parser;
    parser.expect("GET");
    if (parser.step(bytes).kind != Step::Kind::Head) continue;
    const auto beasts = beasts_reading<false>(bytes);
    ASSERT_TRUE(beasts) << bytes;
    ++taken;
    EXPECT_EQ(parser.head().status, beasts->result_int());
    // For none at all Beast gives the usual one.
    if (!parser.head().reason.empty()) {
      EXPECT_EQ(parser.head().reason, text(beasts->reason()));
    }
    expect_same_fields(parser.head().fields, *beasts, bytes);
  }
  EXPECT_GT(taken, 2'000);
}

}  // namespace
}  // namespace banyan::http
