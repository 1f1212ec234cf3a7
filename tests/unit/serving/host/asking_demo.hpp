// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "banyan/http/client.hpp"
#include "demo_host.hpp"

/// The application of tests, as it is asked over the network.
namespace banyan::host {

inline const std::string kThing = "/things/" + demo::thing_id(1).str();

inline http::Response send(const ServedDemo& to, const std::string& method,
                           const std::string& target, const http::Fields& fields = {},
                           const std::string& body = {}) {
  http::Request request;
  request.head.method = method;
  request.head.target = target;
  for (const auto& field : fields) request.head.fields.add(field.name, field.value);
  if (!body.empty()) request.head.fields.add("Content-Type", "application/json");
  request.body = body;
  http::Client client(to.endpoint());
  auto answer = client.exchange(request, system_clock().steady() + std::chrono::seconds(10));
  if (!answer) throw std::runtime_error(answer.error().message);
  return std::move(*answer);
}

inline http::Response get(const ServedDemo& from, const std::string& target = kThing,
                          const http::Fields& fields = {}) {
  return send(from, "GET", target, fields);
}

inline http::Response rename(const ServedDemo& at) {
  return send(at, "PUT", kThing + "/name", {}, R"({"name":"x"})");
}

inline std::string field(const http::Response& response, std::string_view name) {
  return std::string(response.head.fields.find(name).value_or(std::string_view{}));
}

inline Options internal() {
  Options options;
  options.trust = binding::Trust::Internal;
  return options;
}

}  // namespace banyan::host
