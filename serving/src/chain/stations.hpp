// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "banyan/forwarding/trusted_peers.hpp"
#include "banyan/kernel/routing.hpp"
#include "banyan/kernel/tracing.hpp"
#include "banyan/stages/snapshot.hpp"
#include "chain/chain.hpp"
#include "operator_pages.hpp"
#include "shadows.hpp"
#include "tunnels.hpp"

/// The stations of the chain, each in a file of its own. All that they are given must outlive them.
namespace banyan::strangler {
class Stages;
}

namespace banyan::serving {

/// The routes in force; replaced as a whole.
using CurrentRoutes = strangler::Snapshot<std::shared_ptr<const RouteSnapshot>>;

std::unique_ptr<Interceptor> operators_only(OperatorPages& pages);
std::unique_ptr<Interceptor> match(const CurrentRoutes& routes, Outcomes& outcomes);
std::unique_ptr<Interceptor> guard_pages(const OperatorGuard& guard, Outcomes& outcomes);
/// `tracer`: null records nothing.
std::unique_ptr<Interceptor> trace(Tracer* tracer);
std::unique_ptr<Interceptor> identity(const strangler::TrustedPeers& trusted);
std::unique_ptr<Interceptor> make_context(const binding::ContextRules& rules,
                                          const strangler::TrustedPeers& trusted,
                                          Outcomes& outcomes, const Clock& clock);
/// After `context`, which knows who asks.
std::unique_ptr<Interceptor> hear_testers(const strangler::TrustedPeers& trusted);
/// `stages`: for testers, and for the control group of a rollout; null: there are none.
std::unique_ptr<Interceptor> decide(const RoutingTable& table, const strangler::Stages* stages,
                                    const std::vector<ServedModule>& modules);
std::unique_ptr<Interceptor> shadow(const strangler::Stages& stages);
/// Answers operations and endpoints of this process, on their workers.
class AnswersHere : public Interceptor {
 public:
  /// With a body that was gathered already.
  virtual void start(const TransactionPtr& transaction, std::string body) = 0;
};
/// `shadows`: null where nothing is copied.
std::unique_ptr<AnswersHere> answer_here(Outcomes& outcomes, Shadows* shadows);

struct ForwardParts {
  Outcomes& outcomes;
  AnswersHere& here;           ///< who answers in place of a new side that has failed
  Shadows* shadows = nullptr;  ///< null where nothing is copied
  Tunnels& tunnels;
  const Clock& clock;
  const strangler::Stages* stages = nullptr;  ///< for X-Strangler; null: there is no rollout
  std::chrono::milliseconds total_time{0};    ///< of an exchange by a route; 0: no limit
  bool explain = false;
};
std::unique_ptr<Interceptor> forward(const ForwardParts& parts);

}  // namespace banyan::serving
