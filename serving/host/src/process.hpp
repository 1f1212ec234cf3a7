// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "banyan/host/application.hpp"
#include "banyan/host/composition.hpp"
#include "options.hpp"

namespace banyan::host {

/// Everything that runs between the start and the end of the program, made in the constructor and
/// undone in the reverse order.
class Process {
 public:
  /// Opens, migrates, recovers, binds: all that can fail. Throws std::runtime_error (or a Fault of
  /// a part) with what is missing and the next step. `application` and `table` must outlive it.
  Process(const Application& application, const std::vector<ModuleEntry>& table, Network network,
          const Options& options);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  std::uint16_t port() const;

  /// Accepts; see serving::Server::open(), whose exceptions it has.
  void open();
  /// See serving::Server::let_predecessor_end().
  void let_predecessor_end() noexcept;
  /// Another process serves in place of this one; serving::kTakenSignal tells of that.
  bool taken() const;
  /// Something that must not end it has gone wrong: for the log.
  void fault(std::string_view what) const;

  /// For people, once: what runs here, what to open, what to try.
  std::string greeting() const;

  /// Opens the logs again by their names, and reads the file of --config again at once, as it is
  /// read by itself when it has changed (ReloadWatch). What is wrong with it is logged.
  void reload();

  /// Not ready any more; finishes what runs, cuts what takes too long. Once.
  void drain();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace banyan::host
