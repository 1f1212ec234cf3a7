// SPDX-License-Identifier: Apache-2.0
// A comparison that throws.
#include <gmock/gmock.h>
#include <zlib.h>

#include <atomic>
#include <stdexcept>
#include <string>

#include "two_sides_fixture.hpp"

static std::atomic<bool> coding_throws = false;

extern "C" int __real_inflateInit2_(z_streamp, int, const char*,
                                    int);  // NOLINT: as the linker does
extern "C" int __wrap_inflateInit2_(z_streamp stream, int bits, const char* version,  // NOLINT
                                    int size) {
  if (coding_throws) throw std::runtime_error("no room to undo a coding");
  return __real_inflateInit2_(stream, bits, version, size);
}

namespace banyan::serving {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class AComparisonThatThrows : public TwoSides {
 protected:
  AComparisonThatThrows() { coding_throws = true; }
  ~AComparisonThatThrows() override { coding_throws = false; }
};

TEST_F(AComparisonThatThrows, IsCountedByAReasonOfItsOwnAndTheLogSaysWhatItWasAbout) {
  ToldServer old_side(says("{}"));
  ToldServer new_side([](const std::shared_ptr<http::Exchange>& exchange) {
    http::Response response;
    response.head.fields.add("Content-Type", "application/json");
    response.head.fields.add("Content-Encoding", "gzip");
    response.body = "whatever";
    exchange->respond(std::move(response));
  });
  between(old_side.port(), new_side.port(),
          "[rollouts.catalog.shadow]\nshare = \"100%\"\nnoise = \"0%\"\n");
  begin_canary();
  EXPECT_EQ(test::get(port_, "/albums/1", "X-Request-Id: original-1\r\n").body, "{}");
  until("its reason", [&] { return dropped("comparison_fault") == 1; });
  EXPECT_EQ(compared(), 0U);
  EXPECT_EQ(copies().at("dropped_lately"), nlohmann::json::parse(R"(["comparison_fault"])"));
  EXPECT_THAT(
      metrics(),
      HasSubstr(
          R"(banyan_shadow_copies_dropped_total{rollout="catalog",reason="comparison_fault"} 1)"));
  until("its line", [&] { return log().find("comparison_fault") != std::string::npos; });
  EXPECT_THAT(log(), AllOf(HasSubstr(R"("operation":"catalog.read")"),
                           HasSubstr(R"("request_id":"original-1")"),
                           HasSubstr("no room to undo a coding")));
  until("its memory", [&] { return copies().at("memory_bytes") == 0; });
}

}  // namespace
}  // namespace banyan::serving
