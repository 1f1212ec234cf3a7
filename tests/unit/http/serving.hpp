// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "banyan/http/server.hpp"
#include "sockets.hpp"

namespace banyan::http {

using Handler = std::function<void(std::shared_ptr<Exchange>)>;

class Handling final : public Application {
 public:
  explicit Handling(Handler handler) : handler_(std::move(handler)) {}
  void handle(std::shared_ptr<Exchange> exchange) override { handler_(std::move(exchange)); }

 private:
  Handler handler_;
};

inline Response text(std::string body, unsigned status = 200) {
  Response response;
  response.head.status = status;
  response.head.fields.add("Content-Type", "text/plain");
  response.body = std::move(body);
  return response;
}

/// Answers with the method, the target and the body.
inline void echo(std::shared_ptr<Exchange> exchange) {
  exchange->collect_body(1000, [exchange](std::expected<std::string, Refusal> body) {
    if (!body) return;
    exchange->respond(text(exchange->head().method + " " + exchange->head().target + " " + *body));
  });
}

struct Running {
  explicit Running(Handler handler, ServerOptions options = {},
                   const ListeningSockets& inherited = {})
      : application(std::move(handler)), server(prepared(std::move(options)), application) {
    server.start(inherited);
  }
  ServerOptions prepared(ServerOptions options) {
    if (options.loops == 0) options.loops = 2;
    options.on_fault = [this](std::string_view what) {
      const std::lock_guard lock(mutex);
      faults += what;
    };
    return options;
  }
  RawSocket connect() const { return RawSocket(server.port()); }
  std::string ask(std::string_view bytes) const {
    RawSocket client = connect();
    client.send(bytes);
    return client.read_to_end();
  }

  std::mutex mutex;
  std::string faults;
  Handling application;
  Server server;
};

}  // namespace banyan::http
