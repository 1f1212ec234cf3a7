// SPDX-License-Identifier: Apache-2.0
#include "init/look.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

#include "banyan/http/list.hpp"
#include "banyan/http/target_path.hpp"

namespace banyan::cli::init {
namespace {

using namespace std::chrono_literals;

/// The first answer of a process that was just started may take its time.
constexpr auto kFirstPatience = 10s;
constexpr auto kPatience = 3s;
constexpr std::string_view kNoSuchPath = "/banyan-init/no-such-path";
constexpr auto kHealthPaths = std::to_array<std::string_view>(
    {"/health/ready", "/health", "/healthz", "/readyz", "/actuator/health", "/_health", "/up"});

std::string lower(std::string_view text) {
  std::string copy(text);
  std::ranges::transform(copy, copy.begin(), http::folded);
  return copy;
}

std::string why_not(const WebAddress& address, const http::ClientFailure& failure) {
  const std::string way_out = " `--offline` writes the file without looking";
  const std::string said = address.origin() + ": " + failure.message;
  switch (failure.kind) {
    case http::ClientFailure::Kind::Connect:
    case http::ClientFailure::Kind::Protocol:
    case http::ClientFailure::Kind::Closed:
      if (address.tls) {
        return said +
               ". Does it speak TLS there? --ca FILE names an authority that the system does "
               "not know." +
               way_out;
      }
      if (failure.kind == http::ClientFailure::Kind::Connect) {
        return said + ". Is it running?" + way_out;
      }
      return said + ". It does not answer as HTTP/1 does; does it want https://?" + way_out;
    default: return said + '.' + way_out;
  }
}

bool keeps(const http::ResponseHead& head) {
  const auto says = [&](std::string_view what) {
    return http::any_element(http::joined(head.fields, "Connection"),
                             [&](std::string_view each) { return lower(each) == what; });
  };
  return head.minor_version == 0 ? says("keep-alive") : !says("close");
}

std::string session_cookie(const http::ResponseHead& head) {
  std::string found;
  head.fields.each("Set-Cookie", [&](std::string_view value) {
    const std::string_view name = http::trimmed(value.substr(0, value.find_first_of("=;")));
    const std::string folded = lower(name);
    const bool session = folded.contains("sess") || folded.ends_with("sid");
    const bool plain = std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7F; });
    if (found.empty() && session && plain && !name.contains('"') && !name.contains('\\')) {
      found = name;
    }
  });
  return found;
}

/// One that answers 200 where a path that nobody has does not.
std::string health_path(const Web& web) {
  const auto nothing = web.get(std::string(kNoSuchPath), kPatience);
  if (!nothing || nothing->head.status < 400) return {};
  for (const std::string_view path : kHealthPaths) {
    const auto answer = web.get(std::string(path), kPatience);
    if (answer && answer->head.status == 200) return std::string(path);
    if (!answer && answer.error().kind == http::ClientFailure::Kind::Timeout) break;
  }
  return {};
}

}  // namespace

std::string Seen::sentence() const {
  std::string text = "answers " + std::to_string(status) + " to GET /, HTTP/1." +
                     std::to_string(minor_version) +
                     (keeps_connection ? ", keeps connections" : ", closes each connection");
  if (!server.empty()) text += ", Server: " + server;
  return text;
}

std::expected<Seen, std::string> look(const Web& web, const WebAddress& address,
                                      const std::string& proxy_host) {
  auto answer = web.get("/", kFirstPatience);
  // An answer may end with its connection: old, and a proxy can pass it on.
  if (!answer && answer.error().kind == http::ClientFailure::Kind::Protocol) {
    answer = web.head("/", kPatience);
  }
  if (!answer) return std::unexpected(why_not(address, answer.error()));
  Seen seen;
  seen.status = answer->head.status;
  seen.server = answer->head.fields.find("Server").value_or("");
  seen.minor_version = answer->head.minor_version;
  seen.keeps_connection = keeps(answer->head);
  seen.session_cookie = session_cookie(answer->head);
  if (seen.status < 400) {
    const auto renamed = web.get("/", kPatience, proxy_host);
    seen.wants_its_own_host = renamed && renamed->head.status >= 400;
  }
  seen.health_path = health_path(web);
  return seen;
}

}  // namespace banyan::cli::init
