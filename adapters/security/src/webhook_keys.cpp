// SPDX-License-Identifier: Apache-2.0
#include "banyan/security/webhook_keys.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "banyan/kernel/whole_file.hpp"
#include "banyan/security/secret_key.hpp"
#include "sodium.hpp"

namespace banyan::security {
namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr std::string_view kVersion = "v1,";
constexpr std::size_t kLeastBytes = 24;
constexpr std::size_t kMostBytes = 64;
constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;
// More than anybody signs with; who sends more wants to be compared with for long.
constexpr std::size_t kMostSignatures = 8;

std::string_view trimmed(std::string_view line) {
  line = line.substr(0, line.find('#'));
  constexpr std::string_view kBlanks = " \t\r";
  const auto begin = line.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(kBlanks) - begin + 1);
}

std::optional<std::vector<unsigned char>> key_from(std::string_view text) {
  if (!text.starts_with(kPrefix)) return std::nullopt;
  text.remove_prefix(kPrefix.size());
  std::vector<unsigned char> key(kMostBytes);
  std::size_t size = 0;
  const char* end = nullptr;
  if (sodium_base642bin(key.data(), key.size(), text.data(), text.size(), nullptr, &size, &end,
                        kVariant) != 0 ||
      end != text.data() + text.size() || size < kLeastBytes) {
    return std::nullopt;
  }
  key.resize(size);
  return key;
}

std::string signature_of(const std::vector<unsigned char>& key, const WebhookSignature& about,
                         std::string_view body) {
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, key.data(), key.size());
  for (const std::string_view part :
       {std::string_view(about.id), std::string_view("."), std::string_view(about.timestamp),
        std::string_view("."), body}) {
    crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(part.data()),
                                  part.size());
  }
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac{};
  crypto_auth_hmacsha256_final(&state, mac.data());
  std::array<char, sodium_base64_ENCODED_LEN(mac.size(), kVariant)> text{};
  sodium_bin2base64(text.data(), text.size(), mac.data(), mac.size(), kVariant);
  return std::string(kVersion) + text.data();
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty() && words.size() < kMostSignatures) {
    const auto end = std::min(text.find(' '), text.size());
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

std::unexpected<Error> refused(const std::string& rule, const std::string& message) {
  return fail(ErrorCode::Unauthenticated, rule, message);
}

std::unexpected<Error> bad_file(const std::filesystem::path& file, const std::string& why) {
  return fail(ErrorCode::FailedPrecondition, "banyan.bad_key_file",
              "the keys in " + file.string() + " cannot be used: " + why);
}

}  // namespace

Result<WebhookKeys> WebhookKeys::parse(std::string_view text) {
  require_sodium();
  WebhookKeys keys;
  for (int line = 1; !text.empty(); ++line) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view word = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.empty()) continue;
    auto key = key_from(word);
    if (!key) {
      return fail(ErrorCode::InvalidArgument, "banyan.bad_key_file",
                  "line " + std::to_string(line) +
                      " is no key: expected whsec_ and base 64 of 24 to 64 bytes, as in"
                      " echo \"whsec_$(openssl rand -base64 32)\"");
    }
    keys.keys_.push_back(*std::move(key));
  }
  if (keys.keys_.empty()) {
    return fail(ErrorCode::InvalidArgument, "banyan.bad_key_file",
                "there is no key in it; make one: echo \"whsec_$(openssl rand -base64 32)\"");
  }
  return keys;
}

Result<WebhookKeys> WebhookKeys::load(const std::filesystem::path& file) {
  const auto text = whole_file(file);
  struct stat about{};
  if (!text || ::stat(file.c_str(), &about) != 0) return bad_file(file, "it cannot be read");
  if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return bad_file(file, "others may read it; chmod 600 it");
  }
  auto keys = parse(*text);
  if (!keys) return bad_file(file, keys.error().message);
  return keys;
}

WebhookSignature WebhookKeys::sign(std::string id, std::string_view body, Timestamp now) const {
  constexpr std::int64_t kMicros = 1'000'000;
  WebhookSignature signature{std::move(id), std::to_string(now.micros / kMicros), {}};
  for (const Key& key : keys_) {
    if (!signature.signature.empty()) signature.signature += ' ';
    signature.signature += signature_of(key, signature, body);
  }
  return signature;
}

Result<void> WebhookKeys::check(const WebhookSignature& signature, std::string_view body,
                                Timestamp now) const {
  if (signature.id.empty() || signature.timestamp.empty() || signature.signature.empty()) {
    return refused("banyan.unsigned_message",
                   "messages are taken here with webhook-id, webhook-timestamp and"
                   " webhook-signature only; give the sender the keys of this process");
  }
  std::int64_t sent = 0;
  const std::string& text = signature.timestamp;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), sent);
  if (error != std::errc() || end != text.data() + text.size()) {
    return refused("banyan.bad_signature", "webhook-timestamp is no number of seconds");
  }
  constexpr std::int64_t kMicros = 1'000'000;
  const std::int64_t seconds = now.micros / kMicros;
  constexpr std::int64_t kMost = std::chrono::seconds(kWindow).count();
  if (sent < seconds - kMost || sent > seconds + kMost) {
    return refused("banyan.stale_message",
                   "the message was signed more than five minutes before or after the time of this"
                   " process; set the clocks of both machines");
  }
  // All of them, whichever is right.
  bool known = false;
  for (const std::string_view given : words_of(signature.signature)) {
    for (const Key& key : keys_) known |= same_secret(given, signature_of(key, signature, body));
  }
  if (known) return {};
  return refused(
      "banyan.bad_signature",
      "the signature was made with no key of this process, or of another message; compare"
      " the key files of both sides");
}

}  // namespace banyan::security
