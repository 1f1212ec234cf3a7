// SPDX-License-Identifier: Apache-2.0
// Browsers ask one origin for what another one serves: who may, is the application's to say.
#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <utility>

#include "two_sides_fixture.hpp"

namespace banyan::serving {
namespace {

using testing::HasSubstr;

class AnotherOrigin : public TwoSides {
 protected:
  /// A proxy in front of an application that has to be called by a name of its own.
  void in_front_of(const ToldServer& application) {
    std::string text = shop_configuration(application.port(), catalog_.port());
    text.insert(text.find("[upstreams.catalog]"), "host = \"shop.internal\"\n");
    write(file(), text);
    start();
  }
};

TEST_F(AnotherOrigin, IsHeardOfAndAnsweredByTheApplicationByteForByte) {
  ToldServer application([](const std::shared_ptr<http::Exchange>& exchange) {
    http::Response response;
    response.head.status = 204;
    for (const auto& [name, value] :
         {std::pair{"Access-Control-Allow-Origin", "https://Desk.Example:8443"},
          std::pair{"Access-Control-Allow-Headers", "x-a,  X-B"},
          std::pair{"Access-Control-Allow-Credentials", "true"},
          std::pair{"Access-Control-Max-Age", "600"}, std::pair{"Vary", "Origin"}}) {
      response.head.fields.add(name, value);
    }
    exchange->respond(std::move(response));
  });
  in_front_of(application);
  const test::Seen seen = test::ask(port_,
                                    "OPTIONS /shop/cart HTTP/1.1\r\nHost: shop.example\r\n"
                                    "Origin: https://Desk.Example:8443\r\n"
                                    "Access-Control-Request-Method: PUT\r\n"
                                    "Access-Control-Request-Headers: x-a,  X-B\r\n\r\n");
  EXPECT_EQ(seen.status, 204u) << seen.body;
  for (const char* line :
       {"Access-Control-Allow-Origin: https://Desk.Example:8443\r\n",
        "Access-Control-Allow-Headers: x-a,  X-B\r\n", "Access-Control-Allow-Credentials: true\r\n",
        "Access-Control-Max-Age: 600\r\n", "Vary: Origin\r\n"}) {
    EXPECT_THAT(seen.head, HasSubstr(line));
  }
  ASSERT_EQ(application.asked().size(), 1u);
  const http::RequestHead heard = application.asked().front();
  EXPECT_EQ(heard.fields.find("Origin"), "https://Desk.Example:8443");
  EXPECT_EQ(heard.fields.find("Access-Control-Request-Method"), "PUT");
  EXPECT_EQ(heard.fields.find("Access-Control-Request-Headers"), "x-a,  X-B");
  EXPECT_EQ(heard.fields.find("Host"), "shop.internal");
  EXPECT_EQ(heard.fields.find("X-Forwarded-Host"), "shop.example")
      << "what an application with a name of its own compares Origin with";
}

}  // namespace
}  // namespace banyan::serving
