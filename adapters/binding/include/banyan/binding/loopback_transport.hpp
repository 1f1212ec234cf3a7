// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/binding/module_workers.hpp"
#include "banyan/binding/operation_table.hpp"
#include "banyan/binding/rpc_transport.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/random.hpp"

namespace banyan::binding {

/// Rehearsal: the whole wire inside one process. A request becomes the bytes of an HTTP message,
/// goes through the strict parser, is answered by the operation under the context that its headers
/// say, and the answer comes back the same way.
class LoopbackTransport final : public RpcTransport {
 public:
  /// The operation runs on the thread of the caller, and a late answer is thrown away.
  /// Everything passed must outlive the transport.
  LoopbackTransport(const OperationTable& table, const Clock& clock, Random& random);

  /// The operation runs on `workers`, as in a service: the caller waits no longer than its
  /// deadline, and full workers are Unavailable "banyan.too_busy". The table and the workers
  /// must outlive the calls, also those that nobody waits for any more.
  LoopbackTransport(const OperationTable& table, ModuleWorkers& workers, const Clock& clock,
                    Random& random);

  Result<http::Response> exchange(http::Request request, const Context& context,
                                  Repeat repeat) override;

 private:
  const OperationTable* table_;
  ModuleWorkers* workers_;
  const Clock* clock_;
  Random* random_;
};

}  // namespace banyan::binding
