// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <string>

#include "proxy_fixture.hpp"

namespace banyan::serving {
namespace {

/// The complete file of docs/how-to/run-the-proxy.md, as it is but for its ports.
class TheCompleteFileOfTheHowTo : public ProxyTest {
 protected:
  TheCompleteFileOfTheHowTo() {
    std::ifstream document(BANYAN_SOURCE_DIR "/docs/how-to/run-the-proxy.md");
    std::string text;
    bool inside = false;
    for (std::string line; std::getline(document, line);) {
      if (line.starts_with("```")) {
        inside = line == "```toml complete";
      } else if (inside) {
        text += line + '\n';
      }
    }
    const auto at = [&](const std::string& port, std::uint16_t now) {
      const std::size_t found = text.find(':' + port + '"');
      ASSERT_NE(found, std::string::npos) << port;
      text.replace(found + 1, port.size(), std::to_string(now));
    };
    at("8080", 0);
    at("9180", 0);
    at("9000", legacy_.port());
    at("9001", catalog_.port());
    at("9002", second_.port());
    write(file(), text);
  }

  NamedServer second_{"catalog"};
};

TEST_F(TheCompleteFileOfTheHowTo, FrontsTheOldApplicationAndMovesOnePartOfIt) {
  start();
  const std::uint16_t clients = port_;
  const auto puts = [&](const std::string& target) {
    return test::ask(clients,
                     "PUT " + target + " HTTP/1.1\r\nHost: shop\r\nContent-Length: 0\r\n\r\n")
        .body;
  };
  EXPECT_EQ(test::get(clients, "/albums/1").body, "legacy");
  EXPECT_EQ(puts("/@scope%2fname"), "legacy");

  port_ = proxy_->operators()->port;
  ASSERT_NE(port_, clients) << "the operators have a listener of their own";
  ASSERT_EQ(shift("100%", R"(,"writes":"remote")"), 200u);
  port_ = clients;
  for (const char* target : {"/albums", "/albums/1", "/Albums/1/", "/ALBUMS?page=2"}) {
    EXPECT_EQ(test::get(clients, target).body, "catalog") << target;
  }
  EXPECT_EQ(post("/albums/1/ratings", "{}").body, "catalog");
  EXPECT_EQ(puts("/albums/1"), "legacy") << "nobody said that it moves";
  EXPECT_EQ(test::get(clients, "/cart").body, "legacy");
}

}  // namespace
}  // namespace banyan::serving
