// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/forwarding/forwarder.hpp"
#include "banyan/forwarding/outcome.hpp"
#include "banyan/upstream/attempts.hpp"

namespace banyan::strangler {

struct Forwarder::Shared {
  explicit Shared(ForwarderOptions given) : options(std::move(given)) {}
  ForwarderOptions options;
};

/// One exchange on its way to an upstream and back. All of it on the exchange's loop.
///
/// Three things go on side by side: the attempt (relay.cpp), the upload (relay_upload.cpp) and the
/// answer (relay_answer.cpp). Whichever of them sees the end calls settle(), once; what comes in
/// afterwards finds the relay settled and does nothing. Callbacks that are due keep it alive.
class Relay : public std::enable_shared_from_this<Relay> {
 public:
  Relay(std::shared_ptr<Forwarder::Shared> shared, std::shared_ptr<http::Exchange> exchange,
        ForwardOrder order);
  void run();

 private:
  /// How far the request's body has come.
  enum class Upload : std::uint8_t {
    Held,     ///< the client waits for 100 (Continue) before it sends anything
    Reading,  ///< asked the client for a piece
    Writing,  ///< `piece_` is on its way to the upstream
    Refused,  ///< the upstream takes no more; its answer decides
    Done,     ///< all sent, or there was nothing to send
  };

  // The attempt.
  void attempt();
  std::string upstream_name() const;
  [[gnu::cold]] void attempt_failed(const http::UpstreamFailure& failure);
  bool may_try_again(const http::UpstreamFailure& failure);
  [[gnu::cold]] void give_up(http::UpstreamFailure failure);
  [[gnu::cold]] void refuse_unasked(upstream::Attempts::Begun why);
  /// With what is to be said in each answer. Before settle(), which may be the end of this.
  [[gnu::cold]] http::Response own_answer(const http::Refusal& refusal);
  /// Whether another side goes on in place of the one that has failed.
  [[gnu::cold]] bool goes_elsewhere(SideFailure failure);
  void go_elsewhere(OtherSide other, SideFailure failure);
  /// The answer's status says that the side has failed, as far as another one could do better.
  bool answers_sick(unsigned status) const;
  [[gnu::cold]] void client_gone();
  /// Whatever is still to be said to the client is said through what this returns, after it: the
  /// engine may call back from inside.
  std::shared_ptr<http::Exchange> settle(ForwardFailure failure, unsigned status,
                                         bool from_upstream, std::string message);
  bool settled() const { return exchange_ == nullptr; }
  /// The deadline has passed, and it is the client that is waited for, or was for most of the time.
  bool clients_doing(const http::UpstreamFailure& failure) const;
  /// Whether the failure says anything about the instance: a deadline only if it was this one that
  /// used up most of the time.
  bool blames_instance(const http::UpstreamFailure& failure) const;
  void wait_for_client() { client_since_ = exchange_->loop().now(); }
  void client_came();

  /// Takes a step of this exchange: what it throws is told as a fault, and fails this exchange and
  /// nothing else. Nothing is done once it is settled.
  template <class Step>
  void take(Step step) {
    if (settled()) return;
    http::Loop& loop = exchange_->loop();
    try {
      return step();
    } catch (const std::exception& exception) {
      loop.fault(exception.what());
    }
    faulted();
  }
  [[gnu::cold]] void faulted();

  // The upload.
  void begin_upload();
  void hold_upload();
  void let_upload_go();
  void ask_client();
  void take_piece(http::BodyPiece piece);
  void pass_piece_on();
  [[gnu::cold]] void upload_refused(const http::Refusal& refusal);
  upstream::Group::Body body_to_come() const;
  /// Whose upload it is, where uploads are shared out; "": nobody's in particular.
  std::string uploader() const;
  /// The client sends still, and the upstream may want it.
  bool uploading() const {
    return !rest_refused_ && (upload_ == Upload::Reading || upload_ == Upload::Writing);
  }
  /// The answer's last byte is with the client, the upload's is not.
  [[gnu::cold]] void go_on_uploading();
  [[gnu::cold]] void upload_over();
  /// What was read of the body so far can still be sent to another upstream.
  bool upload_repeatable() const { return pieces_asked_for_ <= 1; }
  /// All of the request is there, to be sent again; or nothing of it was asked for.
  bool request_whole() const {
    return attempt_ == 0 || (upload_ == Upload::Done && (kept_ || upload_repeatable()));
  }
  void keep(std::string_view bytes);
  void resend();
  void resent(bool sent);

  // The answer.
  void await_head();
  void take_head(http::ResponseHead& head);
  void inform(http::ResponseHead& head);
  void begin_answer(http::ResponseHead& head);
  void note_head(const http::ResponseHead& head);
  void switch_protocols(http::ResponseHead& head);
  void end_tunnel();
  void answer(const http::ResponseHead& head, http::Framing framing, std::string_view body);
  void answered();
  void await_client();
  void await_answer();
  void await_piece();
  void take_answer_piece(http::BodyPiece piece);
  [[gnu::cold]] void client_too_slow();
  [[gnu::cold]] void answer_broke_off(const http::UpstreamFailure& failure);
  void complete(const http::Fields& trailers = {});

  std::shared_ptr<Forwarder::Shared> shared_;
  std::shared_ptr<http::Exchange> exchange_;
  ForwardOrder order_;
  std::shared_ptr<http::UpstreamExchange> upstream_;
  SteadyTime began_;
  SteadyTime attempt_began_;
  std::optional<SteadyTime> client_since_;     ///< while it is waited for
  SteadyTime::duration client_time_{};         ///< that went into waiting for it
  SteadyTime::duration client_time_before_{};  ///< of it, before this attempt

  std::optional<upstream::Attempts> attempts_;  ///< at the group that is asked now
  unsigned attempt_ = 0;  ///< over all groups: what comes of an earlier one is not looked at
  bool maybe_sent_ =
      false;  ///< some attempt, at whatever group, may have brought the request there
  std::optional<SideFailure> in_place_of_;
  Span attempt_span_;
  std::optional<FailedAttempt> failed_attempt_;
  std::chrono::nanoseconds to_head_{};
  bool stream_ = false;
  bool new_cookie_said_ = false;

  Upload upload_ = Upload::Done;
  std::string_view piece_;  ///< in hand until the next one is asked for
  unsigned pieces_asked_for_ = 0;
  /// All of the body that came, as long as another side may need it; once that is asked, what it
  /// is sent first.
  std::optional<std::string> kept_;
  bool resending_ = false;        ///< `kept_` is on its way to the other side
  bool piece_waits_ = false;      ///< for the end of that
  http::Fields upload_trailers_;  ///< that go on, once the upload is done

  bool trailers_go_on_ = false;         ///< the answer's: chunked on both sides
  std::vector<std::string> nominated_;  ///< by the answer's Connection, if they do
  unsigned answer_status_ = 0;          ///< once the answer to the client has begun
  /// Bytes of an answer with a declared length that the client was not sent yet. Whoever goes away
  /// after the last one got what it asked for.
  std::uint64_t answer_left_ = UINT64_MAX;
  std::uint64_t answer_bytes_ = 0;
  bool writing_answer_ = false;  ///< a piece is on its way to the client
  bool answer_through_ = false;  ///< only the upload is still under way
  bool rest_refused_ = false;    ///< of the upload, by the answer

  std::shared_ptr<void> tunnel_;  ///< whatever on_tunnel wants kept
  bool tunnel_ends_ = false;      ///< after the piece that is on its way
};

}  // namespace banyan::strangler
