// SPDX-License-Identifier: Apache-2.0
#include "served_request.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPServerSession.h>
#include <Poco/Timestamp.h>

#include <algorithm>
#include <exception>
#include <future>
#include <utility>

#include "address.hpp"
#include "banyan/http/problem.hpp"
#include "banyan/kernel/hex.hpp"
#include "banyan/kernel/random.hpp"
#include "head_bytes.hpp"
#include "served_exchange.hpp"

namespace banyan::poco_http {
namespace {

/// How much of an unwanted body is read so that the client gets to see the answer.
constexpr std::uint64_t kLingerBytes = 256 * 1024;
constexpr std::chrono::seconds kLingerTime{1};

/// The client's if it is well-formed, else one of ours.
std::string request_id(const http::Fields& fields) {
  const auto given = fields.find("X-Request-Id");
  if (given && given->size() <= 128 && http::is_token(*given)) return std::string(*given);
  std::string id;
  append_hex(id, system_random().next(), 16);
  return id;
}

http::Refusal client_gone() { return {400, "http.cut", "the connection ended inside a request"}; }

/// What somebody else's code may throw must not end the thread of a connection.
template <class Call>
std::string thrown_by(Call&& call) {
  try {
    std::forward<Call>(call)();
    return {};
  } catch (const Poco::Exception& exception) {
    return exception.displayText();
  } catch (const std::exception& exception) {
    return exception.what();
  } catch (...) {
    return "an exception of an unknown type";
  }
}

}  // namespace

ServedRequest::ServedRequest(Serving& serving, std::size_t listener,
                             Poco::Net::HTTPServerRequestImpl& request,
                             Poco::Net::HTTPServerResponse& response, StrictRequestGuard guard)
    : serving_(serving),
      loop_(serving.next_loop()),
      listener_(listener),
      guard_(std::move(guard)),
      framing_(guard_.parser().framing()),
      peer_(endpoint_of(request.clientAddress())),
      id_(request_id(guard_.head().fields)),
      request_(request),
      response_(response),
      socket_(static_cast<ServedSocket*>(request.socket().impl())),
      body_whole_(framing_.kind == http::Framing::Kind::None) {
  socket_->send_patience(serving.options.write_timeout);
}

void ServedRequest::serve() {
  {
    const std::lock_guard lock(serving_.mutex);
    serving_.running.insert(this);
    cut_ = serving_.ending;
  }
  loop_.post([self = shared_from_this()] {
    // Kept over the call: what it throws says more than that the exchange was let go.
    const auto exchange = std::make_shared<ServedExchange>(self);
    const std::string thrown = thrown_by([&] { self->serving_.application.handle(exchange); });
    if (!thrown.empty()) self->application_failed(thrown);
  });
  work();
  leave();
  const std::lock_guard lock(serving_.mutex);
  serving_.running.erase(this);
  serving_.changed.notify_all();
}

void ServedRequest::refuse(const http::Refusal& refusal) {
  refused_ = true;
  http::RequestHead head = guard_.head();
  if (head.method.empty()) {
    head.method = request_.getMethod();
    head.target = request_.getURI();
  }
  auto told = std::make_shared<std::promise<http::Response>>();
  auto answer = told->get_future();
  loop_.post([&, told = std::move(told)] {
    http::Response problem = problem_of(refusal);
    const std::string thrown = thrown_by([&] {
      serving_.application.refused({.refusal = refusal,
                                    .head = head,
                                    .peer = peer_,
                                    .tls = nullptr,
                                    .listener = listener_,
                                    .id = id_,
                                    .loop = loop_,
                                    .correlation_id = http::correlation_id(head, id_)},
                                   problem);
    });
    if (!thrown.empty()) serving_.fault(thrown);
    told->set_value(std::move(problem));
  });
  try {
    send_whole(answer.get());
  } catch (const std::future_error&) {  // the loops have ended
    broken_ = true;
  }
  leave();
}

void ServedRequest::cut() {
  const std::lock_guard lock(mutex_);
  if (over_) return;
  cut_ = true;
  wake_.notify_one();
  // It may be blocked in a read or write.
  thrown_by([this] { request_.socket().shutdown(); });
}

void ServedRequest::submit(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (!over_) {
      jobs_.push_back(std::move(job));
      wake_.notify_one();
      return;
    }
  }
  job(false);
}

