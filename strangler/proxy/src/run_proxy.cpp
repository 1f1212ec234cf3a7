// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <ctime>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "file_watch.hpp"
#include "http/second_signal.hpp"
#include "proxy/file_marks.hpp"
#include "proxy/proxy.hpp"
#include "telemetry/contained.hpp"
#include "telemetry/line_output.hpp"

namespace banyan::strangler {
namespace {

constexpr int kEndedAtOnce = 1;
constexpr int kCannotStart = 2;
constexpr std::chrono::milliseconds kPatience{1'000};

class Signals {
 public:
  /// From now on they wait in the queue, for threads that are made later as well.
  Signals() {
    sigemptyset(&set_);
    for (const int each : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set_, each);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  }

  int next() const {
    int signal = 0;
    while (sigwait(&set_, &signal) != 0) {
    }
    return signal;
  }

  /// The first end that comes within that time; nothing when none does.
  std::optional<int> next_end(std::chrono::milliseconds time) const {
    const auto until = std::chrono::steady_clock::now() + time;
    while (true) {
      const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(
          until - std::chrono::steady_clock::now());
      if (left.count() <= 0) return std::nullopt;
      const timespec wait{left.count() / 1'000'000'000, left.count() % 1'000'000'000};
      const int signal = sigtimedwait(&set_, nullptr, &wait);
      if (signal == SIGTERM || signal == SIGINT) return signal;
    }
  }

 private:
  sigset_t set_;
};

/// To whoever has started it, who may not read it.
void say(int descriptor, const std::string& text) {
  telemetry::LineOutput(descriptor).write(text, kPatience);
}

void announce(const Proxy& proxy) {
  std::string text;
  for (const std::string& url : proxy.urls()) text += "banyan proxy listens on " + url + '\n';
  if (const auto url = proxy.operators_url()) {
    text += "operators: " + *url + "_banyan/\n";
  } else {
    text += "operators: nowhere; set operators = \"127.0.0.1:9180\" in [proxy]\n";
  }
  say(STDOUT_FILENO, text);
}

}  // namespace

int run_proxy(const ProxyOptions& options) {
  // A pipe or socket whose reader is gone is an error of the write, not the end of the process.
  ::signal(SIGPIPE, SIG_IGN);
  const Signals signals;
  const FileMarks config = marks_of({options.config_file});
  std::optional<http::SecondSignal> impatient;  // goes last: what ends may be stuck
  try {
    auto made = Proxy::make(options);
    if (!made) {
      say(STDERR_FILENO, made.error());
      return kCannotStart;
    }
    Proxy& proxy = **made;
    proxy.start();
    announce(proxy);
    const telemetry::OnFault on_fault = [&proxy](std::string_view what) { proxy.fault(what); };
    const auto renew_certificates = [&proxy] {
      // It has logged what is wrong.
      [[maybe_unused]] const auto renewed = proxy.renew_certificates();
    };
    FileWatch certificates(proxy.certificate_files(), renew_certificates, FileWatch::kLook,
                           on_fault);
    std::function<void()> reload;
    FileWatch watch({}, [&] { reload(); }, FileWatch::kLook, on_fault);
    reload = [&] {
      if (proxy.reload()) certificates.watch(proxy.certificate_files());
      FileMarks all = config;
      all.merge(proxy.refused_certificate_files());
      watch.watch(std::move(all));
    };
    watch.watch(config);
    while (signals.next() == SIGHUP) {
      proxy.reopen_logs();
      telemetry::contain(reload, on_fault);
    }
    proxy.stop_being_ready();
    signals.next_end(options.drain_notice);
    impatient.emplace({SIGTERM, SIGINT}, kEndedAtOnce);
    telemetry::contain([&proxy] { proxy.drain(); }, on_fault);
    return 0;
  } catch (const std::exception& exception) {
    say(STDERR_FILENO, exception.what() + std::string("\n"));
    return kCannotStart;
  }
}

}  // namespace banyan::strangler
