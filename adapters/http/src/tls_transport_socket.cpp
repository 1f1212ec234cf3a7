// SPDX-License-Identifier: Apache-2.0
#include "tls_transport_socket.hpp"

#include <openssl/err.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

#include "banyan/http/problem.hpp"
#include "banyan/http/serializer.hpp"
#include "banyan/kernel/hex.hpp"
#include "banyan/kernel/random.hpp"
#include "tls_client.hpp"
#include "tls_files.hpp"
#include "tls_identity.hpp"
#include "tls_server.hpp"

namespace banyan::http {
namespace {

constexpr std::size_t kRecord = 16 * 1024;
/// For the kernel at a time.
constexpr std::size_t kBatch = 4 * kRecord;
/// What was sent is forgotten, but not the room for it, unless it was a great deal.
constexpr std::size_t kKeptCapacity = 1024;
/// How much is read from somebody who was turned away, so that it gets to see why.
constexpr std::size_t kMostWaste = 64 * 1024;

bool blocked() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

EarlyRefusal refusal_of_plain_http() {
  EarlyRefusal made{{400, "http.plain_on_tls",
                     "this port speaks TLS, and the request came without; ask by https://"},
                    {},
                    {}};
  append_hex(made.id, system_random().next(), 16);
  made.answer = problem_response(made.refusal, made.id);
  made.answer.head.fields.add("X-Request-Id", made.id);
  return made;
}

/// The next record's worth of the parts, copied together if it takes several of them to fill one.
class Gathering {
 public:
  explicit Gathering(std::span<const std::string_view> parts) : parts_(parts) { skip_empty(); }

  bool empty() const { return at_ == parts_.size(); }
  std::string_view next() {
    const std::string_view part = parts_[at_].substr(offset_);
    if (part.size() >= kRecord || at_ + 1 == parts_.size()) return part.substr(0, kRecord);
    std::size_t size = 0;
    std::size_t offset = offset_;
    for (std::size_t i = at_; i < parts_.size() && size < kRecord; ++i, offset = 0) {
      const std::string_view piece = parts_[i].substr(offset, kRecord - size);
      if (piece.empty()) continue;  // its address may be null, which memcpy(3) does not take
      std::memcpy(together_.data() + size, piece.data(), piece.size());
      size += piece.size();
    }
    return {together_.data(), size};
  }
  void consume(std::size_t size) {
    while (size > 0) {
      const std::size_t step = std::min(size, parts_[at_].size() - offset_);
      offset_ += step;
      size -= step;
      skip_empty();
    }
  }

 private:
  void skip_empty() {
    while (at_ < parts_.size() && offset_ == parts_[at_].size()) {
      ++at_;
      offset_ = 0;
    }
  }

  std::span<const std::string_view> parts_;
  std::size_t at_ = 0;
  std::size_t offset_ = 0;
  std::array<char, kRecord>
      together_;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled as needed
};

}  // namespace

/// How OpenSSL gets at the socket: reads go there, writes are gathered.
struct TlsTransportSocket::Bio {
  static TlsTransportSocket& owner(BIO* bio) {
    return *static_cast<TlsTransportSocket*>(BIO_get_data(bio));
  }

  static int read(BIO* bio, char* into, std::size_t size, std::size_t* got) {
    TlsTransportSocket& transport = owner(bio);
    BIO_clear_retry_flags(bio);
    *got = 0;
    // Nothing is left behind a read that found less than it asked for: spares one in two.
    if (transport.drained_ && transport.has_some_) {
      BIO_set_retry_read(bio);
      return -1;
    }
    const ssize_t came = ::recv(transport.socket_, into, size, 0);
    if (came > 0) {
      *got = static_cast<std::size_t>(came);
      transport.drained_ = *got < size;
      if (transport.phase_ == Phase::Silent) {
        // A record begins with a number; a method of HTTP with a capital letter.
        const bool plain = transport.server_ && *into >= 'A' && *into <= 'Z';
        transport.phase_ = plain ? Phase::PlainHttp : Phase::Handshaking;
      }
      return 1;
    }
    if (came == 0) {
      transport.socket_ended_ = true;
      return 0;
    }
    if (blocked()) BIO_set_retry_read(bio);
    return -1;
  }

  static int write(BIO* bio, const char* bytes, std::size_t size, std::size_t* taken) {
    BIO_clear_retry_flags(bio);
    owner(bio).out_.append(bytes, size);
    *taken = size;
    return 1;
  }

  static long control(BIO* bio, int command, long, void*) {
    switch (command) {
      case BIO_CTRL_EOF: return owner(bio).socket_ended_ ? 1 : 0;
      case BIO_CTRL_FLUSH: return 1;
      default: return 0;
    }
  }

