// SPDX-License-Identifier: Apache-2.0
// Which side answers: the only place where a request is decided.
//
// Of an operation, the modules' decisions travel in the Context, made once for the whole action, so
// that it never straddles two versions of a module: its reads go by them. A write asks the table
// now (docs/adr/0011). Of a route of the file, the table is asked for its rollout.
#include <algorithm>
#include <utility>

#include "banyan/stages/stages.hpp"
#include "chain/stations.hpp"

namespace banyan::serving {
namespace {

class Decide final : public Interceptor {
 public:
  Decide(const RoutingTable& table, const strangler::Stages* stages,
         const std::vector<ServedModule>& modules)
      : table_(table), stages_(stages) {
    for (const ServedModule& module : modules) {
      if (module.routed) routed_.push_back(&module);
    }
  }

  Step handle(const TransactionPtr& transaction) override {
    const Target& target = *transaction->target;
    if (transaction->context) decide_for_the_action(*transaction->context);
    if (!target.in_rollout()) {
      transaction->side = target.old_side.exists() ? Side::Local : Side::Remote;
      return Step::Next;
    }
    const RoutingDecision decision = decide(*transaction, target.route.rollout);
    transaction->side = decision.side;
    transaction->revision = decision.revision;
    if (target.evidence_of(transaction->effect) != nullptr) {
      transaction->group = group_of(*transaction);
    }
    return Step::Next;
  }

 private:
  void decide_for_the_action(Context& context) const {
    for (const ServedModule* module : routed_) {
      if (context.routed(module->name) != nullptr) continue;
      context.routing.push_back(table_.decide(module->name, Effect::Read, context.stickiness_key));
    }
  }

  RoutingDecision decide(const Transaction& transaction, const std::string& rollout) const {
    if (!transaction.context)
      return table_.decide(rollout, transaction.effect, transaction.stickiness_key);
    const Context& context = *transaction.context;
    if (transaction.effect == Effect::Read) return *context.routed(rollout);
    return table_.decide(rollout, Effect::Write, context.stickiness_key);
  }

  /// Who is on the old side may be of the control group, by the same hash; the side itself was
  /// decided, perhaps by a caller and a while ago.
  strangler::Group group_of(const Transaction& transaction) const {
    if (transaction.side == Side::Remote) return strangler::Group::New;
    // Writes move as a whole: all that were on the old side are what they are held to afterwards.
    if (transaction.effect == Effect::Write) return strangler::Group::Control;
    if (stages_ == nullptr) return strangler::Group::Old;
    const std::string& rollout = transaction.target->route.rollout;
    const std::string& key =
        transaction.context ? transaction.context->stickiness_key : transaction.stickiness_key;
    const auto group =
        strangler::group_of(sticky_bucket(rollout, key), stages_->traffic(rollout).reads);
    return group == strangler::Group::New ? strangler::Group::Old : group;
  }

  const RoutingTable& table_;
  const strangler::Stages* stages_;
  std::vector<const ServedModule*> routed_;
};

}  // namespace

std::unique_ptr<Interceptor> decide(const RoutingTable& table, const strangler::Stages* stages,
                                    const std::vector<ServedModule>& modules) {
  return std::make_unique<Decide>(table, stages, modules);
}

}  // namespace banyan::serving
