// SPDX-License-Identifier: Apache-2.0
#include <signal.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <map>
#include <optional>
#include <thread>
#include <utility>

#include "admin_client.hpp"
#include "banyan/kernel/clock.hpp"
#include "exit_code.hpp"
#include "plan_text.hpp"
#include "terminal.hpp"
#include "traffic_text.hpp"

namespace banyan::cli {
namespace {

/// Until somebody who was there is given up: a restart with a gap is over by then.
constexpr std::chrono::minutes kPatience{1};

/// Ctrl-C and its like end it wherever it is, also while nobody answers, or a terminal stands
/// still: there is nothing to put away.
void end_by_signals() {
  struct sigaction ends{};
  ends.sa_handler = [](int /*signal*/) { ::_exit(kDone); };
  for (const int each : {SIGINT, SIGTERM, SIGHUP}) ::sigaction(each, &ends, nullptr);
}

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
std::string recent_text(const Json& rollout, const char* side) {
  const Json recent = rollout.value("recent", Json::object()).value(side, Json::object());
  if (recent.empty()) return "-";
  std::array<char, 32> mean{};
  (void)std::snprintf(mean.data(), mean.size(), "%.1f ms",
                      recent.value("mean_seconds", 0.0) * 1'000);
  return std::to_string(number_of(recent, "requests")) + " asked, " +
         std::to_string(number_of(recent, "failures")) + " failed, " + mean.data();
}

/// What somebody has to look after, by what it is about; of a rollout, by its name.
std::map<std::string, std::string> attention_of(const Json& document) {
  std::map<std::string, std::string> all;
  for (const Json& each : document.value("attention", Json::array())) {
    all[text_of(each, "about")] = text_of(each, "message");
  }
  for (const Json& each : document.value("rollouts", Json::array())) {
    const std::string illegal = text_of(each, "illegal");
    if (!illegal.empty()) all[text_of(each, "module")] = illegal;
  }
  return all;
}

void print_moment(const Json& document) {
  print_line(paint("revision " + std::to_string(number_of(document, "revision")) + ", " +
                       text_of(document, "time").substr(0, 19) + "Z, Ctrl-C ends it",
                   Tone::Faint));
  std::vector<std::vector<std::string>> rows = {
      {"MODULE", "STAGE", "READS", "WRITES", "PLAN", "OLD SIDE, LAST 10 s", "NEW SIDE"}};
  for (const Json& each : shown_rollouts(document)) {
    const Json plan = plan_of_module(document, text_of(each, "module"));
    rows.push_back({text_of(each, "module"), text_of(each, "stage"), text_of(each, "reads"),
                    side_text(text_of(each, "writes")), plan.empty() ? "-" : text_of(plan, "state"),
                    recent_text(each, "local"), recent_text(each, "remote")});
  }
  print_table(rows);
  for (const auto& [about, what] : attention_of(document)) {
    print_line(paint("attention: " + about + ": " + what, Tone::Warning));
  }
  for (const Json& each : document.value("rollouts", Json::array())) {
    const std::uint64_t fallbacks = number_of(each, "fallbacks");
    if (fallbacks != 0) print_line(fallbacks_text(fallbacks, text_of(each, "module")));
  }
  for (const Json& each : document.value("plans", Json::array())) {
    print_line("");
    print_line(plan_line(each));
    const Json verdicts = each.value("verdicts", Json::array());
    if (!verdicts.empty()) print_table(verdict_rows(verdicts));
  }
}

/// What changes is told where nobody looks at a picture: a line for each rollout that is another,
/// and for what has to be looked after, when it begins and when it is over.
class LineTeller {
 public:
  void tell(const Json& document) {
    tell_attention(document);
    tell_fallbacks(document);
    for (const Json& each : shown_rollouts(document)) {
      const std::string module = text_of(each, "module");
      const Json plan = plan_of_module(document, module);
      std::string said = stage_text(each) + ", writes " + side_text(text_of(each, "writes"));
      if (!plan.empty()) said += ", plan " + text_of(plan, "state");
      if (std::exchange(said_[module], said) == said) continue;
      std::string line = text_of(document, "time").substr(0, 19) + "Z  " + module + ": " + said;
      if (!plan.empty()) line += " (" + text_of(plan, "reason") + ')';
      print_line(line);
    }
  }

 private:
  static std::string time_of(const Json& document) {
    return text_of(document, "time").substr(0, 19) + "Z  ";
  }

  void tell_attention(const Json& document) {
    std::map<std::string, std::string> now = attention_of(document);
    for (const auto& [about, what] : now) {
      const auto known = attention_.find(about);
      if (known != attention_.end() && known->second == what) continue;
      print_line(time_of(document) + paint("attention: " + about + ": " + what, Tone::Warning));
    }
    for (const auto& [about, what] : attention_) {
      if (!now.contains(about)) print_line(time_of(document) + about + ": is well again");
    }
    attention_ = std::move(now);
  }

  /// When there are twice as many as were told last: they may come by the hundred.
  void tell_fallbacks(const Json& document) {
    for (const Json& each : document.value("rollouts", Json::array())) {
      const std::string module = text_of(each, "module");
      const std::uint64_t now = number_of(each, "fallbacks");
      std::uint64_t& told = fallbacks_[module];
      const bool enough = now >= 2 * told;
      if (now < told) told = now;  // another process
      if (now == 0 || !enough) continue;
      told = now;
      print_line(time_of(document) + paint(fallbacks_text(now, module), Tone::Warning));
    }
  }

  std::map<std::string, std::string> said_;
  std::map<std::string, std::string> attention_;
  std::map<std::string, std::uint64_t> fallbacks_;
};

constexpr std::string_view kHomeAndClear = "\x1b[H\x1b[2J";

/// Whoever was there may come back: what is wrong is told when it is another thing than before.
class Trouble {
 public:
  explicit Trouble(bool json) : json_(json) {}

  /// A document says by itself that there is an answer again; lines are only there for what has
  /// changed.
  void is_over() {
    if (!told_.empty() && !json_) {
      const auto away =
          std::chrono::ceil<std::chrono::seconds>(system_clock().steady() - *since_).count();
      print_line(now_text() + "it answers again, after " + std::to_string(away) + " s");
    }
    since_.reset();
    told_.clear();
  }
  /// Whether to ask again.
  bool bears(const Error& error) {
    const SteadyTime now = system_clock().steady();
    if (error.code != ErrorCode::Unavailable) return false;  // it answers, and says no
    if (!since_) since_ = now;
    if (now - *since_ >= kPatience) return false;
    if (std::exchange(told_, error.message) != error.message) tell(error);
    return true;
  }

 private:
  static std::string now_text() { return to_string(system_clock().now()).substr(0, 19) + "Z  "; }

  void tell(const Error& error) const {
    if (json_) {
      print_json(
          {{"time", to_string(system_clock().now())},
           {"problem",
            {{"code", to_string(error.code)}, {"rule", error.rule}, {"detail", error.message}}}});
    } else {
      print_line(now_text() + paint("it is asked again: " + error.message, Tone::Warning));
    }
  }

  bool json_;
  std::optional<SteadyTime> since_{};
  std::string told_{};
};

}  // namespace

int watch(const ControlTarget& target, const WatchOptions& options) {
  end_by_signals();
  const auto client = admin_client(target);
  if (!client) return not_told(client.error(), target.json);
  const bool picture = !target.json && ::isatty(STDOUT_FILENO) == 1;
  const auto interval = std::chrono::milliseconds(std::llround(options.interval_seconds * 1'000));
  LineTeller lines;
  Trouble trouble(target.json);
  for (std::uint64_t looked = 1;; ++looked) {
    const bool last = looked == options.count;
    const auto document = look(**client, !target.store.empty());
    if (!document) {
      if (looked == 1 || last || !trouble.bears(document.error())) {
        return not_told(document.error(), target.json);
      }
    } else {
      trouble.is_over();
      if (target.json) {
        print_json(*document);
      } else if (picture) {
        std::cout << kHomeAndClear;
        print_moment(*document);
      } else {
        lines.tell(*document);
      }
    }
    // Whoever has read enough has closed the pipe.
    if (!std::cout.flush()) return kDone;
    if (last) return kDone;
    std::this_thread::sleep_for(interval);
  }
}

}  // namespace banyan::cli
