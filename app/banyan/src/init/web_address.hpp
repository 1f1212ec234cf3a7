// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "banyan/http/endpoint.hpp"

namespace banyan::cli::init {

/// Where something is on the web: "http://127.0.0.1:3000", "https://shop.internal/openapi.json".
struct WebAddress {
  bool tls = false;
  http::Endpoint endpoint;
  std::string target = "/";  ///< path and query

  /// "https://shop.internal", without the target; the usual port is left out.
  std::string origin() const;
};

/// Also "unix:/run/shop.sock", which is HTTP without TLS and has the target "/". Else the sentence
/// that says what is wrong.
std::expected<WebAddress, std::string> web_address_from(std::string_view text);

/// Whether the text is meant as an address on the web, not as the name of a file.
bool is_web_address(std::string_view text);

}  // namespace banyan::cli::init
