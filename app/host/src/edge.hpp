// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "assembly.hpp"
#include "binding/operation_table.hpp"
#include "forwarding/forwarder.hpp"
#include "http/exchange.hpp"
#include "kernel/routing.hpp"
#include "operator_pages.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace banyan::host {

/// Where requests come in. Their way, one line: match the operation, make the context, decide the
/// side, then either the module's workers here or the forwarder to its service.
///
/// On the loop of the connection; nothing here blocks.
class Edge final : public http::Application {
 public:
  struct Parts {
    const Assembly& assembly;
    const RoutingTable& routing;
    const Options& options;
    OperatorPages& pages;
    telemetry::Metrics& metrics;
    const telemetry::Log& log;
  };
  /// All parts must outlive the edge.
  explicit Edge(const Parts& parts);

  void handle(std::shared_ptr<http::Exchange> exchange) override;
  void refused(const http::RefusedRequest& request, http::Response& answer) override;

 private:
  using Exchange = std::shared_ptr<http::Exchange>;
  void admit(const Exchange& exchange, const binding::BoundOperation& operation);
  Result<Context> context_of(const Exchange& exchange) const;
  void answer_here(const Exchange& exchange, const HostedModule& module,
                   const binding::BoundOperation& operation, Context context);
  void run(const Exchange& exchange, const HostedModule& module,
           const binding::BoundOperation& operation, Context context, std::string body);
  void serve(const Exchange& exchange, const binding::BoundOperation& operation, SteadyTime begin,
             std::string body, const Context& context);
  http::Response answer_of(const binding::BoundOperation& operation, const http::Request& request,
                           const Context& context) const;
  void forward(const Exchange& exchange, const HostedModule& module,
               const binding::BoundOperation& operation, const Context& context);
  void note(const binding::BoundOperation& operation, Side side, unsigned status,
            std::chrono::nanoseconds took, const Context& context, std::string_view problem);

  Parts parts_;
  std::vector<const HostedModule*> routed_;
  std::map<const PortInfo*, const HostedModule*> modules_;
  std::map<const PortInfo*, std::shared_ptr<strangler::InstanceGroup>> services_;
  binding::OperationTable operations_;
  strangler::Forwarder forwarder_;
};

}  // namespace banyan::host
