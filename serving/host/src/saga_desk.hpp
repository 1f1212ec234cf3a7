// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "assembly.hpp"
#include "banyan/control/admin_api.hpp"
#include "banyan/telemetry/log.hpp"

namespace banyan::host {

/// What operators see and do of the sagas of the modules that keep some here:
///
///     GET  /_banyan/api/sagas              those that are not over, and the newest others
///     GET  /_banyan/api/sagas/ID           one, with what can be done about it
///     GET  /_banyan/api/sagas/ID/picture   {"svg": …}
///     POST /_banyan/api/sagas/ID/retry     {"who", "why", "at"}; as are mark and back: SagaWish
///
/// "at" is the step that the order is about, as "at" of the saga's document said it. A mark needs
/// it; where it is given and the saga has gone on, nothing is done.
///
/// Reads the modules' tables; changes go through the module (SagaControl), and are in the log as
/// saga_changed. Safe for concurrent use.
class SagaDesk {
 public:
  /// Both must outlive it.
  SagaDesk(const Assembly& assembly, const telemetry::Log& log)
      : assembly_(&assembly), log_(&log) {}

  std::string list() const;
  /// `path` of the request: behind "sagas", "/ID/mark".
  strangler::AdminAnswer answer(const strangler::AdminRequest& request) const;

 private:
  strangler::AdminAnswer change(std::string_view id, std::string_view verb,
                                const strangler::AdminRequest& request) const;

  const Assembly* assembly_;
  const telemetry::Log* log_;
};

}  // namespace banyan::host
