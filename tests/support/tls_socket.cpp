// SPDX-License-Identifier: Apache-2.0
#include "support/tls_socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <ctime>
#include <utility>

namespace banyan::test {
namespace {

constexpr timeval kPatience{.tv_sec = 5, .tv_usec = 0};

/// OpenSSL's own sockets raise SIGPIPE. Taken away here only, so that the engine under test is not
/// protected from its own.
class WithoutSigpipe {
 public:
  WithoutSigpipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~WithoutSigpipe() {
    const timespec now{};
    while (sigtimedwait(&pipe_, nullptr, &now) > 0) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  WithoutSigpipe(const WithoutSigpipe&) = delete;
  WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;

 private:
  sigset_t pipe_{};
  sigset_t before_{};
};

std::string reason() {
  std::string all;
  while (const unsigned long error = ERR_get_error()) {
    const char* const text = ERR_reason_error_string(error);
    all += std::string(all.empty() ? "" : "; ") + (text == nullptr ? "?" : text);
  }
  return all.empty() ? "the connection ended" : all;
}

}  // namespace

struct TlsSocket::Parts {
  ~Parts() {
    // Else OpenSSL would not resume the session.
    if (ssl != nullptr) SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(ssl);
    SSL_CTX_free(context);
    if (descriptor >= 0) ::close(descriptor);
  }
  void prepare(const SSL_METHOD* method, const Options& options) {
    ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
    ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
    context = SSL_CTX_new(method);
    // To be able to ask for what must be refused.
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_min_proto_version(context, options.oldest);
    SSL_CTX_set_max_proto_version(context, options.newest);
    if (options.own != nullptr &&
        (SSL_CTX_use_certificate_chain_file(context, options.own->chain_file.c_str()) != 1 ||
         SSL_CTX_use_PrivateKey_file(context, options.own->key_file.c_str(), SSL_FILETYPE_PEM) !=
             1)) {
      throw std::runtime_error(reason());
    }
    if (!options.authority.empty()) {
      SSL_CTX_load_verify_locations(context, options.authority.c_str(), nullptr);
      SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }
    ssl = SSL_new(context);
    SSL_set_fd(ssl, descriptor);
  }
  void shake(int (*how)(SSL*)) {
    const WithoutSigpipe quiet;
    ERR_clear_error();
    if (how(ssl) != 1) throw TlsFailure(reason());
  }

  int descriptor = -1;
  SSL_CTX* context = nullptr;
  SSL* ssl = nullptr;
};

TlsSocket::TlsSocket(std::uint16_t port, const Options& options) : parts_(new Parts) {
  parts_->descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (options.receive_buffer != 0) {
    ::setsockopt(parts_->descriptor, SOL_SOCKET, SO_RCVBUF, &options.receive_buffer,
                 sizeof options.receive_buffer);
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (::connect(parts_->descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("cannot connect to port " + std::to_string(port));
  }
  parts_->prepare(TLS_client_method(), options);
  SSL* const ssl = parts_->ssl;
  if (!options.server_name.empty()) {
    SSL_set_tlsext_host_name(ssl, options.server_name.c_str());
    if (!options.authority.empty()) SSL_set1_host(ssl, options.server_name.c_str());
  }
  if (!options.protocols.empty()) {
    SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>(options.protocols.data()),
                        static_cast<unsigned>(options.protocols.size()));
  }
  if (options.resumes != nullptr) {
    SSL_set_session(ssl, SSL_get0_session(options.resumes->parts_->ssl));
  }
  parts_->shake(SSL_connect);
}

TlsSocket::TlsSocket(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

TlsSocket TlsSocket::accept(int descriptor, const Options& options) {
  auto parts = std::make_unique<Parts>();
  parts->descriptor = descriptor;
  parts->prepare(TLS_server_method(), options);
  parts->shake(SSL_accept);
  return TlsSocket(std::move(parts));
}

TlsSocket::~TlsSocket() = default;
TlsSocket::TlsSocket(TlsSocket&& other) noexcept = default;

void TlsSocket::send(std::string_view bytes) {
  const WithoutSigpipe quiet;
  while (!bytes.empty()) {
    std::size_t taken = 0;
    if (SSL_write_ex(parts_->ssl, bytes.data(), bytes.size(), &taken) != 1) return;
    bytes.remove_prefix(taken);
  }
}

std::string TlsSocket::read(const std::function<bool(std::string_view)>& enough) {
  const WithoutSigpipe quiet;
  std::string got;
  while (!enough(got)) {
    std::array<char, 16 * 1024> buffer;
    std::size_t size = 0;
    ERR_clear_error();
    const int result = SSL_read_ex(parts_->ssl, buffer.data(), buffer.size(), &size);
    if (result == 1) {
      got.append(buffer.data(), size);
      continue;
    }
    const int error = SSL_get_error(parts_->ssl, result);
    if (error == SSL_ERROR_ZERO_RETURN) break;
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
      got += "<nothing more came in five seconds>";
    } else {
      const std::string why = reason();
      got += why == "unexpected eof while reading" || why == "the connection ended"
                 ? "<cut>"
                 : "<" + why + ">";
    }
    break;
  }
  return got;
}

std::string TlsSocket::read_until(std::string_view end) {
  return read([end](std::string_view got) { return got.find(end) != std::string_view::npos; });
}
std::string TlsSocket::read_to_end() {
  return read([](std::string_view) { return false; });
}

void TlsSocket::shut_sending() {
  const WithoutSigpipe quiet;
  SSL_shutdown(parts_->ssl);
}

void TlsSocket::close() {
  shut_sending();
  cut();
}

void TlsSocket::cut() {
  ::shutdown(parts_->descriptor, SHUT_RDWR);
  ::close(std::exchange(parts_->descriptor, -1));
}

bool TlsSocket::resumed() const { return SSL_session_reused(parts_->ssl) == 1; }
std::string TlsSocket::version() const { return SSL_get_version(parts_->ssl); }

std::string TlsSocket::protocol() const {
  const unsigned char* text = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(parts_->ssl, &text, &size);
  return {reinterpret_cast<const char*>(text), size};
}

std::string TlsSocket::peer_name() const {
  X509* const certificate = SSL_get0_peer_certificate(parts_->ssl);
  if (certificate == nullptr) return {};
  std::array<char, 256> name{};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(),
                            name.size());
  return name.data();
}

}  // namespace banyan::test