void ServedRequest::work() {
  std::unique_lock lock(mutex_);
  while (!ended_ && !broken_ && !cut_) {
    wake_.wait(lock, [this] { return cut_ || !jobs_.empty(); });
    if (cut_) break;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    const std::string thrown = thrown_by([&] { job(true); });
    if (!thrown.empty()) {
      serving_.fault(thrown);
      broken_ = true;
    }
    lock.lock();
  }
  over_ = true;
  broken_ = broken_ || cut_;
  std::deque<Job> left = std::exchange(jobs_, {});
  http::Exchange::AbortDone abort_done = std::exchange(abort_done_, nullptr);
  lock.unlock();
  for (Job& job : left) job(false);
  if (broken_ && abort_done) tell(std::move(abort_done));
}

void ServedRequest::tell(http::Loop::Task task) {
  loop_.post([self = shared_from_this(), task = std::move(task)]() mutable {
    const std::string thrown = thrown_by(task);
    if (!thrown.empty()) self->application_failed(thrown);
  });
}

void ServedRequest::application_failed(std::string_view what) {
  serving_.fault(what);
  fail({500, "http.application_fault", "the request could not be served"});
}

bool ServedRequest::say(Said from, Said to) { return said_.compare_exchange_strong(from, to); }

http::Response ServedRequest::problem_of(const http::Refusal& refusal) const {
  return http::problem_response(refusal, http::correlation_id(guard_.head(), id_));
}

// --- what the application asks for -------------------------------------------------------------

void ServedRequest::collect_body(std::size_t limit, http::Exchange::CollectDone done) {
  submit([this, limit, done = std::move(done)](bool alive) mutable {
    auto body = alive ? whole_body(limit) : std::unexpected(client_gone());
    tell([this, done = std::move(done), body = std::move(body)]() mutable {
      std::optional<http::Refusal> refusal;
      if (!body) refusal = body.error();
      done(std::move(body));
      // Unless the application has found words of its own.
      if (refusal && said_ == Said::Nothing) fail(*refusal);
    });
  });
}

void ServedRequest::read_body(http::Exchange::ReadDone done) {
  submit([this, done = std::move(done)](bool alive) mutable {
    auto piece = alive ? next_piece() : std::unexpected(client_gone());
    tell([this, done = std::move(done), piece = std::move(piece)]() mutable {
      std::optional<http::Refusal> refusal;
      if (!piece) refusal = piece.error();
      done(std::move(piece));
      if (refusal) fail(*refusal);
    });
  });
}

void ServedRequest::respond(http::Response response) {
  if (!say(Said::Nothing, Said::Finished)) return;
  submit([this, response = std::move(response)](bool alive) mutable {
    if (alive) send_whole(std::move(response));
  });
}

void ServedRequest::begin(http::ResponseHead head, http::Framing framing) {
  if (!say(Said::Nothing, Said::Begun)) return;
  submit([this, head = std::move(head), framing](bool alive) {
    if (!alive) return;
    if (const auto sent = send_head(head, framing); !sent) {
      serving_.fault(sent.error().message);
      said_ = Said::Finished;
      return send_whole(problem_of(sent.error()));
    }
    out_->flush();
    broken_ = broken_ || !out_->good();
  });
}

void ServedRequest::write(std::string_view bytes, http::Exchange::WriteDone done) {
  submit([this, bytes, done = std::move(done)](bool alive) mutable {
    const bool sent = alive && send_bytes(bytes);
    tell([done = std::move(done), sent]() mutable { done(sent); });
  });
}

void ServedRequest::finish() {
  if (!say(Said::Begun, Said::Finished)) return;
  submit([this](bool alive) {
    if (alive) end_answer();
  });
}

void ServedRequest::answer(http::ResponseHead head, http::Framing framing, std::string body) {
  if (!say(Said::Nothing, Said::Finished)) return;
  submit([this, head = std::move(head), framing, body = std::move(body)](bool alive) {
    if (!alive) return;
    if (const auto sent = send_head(head, framing); !sent) {
      serving_.fault(sent.error().message);
      return send_whole(problem_of(sent.error()));
    }
    if (send_bytes(body)) end_answer();
  });
}

