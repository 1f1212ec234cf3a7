// SPDX-License-Identifier: Apache-2.0
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <map>
#include <utility>

#include "admin_client.hpp"
#include "banyan/kernel/clock.hpp"
#include "exit_code.hpp"
#include "plan_text.hpp"
#include "terminal.hpp"
#include "traffic_text.hpp"

namespace banyan::cli {
namespace {

/// Ctrl-C and its like, as something to wait for.
class EndOfWatch {
 public:
  EndOfWatch() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int each : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, each);
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    descriptor_ = ::signalfd(-1, &signals, SFD_CLOEXEC);
  }
  ~EndOfWatch() { ::close(descriptor_); }
  EndOfWatch(const EndOfWatch&) = delete;
  EndOfWatch& operator=(const EndOfWatch&) = delete;

  bool within(std::chrono::milliseconds time) const {
    pollfd waiting{descriptor_, POLLIN, 0};
    return ::poll(&waiting, 1, static_cast<int>(time.count())) > 0;
  }

 private:
  int descriptor_ = -1;
};

/// What is known at one moment, as one document.
Result<Json> look(AdminClient& client, bool store) {
  Json all = {{"time", to_string(system_clock().now())}};
  for (const char* path : {"/status", "/plans"}) {
    const auto answer = client.get(path, "");
    if (!answer) return fail(answer.error());
    all.update(Json::parse(*answer, nullptr, false));
  }
  if (store) return all;  // which knows nothing of requests
  const auto live = client.get("/live", "");
  if (!live) return fail(live.error());
  const Json document = Json::parse(*live, nullptr, false);
  for (Json& rollout : all["rollouts"]) {
    for (const Json& module : document.value("modules", Json::array())) {
      if (text_of(module, "name") != text_of(rollout, "module")) continue;
      if (module.contains("recent")) rollout["recent"] = module["recent"];
    }
  }
  return all;
}

Json plan_of_module(const Json& document, const std::string& module) {
  for (const Json& each : document.value("plans", Json::array())) {
    if (text_of(each, "module") == module) return each;
  }
  return Json::object();
}

/// "120 asked, 3 failed, 8.1 ms" of the last ten seconds.
std::string side_text(const Json& rollout, const char* side) {
  const Json recent = rollout.value("recent", Json::object()).value(side, Json::object());
  if (recent.empty()) return "-";
  std::array<char, 32> mean{};
  (void)std::snprintf(mean.data(), mean.size(), "%.1f ms",
                      recent.value("mean_seconds", 0.0) * 1'000);
  return std::to_string(number_of(recent, "requests")) + " asked, " +
         std::to_string(number_of(recent, "failures")) + " failed, " + mean.data();
}

void print_moment(const Json& document) {
  print_line(paint("revision " + std::to_string(number_of(document, "revision")) + ", " +
                       text_of(document, "time").substr(0, 19) + "Z, Ctrl-C ends it",
                   Tone::Faint));
  std::vector<std::vector<std::string>> rows = {
      {"MODULE", "STAGE", "READS", "WRITES", "PLAN", "OLD SIDE, LAST 10 s", "NEW SIDE"}};
  for (const Json& each : document.value("rollouts", Json::array())) {
    const Json plan = plan_of_module(document, text_of(each, "module"));
    rows.push_back({text_of(each, "module"), text_of(each, "stage"), text_of(each, "reads"),
                    text_of(each, "writes"), plan.empty() ? "-" : text_of(plan, "state"),
                    side_text(each, "local"), side_text(each, "remote")});
  }
  print_table(rows);
  for (const Json& each : document.value("plans", Json::array())) {
    print_line("");
    print_line(plan_line(each));
    const Json verdicts = each.value("verdicts", Json::array());
    if (!verdicts.empty()) print_table(verdict_rows(verdicts));
  }
}

/// What changes is told where nobody looks at a picture: a line for each rollout that is another.
class LineTeller {
 public:
  void tell(const Json& document) {
    for (const Json& each : document.value("rollouts", Json::array())) {
      const std::string module = text_of(each, "module");
      const Json plan = plan_of_module(document, module);
      std::string said = stage_text(each) + ", writes " + text_of(each, "writes");
      if (!plan.empty()) said += ", plan " + text_of(plan, "state");
      if (std::exchange(said_[module], said) == said) continue;
      std::string line = text_of(document, "time").substr(0, 19) + "Z  " + module + ": " + said;
      if (!plan.empty()) line += " (" + text_of(plan, "reason") + ')';
      print_line(line);
    }
  }

 private:
  std::map<std::string, std::string> said_;
};

constexpr std::string_view kHomeAndClear = "\x1b[H\x1b[2J";

}  // namespace

int watch(const ControlTarget& target, const WatchOptions& options) {
  const EndOfWatch end;
  const auto client = admin_client(target);
  if (!client) return not_told(client.error(), target.json);
  const bool picture = !target.json && ::isatty(STDOUT_FILENO) == 1;
  const auto interval = std::chrono::milliseconds(std::llround(options.interval_seconds * 1'000));
  LineTeller lines;
  for (std::uint64_t looked = 1;; ++looked) {
    const auto document = look(**client, !target.store.empty());
    if (!document) return not_told(document.error(), target.json);
    if (target.json) {
      print_line(document->dump(-1, ' ', false, Json::error_handler_t::replace));
    } else if (picture) {
      std::cout << kHomeAndClear;
      print_moment(*document);
    } else {
      lines.tell(*document);
    }
    // Whoever has read enough has closed the pipe.
    if (!std::cout.flush()) return kDone;
    if (looked == options.count || end.within(interval)) return kDone;
  }
}

}  // namespace banyan::cli