  static const BIO_METHOD* method() {
    struct Made {
      Made() : method(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "banyan wire")) {
        if (method == nullptr) throw std::bad_alloc();
        BIO_meth_set_read_ex(method, &Bio::read);
        BIO_meth_set_write_ex(method, &Bio::write);
        BIO_meth_set_ctrl(method, &Bio::control);
      }
      // Never freed: connections of static servers may outlive whatever order there is.
      BIO_METHOD* method;
    };
    static const Made made;
    return made.method;
  }
};

TlsTransportSocket::TlsTransportSocket(SslHandle ssl, std::shared_ptr<TlsServer::Shared> server,
                                       TlsClient::Context client, Endpoint endpoint)
    : ssl_(std::move(ssl)),
      server_(std::move(server)),
      client_(std::move(client)),
      endpoint_(std::move(endpoint)) {
  BIO* const bio = BIO_new(Bio::method());
  if (bio == nullptr) throw std::bad_alloc();
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_app_data(ssl_.get(), server_.get());
}

TlsTransportSocket::~TlsTransportSocket() {
  const bool halfway = phase_ == Phase::Handshaking || phase_ == Phase::PlainHttp;
  if (server_ && halfway) ++server_->failed;
}

std::unique_ptr<TlsTransportSocket> TlsTransportSocket::accepting(
    std::shared_ptr<TlsServer::Shared> server) {
  TlsServer::Context context = server->context();
  SslHandle ssl(SSL_new(context->first()));
  if (!ssl) throw std::bad_alloc();
  SSL_set_accept_state(ssl.get());
  std::unique_ptr<TlsTransportSocket> transport(
      new TlsTransportSocket(std::move(ssl), std::move(server), nullptr, {}));
  transport->server_context_ = std::move(context);
  return transport;
}

std::unique_ptr<TlsTransportSocket> TlsTransportSocket::asking(TlsClient::Context client,
                                                               const Endpoint& endpoint) {
  SslHandle ssl = client->begin(endpoint);
  return std::unique_ptr<TlsTransportSocket>(
      new TlsTransportSocket(std::move(ssl), nullptr, std::move(client), endpoint));
}

Moved::Kind TlsTransportSocket::outcome(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: return Moved::Kind::Blocked;
    case SSL_ERROR_ZERO_RETURN: return Moved::Kind::End;
    default: break;
  }
  trouble_ = tls_complaint();
  return Moved::Kind::Broken;
}

Moved TlsTransportSocket::greet(int socket) {
  socket_ = socket;
  return shake_hands();
}

Moved TlsTransportSocket::shake_hands() {
  ERR_clear_error();
  has_some_ = false;
  const int result = SSL_do_handshake(ssl_.get());
  const Moved::Kind kind = result == 1 ? Moved::Kind::Some : outcome(result);
  if (kind == Moved::Kind::Some) shaken();
  if (server_ && kind != Moved::Kind::Some && kind != Moved::Kind::Blocked) {
    turn_away();
    return read_waste();
  }
  flush();
  if (kind == Moved::Kind::Some || kind == Moved::Kind::Blocked) return {kind, 0};
  trouble_ = client_->explain(*ssl_, endpoint_, trouble_);
  end_ = Moved::Kind::Broken;
  return {Moved::Kind::Broken, 0};
}

void TlsTransportSocket::shaken() {
  phase_ = Phase::Established;
  server_context_ = nullptr;
  if (!server_) return;
  ++server_->handshakes;
  TlsPeer peer;
  peer.version = SSL_get_version(ssl_.get());
  peer.cipher = SSL_get_cipher_name(ssl_.get());
  peer.resumed = SSL_session_reused(ssl_.get()) == 1;
  if (peer.resumed) ++server_->resumed;
  const unsigned char* protocol = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &protocol, &size);
  if (size != 0) peer.protocol.assign(reinterpret_cast<const char*>(protocol), size);
  if (const char* name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name)) {
    peer.server_name = name;
  }
  if (X509* const certificate = SSL_get0_peer_certificate(ssl_.get())) {
    peer.client = identity_of(*certificate);
  }
  peer_ = std::make_unique<const TlsPeer>(std::move(peer));
}

/// Says why, stops sending, and then only reads: a connection that is closed with something unread
/// is reset, and takes with it what was said.
void TlsTransportSocket::turn_away() {
  ++server_->failed;
  write_side_ = WriteSide::Shut;
  if (std::exchange(phase_, Phase::Refused) == Phase::PlainHttp) {
    early_refusal_ = std::make_unique<const EarlyRefusal>(refusal_of_plain_http());
    out_ = serialize(early_refusal_->answer, Persistence::Close).value();
    flushed_ = 0;
  }
  flush();
}

