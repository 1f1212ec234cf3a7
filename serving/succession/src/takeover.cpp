// SPDX-License-Identifier: Apache-2.0
#include "banyan/succession/takeover.hpp"

#include <unistd.h>

#include <algorithm>
#include <map>
#include <utility>

#include "banyan/http/run_folder.hpp"
#include "banyan/succession/stop_request.hpp"
#include "message_socket.hpp"
#include "messages.hpp"
#include "rendezvous.hpp"

namespace banyan::succession {
namespace {

constexpr const char* kRule = "banyan.takeover_refused";

std::unexpected<Error> refusal(std::string why) {
  return fail(ErrorCode::FailedPrecondition, kRule,
              "cannot take over: " + std::move(why) + ". The running process serves on");
}

/// The running process has ended before it had passed anything.
constexpr const char* kNobody = "banyan.takeover_nobody";

std::unexpected<Error> nobody() {
  return fail(ErrorCode::Unavailable, kNobody, "the running process has ended");
}

/// What the process that waits is told, and its own people: somebody wants this one to end.
std::string told_to_end() { return "it has been told to end before it was ready"; }

std::unexpected<Error> given_up() {
  return fail(ErrorCode::Unavailable, kRule,
              "this process has been told to end before it was ready. The running process serves"
              " on");
}

/// At the first of the rendezvous at which somebody waits.
std::optional<MessageSocket> connect_to_one_of(const std::vector<http::Endpoint>& listen) {
  for (const std::filesystem::path& rendezvous : rendezvous_paths(listen)) {
    if (auto socket = MessageSocket::connect(rendezvous)) return socket;
  }
  return std::nullopt;
}

std::string name_of(const Introduction& running) {
  return running.program + " " + running.version + " (process " + std::to_string(running.process) +
         ")";
}

}  // namespace

struct Takeover::Parts {
  Parts(MessageSocket opened, const Clock& given) : socket(std::move(opened)), clock(given) {}

  Result<Introduction> meet(const Introduction& self, std::chrono::milliseconds patience);
  Result<void> claim(std::chrono::milliseconds patience);
  Result<void> take(const nlohmann::json& text, std::vector<posix::Descriptor> files);

  MessageSocket::Received receive(std::chrono::milliseconds patience) const {
    return socket.receive(clock.steady() + patience, clock, stop.descriptor());
  }

  MessageSocket socket;
  const Clock& clock;
  StopRequest stop;
  Introduction running;
  http::ListeningSockets sockets;
  std::map<std::string, posix::Descriptor> locks;  ///< by their files
  posix::Descriptor rendezvous;
};

Result<Introduction> Takeover::Parts::meet(const Introduction& self,
                                           std::chrono::milliseconds patience) {
  if (!socket.is_of_this_user()) return refusal("the running process is another user's");
  const bool sent = socket.send(introduction("hello", self));
  const auto answer = receive(patience);
  if (!sent || answer.end == MessageSocket::End::Gone) return nobody();
  if (answer.end == MessageSocket::End::Woken) return given_up();
  if (answer.end == MessageSocket::End::Late) {
    return fail(ErrorCode::Unavailable, "banyan.takeover_silence",
                "cannot take over: the running process does not answer; see its log, or stop it"
                " and start this one without --take-over");
  }
  const nlohmann::json text = parsed(answer.text);
  if (is(text, "ending")) return nobody();
  if (is(text, "refused")) return refusal(text_of(text, "why"));
  if (!is(text, "welcome")) return refusal("the running process says what nobody understands");
  return introduction_of(text);
}

Result<void> Takeover::Parts::claim(std::chrono::milliseconds patience) {
  const SteadyTime until = clock.steady() + patience;
  if (!socket.send(message("claim").dump())) return nobody();
  while (true) {
    auto answer = socket.receive(until, clock, stop.descriptor());
    if (answer.end == MessageSocket::End::Gone) return nobody();
    if (answer.end == MessageSocket::End::Woken) return given_up();
    if (answer.end != MessageSocket::End::None) {
      return refusal(name_of(running) + " has not passed its sockets");
    }
    const nlohmann::json text = parsed(answer.text);
    if (is(text, "ending")) return nobody();
    if (!is(text, "files")) return refusal(text_of(text, "why"));
    if (auto taken = take(text, std::move(answer.files)); !taken) return taken;
    const auto more = text.find("more");
    if (more == text.end() || *more != true) return {};
  }
}

Result<void> Takeover::Parts::take(const nlohmann::json& text,
                                   std::vector<posix::Descriptor> files) {
  const auto kinds = text.find("files");
  if (kinds == text.end() || !kinds->is_array() || kinds->size() != files.size()) {
    return refusal(name_of(running) + " has passed something else than it said");
  }
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string kind = text_of((*kinds)[i], "kind");
    if (kind == "rendezvous") {
      rendezvous = std::move(files[i]);
    } else if (kind == "lock") {
      locks.insert_or_assign(text_of((*kinds)[i], "file"), std::move(files[i]));
    } else if (kind == "socket") {
      auto listening = http::ListeningSocket::adopt(std::move(files[i]));
      if (!listening) return refusal(name_of(running) + " has passed what is no listening socket");
      sockets.push_back(*std::move(listening));
    }  // else it is of a newer protocol, and closed
  }
  return {};
}

