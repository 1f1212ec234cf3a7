// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/http/tls.hpp"
#include "tls_handles.hpp"

namespace banyan::http {

/// What OpenSSL last complained about on this thread, for people; "" when it did not.
std::string tls_complaint();

/// Reads PEM files into contexts, and notes what is wrong with them. What was noted leaves a
/// context that must not be used.
class TlsFiles {
 public:
  /// Chain and key, found to be a pair and of use today. The leaf, or null after a problem.
  X509* pair(SSL_CTX& context, const TlsCertificate& files);
  /// Whom to believe. `named_to_peers`: tell clients whose certificates are asked for.
  void authorities(SSL_CTX& context, const std::string& file, bool named_to_peers);

  /// What stood in the files of authorities().
  const std::string& authorities_text() const { return authorities_text_; }
  std::vector<TlsProblem>& problems() { return problems_; }
  /// Tells whether two readings found the same.
  std::string digest() const;

 private:
  std::optional<std::string> text_of(const std::string& file);
  std::vector<X509Handle> certificates_in(const std::string& file);
  KeyHandle key_in(const std::string& file);
  bool of_use_today(const X509& certificate, const std::string& file);
  void note(const std::string& file, std::string message) {
    problems_.push_back({file, std::move(message)});
  }

  std::vector<TlsProblem> problems_;
  std::string authorities_text_;
  std::string all_text_;
};

/// A context with what both sides have in common.
SslContextHandle make_tls_context(const SSL_METHOD* method, TlsVersion minimum);

}  // namespace banyan::http
