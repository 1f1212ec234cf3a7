// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/result.hpp"

namespace banyan::security {

/// What stands in the fields `webhook-id`, `webhook-timestamp` and `webhook-signature` of a signed
/// message.
struct WebhookSignature {
  std::string id;         ///< of the message
  std::string timestamp;  ///< when it was sent: seconds since 1970
  std::string signature;  ///< "v1,BASE64", several with a blank between them
};

/// The keys that two processes share, with which one signs its messages and the other knows them:
/// HMAC-SHA-256 as Standard Webhooks have it (https://www.standardwebhooks.com), which libraries
/// of many languages check. What is signed are the id, the time and the body, and nothing else of a
/// request.
///
/// Each message is signed with all keys, and one that is known is enough. So a key is exchanged
/// without a moment at which anybody refuses anybody: the new one is added on one side after the
/// other, then the old one is taken away in the same way.
class WebhookKeys {
 public:
  /// A message that was sent longer ago, or is from the future, may be one that somebody repeats.
  static constexpr std::chrono::minutes kWindow{5};

  /// A key a line, "whsec_" and base 64 of 24 to 64 bytes; blank lines and what follows # count for
  /// nothing. InvalidArgument "banyan.bad_key_file" with the line, never with the key.
  static Result<WebhookKeys> parse(std::string_view text);
  /// FailedPrecondition "banyan.bad_key_file" for a file that cannot be read, that others can read,
  /// or whose keys are none.
  static Result<WebhookKeys> load(const std::filesystem::path& file);

  WebhookSignature sign(std::string id, std::string_view body, Timestamp now) const;
  /// Unauthenticated "banyan.unsigned_message", "banyan.stale_message" or "banyan.bad_signature".
  /// Compares in a time that does not depend on where signatures differ.
  Result<void> check(const WebhookSignature& signature, std::string_view body, Timestamp now) const;

 private:
  using Key = std::vector<unsigned char>;
  std::vector<Key> keys_;  ///< never empty
};

}  // namespace banyan::security
