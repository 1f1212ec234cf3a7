// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "banyan/binding/request_codec.hpp"
#include "banyan/binding/rpc_transport.hpp"
#include "banyan/kernel/bindings.hpp"

namespace banyan::binding {

/// What all remote calls have in common, whatever their types: refuse what every binding refuses,
/// write, exchange, read, report.
class RemoteCaller {
 public:
  /// Everything passed must outlive the caller.
  RemoteCaller(RpcTransport& transport, CallObserver& observer, std::string_view binding_name,
               const Clock& clock);

  /// Reads the answer into `answer`, a default-constructed value of `shape`.
  std::optional<Error> call(const PortInfo& port, const RequestCodec& codec, const void* operation,
                            const json::Shape& shape, void* answer, const Context& context) const;

 private:
  std::optional<Error> carry_out(const PortInfo& port, const RequestCodec& codec,
                                 const void* operation, const json::Shape& shape, void* answer,
                                 const Context& context) const;

  RpcTransport* transport_;
  CallObserver* observer_;
  std::string binding_name_;
  const Clock* clock_;
};

/// The serving end: `write` is run only for a success, and a value without JSON is a fault.
http::Response answer_of(const PortInfo& port, const Operation& operation, const Error* error,
                         const Context& context, CallObserver& observer,
                         const std::function<http::Response()>& write);

}  // namespace banyan::binding
