// SPDX-License-Identifier: Apache-2.0
#include "banyan/supervision/control.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>

#include "banyan/routing/toml_section.hpp"
#include "state_folder.hpp"
#include "variables.hpp"

namespace banyan::supervision {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// A supervisor answers such a question at once, unless it does not run on (SIGSTOP, a disk that
/// hangs).
constexpr std::chrono::seconds kLongestAnswer{5};

void wait_at_most(int socket, std::chrono::seconds time) {
  const timeval limit{.tv_sec = time.count(), .tv_usec = 0};
  for (const int direction : {SO_RCVTIMEO, SO_SNDTIMEO}) {
    ::setsockopt(socket, SOL_SOCKET, direction, &limit, sizeof limit);
  }
}

/// `patience`: nothing waits for as long as what is asked for takes.
Result<std::string> ask(const fs::path& state, const Json& question,
                        std::optional<std::chrono::seconds> patience = std::nullopt) {
  const posix::Descriptor socket = connect_to(state);
  if (!socket.valid()) {
    return fail(ErrorCode::Unavailable, "supervision.not_running",
                "nobody supervises it (" + (state / "control").string() + ": " +
                    std::strerror(errno) + "); start it with `banyan up`");
  }
  if (patience) wait_at_most(socket.number(), *patience);
  const std::string line = question.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
  std::string answer;
  bool in_time = true;
  if (::send(socket.number(), line.data(), line.size(), MSG_NOSIGNAL) ==
      static_cast<ssize_t>(line.size())) {
    char piece[4096];
    ssize_t got = 0;
    while ((got = ::read(socket.number(), piece, sizeof piece)) > 0 ||
           (got < 0 && errno == EINTR)) {
      if (got > 0) answer.append(piece, static_cast<std::size_t>(got));
    }
    in_time = got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
  }
  if (!in_time) {
    return fail(ErrorCode::Unavailable, "supervision.no_answer",
                "the supervisor is there and has not answered for " +
                    std::to_string(patience->count()) +
                    " s: it is stopped (kill -CONT), or waits for its disk. " +
                    (state / "lock").string() + " has the number of its process");
  }
  const Json json = Json::parse(answer, nullptr, false);
  if (!json.is_object()) {
    return fail(ErrorCode::Unavailable, "supervision.no_answer",
                "the supervisor has ended before it answered; `banyan logs` says why");
  }
  if (json.contains("rule")) {
    const std::string rule = json.value("rule", "");
    return fail(
        rule == "supervision.unknown_program" ? ErrorCode::NotFound : ErrorCode::FailedPrecondition,
        rule, json.value("detail", ""));
  }
  return answer;
}

}  // namespace

fs::path state_folder_of(const fs::path& file, const Variables& variables) {
  const fs::path absolute = fs::absolute(file).lexically_normal();
  fs::path state = absolute;
  state.replace_extension(".up");
  const auto text = strangler::read_toml_text(file.string(), "deployment.toml");
  if (!text) return state;
  const auto root = strangler::parse_toml(*text, file.string());
  if (!root) return state;
  const auto written = (*root)["supervisor"]["state"].value<std::string>();
  if (!written || written->empty()) return state;
  const auto name = expand(*written, variables);
  return name ? (absolute.parent_path() / *name).lexically_normal() : state;
}

Result<std::string> ask_status(const fs::path& state) {
  return ask(state, {{"ask", "status"}}, kLongestAnswer);
}

Result<std::string> ask_stop(const fs::path& state) { return ask(state, {{"ask", "stop"}}); }

Result<std::string> ask_restart(const fs::path& state, std::string_view program) {
  return ask(state, {{"ask", "restart"}, {"program", program}});
}

}  // namespace banyan::supervision
