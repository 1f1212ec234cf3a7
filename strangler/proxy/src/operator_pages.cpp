// SPDX-License-Identifier: Apache-2.0
#include "operator_pages.hpp"

#include <utility>

#include "dashboard/dashboard.hpp"
#include "http/loopback.hpp"
#include "http/message.hpp"
#include "telemetry/contained.hpp"

namespace banyan::strangler {
namespace {

constexpr std::string_view kReserved = "/_banyan";
constexpr std::string_view kApi = "/_banyan/api";
constexpr std::size_t kBodyLimit = 64 * 1024;
constexpr std::size_t kWaitingPages = 64;
constexpr std::string_view kHealthType = "application/health+json";

http::Response answer(std::string_view content_type, std::string body, unsigned status = 200) {
  http::Response response;
  response.head.status = status;
  response.head.fields.add("Content-Type", content_type);
  response.head.fields.add("Cache-Control", "no-store");
  response.head.fields.add("X-Content-Type-Options", "nosniff");
  response.body = std::move(body);
  return response;
}

http::Response file_answer(const dashboard::File& file) {
  http::Response response = answer(file.content_type, std::string(file.text));
  response.head.fields.add("Content-Security-Policy", dashboard::kContentSecurityPolicy);
  return response;
}

std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }

std::string_view query_of(std::string_view target) {
  const std::size_t mark = target.find('?');
  return mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
}

bool is_at_or_below(std::string_view path, std::string_view top) {
  return path.starts_with(top) && (path.size() == top.size() || path[top.size()] == '/');
}

bool reads(const http::RequestHead& head) { return head.method == "GET" || head.method == "HEAD"; }

void refuse_method(http::Exchange& exchange) {
  http::Response response = http::problem_response(
      {405, "proxy.method_not_allowed", "this page can only be read: use GET"});
  response.head.fields.set("Allow", "GET, HEAD");
  exchange.respond(std::move(response));
}

}  // namespace

OperatorPages::OperatorPages(Parts parts)
    : parts_(std::move(parts)), workers_(make_worker_pool(1, kWaitingPages)) {}

bool OperatorPages::serve_reserved(const Exchange& exchange, bool operators_here) {
  const http::RequestHead& head = exchange->head();
  const std::string_view path = path_of(head.target);
  if (!is_at_or_below(path, kReserved)) return false;
  if (!operators_here) {
    exchange->fail({404, "proxy.no_operators_here",
                    "the operators' pages are not served on this address; banyan.toml says with "
                    "operators = \"127.0.0.1:9180\" in [proxy] where they are"});
    return true;
  }
  if (!http::names_loopback(head.fields.find("Host").value_or(std::string_view()))) {
    exchange->fail(
        {403, "proxy.foreign_host", "call the operators' pages by 127.0.0.1 or localhost"});
    return true;
  }
  if (std::optional<Make> make = page(path)) {
    if (reads(head)) {
      on_worker(exchange, std::move(*make));
    } else {
      refuse_method(*exchange);
    }
  } else if (is_at_or_below(path, kApi)) {
    admin(exchange, path.substr(kApi.size()), query_of(head.target));
  } else {
    exchange->fail({404, "proxy.no_such_page", "there is no such page; start at /_banyan/"});
  }
  return true;
}

std::optional<OperatorPages::Make> OperatorPages::page(std::string_view path) {
  if (path == kReserved) {
    return [] {
      http::Response response = answer("text/plain; charset=utf-8", "see /_banyan/\n", 308);
      response.head.fields.add("Location", "/_banyan/");
      return response;
    };
  }
  if (path == "/_banyan/api/live") {
    return [this] { return answer("application/json", parts_.live()); };
  }
  if (path == "/_banyan/api/upstreams") {
    return [this] { return answer("application/json", parts_.upstreams()); };
  }
  if (is_at_or_below(path, kApi)) return std::nullopt;
  const auto file = dashboard::file(path.substr(kReserved.size() + 1));
  if (!file) return std::nullopt;
  return [file] { return file_answer(*file); };
}

bool OperatorPages::serve_common(const Exchange& exchange, bool operators_here) {
  const http::RequestHead& head = exchange->head();
  const std::string_view path = path_of(head.target);
  Make make;
  if (path == "/health/live") {
    make = [] { return answer(kHealthType, R"({"status":"pass"})"); };
  } else if (path == "/health/ready") {
    make = [this] {
      telemetry::Health::Report report = parts_.health.ready();
      return answer(kHealthType, std::move(report.json), report.ready ? 200 : 503);
    };
  } else if (path == "/metrics" && operators_here) {
    make = [this] {
      return answer("text/plain; version=0.0.4; charset=utf-8", parts_.metrics.exposition());
    };
  } else {
    return false;
  }
  if (reads(head)) {
    on_worker(exchange, std::move(make));
  } else {
    refuse_method(*exchange);
  }
  return true;
}

void OperatorPages::serve_only(const Exchange& exchange) {
  if (serve_common(exchange, true)) return;
  exchange->fail(
      {404, "proxy.no_such_page", "only the operators' pages are here; start at /_banyan/"});
}

void OperatorPages::admin(const Exchange& exchange, std::string_view path, std::string_view query) {
  exchange->collect_body(kBodyLimit, [this, exchange, path = std::string(path),
                                      query = std::string(query)](auto body) {
    if (!body) return;
    on_worker(exchange, [this, exchange, path, query, body = std::move(*body)] {
      const http::RequestHead& head = exchange->head();
      const AdminRequest request{
          .method = head.method,
          .path = path,
          .query = query,
          .content_type = head.fields.find("Content-Type").value_or(std::string_view()),
          .body = body};
      AdminAnswer said = parts_.admin.answer(request);
      http::Response response = answer(said.content_type, std::move(said.body), said.status);
      if (!said.allow.empty()) response.head.fields.set("Allow", said.allow);
      return response;
    });
  });
}

void OperatorPages::failed(http::Exchange& exchange, std::string_view what) const {
  parts_.log.write(telemetry::Level::Error, "proxy.page_fault",
                   {{"target", exchange.head().target}, {"message", what}});
  exchange.fail({500, "proxy.fault", "this page failed; the log has the cause"});
}

void OperatorPages::on_worker(const Exchange& exchange, Make make) {
  const bool taken = workers_->submit([this, exchange, make = std::move(make)] {
    telemetry::contain([&] { exchange->respond(make()); },
                       [&](std::string_view what) { failed(*exchange, what); });
  });
  if (!taken) exchange->fail({503, "proxy.too_busy", "too many such requests wait; try again"});
}

}  // namespace banyan::strangler