void ServedRequest::on_answered(http::Exchange::WriteDone done) {
  submit([this, done = std::move(done)](bool /*alive*/) mutable {
    tell([this, done = std::move(done)]() mutable { done(answered_); });
  });
}

void ServedRequest::fail(const http::Refusal& refusal) {
  if (say(Said::Nothing, Said::Finished)) {
    return submit([this, problem = problem_of(refusal)](bool alive) mutable {
      if (alive) send_whole(std::move(problem));
    });
  }
  if (said_ == Said::Begun) cut();
}

void ServedRequest::on_abort(http::Exchange::AbortDone done) {
  {
    const std::lock_guard lock(mutex_);
    if (!over_) {
      abort_done_ = std::move(done);
      return;
    }
  }
  if (!answered_) tell(std::move(done));
}

void ServedRequest::dropped() {
  if (said_ == Said::Finished) return;
  if (said_ == Said::Nothing) {
    serving_.fault("the application dropped a request without an answer");
  }
  fail({500, "http.no_answer", "the request was given up"});
}

// --- on the connection's thread ----------------------------------------------------------------

/// Not later than a body may take between two reads, nor than its average rate allows.
SteadyTime ServedRequest::body_deadline() {
  const http::ServerOptions& options = serving_.options;
  const SteadyTime now = system_clock().steady();
  if (!body_began_) body_began_ = now;
  const SteadyTime next = now + options.body_timeout;
  if (options.body_rate == 0) return next;
  const std::chrono::milliseconds earned(body_read_ * 1000 / options.body_rate);
  return std::min(next, *body_began_ + options.body_grace + earned);
}

std::expected<http::BodyPiece, http::Refusal> ServedRequest::next_piece() {
  http::RequestParser& parser = guard_.parser();
  if (body_whole_) return http::BodyPiece{{}, true, nullptr};
  if (!bytes_) bytes_.emplace(request_.session());
  socket_->receive_until(body_deadline());
  try {
    const http::Step step = next_step(parser, *bytes_);
    if (step.kind == http::Step::Kind::Body) {
      body_read_ += step.body.size();
      return http::BodyPiece{step.body, false, nullptr};
    }
    if (step.kind == http::Step::Kind::Refused) return std::unexpected(parser.refusal());
    body_whole_ = true;
    return http::BodyPiece{{}, true, parser.trailers().empty() ? nullptr : &parser.trailers()};
  } catch (const Poco::TimeoutException&) {
    return std::unexpected(
        http::Refusal{408, "http.too_slow", "the body of the request stopped arriving"});
  } catch (const Poco::Exception&) {
    broken_ = true;
    return std::unexpected(client_gone());
  }
}

std::expected<std::string, http::Refusal> ServedRequest::whole_body(std::size_t limit) {
  const http::Refusal too_large{
      413, "http.body_too_large",
      "a body of more than " + std::to_string(limit) + " bytes is not taken here"};
  if (framing_.length > limit) return std::unexpected(too_large);
  std::string body;
  while (true) {
    const auto piece = next_piece();
    if (!piece) return std::unexpected(piece.error());
    if (piece->last) return body;
    if (piece->bytes.size() > limit - body.size()) return std::unexpected(too_large);
    body += piece->bytes;
  }
}

bool ServedRequest::reusable() const {
  const http::RequestHead& head = guard_.head();
  return !refused_ && !serving_.closing && body_whole_ && head.minor_version == 1 &&
         !head.fields.has_token("Connection", "close") && (!bytes_ || bytes_->unread().empty()) &&
         !serving_.crowded(listener_);
}

