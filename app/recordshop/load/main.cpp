// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>
#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <cstdio>
#include <exception>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/exit_code.hpp"
#include "load/report.hpp"

namespace {

using namespace banyan::exit_code;
using namespace recordshop::load;

std::atomic<bool> stop_wanted = false;
static_assert(std::atomic<bool>::is_always_lock_free, "it is set in a signal handler");

/// The first Ctrl-C ends the coming of people, and the oracle still speaks; the second ends all.
void on_signal(int) {
  if (stop_wanted.exchange(true)) ::_exit(kFault);
}

/// What is going on, on standard error: one line that changes on a terminal, else one now and then.
class ProgressLine {
 public:
  void show(const std::string& text) {
    const auto now = std::chrono::steady_clock::now();
    if (terminal_) {
      std::fprintf(stderr, "\r\x1b[K%s", text.c_str());
      std::fflush(stderr);
      shown_ = true;
    } else if (now - last_ >= std::chrono::seconds(10)) {
      last_ = now;
      std::fprintf(stderr, "%s\n", text.c_str());
    }
  }
  void clear() {
    if (shown_) std::fprintf(stderr, "\r\x1b[K");
    shown_ = false;
  }

 private:
  bool terminal_ = ::isatty(STDERR_FILENO) == 1;
  bool shown_ = false;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

std::string url = "http://127.0.0.1:8080";

std::optional<banyan::http::Endpoint> endpoint_of(std::string_view text) {
  if (text.starts_with("http://")) text.remove_prefix(7);
  if (text.ends_with('/')) text.remove_suffix(1);
  const auto endpoint = banyan::http::endpoint_from(text);
  return endpoint && endpoint->port != 0 ? endpoint : std::nullopt;
}

int drive(const banyan::http::Endpoint& endpoint, const LoadOptions& options, bool json) {
  ProgressLine line;
  const auto begin = std::chrono::steady_clock::now();
  const auto took = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin);
  };
  Report report;
  report.seed = options.seed;
  report.run = options.run;
  try {
    ShopApi shop(endpoint, options.connections);
    Ledger ledger;
    line.show("taking stock");
    Oracle oracle(shop, options.patience, [&](const std::string& what) { line.show(what); });
    Load load(shop, options, ledger);
    load.run(stop_wanted, [&] { line.show(progress_of(load.totals(), took())); });
    report.took = took();
    report.totals = load.totals();
    report.verdict = oracle.judge(ledger);
  } catch (const NoAnswer& none) {
    line.clear();
    std::fprintf(stderr, "recordshop-load: %s\n", none.what());
    if (report.totals.sessions > 0) std::fputs(text_of(report).c_str(), stderr);
    return kUnavailable;
  }
  line.clear();
  std::fputs((json ? json_of(report) + '\n' : text_of(report)).c_str(), stdout);
  if (!report.verdict.holds()) return kRefused;
  return report.totals.all().failures > 0 ? kUnavailable : kDone;
}

}  // namespace

int main(int argc, char** argv) {
  ::signal(SIGPIPE, SIG_IGN);
  CLI::App program(
      "Drives a record shop as people do, over HTTP, and compares at the end what it has promised "
      "with "
      "what it has. A restart or a kill of the shop is no failure: like a person, it asks again.");
  program.footer(
      "\nPeople come at a constant rate, however slow the shop is; a latency counts from the "
      "moment at\n"
      "which a person wanted to ask. Nobody else may order or deliver meanwhile, or the books "
      "differ.\n\n"
      "Examples:\n"
      "  recordshop-load --rate 50 --for 60\n"
      "  recordshop-load --url http://127.0.0.1:9000 --for 5 --think 20 --json\n\n"
      "Exit codes: 0 all holds; 1 the shop broke a promise; 69 it holds, but requests failed, or "
      "the\n"
      "shop does not answer and nothing can be said; 64 wrong usage; 70 a fault, or a second "
      "Ctrl-C.");
  LoadOptions options;
  double seconds = 10;
  std::int64_t think = options.think_time.count();
  std::int64_t patience = 30;
  bool json = false;
  program.add_option("--url", url, "The shop")->capture_default_str();
  program.add_option("--rate", options.sessions_per_second, "People who come in a second")
      ->check(CLI::Range(0.01, 100'000.0))
      ->capture_default_str();
  program.add_option("--for", seconds, "Seconds in which they come")
      ->check(CLI::Range(0.1, 1'000'000.0))
      ->capture_default_str();
  program.add_option("--think", think, "Milliseconds of a person's pause, in the mean")
      ->check(CLI::Range(0, 3'600'000))
      ->capture_default_str();
  program.add_option("--seed", options.seed, "What people do is the same for a seed")
      ->capture_default_str();
  program.add_option("--customers", options.customers, "Customers, each of whom may come often")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  program.add_option("--connections", options.connections, "Requests at the same time, at most")
      ->check(CLI::Range(1, 1'000))
      ->capture_default_str();
  program
      .add_option("--patience", patience,
                  "Seconds in which a person asks again, and the oracle waits")
      ->check(CLI::Range(1, 86'400))
      ->capture_default_str();
  program.add_flag("--json", json, "Print the report as one JSON document");
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? 0 : kUsage;
  }
  const auto endpoint = endpoint_of(url);
  if (!endpoint) {
    std::fprintf(stderr, "recordshop-load: --url is \"%s\", expected http://HOST:PORT\n",
                 url.c_str());
    return kUsage;
  }
  options.duration = std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1'000));
  options.think_time = std::chrono::milliseconds(think);
  options.patience = std::chrono::seconds(patience);
  options.run = fmt::format("{:x}-{:x}", banyan::system_clock().now().micros, ::getpid());
  ::signal(SIGINT, on_signal);
  ::signal(SIGTERM, on_signal);
  try {
    return drive(*endpoint, options, json);
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "recordshop-load: %s\n", exception.what());
    return kFault;
  }
}
