// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "banyan/http/client.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/exit_code.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "support/child_process.hpp"
#include "support/raw_sqlite.hpp"

/// `recordshop-data rebuild-search`.
namespace banyan::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;

struct SearchIndex : testing::Test {
  TemporaryFolder folder;
  const std::string database = (folder.path() / "shop.db").string();
  const std::uint16_t port = free_port();

  static Ran data(const std::vector<std::string>& words) {
    std::vector<std::string> all{BANYAN_BIN "/recordshop-data"};
    all.insert(all.end(), words.begin(), words.end());
    return run_program(all);
  }
  std::string value(const std::string& sql) const { return RawSqlite(database).run(sql); }

  std::size_t hits(const std::string& word) const {
    http::Client client({"127.0.0.1", port});
    http::Request request;
    request.head.method = "GET";
    request.head.target = "/search?text=" + word;
    const auto answer =
        client.exchange(request, system_clock().steady() + std::chrono::seconds(10));
    if (!answer || answer->head.status != 200) throw std::runtime_error("no answer to a search");
    return json::parse(answer->body).at("hits").size();
  }
};

TEST_F(SearchIndex, IsMadeAnewByACommandWhileTheShopIsOpen) {
  ASSERT_EQ(data({"generate", "--tracks", "50", "--database", database}).exit_code, 0);
  const std::string rows = value("SELECT count(*) FROM catalog_search");
  std::string word = value("SELECT title FROM tracks ORDER BY id LIMIT 1");
  word = word.substr(0, word.find_first_of(" ,.'"));
  const auto ready = folder.path() / "ready";
  ChildProcess shop({BANYAN_BIN "/recordshop", "--port", std::to_string(port), "--database",
                     database, "--ready-file", ready.string()},
                    folder.path() / "log");
  ASSERT_FALSE(await_file(ready, shop).empty());
  const std::size_t before = hits(word);
  ASSERT_GT(before, 0U) << word;
  // Other hands have loaded the tables, and nothing into the index.
  value("DELETE FROM catalog_search");
  ASSERT_EQ(hits(word), 0U);

  const Ran rebuilt = data({"rebuild-search", "--database", database});
  EXPECT_EQ(rebuilt.exit_code, 0) << rebuilt.output;
  EXPECT_THAT(rebuilt.output, StartsWith(rows + " albums and tracks are in the search index"));
  EXPECT_EQ(hits(word), before);
  EXPECT_EQ(value("SELECT count(*) FROM catalog_search"), rows);
  EXPECT_EQ(shop.stop(), 0);
}

TEST_F(SearchIndex, IsNotMadeInADatabaseThatIsNotThere) {
  const Ran refused = data({"rebuild-search", "--database", database});
  EXPECT_EQ(refused.exit_code, exit_code::kBadData);
  EXPECT_THAT(refused.output, HasSubstr("there is no file"));
  EXPECT_FALSE(std::filesystem::exists(database));
}

}  // namespace
}  // namespace banyan::test
