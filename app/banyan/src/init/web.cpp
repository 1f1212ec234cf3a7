// SPDX-License-Identifier: Apache-2.0
#include "init/web.hpp"

#include "banyan/http/tls.hpp"
#include "banyan/kernel/clock.hpp"

namespace banyan::cli::init {

std::expected<Web, std::string> Web::of(const WebAddress& address, const std::string& ca_file) {
  http::ClientOptions options;
  if (address.tls) {
    auto context =
        http::TlsClient::read({.ca_file = ca_file, .server_name = {}, .certificate = {}});
    if (!context) {
      std::string problems;
      for (const http::TlsProblem& each : context.error()) {
        problems += (problems.empty() ? "" : "; ") + each.file + ": " + each.message;
      }
      return std::unexpected(problems);
    }
    options.tls = std::make_shared<http::TlsClient>(std::move(*context));
  }
  return Web(std::make_unique<http::Client>(address.endpoint, std::move(options)));
}

std::expected<http::Response, http::ClientFailure> Web::get(const std::string& target,
                                                            std::chrono::milliseconds patience,
                                                            const std::string& host) const {
  return ask("GET", target, patience, host);
}

std::expected<http::Response, http::ClientFailure> Web::head(
    const std::string& target, std::chrono::milliseconds patience) const {
  return ask("HEAD", target, patience, {});
}

std::expected<http::Response, http::ClientFailure> Web::ask(const std::string& method,
                                                            const std::string& target,
                                                            std::chrono::milliseconds patience,
                                                            const std::string& host) const {
  http::Request request;
  request.head.method = method;
  request.head.target = target;
  request.head.fields.add("Accept", "*/*");
  request.head.fields.add("User-Agent", "banyan-init");
  if (!host.empty()) request.head.fields.add("Host", host);
  return client_->exchange(request, system_clock().steady() + patience, http::Repeat::Safe);
}

}  // namespace banyan::cli::init
