// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "banyan/http/exchange.hpp"
#include "connection.hpp"

namespace banyan::http {

/// The application's handle of what runs on a connection.
class ServerExchange final : public Exchange {
 public:
  ServerExchange(std::shared_ptr<Connection> connection, std::uint64_t number,
                 std::unique_ptr<ReadRequest> request, Framing framing)
      : connection_(std::move(connection)),
        number_(number),
        request_(std::move(request)),
        framing_(framing) {}

  ~ServerExchange() override {
    Loop& on = connection_->loop();
    if (on.here()) {
      connection_->recycle(std::move(request_));
      if (!answered_elsewhere_) connection_->dropped(number_);
    } else if (!answered_elsewhere_) {
      on.post(
          [connection = std::move(connection_), number = number_] { connection->dropped(number); });
    }
  }
  ServerExchange(const ServerExchange&) = delete;
  ServerExchange& operator=(const ServerExchange&) = delete;

  const RequestHead& head() const override { return request_->head; }
  Framing framing() const override { return framing_; }
  bool body_is_here() const override { return connection_->body_is_here(number_); }
  const Endpoint& peer() const override { return connection_->peer(); }
  const TlsPeer* tls() const override { return connection_->tls_peer(); }
  std::size_t listener() const override { return connection_->listener(); }
  const std::string& id() const override { return request_->id; }
  Loop& loop() override { return connection_->loop(); }

  void collect_body(std::size_t limit, CollectDone done) override {
    connection_->collect_body(number_, limit, std::move(done));
  }
  void read_body(ReadDone done) override { connection_->read_body(number_, std::move(done)); }
  void respond(Response response) override {
    if (loop().here()) return connection_->respond(number_, std::move(response));
    answered_elsewhere_ = true;
    loop().post(
        [connection = connection_, number = number_, answer = std::move(response)]() mutable {
          connection->respond(number, std::move(answer));
        });
  }
  void inform(const ResponseHead& head) override { connection_->inform(number_, head); }
  void begin(const ResponseHead& head, Framing framing) override {
    connection_->begin(number_, head, framing);
  }
  bool answer(const ResponseHead& head, Framing framing, std::string_view body) override {
    return connection_->answer(number_, head, framing, body);
  }
  void on_answered(WriteDone done) override { connection_->on_answered(number_, std::move(done)); }
  void switch_protocols(const ResponseHead& head, std::string_view protocol) override {
    connection_->switch_protocols(number_, head, protocol);
  }
  void write(std::string_view bytes, WriteDone done) override {
    connection_->write(number_, bytes, std::move(done));
  }
  void finish(const Fields& trailers) override { connection_->finish(number_, trailers); }
  void fail(const Refusal& refusal) override {
    if (loop().here()) return connection_->fail(number_, refusal);
    answered_elsewhere_ = true;
    loop().post([connection = connection_, number = number_, refusal] {
      connection->fail(number, refusal);
    });
  }
  void abort() override {
    if (loop().here()) return connection_->abort(number_);
    answered_elsewhere_ = true;
    loop().post([connection = connection_, number = number_] { connection->abort(number); });
  }
  void on_abort(AbortDone done) override { connection_->on_abort(number_, std::move(done)); }

 private:
  std::shared_ptr<Connection> connection_;
  std::uint64_t number_;
  std::unique_ptr<ReadRequest> request_;
  Framing framing_;
  /// An answer from another thread is on its way to the loop.
  std::atomic<bool> answered_elsewhere_ = false;
};

}  // namespace banyan::http