Takeover::Takeover(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Takeover::~Takeover() = default;
Takeover::Takeover(Takeover&& other) noexcept = default;
Takeover& Takeover::operator=(Takeover&& other) noexcept = default;

Result<std::optional<Takeover>> Takeover::ask(const Introduction& given, const Check& check,
                                              std::chrono::milliseconds patience,
                                              const Clock& clock) {
  Introduction self = given;
  self.process = ::getpid();
  auto socket = connect_to_one_of(self.listen);
  if (!socket) return std::optional<Takeover>();
  auto parts = std::make_unique<Parts>(*std::move(socket), clock);
  auto running = parts->meet(self, patience);
  if (!running) {
    if (running.error().rule == kNobody) return std::optional<Takeover>();
    return fail(std::move(running.error()));
  }
  parts->running = *std::move(running);
  Result<void> may{};
  if (const std::string why = why_not(parts->running, self); !why.empty()) {
    may = refusal(why);
  } else if (check) {
    may = check(parts->running);
  }
  if (!may) {
    // For the other's log; whether it comes there changes nothing.
    parts->socket.send(refused("refused", may.error().message));
    return fail(std::move(may.error()));
  }
  if (auto claimed = parts->claim(patience); !claimed) {
    if (claimed.error().rule == kNobody) return std::optional<Takeover>();
    return fail(std::move(claimed.error()));
  }
  return std::optional<Takeover>(Takeover(std::move(parts)));
}

const Introduction& Takeover::running() const { return parts_->running; }

http::ListeningSockets Takeover::take_sockets() { return std::exchange(parts_->sockets, {}); }

posix::Descriptor Takeover::take_rendezvous() { return std::move(parts_->rendezvous); }

http::InstanceLock Takeover::lock_for(const http::Endpoint& endpoint, std::string_view way_out) {
  if (endpoint.port != 0) {
    const auto file = http::run_file(endpoint, "lock");
    if (auto found = parts_->locks.extract(file.string())) {
      if (auto lock = http::InstanceLock::adopt(file, std::move(found.mapped()))) {
        return *std::move(lock);
      }
    }
  }
  return http::InstanceLock::for_endpoint(endpoint, way_out);
}

Result<void> Takeover::ready(std::chrono::milliseconds patience) {
  using End = MessageSocket::End;
  const MessageSocket& socket = parts_->socket;
  if (parts_->stop.made()) {
    socket.send(refused("refused", told_to_end()));
    return given_up();
  }
  socket.send(message("ready").dump());
  auto answer = parts_->receive(patience);
  const bool woken = answer.end == End::Woken;
  const bool late = answer.end == End::Late;
  // What is said from now on does not come any more, and whoever says it notices.
  if (late || woken) answer = socket.close_ears();
  const nlohmann::json text = parsed(answer.text);
  if (is(text, "yours")) return {};
  if (answer.end == End::Gone) {
    if (woken) return given_up();
    if (late) return refusal(name_of(running()) + " does not say that it goes");
    return {};  // it has ended without a word: nobody else serves
  }
  return refusal(text_of(text, "why"));
}

Result<void> open(http::NetworkServer& server, std::optional<Takeover>& takeover,
                  std::chrono::milliseconds patience) {
  if (takeover) {
    if (auto ready = takeover->ready(patience); !ready) {
      server.hand_over();  // the sockets are the other's
      return ready;
    }
  }
  server.accept();
  return {};
}

}  // namespace banyan::succession
