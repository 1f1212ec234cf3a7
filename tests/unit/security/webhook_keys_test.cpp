// SPDX-License-Identifier: Apache-2.0
#include "banyan/security/webhook_keys.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "banyan/test/temporary_folder.hpp"

namespace banyan::security {
namespace {

using testing::HasSubstr;
using testing::Not;

// The example of the specification's libraries.
constexpr std::string_view kKey = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr std::string_view kBody = R"({"test": 2432232314})";
const std::string kId = "msg_p5jXN8AQM9LWM0D4loKWxJek";
constexpr Timestamp kThen{1'614'265'330'000'000};

TEST(WebhookKeys, SignAsTheLibrariesOfOthersDo) {
  const auto signature = WebhookKeys::parse(kKey)->sign(kId, kBody, kThen);
  EXPECT_EQ(signature.timestamp, "1614265330");
  EXPECT_EQ(signature.signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(WebhookKeys, KnowOneSignatureAmongOthers) {
  const auto keys = WebhookKeys::parse(kKey);
  auto signature = keys->sign(kId, kBody, kThen);
  signature.signature = "v1,bm9uZQ== v2,g0hM " + signature.signature + " v1a,x";
  EXPECT_TRUE(keys->check(signature, kBody, kThen));
}

TEST(WebhookKeys, RefuseWhatIsChangedInAnyPart) {
  const auto keys = WebhookKeys::parse(kKey);
  const auto good = keys->sign(kId, kBody, kThen);
  const auto rule = [&](const WebhookSignature& signature, std::string_view body) {
    const auto checked = keys->check(signature, body, kThen);
    return checked ? std::string("taken") : checked.error().rule;
  };
  EXPECT_EQ(rule(good, kBody), "taken");
  EXPECT_EQ(rule(good, "{}"), "banyan.bad_signature");
  EXPECT_EQ(rule({"msg_other", good.timestamp, good.signature}, kBody), "banyan.bad_signature");
  EXPECT_EQ(rule({kId, "1614265331", good.signature}, kBody), "banyan.bad_signature");
  EXPECT_EQ(rule({kId, "1614265330 ", good.signature}, kBody), "banyan.bad_signature");
  EXPECT_EQ(rule({kId, good.timestamp, "v1,"}, kBody), "banyan.bad_signature");
  EXPECT_EQ(rule({kId, good.timestamp, ""}, kBody), "banyan.unsigned_message");
  EXPECT_EQ(rule({"", good.timestamp, good.signature}, kBody), "banyan.unsigned_message");
}

TEST(WebhookKeys, RefuseWhatIsTooOldOrFromTheFuture) {
  const auto keys = WebhookKeys::parse(kKey);
  const auto signature = keys->sign(kId, kBody, kThen);
  constexpr std::int64_t kMost = 300'000'000;
  EXPECT_TRUE(keys->check(signature, kBody, {kThen.micros + kMost}));
  EXPECT_TRUE(keys->check(signature, kBody, {kThen.micros - kMost}));
  for (const std::int64_t away : {kMost + 1'000'000, -kMost - 1'000'000}) {
    EXPECT_EQ(keys->check(signature, kBody, {kThen.micros + away}).error().rule,
              "banyan.stale_message");
  }
}

TEST(WebhookKeys, SayWhichLineIsNoKeyAndNeverWhatItSays) {
  for (const std::string_view bad : {"whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                                     "whsec_MfKQ9r8GKYqrTwjU!D8ILPZIo2LaLaSw"}) {
    const auto keys = WebhookKeys::parse("# ours\n\n" + std::string(bad) + "\n");
    ASSERT_FALSE(keys);
    EXPECT_THAT(keys.error().message, HasSubstr("line 3"));
    EXPECT_THAT(keys.error().message, Not(HasSubstr(std::string(bad))));
  }
  EXPECT_FALSE(WebhookKeys::parse("# none\n"));
}

TEST(WebhookKeys, ComeFromAFileThatNobodyElseReads) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "event.keys";
  std::ofstream(file) << kKey << "  # since May\r\n";
  std::filesystem::permissions(file, std::filesystem::perms(0640));
  EXPECT_THAT(WebhookKeys::load(file).error().message, HasSubstr("chmod 600"));
  std::filesystem::permissions(file, std::filesystem::perms(0600));
  EXPECT_TRUE(WebhookKeys::load(file));
  EXPECT_EQ(WebhookKeys::load(folder.path() / "none").error().rule, "banyan.bad_key_file");
}

}  // namespace
}  // namespace banyan::security
