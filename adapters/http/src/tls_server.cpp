// SPDX-License-Identifier: Apache-2.0
#include "tls_server.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

#include "tls_files.hpp"
#include "tls_identity.hpp"

namespace banyan::http {
namespace {

/// Of TLS 1.2: forward secrecy and authenticated encryption. Those of 1.3 all have both.
constexpr const char* kCiphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

/// What is spoken over TLS here, the best first. HTTP/2 will come before the others.
constexpr std::array<std::string_view, 2> kProtocols = {"http/1.1", "http/1.0"};

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                    const unsigned char* offered, unsigned offered_size, void*) {
  for (const std::string_view ours : kProtocols) {
    for (unsigned at = 0; at < offered_size; at += 1U + offered[at]) {
      const unsigned size = std::min<unsigned>(offered[at], offered_size - at - 1);
      const std::string_view theirs(reinterpret_cast<const char*>(offered + at + 1), size);
      if (ours != theirs) continue;
      *chosen = offered + at + 1;
      *chosen_size = static_cast<unsigned char>(size);
      return SSL_TLSEXT_ERR_OK;
    }
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

int choose_certificate(SSL* ssl, int*, void* argument) {
  const char* const name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (name == nullptr) return SSL_TLSEXT_ERR_NOACK;
  const auto* const all = static_cast<const TlsServerContext*>(argument);
  SSL_CTX* const chosen = all->with_name(in_lower_case(name));
  if (chosen == nullptr) return SSL_TLSEXT_ERR_NOACK;
  if (chosen != SSL_get_SSL_CTX(ssl)) SSL_set_SSL_CTX(ssl, chosen);
  return SSL_TLSEXT_ERR_OK;
}

int ticket_key(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
               EVP_MAC_CTX* mac, int sealing) {
  auto* const server = static_cast<TlsServer::Shared*>(SSL_get_app_data(ssl));
  return server->tickets.key(name, iv, cipher, mac, sealing == 1);
}

int verify_mode(ClientCertificates wanted) {
  switch (wanted) {
    case ClientCertificates::Off: break;
    case ClientCertificates::Optional: return SSL_VERIFY_PEER;
    case ClientCertificates::Required: return SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
  }
  return SSL_VERIFY_NONE;
}

/// A session is only resumed where clients' certificates are judged as they were when it began.
void bind_sessions(SSL_CTX& context, ClientCertificates wanted, const std::string& authorities) {
  const std::string policy = std::to_string(static_cast<int>(wanted)) + authorities;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(policy.data(), policy.size(), digest.data(), &size, EVP_sha256(), nullptr);
  SSL_CTX_set_session_id_context(&context, digest.data(), size);
  SSL_CTX_set_timeout(&context, kTlsSessionLife.count());
  // Tickets only: nothing is kept here.
  SSL_CTX_set_session_cache_mode(&context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_tlsext_ticket_key_evp_cb(&context, ticket_key);
}

}  // namespace

TlsServerContext::TlsServerContext(TlsServerOptions options, std::vector<Entry> entries,
                                   std::chrono::system_clock::time_point expires)
    : options_(std::move(options)), entries_(std::move(entries)), expires_(expires) {
  SSL_CTX_set_tlsext_servername_callback(first(), choose_certificate);
  SSL_CTX_set_tlsext_servername_arg(first(), this);
}

SSL_CTX* TlsServerContext::with_name(const std::string& name) const {
  const auto has = [&name](const Entry& entry) {
    return std::ranges::any_of(entry.names, [&](const auto& each) { return is_for(each, name); });
  };
  // An exact name comes before a wildcard, wherever it stands.
  const auto exact = std::ranges::find_if(entries_, [&name](const Entry& entry) {
    return std::ranges::find(entry.names, name) != entry.names.end();
  });
  const auto found = exact != entries_.end() ? exact : std::ranges::find_if(entries_, has);
  return found == entries_.end() ? nullptr : found->context.get();
}

std::expected<TlsServer::Context, TlsServer::Problems> TlsServer::read(
    const TlsServerOptions& options) {
  TlsFiles files;
  std::vector<TlsServerContext::Entry> entries;
  auto expires = std::chrono::system_clock::time_point::max();
  for (const TlsCertificate& each : options.certificates) {
    SslContextHandle context = make_tls_context(TLS_server_method(), options.minimum_version);
    SSL_CTX_set_cipher_list(context.get(), kCiphers);
    SSL_CTX_set_alpn_select_cb(context.get(), choose_protocol, nullptr);
    SSL_CTX_set_verify(context.get(), verify_mode(options.client_certificates), nullptr);
    X509* const leaf = files.pair(*context, each);
    if (leaf == nullptr) continue;
    expires = std::min(expires, end_of(*leaf));
    entries.push_back({std::move(context), server_names_of(*leaf)});
  }
  if (options.certificates.empty()) {
    files.problems().push_back({"", "a server needs at least one certificate"});
  }
  if (options.client_certificates != ClientCertificates::Off) {
    // To be told of its problems also when no certificate is good.
    SslContextHandle probe = make_tls_context(TLS_server_method(), options.minimum_version);
    files.authorities(*probe, options.client_ca_file, true);
    for (const auto& entry : entries) {
      SSL_CTX_set1_cert_store(entry.context.get(), SSL_CTX_get_cert_store(probe.get()));
      SSL_CTX_set_client_CA_list(entry.context.get(),
                                 SSL_dup_CA_list(SSL_CTX_get_client_CA_list(probe.get())));
    }
  }
  if (!files.problems().empty()) return std::unexpected(std::move(files.problems()));
  for (const auto& entry : entries) {
    bind_sessions(*entry.context, options.client_certificates, files.authorities_text());
  }
  return std::make_shared<const TlsServerContext>(options, std::move(entries), expires);
}

TlsServer::TlsServer(Context context) : shared_(std::make_shared<Shared>(std::move(context))) {}
TlsServer::~TlsServer() = default;

void TlsServer::use(Context next) { shared_->use(std::move(next)); }

std::expected<void, TlsServer::Problems> TlsServer::reload() {
  auto next = read(context()->options());
  if (!next) return std::unexpected(std::move(next.error()));
  use(std::move(*next));
  return {};
}

TlsServer::Context TlsServer::context() const { return shared_->context(); }

TlsServer::Counts TlsServer::counts() const {
  return {shared_->handshakes, shared_->resumed, shared_->failed};
}

std::chrono::system_clock::time_point TlsServer::expires() const { return context()->expires(); }

}  // namespace banyan::http
