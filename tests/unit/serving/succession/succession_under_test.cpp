// SPDX-License-Identifier: Apache-2.0
// A server that hands over and takes over: succession_under_test VERSION FOLDER BEHAVIOUR LISTEN…
//
// Answers with its version. Writes its id to FOLDER/ready-VERSION once it serves, and what it has
// to say to FOLDER/said-VERSION. BEHAVIOUR: "first" takes nothing over; "patient" neither, and
// drains for as long as it takes; "take-over" does; "dies" kills itself with the sockets in its
// hands, "waits" becomes ready when FOLDER/go is there, "hesitates" has everything but the other's
// word until then, "silent" serves and does not say that the other may end; "refuses" has something
// against it.
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "banyan/http/endpoint.hpp"
#include "banyan/http/server.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/succession/offer.hpp"
#include "banyan/succession/takeover.hpp"

namespace {

using namespace banyan;
using namespace std::chrono_literals;

struct Answering final : http::Application {
  explicit Answering(std::string text) : version(std::move(text)) {}
  void handle(std::shared_ptr<http::Exchange> exchange) override {
    if (exchange->head().target == "/stream") return stream(std::move(exchange));
    if (exchange->head().target == "/tunnel") {
      exchange->switch_protocols({.status = 101}, "websocket");
      return say_back(std::move(exchange));
    }
    exchange->respond(answer());
  }
  http::Response answer() const {
    http::Response response;
    response.head.status = 200;
    response.body = version;
    return response;
  }
  // A piece every 20 ms or so, forty of them.
  void stream(std::shared_ptr<http::Exchange> exchange) {
    http::ResponseHead head;
    head.status = 200;
    exchange->begin(head, http::Framing::chunked());
    piece(std::move(exchange), 40);
  }
  void piece(std::shared_ptr<http::Exchange> exchange, int left) {
    if (left == 0) return exchange->finish({});
    http::Exchange& stream = *exchange;
    stream.write("tick", [this, exchange = std::move(exchange), left](bool written) mutable {
      if (!written) return;
      http::Loop& loop = exchange->loop();
      loop.after(10ms, [this, exchange = std::move(exchange), left]() mutable {
        piece(std::move(exchange), left - 1);
      });
    });
  }
  // What the client says, until it ends.
  void say_back(std::shared_ptr<http::Exchange> exchange) {
    http::Exchange& tunnel = *exchange;
    tunnel.read_body([this, exchange = std::move(exchange)](
                         std::expected<http::BodyPiece, http::Refusal> piece) mutable {
      if (!piece) return;
      if (piece->last) return exchange->finish();
      auto said = std::make_shared<std::string>(piece->bytes);
      http::Exchange& on = *exchange;
      on.write(*said, [this, said, exchange = std::move(exchange)](bool written) mutable {
        if (written) say_back(std::move(exchange));
      });
    });
  }
  std::string version;
};

void write(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file.string() + ".part") << text;
  std::filesystem::rename(file.string() + ".part", file);
}

int run(const std::string& version, const std::filesystem::path& folder,
        const std::string& behaviour, std::vector<http::Endpoint> listen, sigset_t& signals) {
  const auto say = [&](std::string_view what) {
    std::ofstream(folder / ("said-" + version), std::ios::app) << what << std::endl;
  };
  succession::Introduction self{"shop", version, {{"database", "shop.db"}}, listen, 0};
  std::optional<succession::Takeover> takeover;
  if (behaviour != "first" && behaviour != "patient") {
    auto asked = succession::Takeover::ask(
        self,
        [&](const succession::Introduction& running) -> Result<void> {
          say("running: " + running.version);
          if (behaviour == "refuses") {
            return fail(ErrorCode::FailedPrecondition, "test.refused", "not over this one's body");
          }
          return {};
        },
        5s, system_clock());
    if (!asked) {
      say(asked.error().message);
      return 3;
    }
    takeover = *std::move(asked);
    if (!takeover) say("nobody is there");
  }
  if (behaviour == "dies") ::raise(SIGKILL);
  write(folder / ("asked-" + version), "");
  while (behaviour == "waits" && !std::filesystem::exists(folder / "go")) {
    std::this_thread::sleep_for(2ms);
  }

  constexpr const char* kWayOut = "choose another";
  std::vector<http::InstanceLock> locks;
  for (const http::Endpoint& each : listen) {
    locks.push_back(takeover ? takeover->lock_for(each, kWayOut)
                             : http::InstanceLock::for_endpoint(each, kWayOut));
  }
  Answering application(version);
  http::ServerOptions options;
  options.listen = listen;
  options.loops = version == "2" ? 3 : 2;
  http::Server server(options, application);
  server.prepare(takeover ? takeover->take_sockets() : http::ListeningSockets());
  std::vector<http::InstanceLock*> held;
  for (http::InstanceLock& lock : locks) held.push_back(&lock);
  succession::Offer offer(
      {.self = self,
       .server = server,
       .locks = held,
       .rendezvous = takeover ? takeover->take_rendezvous() : posix::Descriptor(),
       .taken =
           [&](const succession::Introduction& successor) {
             say("gone to " + successor.version);
             ::kill(::getpid(), SIGUSR1);
           },
       .note = say,
       .patience = 400ms,
       .clock = system_clock()});
  write(folder / ("prepared-" + version), "");
  while (behaviour == "hesitates" && !std::filesystem::exists(folder / "go")) {
    std::this_thread::sleep_for(2ms);
  }
  if (const auto opened = succession::open(server, takeover, 5s); !opened) {
    say(opened.error().message);
    return 3;
  }
  offer.begin();
  write(folder / ("ready-" + version), std::to_string(::getpid()));
  while (behaviour == "silent" && !std::filesystem::exists(folder / "go")) {
    std::this_thread::sleep_for(2ms);
  }
  takeover.reset();
  int signal = 0;
  sigwait(&signals, &signal);
  say("cut: " + std::to_string(server.drain(behaviour == "patient" ? 10min : 3s)));
  return 0;
}

}  // namespace

int main(int count, char** words) try {
  if (count < 5) return 64;
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::vector<banyan::http::Endpoint> listen;
  for (int i = 4; i < count; ++i) listen.push_back(banyan::http::endpoint_from(words[i]).value());
  return run(words[1], words[2], words[3], std::move(listen), signals);
} catch (const std::exception& exception) {
  std::cerr << exception.what() << '\n';
  return 2;
}
