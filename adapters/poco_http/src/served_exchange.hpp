// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "banyan/http/exchange.hpp"
#include "served_request.hpp"

namespace banyan::poco_http {

/// The application's handle of a ServedRequest.
class ServedExchange final : public http::Exchange {
 public:
  explicit ServedExchange(std::shared_ptr<ServedRequest> request) : request_(std::move(request)) {}
  ~ServedExchange() override { request_->dropped(); }
  ServedExchange(const ServedExchange&) = delete;
  ServedExchange& operator=(const ServedExchange&) = delete;

  const http::RequestHead& head() const override { return request_->head(); }
  http::Framing framing() const override { return request_->framing(); }
  /// What Poco has in its buffers it does not tell.
  bool body_is_here() const override { return framing().kind == http::Framing::Kind::None; }
  const http::Endpoint& peer() const override { return request_->peer(); }
  const http::TlsPeer* tls() const override { return nullptr; }
  std::size_t listener() const override { return request_->listener(); }
  const std::string& id() const override { return request_->id(); }
  http::Loop& loop() override { return request_->loop(); }

  void collect_body(std::size_t limit, CollectDone done) override {
    request_->collect_body(limit, std::move(done));
  }
  void read_body(ReadDone done) override { request_->read_body(std::move(done)); }
  void respond(http::Response response) override { request_->respond(std::move(response)); }
  /// Poco sends none but 100, and that by itself.
  void inform(const http::ResponseHead& /*head*/) override {}
  void begin(const http::ResponseHead& head, http::Framing framing) override {
    request_->begin(head, framing);
  }
  bool answer(const http::ResponseHead& head, http::Framing framing,
              std::string_view body) override {
    request_->answer(head, framing, std::string(body));
    return false;
  }
  void on_answered(WriteDone done) override { request_->on_answered(std::move(done)); }
  void switch_protocols(const http::ResponseHead& /*head*/,
                        std::string_view /*protocol*/) override {
    request_->fail({501, "http.no_upgrade", "no other protocol is spoken here"});
  }
  void write(std::string_view bytes, WriteDone done) override {
    request_->write(bytes, std::move(done));
  }
  void finish(const http::Fields& /*trailers*/) override { request_->finish(); }
  void fail(const http::Refusal& refusal) override { request_->fail(refusal); }
  void abort() override { request_->cut(); }
  void on_abort(AbortDone done) override { request_->on_abort(std::move(done)); }

 private:
  std::shared_ptr<ServedRequest> request_;
};

}  // namespace banyan::poco_http
