// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/stations.hpp"

namespace banyan::serving {

struct ChainParts {
  const Listeners& listeners;
  const CurrentRoutes& routes;
  OperatorPages& pages;
  const OperatorGuard& guard;
  const Served& served;
  const strangler::TrustedPeers& trusted_peers;
  const RoutingTable& table;
  const strangler::Stages* stages = nullptr;
  Tunnels& tunnels;
  Outcomes& outcomes;
  Shadows* shadows = nullptr;  ///< null where nobody decides between two sides
  Tracer* tracer = nullptr;    ///< null records nothing
  const Clock& clock;
  std::chrono::milliseconds total_time{0};
  bool explain = false;
};

/// The way of every request. All parts must outlive the chain.
std::unique_ptr<Chain> make_chain(const ChainParts& parts);

}  // namespace banyan::serving
