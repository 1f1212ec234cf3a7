// SPDX-License-Identifier: Apache-2.0
#include "commands/proxy_settings.hpp"

#include <array>
#include <charconv>
#include <optional>

#include "banyan/forwarding/trusted_peers.hpp"

namespace banyan::cli {
namespace {

constexpr std::array kOptions = std::to_array<program::Option>({
    {"config", "FILE",
     "Listeners, upstreams, routes and TLS; a change of it, or SIGHUP, has all of it read again,"
     " certificates too"},
    {"log-file", "FILE", "Where the log goes; standard error without it"},
    {"explain", "", "Say in each answer where it came from, and why"},
    {"take-over", "",
     "Go on with the listening sockets of the proxy that runs here, which then finishes what it has"
     " and ends; starts afresh when none runs"},
    {"trust", "ADDRESS", "An address or network whose X-Forwarded-* is believed; may be repeated",
     true},
    {"loops", "N", "Event loops; 0 is one per core"},
    {"drain-notice", "MS", "Milliseconds between \"not ready\" and the end of accepting"},
    {"settings", "FILE",
     "A file with these options, a line each, such as drain-notice = 5000; they count where neither"
     " the command line nor the environment says something"},
});

std::optional<std::int64_t> number(const std::string& text, std::int64_t most) {
  std::int64_t read = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), read);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole && read >= 0 && read <= most ? std::optional(read) : std::nullopt;
}

std::string no_number(const program::Setting& setting, std::int64_t most) {
  return setting.said_by + ": '" + setting.value + "' is not a whole number from 0 to " +
         std::to_string(most) + '.';
}

}  // namespace

std::span<const program::Option> proxy_options() { return kOptions; }

std::string take_setting(serving::ProxyOptions& options, const program::Setting& setting) {
  if (setting.option == "config") {
    options.config_file = setting.value;
  } else if (setting.option == "log-file") {
    options.log_file = setting.value;
  } else if (setting.option == "explain") {
    options.explain = true;
  } else if (setting.option == "take-over") {
    options.take_over = true;
  } else if (setting.option == "trust") {
    if (const auto peers = strangler::TrustedPeers::parse({setting.value}); !peers) {
      return setting.said_by + ": " + peers.error();
    }
    options.trusted_peers.push_back(setting.value);
  } else if (setting.option == "loops") {
    const auto loops = number(setting.value, kMostLoops);
    if (!loops) return no_number(setting, kMostLoops);
    options.loops = static_cast<std::size_t>(*loops);
  } else if (setting.option == "drain-notice") {
    const auto notice = number(setting.value, kLongestDrainNotice);
    if (!notice) return no_number(setting, kLongestDrainNotice);
    options.drain_notice = std::chrono::milliseconds(*notice);
  }
  return {};
}

}  // namespace banyan::cli
