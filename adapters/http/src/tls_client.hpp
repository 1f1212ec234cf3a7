// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "banyan/http/endpoint.hpp"
#include "banyan/http/tls.hpp"
#include "tls_handles.hpp"

namespace banyan::http {

class TlsClientContext {
 public:
  /// `digest` is of all files.
  TlsClientContext(TlsClientOptions options, SslContextHandle context, std::string digest)
      : options_(std::move(options)), context_(std::move(context)), digest_(std::move(digest)) {}

  /// One connection, that accepts nobody but this endpoint.
  SslHandle begin(const Endpoint& endpoint) const;
  /// Why a handshake with it failed, for people.
  std::string explain(SSL& ssl, const Endpoint& endpoint, const std::string& complaint) const;

  const TlsClientOptions& options() const noexcept { return options_; }
  bool same_as(const TlsClientContext& other) const {
    return options_ == other.options_ && digest_ == other.digest_;
  }

 private:
  const std::string& name_of(const Endpoint& endpoint) const {
    return options_.server_name.empty() ? endpoint.host : options_.server_name;
  }

  TlsClientOptions options_;
  SslContextHandle context_;
  std::string digest_;
};

}  // namespace banyan::http