std::expected<void, http::Refusal> ServedRequest::send_head(const http::ResponseHead& head,
                                                            http::Framing framing) {
  const bool old_client = request_.getVersion() == Poco::Net::HTTPMessage::HTTP_1_0;
  if (old_client && framing.kind == http::Framing::Kind::Chunked) {
    framing = http::Framing::until_close();
  }
  const bool bare = head.status < 200 || head.status == 204 || head.status == 304;
  if (!http::is_field_value(head.reason)) {
    return std::unexpected(http::Refusal{500, "http.unsendable", "the answer is malformed"});
  }
  response_.clear();
  response_.setVersion(Poco::Net::HTTPMessage::HTTP_1_1);  // not the client's
  if (auto put = put_fields(head.fields, response_); !put) return put;
  response_.setStatusAndReason(
      static_cast<Poco::Net::HTTPResponse::HTTPStatus>(head.status),
      head.reason.empty() ? std::string(http::reason_phrase(head.status)) : head.reason);
  if (!head.fields.contains("Date")) response_.setDate(Poco::Timestamp());
  if (!head.fields.contains("X-Request-Id")) response_.set("X-Request-Id", id_);
  switch (framing.kind) {
    case http::Framing::Kind::Chunked: response_.setChunkedTransferEncoding(true); break;
    case http::Framing::Kind::UntilClose: break;
    case http::Framing::Kind::None: framing = http::Framing::of_length(0); [[fallthrough]];
    case http::Framing::Kind::Length:
      if (!bare) response_.setContentLength64(static_cast<Poco::Int64>(framing.length));
      break;
  }
  keep_ = reusable() && framing.kind != http::Framing::Kind::UntilClose;
  if (!keep_) response_.set("Connection", "close");
  answer_framing_ = framing;
  answer_has_body_ = !bare && request_.getMethod() != Poco::Net::HTTPRequest::HTTP_HEAD;
  answer_left_ = answer_has_body_ ? framing.length : 0;
  out_ = &response_.send();
  return {};
}

bool ServedRequest::send_bytes(std::string_view bytes) {
  if (out_ == nullptr) return false;
  if (answer_has_body_ && answer_framing_.kind == http::Framing::Kind::Length) {
    if (bytes.size() > answer_left_) {
      serving_.fault("the application wrote more bytes than its answer announced; cut");
      broken_ = true;
      return false;
    }
    answer_left_ -= bytes.size();
  }
  if (answer_has_body_) out_->write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out_->flush();
  broken_ = broken_ || !out_->good();
  return !broken_;
}

void ServedRequest::end_answer() {
  if (answer_left_ != 0) {
    serving_.fault("the application wrote fewer bytes than its answer announced; cut");
    broken_ = true;
    return;
  }
  ended_ = true;
  answered_ = !broken_;
}

void ServedRequest::send_whole(http::Response response) {
  const unsigned status = response.head.status;
  const bool bare = status < 200 || status == 204 || status == 304;
  const auto framing =
      bare ? http::Framing::none() : http::Framing::of_length(response.body.size());
  if (const auto sent = send_head(response.head, framing); !sent) {
    serving_.fault(sent.error().message);
    // Nothing of a problem can be unsendable.
    response = problem_of({500, "http.unsendable", "the answer is malformed"});
    send_head(response.head, http::Framing::of_length(response.body.size())).value();
  }
  if (!answer_has_body_) response.body.clear();
  if (send_bytes(response.body)) end_answer();
}

/// The connection has come to its end, or waits for the next request.
void ServedRequest::leave() {
  if (broken_) {
    // What is sent from now on (Poco ends chunks by itself) must not make it look complete.
    keep_ = false;
    thrown_by([this] { request_.socket().shutdown(); });
  } else if (!keep_) {
    linger();
  }
  if (!keep_) response_.setKeepAlive(false);
  socket_->expect_head();
}

/// Who still sends gets to see the answer all the same.
void ServedRequest::linger() {
  // The last chunk is still to be sent.
  if (answer_framing_.kind == http::Framing::Kind::Chunked) return;
  thrown_by([this] {
    request_.socket().shutdownSend();
    socket_->receive_until(system_clock().steady() + kLingerTime);
    if (!bytes_) bytes_.emplace(request_.session());
    for (std::uint64_t read = 0; read < kLingerBytes; read += bytes_->unread().size()) {
      bytes_->consume(bytes_->unread().size());
      if (!bytes_->more()) break;
    }
  });
}

}  // namespace banyan::poco_http
