// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "upstream_connection.hpp"

namespace banyan::http {

/// One request to an upstream: on a kept connection if there is one, once more on a fresh one if
/// that turns out dead and asking again is harmless. Under way on its loop from its start, and
/// again whenever somebody waits for something of it.
class UpstreamCall final : public ConnectionUser,
                           public UnderWay,
                           public std::enable_shared_from_this<UpstreamCall> {
 public:
  UpstreamCall(std::shared_ptr<LoopCore> loop, std::shared_ptr<UpstreamPool> pool,
               const Endpoint& endpoint, const UpstreamRequest& request);
  ~UpstreamCall() override;

  void start(const WriteHead& write_head);
  void write(std::string_view bytes, UpstreamExchange::WriteDone done);
  void finish(const Fields& trailers);
  void read_head(UpstreamExchange::HeadDone done);
  std::optional<std::string_view> take_small_body();
  void read_body(UpstreamExchange::PieceDone done);
  void on_failure(UpstreamExchange::FailureDone done);
  void cancel();
  /// Nobody is interested any more.
  void abandon();

  LoopCore& loop() noexcept { return *loop_; }
  Framing framing() const noexcept { return framing_; }
  bool has_body() const noexcept { return has_body_; }
  bool reused() const noexcept { return reused_; }

  void connected() override;
  void connect_failed(const std::string& why) override;
  void no_socket(const std::string& why) override;
  void input_came() override { advance(); }
  void input_is_over(bool clean) override;
  void sent() override;
  void sending() override;
  void send_failed() override;
  void faulted() override;
  void loop_ends() override;

 private:
  void use(std::shared_ptr<UpstreamConnection> connection, bool kept);
  ResponseParser& parser();
  /// The kernel has certainly taken no byte of the request.
  bool unsent() const noexcept { return !maybe_sent_ && (!handed_ || (broken_ && !progress_)); }
  void advance();
  void take_steps();
  [[gnu::cold]] void input_ran_dry();
  void advance_later();
  void take_final_head();
  void begin_tunnel();
  [[gnu::cold]] void ended_early();
  void complete();
  void mark_complete();
  /// The answer is complete, the request is not, and the upstream takes it still.
  bool writes_on() const noexcept {
    return complete_ && connection_ && !request_done_ && !broken_ && !tunnel_;
  }
  [[gnu::cold]] void give_up_writing();
  void release_connection();
  void send_piece();
  void request_sent();
  [[gnu::cold]] void fail(UpstreamFailure::Kind kind, std::string what);
  [[gnu::cold]] void tell_failure();
  [[gnu::cold]] void too_late_for_reader();
  void release_callbacks();
  void take_back();
  void stop_timers();

  std::shared_ptr<LoopCore> loop_;
  std::shared_ptr<UpstreamPool> pool_;
  Endpoint endpoint_;
  UpstreamRequest request_;
  std::unique_ptr<UpstreamPool::Heads> heads_;
  std::unique_ptr<ResponseParser> parser_;  ///< once there is something to read
  bool asks_for_head_ = false;
  bool tunnel_ = false;                   ///< has switched protocols
  std::chrono::milliseconds quiet_time_;  ///< between two pieces of the answer
  std::shared_ptr<UpstreamConnection> connection_;
  Timer read_timer_;   ///< connect, first byte, stalled answer
  Timer write_timer_;  ///< stalled request
  Timer total_timer_;

  bool reused_ = false;
  bool retried_ = false;
  bool maybe_sent_ = false;  ///< on the connection before this one
  bool over_ = false;
  bool advancing_ = false;
  bool handed_ = false;    ///< the kernel was asked to send
  bool progress_ = false;  ///< and is known to have taken something
  bool broken_ = false;    ///< the upstream takes no more of the request
  bool clean_end_ = true;

  std::uint64_t left_ = 0;
  bool finished_ = false;  ///< by whoever writes
  bool last_chunk_due_ = false;
  std::string last_chunk_;     ///< with the trailers
  bool request_done_ = false;  ///< everything is with the kernel
  bool piece_waits_ = false;
  std::string_view piece_;
  std::size_t pieces_done_ = 0;
  UpstreamExchange::WriteDone write_done_;

  bool has_head_ = false;
  bool interim_shown_ = false;
  bool answered_ = false;  ///< a byte of an answer has come
  bool complete_ = false;
  bool has_body_ = false;
  std::size_t interim_ = 0;
  Framing framing_;
  Fields trailers_;  ///< the answer's
  UpstreamExchange::HeadDone head_done_;
  UpstreamExchange::PieceDone piece_done_;
  UpstreamExchange::FailureDone failed_done_;
  bool lent_ = false;  ///< the reader has a piece, which lies in the connection's buffer
  std::shared_ptr<UpstreamConnection> lender_;  ///< it has ended, its buffer has not
  std::optional<UpstreamFailure> failure_;
};

}  // namespace banyan::http
