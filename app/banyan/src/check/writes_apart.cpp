// SPDX-License-Identifier: Apache-2.0
#include "check/writes_apart.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/http/method_set.hpp"
#include "banyan/kernel/listed.hpp"
#include "check/example_path.hpp"

namespace banyan::cli::check {
namespace {

using serving::Preview;
using strangler::PathKind;
using strangler::RolloutPlan;
using strangler::Route;

bool is_for_all_that_is_left(const Route& route) {
  return route.kind == PathKind::Prefix && route.path == "/";
}

/// "/albums/{id}" is "/albums/{name}", and "/albums/import" is another one.
bool is_same_path(std::string_view left, std::string_view right) {
  while (!left.empty() && !right.empty()) {
    const std::string_view one = left.substr(0, left.find('/', 1));
    const std::string_view other = right.substr(0, right.find('/', 1));
    if (one != other && !(one.starts_with("/{") && other.starts_with("/{"))) return false;
    left.remove_prefix(one.size());
    right.remove_prefix(other.size());
  }
  return left.empty() && right.empty();
}

std::vector<std::string> targets_of(const Route& route) {
  const std::string path = example_path(route);
  std::vector<std::string> all{path};
  if (route.kind == PathKind::Prefix) {
    all.push_back(path == "/" ? "/banyan-check" : path + "/banyan-check");
  }
  return all;
}

class WritesApart {
 public:
  explicit WritesApart(const Preview& preview) : preview_(preview) {}

  std::vector<Finding> run() && {
    for (const Route& route : configuration().routes) {
      if (is_for_all_that_is_left(route)) continue;
      for (const std::string& target : targets_of(route)) look_at(target);
    }
    for (const auto& [pair, apart] : apart_) tell(*pair.first, *pair.second, apart);
    for (const RolloutPlan& plan : configuration().rollouts) {
      if (plan.reads_only) look_whether_it_reads_only(plan);
    }
    std::ranges::sort(found_, {}, [](const Finding& each) { return each.location.line; });
    return std::move(found_);
  }

 private:
  struct Apart {
    std::string path;  ///< of the reads
    std::vector<std::string> methods{};
  };

  const strangler::Configuration& configuration() const { return preview_.configuration(); }

  /// A path that some route is for: whose its reads are, and whose its writes.
  void look_at(const std::string& target) {
    const Preview::Outcome read = preview_.request("GET", target);
    if (read.route == nullptr || read.effect != Effect::Read || !moves_alone(*read.route)) return;
    for (const std::string& method : http::known_methods()) {
      if (http::is_safe_method(method)) continue;
      const Preview::Outcome write = preview_.request(method, target);
      if (write.route == nullptr || write.effect != Effect::Write) continue;
      if (write.route->rollout == read.route->rollout || is_for_all_that_is_left(*write.route)) {
        continue;
      }
      // One that goes straight to where the reads go is there already, before them.
      if (write.route->rollout.empty() && write.route->legacy == read.route->successor) continue;
      // One that is more exact than a route which moves reads and writes is left out on purpose.
      if (read.route->methods.contains(method)) continue;
      const bool both_exact =
          read.route->kind == PathKind::Template && write.route->kind == PathKind::Template;
      if (both_exact && !is_same_path(read.route->path, write.route->path)) continue;
      note(*read.route, *write.route, method);
    }
  }

  bool moves_alone(const Route& route) const {
    if (route.rollout.empty()) return false;
    const RolloutPlan* const plan = configuration().rollout(route.rollout);
    if (plan == nullptr) return true;
    return !plan->reads_only && !(plan->fallback && plan->fallback->shared_data);
  }

  void note(const Route& reads, const Route& writes, const std::string& method) {
    const auto by = [&](const auto& each) {
      return each.first.first->rollout == reads.rollout && each.first.second == &writes;
    };
    auto found = std::ranges::find_if(apart_, by);
    if (found == apart_.end()) {
      found = apart_.try_emplace(std::pair(&reads, &writes), Apart{.path = reads.path}).first;
    }
    std::vector<std::string>& methods = found->second.methods;
    if (std::ranges::find(methods, method) == methods.end()) methods.push_back(method);
  }

  void tell(const Route& reads, const Route& writes, const Apart& apart) {
    const std::string stays = writes.rollout.empty()
                                  ? "stays at " + writes.legacy
                                  : "moves with [rollouts." + writes.rollout + "]";
    found_.push_back(
        {Weight::Warning, "check.writes_apart", writes.location,
         "reads of " + apart.path + " move with [rollouts." + reads.rollout + "], and " +
             (writes.methods.is_any() ? "what writes to" : listed(apart.methods)) + ' ' +
             writes.path + " (\"" + writes.name + "\") " + stays +
             ": once the reads are on the new side, what is written is not what is read. Give \"" +
             writes.name + "\" rollout = \"" + reads.rollout +
             "\" and a successor, so that it moves with them, as a whole and last; or, if it is "
             "meant, say reads_only = true in [rollouts." +
             reads.rollout + "], or shared_data = true in [rollouts." + reads.rollout +
             ".fallback] where both sides work on the same data"});
  }

  void look_whether_it_reads_only(const RolloutPlan& plan) {
    for (const Route& route : configuration().routes) {
      if (route.rollout != plan.name) continue;
      const bool writes = std::ranges::any_of(http::known_methods(), [&](const auto& method) {
        return route.methods.contains(method) && route.effect_for(method) == Effect::Write;
      });
      if (!writes) continue;
      found_.push_back({Weight::Warning, "check.reads_only_with_writes", route.location,
                        "[rollouts." + plan.name + "] says reads_only, and \"" + route.name +
                            "\" of it takes writes, which move with it; take one of the two out"});
    }
  }

  const Preview& preview_;
  std::map<std::pair<const Route*, const Route*>, Apart> apart_;
  std::vector<Finding> found_;
};

}  // namespace

std::vector<Finding> writes_apart(const Preview& preview) { return WritesApart(preview).run(); }

}  // namespace banyan::cli::check
