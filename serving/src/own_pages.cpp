// SPDX-License-Identifier: Apache-2.0
#include "own_pages.hpp"

#include <string>
#include <utility>

namespace banyan::serving {
namespace {

constexpr std::string_view kHealthType = "application/health+json";

OwnPage read_at(const char* path, OwnPages least, std::function<http::Response()> make) {
  OwnPage own;
  own.endpoint.name = path;
  own.endpoint.path = path;
  own.endpoint.answer = [make = std::move(make)](const http::Request&, const Context&) {
    return make();
  };
  own.least = least;
  return own;
}

}  // namespace

http::Response page(std::string_view content_type, std::string body, unsigned status) {
  http::Response response;
  response.head.status = status;
  response.head.fields.add("Content-Type", content_type);
  response.head.fields.add("Cache-Control", "no-store");
  response.head.fields.add("X-Content-Type-Options", "nosniff");
  response.body = std::move(body);
  return response;
}

std::vector<OwnPage> own_pages(Telemetry& telemetry) {
  std::vector<OwnPage> all;
  all.push_back(read_at("/health/live", OwnPages::Health,
                        [] { return page(kHealthType, R"({"status":"pass"})"); }));
  all.back().endpoint.at_once = true;
  all.push_back(read_at("/health/ready", OwnPages::Health, [&telemetry] {
    telemetry::Health::Report report = telemetry.health.ready();
    return page(kHealthType, std::move(report.json), report.ready ? 200 : 503);
  }));
  // What depends on what, and what is wrong with it, is nobody else's business.
  all.back().to_others = [&telemetry] {
    const telemetry::Health::Report report = telemetry.health.ready();
    return page(kHealthType, report.ready ? R"({"status":"pass"})" : R"({"status":"fail"})",
                report.ready ? 200 : 503);
  };
  all.push_back(read_at("/metrics", OwnPages::All, [&telemetry] {
    return page("text/plain; version=0.0.4; charset=utf-8", telemetry.metrics.exposition());
  }));
  return all;
}

}  // namespace banyan::serving
