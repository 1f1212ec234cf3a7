// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "host/application.hpp"
#include "host/composition.hpp"
#include "options.hpp"

namespace banyan::host {

/// Everything that runs between the start and the end of the program, made in the constructor and
/// undone in the reverse order.
class Process {
 public:
  /// Opens, migrates, recovers, binds, serves. Throws std::runtime_error (or a Fault of a part)
  /// with what is missing and the next step. `application` and `table` must outlive it.
  Process(const Application& application, const std::vector<ModuleEntry>& table,
          const Options& options);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  std::uint16_t port() const;

  /// For people, once: what runs here, what to open, what to try.
  std::string greeting() const;

  /// Not ready any more; finishes what runs, cuts what takes too long. Once.
  void drain();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace banyan::host
