// SPDX-License-Identifier: Apache-2.0
#include "probe.hpp"

#include <sys/eventfd.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "banyan/kernel/clock.hpp"

namespace banyan::supervision {
namespace {

constexpr std::chrono::milliseconds kBetween{100};
constexpr std::chrono::seconds kPatience{2};  // of one question

}  // namespace

std::optional<ProbeTarget> probe_target_from(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(kScheme)) return std::nullopt;
  url.remove_prefix(kScheme.size());
  const std::size_t slash = std::min(url.find('/'), url.size());
  const std::string authority(url.substr(0, slash));
  const std::string_view target = url.substr(slash);
  auto endpoint = http::endpoint_from(authority);
  if (!endpoint) endpoint = http::endpoint_from(authority + ":80");
  if (!endpoint || http::is_unix(*endpoint) || endpoint->port == 0) return std::nullopt;
  return ProbeTarget{std::move(*endpoint), target.empty() ? "/" : std::string(target)};
}

Probe::Probe(ProbeTarget target, int wake)
    : client_(std::move(target.endpoint)),
      thread_([this, path = std::move(target.target), wake](const std::stop_token& stop) {
        ask(stop, path, wake);
      }) {}

void Probe::ask(const std::stop_token& stop, const std::string& target, int wake) {
  http::Request request;
  request.head.method = "GET";
  request.head.target = target;
  std::mutex mutex;
  std::condition_variable_any never;
  while (!stop.stop_requested()) {
    const auto answer =
        client_.exchange(request, system_clock().steady() + kPatience, http::Repeat::Safe, stop);
    if (answer && answer->head.status >= 200 && answer->head.status < 300) {
      passed_ = true;
      ::eventfd_write(wake, 1);
      return;
    }
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, kBetween, [] { return false; });
  }
}

}  // namespace banyan::supervision
