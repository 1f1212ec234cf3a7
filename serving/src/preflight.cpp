// SPDX-License-Identifier: Apache-2.0
#include "preflight.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <nlohmann/json.hpp>
#include <string_view>
#include <system_error>

#include "banyan/http/client.hpp"
#include "upstream_options.hpp"

namespace banyan::serving {
namespace {

constexpr std::chrono::milliseconds kPatience{1'000};
constexpr std::string_view kDescription = "/openapi.json";

http::Request question(const UpstreamPool& pool, bool of_the_kit) {
  http::Request request;
  request.head.method = "GET";
  request.head.target = of_the_kit ? "/health/ready" : "/";
  if (!pool.group.host.empty()) request.head.fields.set("Host", pool.group.host);
  if (!pool.group.health) return request;
  request.head.target = pool.group.health->path;
  if (!pool.group.health->host.empty()) request.head.fields.set("Host", pool.group.health->host);
  for (const auto& [name, value] : pool.group.health->headers) {
    request.head.fields.set(name, value);
  }
  return request;
}

/// Any answer is one where nothing says which would be good.
bool is_good(const UpstreamPool& pool, bool of_the_kit, unsigned status) {
  if (!pool.group.health) return !of_the_kit || status == 200;
  return std::ranges::any_of(pool.group.health->expect, [&](const auto& range) {
    return status >= range.first && status <= range.second;
  });
}

/// What an instance says, as far as it decides.
struct Verdict {
  bool fit = true;
  bool foreign = false;  ///< it would answer, and something else
  std::string trouble;
};

std::string text_of(Version version) {
  return std::to_string(version.major) + '.' + std::to_string(version.minor);
}

/// What the document says of the port; nothing: not a word.
std::optional<Version> version_in(const std::string& document, std::string_view port) {
  const auto text_at = [](const nlohmann::json& object, const char* key) -> std::string {
    const auto found = object.is_object() ? object.find(key) : object.end();
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  const auto json = nlohmann::json::parse(document, nullptr, false);
  const auto tags = json.is_object() ? json.find("tags") : json.end();
  if (tags == json.end() || !tags->is_array()) return std::nullopt;
  for (const auto& tag : *tags) {
    if (text_at(tag, "name") != port) continue;
    const std::string text = text_at(tag, "x-banyan-version");
    Version version{};
    const auto [dot, major] =
        std::from_chars(text.data(), text.data() + text.size(), version.major);
    if (major != std::errc{} || dot == text.data() + text.size()) return std::nullopt;
    std::from_chars(dot + 1, text.data() + text.size(), version.minor);
    return version;
  }
  return std::nullopt;
}

/// Whether it serves the port in a version that answers what is asked here.
Verdict compare(const http::Response& described, const PortInfo& port) {
  if (described.head.status != 200) {
    return {false, true,
            "does not say what it serves (" + std::to_string(described.head.status) + " to GET " +
                std::string(kDescription) + ")"};
  }
  const auto version = version_in(described.body, port.name);
  const std::string name(port.name);
  if (!version) return {false, true, "does not serve " + name};
  if (version->major == port.version.major && version->minor >= port.version.minor) return {};
  return {false, true,
          "serves " + name + ' ' + text_of(*version) + ", and this process asks for " + name + ' ' +
              text_of(port.version)};
}

Verdict verdict_of(const http::Endpoint& endpoint, const UpstreamPool& pool, const PortInfo* port,
                   const Clock& clock) {
  http::Client client(endpoint, {.connect_timeout = kPatience, .tls = pool.tls});
  const http::Request request = question(pool, port != nullptr);
  const auto answer = client.exchange(request, clock.steady() + kPatience, http::Repeat::Safe);
  if (!answer) return {false, false, "does not answer (" + answer.error().message + ")"};
  if (!is_good(pool, port != nullptr, answer->head.status)) {
    return {false, false,
            "answers " + std::to_string(answer->head.status) + " to GET " + request.head.target};
  }
  if (port == nullptr) return {};
  http::Request ask = question(pool, true);
  ask.head.target = kDescription;
  const auto described = client.exchange(ask, clock.steady() + kPatience, http::Repeat::Safe);
  if (!described) {
    return {false, false, "does not say what it serves (" + described.error().message + ")"};
  }
  return compare(*described, *port);
}

}  // namespace

std::optional<std::string> why_not_fit(const UpstreamPool& pool, const PortInfo* port,
                                       const Clock& clock) {
  std::string troubles;
  bool any_fit = false;
  bool any_foreign = false;
  for (const http::Endpoint& endpoint : endpoints_of(pool.group)) {
    const Verdict verdict = verdict_of(endpoint, pool, port, clock);
    any_fit = any_fit || verdict.fit;
    any_foreign = any_foreign || verdict.foreign;
    if (verdict.fit) continue;
    troubles += (troubles.empty() ? "" : "; ") + to_string(endpoint) + ' ' + verdict.trouble;
  }
  if (any_fit && !any_foreign) return std::nullopt;
  return troubles;
}

}  // namespace banyan::serving
