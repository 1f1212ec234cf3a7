// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "banyan/discovery/evidence.hpp"
#include "banyan/discovery/traffic_tree.hpp"
#include "banyan/kernel/operation.hpp"

namespace banyan::discovery {

struct ProposalOptions {
  std::size_t words = 20;  ///< different words below one parent, before the rare become a parameter
  std::uint64_t least = 3;  ///< requests that make an operation; fewer are told, not proposed
};

/// A route that is proposed, and why.
struct Route {
  std::string method;
  std::string path;
  bool prefix = false;  ///< with all below it: files beside pages
  Effect effect = Effect::Read;
  Evidence evidence;
  std::string comment;             ///< of the description of the application; ""
  std::vector<std::string> notes;  ///< what to think of before it is taken
  std::string doubt;               ///< why it is left out although it was seen; ""
};

/// What may move together: the routes below one word.
struct Group {
  std::string name;  ///< good for a rollout: "albums"
  std::uint64_t requests = 0;
  std::vector<Route> routes;  ///< by path, then method
};

/// Requests that no proposed route is for.
struct LeftOut {
  std::string why;
  std::uint64_t requests = 0;
  std::uint64_t operations = 0;  ///< kinds of requests; 0 where that is not known
};

struct Proposal {
  std::vector<Group> groups;      ///< by name
  std::vector<LeftOut> left_out;  ///< by `why`
  Evidence all;
};

/// The same traffic gives the same proposal, whatever the order of its lines, unless there was so
/// much of it that the tree had to fold on the way. The routes without a doubt make one table.
/// Takes the tree, which it folds further.
Proposal propose(TrafficTree tree, const ProposalOptions& options);

}  // namespace banyan::discovery
