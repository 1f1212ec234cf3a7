// SPDX-License-Identifier: Apache-2.0
// Which side answers: the only place where a request is decided.
//
// Of an operation, the modules' decisions travel in the Context, made once for the whole action, so
// that it never straddles two versions of a module: its reads go by them. A write asks the table
// now (docs/adr/0011). Of a route of the file, the table is asked for its rollout. A tester who may
// choose comes before the table, and never before the matrix (docs/adr/0040).
#include <algorithm>
#include <memory>
#include <utility>

#include "banyan/kernel/fallback.hpp"
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
    if (transaction->wishes) transaction->not_forced = transaction->wishes->not_heard;
    const bool by_caller = is_decided_by_caller(*transaction);
    if (transaction->context) decide_for_the_action(*transaction);
    if (!target.in_rollout()) {
      transaction->side = target.old_side.exists() ? Side::Local : Side::Remote;
      return Step::Next;
    }
    const RoutingDecision decision = decide(*transaction);
    transaction->side = decision.side;
    transaction->revision = decision.revision;
    if (!by_caller || decision.forced) note_tester(*transaction, decision);
    const bool judged = target.evidence_of(transaction->effect) != nullptr;
    const bool is_copy = transaction->context && transaction->context->copy;
    if (judged && !transaction->forced && !is_copy) transaction->group = group_of(*transaction);
    return Step::Next;
  }

 private:
  static bool is_decided_by_caller(const Transaction& transaction) {
    return transaction.context && transaction.effect == Effect::Read &&
           transaction.context->routed(transaction.target->route.rollout) != nullptr;
  }

  void decide_for_the_action(Transaction& transaction) const {
    std::vector<RoutingDecision>& routing = transaction.context->routing;
    for (const ServedModule* module : routed_) {
      if (transaction.context->routed(module->name) != nullptr) continue;
      routing.push_back(decide(transaction, module->name, Effect::Read,
                               {.old_side = module->here(),
                                .new_side = module->service != nullptr,
                                .both_reach_data = module->both_reach_data}));
    }
    transaction.forced = std::ranges::any_of(routing, &RoutingDecision::forced);
    // Calls on the way may find a service dead: what one of them has found out goes for the others.
    const bool leaves_home = std::ranges::any_of(routed_, [&](const ServedModule* module) {
      return transaction.context->routed(module->name)->side == Side::Remote;
    });
    if (leaves_home) transaction.context->brought_home = std::make_shared<BroughtHome>();
  }

  RoutingDecision decide(const Transaction& transaction) const {
    const Target& target = *transaction.target;
    const std::string& rollout = target.route.rollout;
    if (transaction.context && transaction.effect == Effect::Read) {
      return *transaction.context->routed(rollout);
    }
    return decide(transaction, rollout, transaction.effect,
                  {.old_side = target.old_side.exists(),
                   .new_side = target.new_side.exists(),
                   .both_reach_data = target.module == nullptr || target.module->both_reach_data});
  }

  /// As a tester wants it, where the matrix lets him; else by the table.
  RoutingDecision decide(const Transaction& transaction, std::string_view rollout, Effect effect,
                         const strangler::Topology& topology) const {
    if (const auto* const wish = wish_of(transaction, rollout)) {
      auto forced = stages_->force(rollout, effect, wish->side, topology);
      if (forced) return std::move(*forced);
    }
    return table_.decide(rollout, effect, transaction.sticky());
  }

  const Wishes::Wish* wish_of(const Transaction& transaction, std::string_view rollout) const {
    if (!transaction.wishes || stages_ == nullptr) return nullptr;
    return transaction.wishes->of(rollout);
  }

  /// What has become of a tester's wish, if there was one.
  void note_tester(Transaction& transaction, const RoutingDecision& decision) const {
    const Target& target = *transaction.target;
    RolloutFigures* const figures = target.both_sides ? target.both_sides->figures.get() : nullptr;
    if (decision.forced) {
      transaction.forced = true;
      if (figures != nullptr) count(figures->forced, decision.side);
    } else if (wish_of(transaction, target.route.rollout) != nullptr) {
      const bool writes = transaction.effect == Effect::Write;
      transaction.not_forced = writes ? NotForced::Writes : NotForced::Stage;
      if (figures != nullptr) count(figures->not_forced, *transaction.not_forced);
    }
  }

  /// Who is on the old side may be of the control group, by the same hash; the side itself was
  /// decided, perhaps by a caller and a while ago.
  strangler::Group group_of(const Transaction& transaction) const {
    if (transaction.side == Side::Remote) return strangler::Group::New;
    // Writes move as a whole: all that were on the old side are what they are held to afterwards.
    if (transaction.effect == Effect::Write) return strangler::Group::Control;
    if (stages_ == nullptr) return strangler::Group::Old;
    const std::string& rollout = transaction.target->route.rollout;
    const auto group = strangler::group_of(sticky_bucket(rollout, transaction.sticky()),
                                           stages_->traffic(rollout).reads);
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
