// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "http/client.hpp"
#include "http/parser.hpp"

namespace banyan::http {

/// One non-blocking socket and what was read from it; waits with poll(2), never beyond a deadline.
/// Used by one thread at a time.
class ClientConnection {
 public:
  /// Tries every address of the name in turn.
  static std::expected<std::unique_ptr<ClientConnection>, ClientFailure> connect(
      const Endpoint& endpoint, const Limits& limits, SteadyTime deadline);

  ~ClientConnection();
  ClientConnection(const ClientConnection&) = delete;
  ClientConnection& operator=(const ClientConnection&) = delete;

  /// Sends `bytes` and reads one final answer, both at once, since an answer may come early.
  std::expected<Response, ClientFailure> exchange(std::string_view bytes, std::string_view method,
                                                  SteadyTime deadline);

  /// Whether another exchange may follow.
  bool reusable() const noexcept { return reusable_; }
  /// False as soon as anything can be read, be it bytes nobody asked for or the end.
  bool still_quiet() const noexcept;
  /// Not one byte of the last answer came before it failed.
  bool silent() const noexcept { return silent_; }

  SteadyTime idle_since;

 private:
  ClientConnection(int socket, std::string where, const Limits& limits)
      : socket_(socket), where_(std::move(where)), parser_(limits) {}

  ClientFailure failure(ClientFailure::Kind kind, std::string what) const;
  /// Reads on in what has come. True when the answer is complete.
  std::expected<bool, ClientFailure> take_input(Response& response);

  int socket_;
  std::string where_;
  ResponseParser parser_;
  std::string in_;
  std::size_t interim_ = 0;
  std::size_t sent_ = 0;
  bool silent_ = true;
  bool reusable_ = false;
};

}  // namespace banyan::http
