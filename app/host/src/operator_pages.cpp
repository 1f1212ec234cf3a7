// SPDX-License-Identifier: Apache-2.0
#include "operator_pages.hpp"

#include <algorithm>
#include <utility>

#include "binding/problem.hpp"
#include "dashboard/dashboard.hpp"
#include "http/loopback.hpp"
#include "telemetry/contained.hpp"

namespace banyan::host {
namespace {

constexpr std::string_view kOperators = "/_banyan";
constexpr std::string_view kAdminApi = "/_banyan/api/";
constexpr std::string_view kLive = "/_banyan/api/live";
constexpr std::size_t kBodyLimit = 64 * 1024;

http::Response page(std::string_view content_type, std::string body, unsigned status = 200) {
  http::Response response;
  response.head.status = status;
  response.head.fields.add("Content-Type", content_type);
  response.head.fields.add("Cache-Control", "no-store");
  response.head.fields.add("X-Content-Type-Options", "nosniff");
  response.body = std::move(body);
  return response;
}

http::Response not_found(std::string_view path) {
  return binding::problem({ErrorCode::NotFound,
                           "banyan.no_such_page",
                           "there is nothing at " + std::string(path) + "; start at /",
                           {}});
}

http::Response read_only(std::string_view path) {
  http::Response response = binding::problem({ErrorCode::InvalidArgument,
                                              "banyan.method_not_allowed",
                                              std::string(path) + " can only be read: use GET",
                                              {}});
  response.head.status = 405;
  response.head.fields.set("Allow", "GET, HEAD");
  return response;
}

// A page of somebody else, whose name was made to lead here, could otherwise shift traffic with
// the operator's own browser.
http::Response foreign_host() {
  return binding::problem({ErrorCode::PermissionDenied,
                           "banyan.foreign_host",
                           "call the operators' pages by 127.0.0.1 or localhost",
                           {}});
}

http::Response redirect(std::string_view to) {
  http::Response response;
  response.head.status = 308;
  response.head.fields.add("Location", to);
  return response;
}

}  // namespace

OperatorPages::OperatorPages(Parts parts)
    : parts_(std::move(parts)), workers_(make_worker_pool(1, 64)) {}

bool OperatorPages::serve(const Exchange& exchange) {
  const http::RequestHead& head = exchange->head();
  const std::string_view target = head.target;
  const std::size_t mark = std::min(target.find('?'), target.size());
  const std::string_view path = target.substr(0, mark);
  if (path.starts_with(kOperators) && parts_.operators_here &&
      !http::names_loopback(head.fields.find("Host").value_or(std::string_view{}))) {
    exchange->respond(foreign_host());
    return true;
  }
  if (path.starts_with(kAdminApi) && path != kLive && parts_.operators_here) {
    const std::string_view query = target.substr(std::min(mark + 1, target.size()));
    serve_admin(exchange, std::string(path.substr(kAdminApi.size() - 1)), std::string(query));
    return true;
  }
  Page page = find(path);
  if (!page.make) {
    if (!path.starts_with(kOperators)) return false;
    exchange->respond(not_found(path));
  } else if (head.method != "GET" && head.method != "HEAD") {
    exchange->respond(read_only(path));
  } else if (page.slow) {
    on_worker(exchange, std::move(page.make));
  } else {
    exchange->respond(page.make());
  }
  return true;
}

OperatorPages::Page OperatorPages::find(std::string_view path) const {
  if (path == "/") {
    return {[this] {
      http::Response response = page("text/html; charset=utf-8", std::string(parts_.home_page));
      response.head.fields.add("Content-Security-Policy",
                               "default-src 'none'; style-src 'unsafe-inline'");
      return response;
    }};
  }
  if (path == "/openapi.json") {
    return {[this] { return page("application/json", parts_.openapi); }};
  }
  if (path == "/metrics") {
    return {[this] {
              return page("text/plain; version=0.0.4; charset=utf-8", parts_.metrics.exposition());
            },
            true};
  }
  if (path == "/health/live") {
    return {[] { return page("application/health+json", R"({"status":"pass"})"); }};
  }
  if (path == "/health/ready") {
    return {[this] {
              telemetry::Health::Report report = parts_.health.ready();
              return page("application/health+json", std::move(report.json),
                          report.ready ? 200 : 503);
            },
            true};
  }
  if (path.starts_with(kOperators) && parts_.operators_here) return find_operator_page(path);
  return {};
}

OperatorPages::Page OperatorPages::find_operator_page(std::string_view path) const {
  if (path == kOperators) {
    return {[] { return redirect("/_banyan/"); }};
  }
  if (path == kLive) {
    return {[this] { return page("application/json", parts_.live()); }, true};
  }
  if (path[kOperators.size()] != '/') return {};
  const auto file = strangler::dashboard::file(path.substr(kOperators.size() + 1));
  if (!file) return {};
  return {[file] {
    http::Response response = page(file->content_type, std::string(file->text));
    response.head.fields.add("Content-Security-Policy",
                             strangler::dashboard::kContentSecurityPolicy);
    return response;
  }};
}

void OperatorPages::serve_admin(const Exchange& exchange, std::string path, std::string query) {
  if (parts_.admin == nullptr) {
    return exchange->respond(binding::problem(
        {ErrorCode::NotFound,
         "banyan.no_control_here",
         "this process is the service of a module; traffic is shifted at the application",
         {}}));
  }
  exchange->collect_body(kBodyLimit, [this, exchange, path = std::move(path),
                                      query = std::move(query)](auto body) mutable {
    if (!body) return;
    on_worker(exchange, [this, exchange, path = std::move(path), query = std::move(query),
                         body = std::move(*body)] {
      const http::RequestHead& head = exchange->head();
      strangler::AdminAnswer answer = parts_.admin->answer(
          {.method = head.method,
           .path = path,
           .query = query,
           .content_type = head.fields.find("Content-Type").value_or(std::string_view{}),
           .body = body});
      http::Response response = page(answer.content_type, std::move(answer.body), answer.status);
      if (!answer.allow.empty()) response.head.fields.set("Allow", answer.allow);
      return response;
    });
  });
}

void OperatorPages::failed(http::Exchange& exchange, std::string_view what) const {
  parts_.log.write(telemetry::Level::Error, "page_fault",
                   {{"target", exchange.head().target}, {"what", what}});
  exchange.respond(binding::problem(
      {ErrorCode::Internal, "banyan.fault", "this page failed; the log has the cause", {}}));
}

void OperatorPages::on_worker(const Exchange& exchange, Make make) {
  const bool taken = workers_->submit([this, exchange, make = std::move(make)] {
    telemetry::contain([&] { exchange->respond(make()); },
                       [&](std::string_view what) { failed(*exchange, what); });
  });
  if (!taken) {
    exchange->respond(binding::problem(
        {ErrorCode::Unavailable, "banyan.too_busy", "too many such requests wait; try again", {}}));
  }
}

}  // namespace banyan::host
