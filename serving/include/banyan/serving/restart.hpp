// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <csignal>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/http/instance_lock.hpp"
#include "banyan/routing/configuration.hpp"
#include "banyan/succession/introduction.hpp"
#include "banyan/succession/takeover.hpp"
#include "banyan/telemetry/log.hpp"

/// One process following another on the same addresses, whatever the two serve
/// (docs/adr/0022).
namespace banyan::serving {

/// How long the two processes of a restart wait for each other's next word: a start with its
/// migrations may take a while.
inline constexpr std::chrono::minutes kRestartPatience{5};

/// A file as two processes compare it, whether it is there already or not: absolute, without links
/// as far as it exists. Throws std::filesystem::filesystem_error.
std::string location_of(const std::filesystem::path& file);

/// What a process that begins has of its addresses.
struct Succession {
  std::optional<succession::Takeover> takeover;  ///< nothing: it follows nobody
  std::vector<http::InstanceLock> locks;         ///< of all addresses, by which nobody else begins
};

/// What the process that listens where `configuration` says gives to this one; the locks alone when
/// none runs. One that is ending is waited for, a minute at most. Before anything is opened.
/// `self`: program, version and facts. `check` may refuse. `advice`: what to do about somebody else
/// who has the addresses. FailedPrecondition with what is in the way; Unavailable when this process
/// is told to end. Throws as lock_listeners().
Result<Succession> take_over(succession::Introduction self,
                             const strangler::Configuration& configuration,
                             const succession::Takeover::Check& check, std::string_view advice,
                             const telemetry::Log& log);

/// The locks of all that a configuration listens on, which no two processes can have, for one that
/// follows nobody. Throws OperationalFault (Unavailable) that names who has one, or the address
/// where somebody listens without one. `advice`: what to do about it.
std::vector<http::InstanceLock> lock_listeners(const strangler::Configuration& configuration,
                                               std::string_view advice);

/// By which the thread that is told of a successor (Server::on_taken()) wakes the one that waits
/// for signals (program::Signals), and which nobody sends to end a process; from outside it means
/// nothing.
inline constexpr int kTakenSignal = SIGUSR1;
void tell_of_successor() noexcept;

/// What to do about somebody who has the addresses that a file gives this one.
inline constexpr std::string_view kOtherAddress = "give this one another address in its `listen`";

}  // namespace banyan::serving
