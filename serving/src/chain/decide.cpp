// SPDX-License-Identifier: Apache-2.0
// Which side answers: the only place where a request is decided.
//
// Of an operation, the modules' decisions travel in the Context, made once for the whole action, so
// that it never straddles two versions of a module: its reads go by them. A write asks the table
// now (docs/adr/0011). Of a route of the file, the table is asked for its rollout. A tester who may
// choose comes before the table, and never before the matrix (docs/adr/0040).
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
    if (transaction->wishes) transaction->not_forced = transaction->wishes->not_heard;
    const bool by_caller =
        transaction->context && transaction->context->routed(target.route.rollout) != nullptr;
    if (transaction->context) {
      decide_for_the_action(*transaction);
      transaction->forced =
          std::ranges::any_of(transaction->context->routing, &RoutingDecision::forced);
    }
    if (!target.in_rollout()) {
      transaction->side = target.old_side.exists() ? Side::Local : Side::Remote;
      return Step::Next;
    }
    const RoutingDecision decision = decide(*transaction);
    transaction->side = decision.side;
    transaction->revision = decision.revision;
    transaction->forced = decision.forced;
    if (!by_caller) note_wish(*transaction);
    if (transaction->forced) count_forced(*transaction);
    const bool judged = target.evidence_of(transaction->effect) != nullptr;
    if (judged && !transaction->forced) transaction->group = group_of(*transaction);
    return Step::Next;
  }

 private:
  void decide_for_the_action(Transaction& transaction) const {
    std::vector<RoutingDecision>& routing = transaction.context->routing;
    for (const ServedModule* module : routed_) {
      if (transaction.context->routed(module->name) != nullptr) continue;
      routing.push_back(decide(transaction, module->name, Effect::Read,
                               {.old_side = module->here(),
                                .new_side = module->service != nullptr,
                                .both_reach_data = module->both_reach_data}));
    }
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

  /// Why it was not granted.
  void note_wish(Transaction& transaction) const {
    const Target& target = *transaction.target;
    if (transaction.forced || wish_of(transaction, target.route.rollout) == nullptr) return;
    const NotForced why =
        transaction.effect == Effect::Write ? NotForced::Writes : NotForced::Stage;
    transaction.not_forced = why;
    if (target.both_sides) count(target.both_sides->figures->not_forced, why);
  }

  static void count_forced(const Transaction& transaction) {
    const auto& sides = transaction.target->both_sides;
    if (sides) count(sides->figures->forced, transaction.side);
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
