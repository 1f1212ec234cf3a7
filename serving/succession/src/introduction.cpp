// SPDX-License-Identifier: Apache-2.0
#include "banyan/succession/introduction.hpp"

#include <algorithm>
#include <set>

#include "banyan/http/listening_socket.hpp"

namespace banyan::succession {
namespace {

constexpr const char* kWayOut =
    "; start it as the running one was started, or stop that one and start this one without"
    " --take-over";

std::set<std::string> addresses_of(const Introduction& one) {
  std::set<std::string> all;
  for (const http::Endpoint& each : one.listen) {
    all.insert(to_string(http::as_bound(each).value_or(each)));
  }
  return all;
}

std::string joined(const std::set<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

std::string why_not(const Introduction& running, const Introduction& successor) {
  const std::string who = "the running " + running.program + " " + running.version + " (process " +
                          std::to_string(running.process) + ")";
  if (running.program != successor.program) {
    return who + " is not a " + successor.program + kWayOut;
  }
  const auto has = addresses_of(running);
  const auto wants = addresses_of(successor);
  if (has != wants) {
    return who + " listens on " + joined(has) + ", and this one shall listen on " + joined(wants) +
           kWayOut;
  }
  for (const auto& [name, value] : successor.facts) {
    const auto theirs = running.facts.find(name);
    if (theirs == running.facts.end() || theirs->second == value) continue;
    return who + " has the " + name + " '" + theirs->second + "', and this one has '" + value +
           "'" + kWayOut;
  }
  return {};
}

}  // namespace banyan::succession
