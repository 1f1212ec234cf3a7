// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <expected>
#include <memory>
#include <string>

#include "banyan/http/client.hpp"
#include "init/web_address.hpp"

namespace banyan::cli::init {

/// Asks one server, which is not Banyan's, plain questions that change nothing.
class Web {
 public:
  /// `ca_file`: who may vouch for it by TLS; "": whom the system believes. Else what is wrong with
  /// that file.
  static std::expected<Web, std::string> of(const WebAddress& address, const std::string& ca_file);

  /// GET. `host`: in the Host field; "" is the server's address.
  std::expected<http::Response, http::ClientFailure> get(const std::string& target,
                                                         std::chrono::milliseconds patience,
                                                         const std::string& host = {}) const;
  /// HEAD, for who ends an answer with the connection.
  std::expected<http::Response, http::ClientFailure> head(const std::string& target,
                                                          std::chrono::milliseconds patience) const;

 private:
  explicit Web(std::unique_ptr<http::Client> client) : client_(std::move(client)) {}
  std::expected<http::Response, http::ClientFailure> ask(const std::string& method,
                                                         const std::string& target,
                                                         std::chrono::milliseconds patience,
                                                         const std::string& host) const;
  std::unique_ptr<http::Client> client_;
};

}  // namespace banyan::cli::init
