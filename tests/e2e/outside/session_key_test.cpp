// SPDX-License-Identifier: Apache-2.0
// Two processes of the shop, as on two machines: who has a session with one has it with the other
// where they were given the same key.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "card_simulator.hpp"

namespace recordshop::session_key {
namespace {

/// Of a page with a form: what a browser sends back with it.
struct Form {
  std::string cookie;
  std::string token;
};

Form form_of(card::Started& shop) {
  const auto page = shop.send("GET", "/shop/account");
  Form form;
  page.head.fields.each("Set-Cookie", [&](std::string_view text) {
    if (text.starts_with("shop_session=")) form.cookie = text.substr(0, text.find(';'));
  });
  const std::string begin = "name=\"token\" value=\"";
  const std::size_t at = page.body.find(begin);
  if (at == std::string::npos) return form;
  const std::size_t from = at + begin.size();
  form.token = page.body.substr(from, page.body.find('"', from) - from);
  return form;
}

unsigned sent_to(card::Started& shop, const Form& form) {
  banyan::http::Fields fields;
  fields.add("Cookie", form.cookie);
  fields.add("Content-Type", "application/x-www-form-urlencoded");
  return shop.send("POST", "/shop/account/sign-out", "token=" + form.token, fields).head.status;
}

class TwoShops : public testing::Test {
 protected:
  std::vector<std::string> options(const std::string& name, const std::string& key) const {
    const auto folder = folder_.path() / name;
    std::filesystem::create_directory(folder);
    const std::string database = (folder / "shop.db").string();
    const auto ran = banyan::test::run_program(
        {BANYAN_BIN "/recordshop-data", "generate", "--tracks", "5", "--database", database});
    if (ran.exit_code != 0) throw std::runtime_error(ran.output);
    std::vector<std::string> all{"--database", database, "--loops", "1"};
    if (!key.empty()) all.insert(all.end(), {"--session-key-file", key});
    return all;
  }

  banyan::test::TemporaryFolder folder_;
};

TEST_F(TwoShops, TakeEachOthersFormsWithTheSameKey) {
  const std::string key = (folder_.path() / "both.key").string();
  std::ofstream(key) << std::string(32, 'k');
  std::filesystem::permissions(key, std::filesystem::perms::owner_read);
  card::Started one("recordshop", options("one", key));
  card::Started other("recordshop", options("other", key));
  const Form form = form_of(one);
  ASSERT_NE(form.token, "");
  EXPECT_EQ(sent_to(other, form), 303U);
  EXPECT_EQ(sent_to(one, form), 303U);
}

TEST_F(TwoShops, AreStrangersWithAKeyEach) {
  card::Started one("recordshop", options("one", {}));
  card::Started other("recordshop", options("other", {}));
  EXPECT_EQ(sent_to(other, form_of(one)), 403U);
}

TEST_F(TwoShops, DoNotStartWithoutTheKeyThatTheyWereToldOf) {
  const auto key = folder_.path() / "forgotten.key";
  EXPECT_THROW(card::Started("recordshop", options("one", key.string())), std::runtime_error);
  EXPECT_FALSE(std::filesystem::exists(key)) << "each machine would have one of its own";
}

}  // namespace
}  // namespace recordshop::session_key
