// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <utility>

#include "banyan/http/server.hpp"

namespace banyan::http {

/// Answers "METHOD BODY".
class Echo final : public Application {
 public:
  void handle(std::shared_ptr<Exchange> exchange) override {
    exchange->collect_body(10'000'000, [exchange](std::expected<std::string, Refusal> body) {
      Response response;
      if (body) response.body = exchange->head().method + " " + *body;
      exchange->respond(std::move(response));
    });
  }
};

}  // namespace banyan::http
