// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <csignal>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "banyan/http/second_signal.hpp"
#include "banyan/kernel/error.hpp"
#include "banyan/kernel/exit_code.hpp"
#include "banyan/program/server_program.hpp"
#include "banyan/serving/file_marks.hpp"
#include "banyan/serving/proxy.hpp"
#include "banyan/serving/reload_watch.hpp"
#include "banyan/serving/restart.hpp"
#include "banyan/succession/service_manager.hpp"
#include "banyan/telemetry/contained.hpp"
#include "banyan/telemetry/line_output.hpp"

namespace banyan::serving {
namespace {

constexpr std::chrono::milliseconds kPatience{1'000};

/// To whoever has started it, who may not read it.
void say(int descriptor, const std::string& text) {
  telemetry::LineOutput(descriptor).write(text, kPatience);
}

void announce(const Proxy& proxy, const std::string& log_file) {
  std::string text;
  for (const std::string& url : proxy.urls()) text += "banyan proxy listens on " + url + '\n';
  if (const auto url = proxy.operators_url()) {
    text += "operators: " + *url + "_banyan/\n";
  } else {
    text += "operators: nowhere; set operators = \"127.0.0.1:9180\" in [proxy]\n";
  }
  // Who has mistyped it should see where it is.
  if (!log_file.empty()) text += "log: " + location_of(log_file) + '\n';
  say(STDOUT_FILENO, text);
}

/// Until its end; whether somebody has asked for that. Else another process has taken over.
bool serve(Proxy& proxy, const program::Signals& signals, ReloadWatch& watch,
           const telemetry::OnFault& on_fault) {
  while (true) {
    const int signal = signals.next();
    if (signal == SIGHUP) {
      proxy.reopen_logs();
      telemetry::contain([&watch] { watch.reload(); }, on_fault);
    } else if (signal != kTakenSignal) {
      return true;
    } else if (proxy.taken()) {
      return false;
    }
  }
}

int run(const ProxyOptions& options, const program::Signals& signals) {
  const FileMarks config = marks_of({options.config_file});
  std::optional<http::SecondSignal> impatient;  // goes last: what ends may be stuck
  try {
    auto made = Proxy::make(options);
    if (!made) {
      say(STDERR_FILENO, made.error());
      return exit_code::kBadConfiguration;
    }
    Proxy& proxy = **made;
    proxy.on_taken(tell_of_successor);
    const telemetry::OnFault on_fault = [&proxy](std::string_view what) { proxy.fault(what); };
    // All that the system could refuse comes before open(): from then on nobody else serves.
    proxy.prepare();
    ReloadWatch watch(config, reader_of(proxy), on_fault);
    proxy.open();
    telemetry::contain([&] { announce(proxy, options.log_file); }, on_fault);
    telemetry::contain([] { succession::tell_service_manager(); }, on_fault);
    proxy.let_predecessor_end();
    const bool asked = serve(proxy, signals, watch, on_fault);
    proxy.stop_being_ready();
    // Nobody has to notice: whoever is new finds the other at the same address.
    if (!proxy.taken()) signals.next_but_hangup(options.drain_notice);
    // Of one that was taken over nobody has asked yet that it ends.
    impatient.emplace({SIGINT, SIGQUIT, SIGTERM}, exit_code::kFault, asked ? 1 : 2);
    telemetry::contain([&proxy] { proxy.drain(); }, on_fault);
    return exit_code::kDone;
  } catch (const OperationalFault& fault) {
    // What it needs is somebody else's for now: who supervises it should start it again.
    const bool is_away = fault.error().code == ErrorCode::Unavailable;
    say(STDERR_FILENO, "banyan: " + std::string(fault.what()) + '\n');
    return is_away ? exit_code::kUnavailable : exit_code::kBadConfiguration;
  } catch (const std::exception& exception) {
    say(STDERR_FILENO, "banyan: " + std::string(exception.what()) + '\n');
    return exit_code::kBadConfiguration;
  }
}

}  // namespace

int run_proxy(const ProxyOptions& options) {
  return program::run("banyan-proxy", [&options](const program::Signals& signals) {
    return run(options, signals);
  });
}

}  // namespace banyan::serving
