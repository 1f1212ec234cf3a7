// SPDX-License-Identifier: Apache-2.0
#include "banyan/forwarding/client_words.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "banyan/forwarding/client_words_in_use.hpp"
#include "banyan/http/fields.hpp"

namespace banyan::strangler {
namespace {

/// In lower case, by their first letter. What ends in "*" is the beginning of names.
constexpr auto kWords = std::to_array<std::string_view>(
    {"cf-connecting-ip",
     "cf-connecting-ipv6",
     "cf-pseudo-ipv4",
     "client-ip",
     "fastly-client-ip",
     "fly-client-ip",
     "forwarded",
     "forwarded-for",
     "front-end-https",
     "proxy",  // to CGI it is HTTP_PROXY, by which the application would make its own requests
     "proxy-client-ip",
     "remote-addr",
     "remote-user",
     "ssl-client-*",
     "true-client-ip",
     "wl-proxy-client-ip",
     "x-amzn-mtls-*",
     "x-appengine-user-ip",
     "x-arr-ssl",
     "x-azure-clientip",
     "x-azure-socketip",
     "x-client-cert",
     "x-client-dn",
     "x-client-ip",
     "x-client-verify",
     "x-cluster-client-ip",
     "x-envoy-external-address",
     "x-envoy-original-path",
     "x-forwarded",
     "x-forwarded-*",
     "x-host",
     "x-http-host-override",
     "x-original-*",
     "x-originating-ip",
     "x-proxyuser-ip",
     "x-real-ip",
     "x-real-port",
     "x-remote-addr",
     "x-remote-ip",
     "x-remote-user",
     "x-rewrite-url",
     "x-scheme",
     "x-ssl*",
     "x-url-scheme"});

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// By their first letter: most fields of a request are none of these.
constexpr std::uint32_t kFirstLetters = [] {
  std::uint32_t bits = 0;
  for (const std::string_view word : kWords) bits |= 1U << (word.front() - 'a');
  return bits;
}();

bool is_meant(std::string_view word, std::string_view name) {
  return word.ends_with('*') ? http::begins_ignoring_case(name, word.substr(0, word.size() - 1))
                             : http::equals_ignoring_case(name, word);
}

template <class Words>
bool any_is_meant(const Words& words, std::string_view name) {
  return std::ranges::any_of(words, [&](std::string_view word) { return is_meant(word, name); });
}

std::vector<std::string> with_hyphens(std::vector<std::string> names) {
  for (std::string& name : names) std::ranges::replace(name, '_', '-');
  return names;
}

bool is_in_use(std::string_view name) {
  const char first = lower(name.front());
  if (first < 'a' || first > 'z' || (kFirstLetters >> (first - 'a') & 1U) == 0) return false;
  return any_is_meant(kWords, name);
}

}  // namespace

ClientWords::ClientWords(std::vector<std::string> further, std::vector<std::string> passing)
    : further_(with_hyphens(std::move(further))), passing_(with_hyphens(std::move(passing))) {}

std::span<const std::string_view> client_words_in_use() { return kWords; }

bool ClientWords::contains(std::string_view field) const {
  if (field.empty()) return false;
  if (field.contains('_')) {
    std::string read(field);
    std::ranges::replace(read, '_', '-');
    return contains(read);
  }
  if (!is_in_use(field) && !any_is_meant(further_, field)) return false;
  return !any_is_meant(passing_, field);
}

}  // namespace banyan::strangler