Moved TlsTransportSocket::read_waste() {
  if (!unsent().empty() && flush() == Flushed::Broken) return {Moved::Kind::Broken, 0};
  std::array<char, 4096> waste;
  while (wasted_ < kMostWaste) {
    const ssize_t size = ::recv(socket_, waste.data(), waste.size(), 0);
    if (size < 0 && blocked()) return {Moved::Kind::Blocked, 0};
    if (size <= 0) break;
    wasted_ += static_cast<std::size_t>(size);
  }
  return {Moved::Kind::Broken, 0};
}

Moved TlsTransportSocket::read(int socket, std::span<char> into) {
  socket_ = socket;
  if (phase_ == Phase::Refused) return read_waste();
  if (end_) return {*end_, 0};
  if (!unsent().empty()) flush();
  if (phase_ != Phase::Established) {
    const Moved shaken = shake_hands();
    if (phase_ != Phase::Established) return shaken;
  }
  drained_ = false;
  std::size_t size = 0;
  while (size < into.size()) {
    has_some_ = size > 0;
    ERR_clear_error();
    std::size_t got = 0;
    const int result = SSL_read_ex(ssl_.get(), into.data() + size, into.size() - size, &got);
    if (result == 1) {
      size += got;
      continue;
    }
    const Moved::Kind kind = outcome(result);
    if (kind != Moved::Kind::Blocked) end_ = kind;
    break;
  }
  // An alert, or the answer to a change of keys.
  if (!unsent().empty()) flush();
  if (size > 0) return {Moved::Kind::Some, size};
  return {end_.value_or(Moved::Kind::Blocked), 0};
}

Moved TlsTransportSocket::write(int socket, std::span<const std::string_view> parts, Then) {
  socket_ = socket;
  if (write_side_ != WriteSide::Open || end_ == Moved::Kind::Broken) {
    return {std::exchange(untold_, false) ? Moved::Kind::Some : Moved::Kind::Broken, 0};
  }
  // Not encrypted a second time, even if a read has sent the last of it meanwhile.
  if (owed_ != 0) return settle();
  if (!unsent().empty()) {  // nothing of the caller's
    const Flushed flushed = flush();
    if (flushed == Flushed::Broken) return {Moved::Kind::Broken, 0};
    if (flushed == Flushed::Part) return {Moved::Kind::Blocked, 0};
  }
  if (phase_ != Phase::Established) return {Moved::Kind::Blocked, 0};
  Gathering gathering(parts);
  while (!gathering.empty() && owed_ < kBatch) {
    const std::string_view piece = gathering.next();
    ERR_clear_error();
    std::size_t taken = 0;
    const int result = SSL_write_ex(ssl_.get(), piece.data(), piece.size(), &taken);
    if (result != 1) {
      if (outcome(result) == Moved::Kind::Blocked) break;
      write_side_ = WriteSide::Deaf;
      // What was encrypted before may go out yet, when something is read.
      return {owed_ != 0 ? Moved::Kind::Some : Moved::Kind::Broken, 0};
    }
    owed_ += taken;
    gathering.consume(taken);
  }
  if (owed_ == 0 && !gathering.empty()) return {Moved::Kind::Blocked, 0};
  return settle();
}

/// What the kernel took of a record that is not through yet shows as progress, without a number:
/// also when it took it from a read, and when it takes no more, which the next write tells.
Moved TlsTransportSocket::settle() {
  const Flushed flushed = flush();
  const bool some = std::exchange(untold_, false);
  if (flushed == Flushed::All) return {Moved::Kind::Some, std::exchange(owed_, 0)};
  if (some) return {Moved::Kind::Some, 0};
  return {flushed == Flushed::Part ? Moved::Kind::Blocked : Moved::Kind::Broken, 0};
}

TlsTransportSocket::Flushed TlsTransportSocket::flush() {
  while (!unsent().empty()) {
    const std::string_view bytes = unsent();
    const ssize_t size = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && !blocked()) {
      write_side_ = WriteSide::Deaf;
      return Flushed::Broken;
    }
    if (size < 0) return Flushed::Part;
    flushed_ += static_cast<std::size_t>(size);
    if (owed_ != 0) untold_ = true;
  }
  out_.clear();
  flushed_ = 0;
  if (out_.capacity() > kKeptCapacity) out_.shrink_to_fit();
  if (write_side_ == WriteSide::Shut) ::shutdown(socket_, SHUT_WR);
  return Flushed::All;
}

void TlsTransportSocket::shut_sending(int socket) {
  socket_ = socket;
  if (write_side_ != WriteSide::Open) return;
  write_side_ = WriteSide::Shut;
  if (phase_ == Phase::Established && end_ != Moved::Kind::Broken) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }
  flush();
}

}  // namespace banyan::http
