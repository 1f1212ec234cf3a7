// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "banyan/binding/rpc_transport.hpp"
#include "banyan/http/message.hpp"
#include "banyan/kernel/bindings.hpp"
#include "banyan/kernel/error.hpp"
#include "banyan/kernel/port.hpp"
#include "banyan/kernel/resources.hpp"

namespace banyan {
class IdempotencyLedger;
}

namespace banyan::json {
struct Shape;
}

namespace banyan::binding {

/// An operation that can be reached by HTTP. `answer` blocks, never throws, reads path, query and
/// body strictly, and lets only declared errors out.
struct BoundOperation {
  const PortInfo* port;
  const Operation* operation;
  ResourcePath at;
  std::function<http::Response(const http::Request&, const Context&)> answer;
  const json::Shape* response = nullptr;  ///< of a success; null when nobody knows
  const json::Shape* request = nullptr;   ///< path, query and body in one; null when nobody knows
};

/// An example of an operation (kernel/examples.hpp) as JSON: all fields of the request in one
/// object, wherever they travel.
struct OperationExample {
  std::string request;
  std::string response;
  std::string accepted{};  ///< the response while the work goes on; "": there is none
};

/// What there is to know about an operation without calling it.
struct OperationDescription {
  const Operation* operation;
  ResourcePath at;
  const json::Shape* request;
  const json::Shape* response;
  std::optional<OperationExample> example{};
};

struct PortDescription {
  const PortInfo* port;
  std::vector<OperationDescription> operations;
  std::vector<Error> example_errors{};
};

/// Where the port's operations live. The generated <module>_wire.cpp specialises it:
/// `static constexpr auto value = orders::http_resources;`
template <class P>
struct ResourcesOf;

/// The port's examples. The generated <module>_wire.cpp specialises it where the module publishes
/// an examples.hpp.
template <class P>
struct ExamplesOf {
  static std::tuple<> all() { return {}; }
  static std::vector<Error> errors() { return {}; }
};

/// The wire of a port, both ends. Declared here and defined in "binding/port_binding_impl.hpp",
/// which only the generated <module>_wire.cpp includes, for its explicit instantiation.
template <class P>
struct PortBinding {
  /// The port as its clients see it from afar. Reports each call to `observer` under
  /// `binding_name` ("remote", "rehearsal"). Everything passed must outlive the port.
  static std::unique_ptr<P> remote(RpcTransport& transport, CallObserver& observer,
                                   std::string_view binding_name, const Clock& clock);

  /// The module with its ledger in front: see OnceByKey. Bindings go around it, so that a command
  /// happens once whichever way it comes in. Everything passed must outlive the port.
  static std::unique_ptr<P> once(P& module, IdempotencyLedger& ledger, const Clock& clock);

  /// The port's operations for an OperationTable. Pass an observer only when `port` is the bare
  /// module; one made by bind_in_process has its own.
  static std::vector<BoundOperation> bind(P& port, CallObserver& observer, const Clock& clock);

  static PortDescription describe();
};

}  // namespace banyan::binding
