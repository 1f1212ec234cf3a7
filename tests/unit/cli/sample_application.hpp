// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "banyan/http/server.hpp"

namespace banyan::test {

using Pages = std::map<std::string, std::string>;  ///< by path

/// An application of any kind: has the pages that it is given, and 404 for all else.
class SampleApplication final : public http::Application {
 public:
  explicit SampleApplication(Pages pages) : pages_(std::move(pages)) {
    http::ServerOptions options;
    options.listen = {{"127.0.0.1", 0}};
    options.loops = 1;
    server_ = std::make_unique<http::Server>(std::move(options), *this);
    server_->start();
  }

  void handle(std::shared_ptr<http::Exchange> exchange) override {
    http::Response response;
    response.head.fields.add("Server", "sample/1");
    response.head.fields.add("Set-Cookie", "connect.sid=1; Path=/");
    const auto host = exchange->head().fields.find("Host");
    const auto page = pages_.find(exchange->head().target);
    if (!own_host.empty() && host != own_host) {
      response.head.status = 421;
    } else if (page == pages_.end()) {
      response.head.status = 404;
    } else {
      response.body = page->second;
    }
    exchange->respond(std::move(response));
  }

  std::string authority() const { return "127.0.0.1:" + std::to_string(server_->port()); }
  std::string url() const { return "http://" + authority(); }

  std::string own_host;  ///< it answers by no other name; ""; by any. Set it before it is asked.

 private:
  Pages pages_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace banyan::test
