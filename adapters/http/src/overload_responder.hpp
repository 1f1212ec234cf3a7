// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "connection.hpp"
#include "socket_connection.hpp"

namespace banyan::http {

/// A connection for which there is no room: is told so, then lingers for a moment, so that the
/// reset by which a request of it would be answered does not take the answer away (RFC 9112 §9.6).
/// What it sends is read and dropped. How many may be here at a time is bounded; the next ones are
/// told and closed at once. On its loop only.
class OverloadResponder final : public SocketConnection {
 public:
  /// Over all loops.
  static constexpr std::size_t kMost = 256;

  /// Sends `answer` on a connection that was just accepted.
  static void tell(const std::shared_ptr<LoopCore>& loop, posix::Descriptor socket,
                   const std::shared_ptr<Serving>& serving, std::string_view answer);

  /// Use tell().
  OverloadResponder(std::shared_ptr<LoopCore> loop, posix::Descriptor socket,
                    std::shared_ptr<Serving> serving);
  ~OverloadResponder() override;

 private:
  void start(std::string_view answer);
  void on_input() override;
  void on_input_end(bool clean) override;
  void on_sent() override;
  void on_send_failed() override { close(); }
  void on_send_progress() override {}
  void on_fault() override { close(); }
  void loop_ends() override { close(); }

  std::shared_ptr<Serving> serving_;
  Timer time_;
  std::size_t dropped_ = 0;
};

}  // namespace banyan::http
