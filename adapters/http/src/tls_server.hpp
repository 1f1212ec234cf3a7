// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "banyan/http/tls.hpp"
#include "tls_handles.hpp"
#include "tls_tickets.hpp"

namespace banyan::http {

/// One SSL_CTX for each certificate. The first has the callback that chooses.
class TlsServerContext {
 public:
  struct Entry {
    SslContextHandle context;
    std::vector<std::string> names;  ///< in lower case, perhaps with a wildcard
  };
  TlsServerContext(TlsServerOptions options, std::vector<Entry> entries,
                   std::chrono::system_clock::time_point expires);

  SSL_CTX* first() const noexcept { return entries_.front().context.get(); }
  /// For a name that a client asks for; null when nobody has it.
  SSL_CTX* with_name(const std::string& name) const;

  const TlsServerOptions& options() const noexcept { return options_; }
  std::chrono::system_clock::time_point expires() const noexcept { return expires_; }

 private:
  TlsServerOptions options_;
  std::vector<Entry> entries_;
  std::chrono::system_clock::time_point expires_;
};

/// What the connections of a server hold on to. They find it as the SSL's app data.
class TlsServer::Shared {
 public:
  explicit Shared(Context first) : context_(std::move(first)) {}

  Context context() const {
    const std::lock_guard lock(mutex_);
    return context_;
  }
  void use(Context next) {
    {
      const std::lock_guard lock(mutex_);
      context_.swap(next);
    }
    // The old one goes outside of the lock.
  }

  TlsTickets tickets;
  std::atomic<std::uint64_t> handshakes = 0;
  std::atomic<std::uint64_t> resumed = 0;
  std::atomic<std::uint64_t> failed = 0;

 private:
  mutable std::mutex mutex_;
  Context context_;
};

}  // namespace banyan::http
