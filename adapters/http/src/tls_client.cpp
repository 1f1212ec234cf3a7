// SPDX-License-Identifier: Apache-2.0
#include "tls_client.hpp"

#include <arpa/inet.h>

#include <array>
#include <atomic>
#include <mutex>
#include <new>
#include <utility>

#include "tls_files.hpp"

namespace banyan::http {
namespace {

bool is_address(const std::string& host) {
  std::array<unsigned char, 16> bytes{};
  return ::inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

/// What is spoken over TLS here; HTTP/2 will come before it.
constexpr std::array<unsigned char, 9> kProtocols = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

}  // namespace

class TlsClient::Shared {
 public:
  explicit Shared(Context first) : context_(std::move(first)) {}
  Context context() const {
    const std::lock_guard lock(mutex_);
    return context_;
  }
  void use(Context next) {
    {
      const std::lock_guard lock(mutex_);
      if (context_->same_as(*next)) return;
      context_.swap(next);
    }
    ++generation;
  }

  std::atomic<std::uint64_t> generation = 0;

 private:
  mutable std::mutex mutex_;
  Context context_;
};

SslHandle TlsClientContext::begin(const Endpoint& endpoint) const {
  SslHandle ssl(SSL_new(context_.get()));
  if (!ssl) throw std::bad_alloc();
  SSL_set_connect_state(ssl.get());
  const std::string& name = name_of(endpoint);
  if (is_address(name)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), name.c_str());
  } else {
    if (!name.starts_with(kUnixPrefix)) SSL_set_tlsext_host_name(ssl.get(), name.c_str());
    SSL_set_hostflags(ssl.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    SSL_set1_host(ssl.get(), name.c_str());
  }
  return ssl;
}

std::string TlsClientContext::explain(SSL& ssl, const Endpoint& endpoint,
                                      const std::string& complaint) const {
  const long verdict = SSL_get_verify_result(&ssl);
  if (verdict == X509_V_OK || options_.insecure_accept_any_certificate) {
    return "no TLS: " + (complaint.empty() ? "it closed the connection" : complaint);
  }
  if (verdict == X509_V_ERR_HOSTNAME_MISMATCH || verdict == X509_V_ERR_IP_ADDRESS_MISMATCH) {
    return "its certificate is for somebody else than " + name_of(endpoint);
  }
  return std::string("its certificate is not believed: ") + X509_verify_cert_error_string(verdict) +
         (options_.ca_file.empty() ? " (by the system's authorities)"
                                   : " (by those in " + options_.ca_file + ")");
}

std::expected<TlsClient::Context, TlsClient::Problems> TlsClient::read(
    const TlsClientOptions& options) {
  TlsFiles files;
  SslContextHandle context = make_tls_context(TLS_client_method(), options.minimum_version);
  SSL_CTX_set_alpn_protos(context.get(), kProtocols.data(), kProtocols.size());
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_verify(context.get(),
                     options.insecure_accept_any_certificate ? SSL_VERIFY_NONE : SSL_VERIFY_PEER,
                     nullptr);
  if (!options.ca_file.empty()) {
    files.authorities(*context, options.ca_file, false);
  } else if (!options.insecure_accept_any_certificate) {
    SSL_CTX_set_default_verify_paths(context.get());
  }
  if (options.certificate) files.pair(*context, *options.certificate);
  if (!files.problems().empty()) return std::unexpected(std::move(files.problems()));
  return std::make_shared<const TlsClientContext>(options, std::move(context), files.digest());
}

TlsClient::TlsClient(Context context) : shared_(std::make_unique<Shared>(std::move(context))) {}
TlsClient::~TlsClient() = default;

void TlsClient::use(Context next) { shared_->use(std::move(next)); }

std::expected<void, TlsClient::Problems> TlsClient::reload() {
  auto next = read(context()->options());
  if (!next) return std::unexpected(std::move(next.error()));
  use(std::move(*next));
  return {};
}

TlsClient::Context TlsClient::context() const { return shared_->context(); }

std::uint64_t TlsClient::generation() const noexcept { return shared_->generation; }

}  // namespace banyan::http
