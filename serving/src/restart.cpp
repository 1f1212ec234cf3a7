// SPDX-License-Identifier: Apache-2.0
#include "banyan/serving/restart.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <expected>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "banyan/http/listening_socket.hpp"
#include "banyan/http/run_folder.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/succession/stop_request.hpp"
#include "listeners.hpp"

namespace banyan::serving {

// weakly_canonical() alone leaves a relative path of which nothing exists as it is.
std::string location_of(const std::filesystem::path& file) {
  return std::filesystem::weakly_canonical(std::filesystem::absolute(file)).string();
}

namespace {

/// Of one that ends: to finish what it has, and give up its locks.
constexpr std::chrono::minutes kEndPatience{1};
/// Of one that was killed: the kernel closes its files one after the other.
constexpr std::chrono::seconds kClosePatience{2};
constexpr std::chrono::milliseconds kLook{20};

/// Another process has what this one needs; it may have not much longer.
enum class Trouble : std::uint8_t { Locked, Listened };

struct NotFree {
  Trouble trouble;
  std::string what;
};

/// Whoever has an address waits beside its lock for one that takes over, from when it serves until
/// it begins to end.
bool takes_a_successor(const strangler::Configuration& configuration) {
  return std::ranges::any_of(listen_addresses(configuration), [](const http::Endpoint& each) {
    std::error_code unknown;
    return std::filesystem::exists(http::run_file(each, "takeover"), unknown);
  });
}

constexpr const char* kEnds =
    ". It takes no successor just now, so it is most likely ending already, or has only begun: "
    "start this one again when it is gone, or with --take-over, which waits for that";

/// `may_follow`: this one has not been told to.
std::expected<std::vector<http::InstanceLock>, NotFree> try_to_lock(
    const strangler::Configuration& configuration, std::string_view advice, bool may_follow) {
  const std::string of_ours =
      (may_follow ? "follow it without a gap with --take-over, or " : "") + std::string(advice);
  std::vector<http::InstanceLock> locks;
  for (const http::Endpoint& each : listen_addresses(configuration)) {
    try {
      locks.push_back(http::InstanceLock::for_endpoint(each, of_ours));
    } catch (const std::system_error&) {
      throw;
    } catch (const std::runtime_error& held) {
      const bool ends = may_follow && !takes_a_successor(configuration);
      return std::unexpected(
          NotFree{Trouble::Locked, std::string(held.what()) + (ends ? kEnds : "")});
    }
    if (http::is_free(each)) continue;
    const std::string what = "something listens on " + to_string(each);
    // Paths have no locks: whoever ends listens there while its clients go one by one.
    if (http::is_unix(each)) {
      return std::unexpected(
          NotFree{Trouble::Locked, what + " already; stop it first, or " + of_ours});
    }
    return std::unexpected(NotFree{
        Trouble::Listened, what + " without the lock " + locks.back().file().string() +
                               ": another program, or one of ours whose files there were cleared"
                               " away; stop it first, or " +
                               std::string(advice)});
  }
  return locks;
}

/// Who has it may end: a supervisor is to try again.
OperationalFault held(const NotFree& by) {
  return {Error{ErrorCode::Unavailable, "banyan.address_held", by.what, {}}, by.what};
}

std::vector<http::Endpoint> known_addresses(const strangler::Configuration& configuration) {
  auto all = listen_addresses(configuration);
  const bool anywhere = std::ranges::any_of(all, [](const http::Endpoint& endpoint) {
    return endpoint.port == 0 && !http::is_unix(endpoint);
  });
  if (anywhere) all.clear();
  return all;
}

std::vector<http::InstanceLock> locks_of(succession::Takeover& takeover,
                                         const strangler::Configuration& configuration,
                                         std::string_view advice) {
  std::vector<http::InstanceLock> locks;
  for (const http::Endpoint& each : listen_addresses(configuration)) {
    locks.push_back(takeover.lock_for(each, advice));
  }
  return locks;
}

}  // namespace

Result<Succession> take_over(succession::Introduction self,
                             const strangler::Configuration& configuration,
                             const succession::Takeover::Check& check, std::string_view advice,
                             const telemetry::Log& log) {
  self.listen = known_addresses(configuration);
  if (self.listen.empty()) {
    return fail(ErrorCode::InvalidArgument, "banyan.takeover_refused",
                "cannot take over: port 0 is one that the system chooses; say which one the running"
                " process has");
  }
  const succession::StopRequest stop;
  const SteadyTime begun = system_clock().steady();
  bool told = false;
  while (true) {
    auto taken = succession::Takeover::ask(self, check, kRestartPatience, system_clock());
    if (!taken) return fail(std::move(taken.error()));
    if (*taken) {
      const succession::Introduction& running = (*taken)->running();
      log.write(telemetry::Level::Info, "takes_over",
                {{"version", running.version}, {"pid", std::int64_t{running.process}}});
      auto locks = locks_of(**taken, configuration, advice);
      return Succession{std::move(*taken), std::move(locks)};
    }
    auto locks = try_to_lock(configuration, advice, false);
    if (locks) {
      log.write(telemetry::Level::Info, "takes_over_from_nobody", {});
      return Succession{std::nullopt, std::move(*locks)};
    }
    // Nobody answers, and somebody is still there: one that ends, most likely.
    const bool locked = locks.error().trouble == Trouble::Locked;
    if (system_clock().steady() - begun >
        (locked ? SteadyTime::duration(kEndPatience) : SteadyTime::duration(kClosePatience))) {
      throw held(locks.error());
    }
    if (!std::exchange(told, true)) {
      log.write(telemetry::Level::Info, "waits_for_the_addresses",
                {{"message", locks.error().what}});
    }
    pollfd watched{stop.descriptor(), POLLIN, 0};
    if (::poll(&watched, 1, static_cast<int>(kLook.count())) == 1) {
      return fail(ErrorCode::Unavailable, "banyan.takeover_refused",
                  "told to end while another process still had the addresses");
    }
  }
}

std::vector<http::InstanceLock> lock_listeners(const strangler::Configuration& configuration,
                                               std::string_view advice) {
  auto locks = try_to_lock(configuration, advice, true);
  if (!locks) throw held(locks.error());
  return std::move(*locks);
}

void tell_of_successor() noexcept { ::kill(::getpid(), kTakenSignal); }

}  // namespace banyan::serving
