// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/error.hpp"
#include "banyan/kernel/result.hpp"
#include "banyan/stages/control_store.hpp"
#include "banyan/stages/traffic.hpp"

namespace banyan::strangler {

class Hindrances;
class Stages;

/// Tells what stands on both sides of a module's rollout, now. Must be safe for concurrent use.
using Survey = std::function<Topology(std::string_view module)>;

/// Everything is there and both sides reach the data.
Survey open_topology();

/// The steps that `next` walks a module through, ascending to 100 %; see usual_steps(). Must be
/// safe for concurrent use.
using StepsOf = std::function<std::vector<Percent>(std::string_view module)>;

/// Why the new side of a rollout cannot take traffic now (it does not answer, is not ready), in a
/// sentence; nothing when it can. Asked before a change that sends it more; may block for a second
/// or two. Must be safe for concurrent use.
using Preflight = std::function<std::optional<std::string>(std::string_view module)>;

/// What copies of requests have shown that speaks against more for the new side of a rollout,
/// though it may be fit for traffic.
struct Objection {
  std::string figures;  ///< without a full stop; the switch log keeps it when it is passed over
  std::string ways_on;  ///< what is to be done about it, in sentences; without the last full stop
};

/// The objection against more for a rollout's new side; nothing when there is none. Asked before a
/// change that sends it more. Must be safe for concurrent use.
using ObjectionTo = std::function<std::optional<Objection>(std::string_view module)>;

/// What somebody passes over who gives a new side more, each by a word of its own: neither word
/// speaks for the other.
struct Despite {
  /// "force": the new side is not asked whether it is fit, and nobody needs to know what is legal
  /// where nobody can say.
  bool force = false;
  bool differences = false;  ///< "despite_differences": an objection
};

/// What a change did. `entry` is empty when the traffic was there already.
struct Change {
  std::string module;
  Traffic before;
  Traffic after;
  std::optional<LogEntry> entry;
  /// The writes have come home, and nobody has said that the old side sees what the new one wrote.
  bool leaves_writes = false;
};

/// The one place that every change of traffic goes through: people (CLI, dashboard) and automatons
/// alike. Checks the legality matrix, writes the log, changes the stage, then tells the routing
/// table of this process. Safe for concurrent use.
class Switchboard {
 public:
  /// The references and `table`, if there is one, must outlive the switchboard.
  explicit Switchboard(ControlStore& store, Survey survey = open_topology(),
                       Stages* table = nullptr, std::vector<Percent> steps = usual_steps());
  /// The same with steps of its own for each module.
  Switchboard(ControlStore& store, Survey survey, Stages* table, StepsOf steps);

  /// From now on changes that send the new side more are refused when it is not fit for them:
  /// FailedPrecondition "banyan.new_side_unhealthy". Set it before the first change.
  void require(Preflight preflight) { preflight_ = std::move(preflight); }
  /// From now on shift(), next() and go_to() are refused with the objection, if there is one, when
  /// they send the new side more: FailedPrecondition "banyan.answers_differ". walk() is not, for a
  /// plan knows better what it has seen; who orders one asks may_have_more(). Set it before the
  /// first change.
  void heed(ObjectionTo objection) { objection_ = std::move(objection); }

  /// Reads to a percentage, writes to a side; what is not given stays, except that fewer than
  /// 100 % of the reads bring the writes home only when asked to: it is refused otherwise.
  struct Order {
    std::optional<Percent> reads;
    std::optional<Side> writes;
    Despite despite{};  ///< see below
  };
  /// FailedPrecondition "banyan.illegal_stage" with the reason, forced or not; what
  /// ControlStore::change() says. Where the topology is not known now, "banyan.legality_unknown"
  /// for more than the way to legacy. Who forces goes without a preflight, and where nobody can say
  /// what is legal; who does it despite differences, past an objection. The log tells either, with
  /// the figures that were passed over. What was asked for as of another revision is answered with
  /// "banyan.stale_revision" before anybody is asked.
  Result<Change> shift(std::string_view module, const Order& order, const Reason& reason);
  /// One named step back, see step_back(). To less nobody objects, and it needs no preflight.
  Result<Change> back(std::string_view module, const Reason& reason, bool force = false);
  /// One step on, see next_step().
  Result<Change> next(std::string_view module, const Reason& reason, const Despite& despite = {});

  /// From moved to retired: written down that the old side may go. Who asks has judged that nothing
  /// uses it (banyan retire), and brings the judgement as the reason's evidence. FailedPrecondition
  /// "banyan.not_moved" anywhere else; "banyan.illegal_stage" while the tables need the old side.
  Result<Change> retire(std::string_view module, const Reason& reason, bool force = false);

  /// All rollouts to where they were after that change: all or none, but for those that nobody here
  /// has any more, which stay as they are. FailedPrecondition "banyan.illegal_stage" with every
  /// reason and what is legal instead; "banyan.unknown_revision"; and what may_have_more() says, of
  /// all rollouts that would get more, with how those come home alone that would go back.
  struct Goto {
    std::uint64_t revision = 0;
    bool dry_run = false;  ///< only tells what would change; refuses as in earnest
    Despite despite{};     ///< see shift()
  };
  struct Return {
    std::vector<Change> changes;
    std::vector<std::string> left;  ///< rollouts that stay, for nobody here has them
  };
  Result<Return> go_to(const Goto& where, const Reason& reason);

  /// A change together with the rollout's plan, see ControlStore::walk(). As a shift: legal, and
  /// asked of the new side first when it is to get more; but `decide` is asked once only, inside
  /// the transaction, so `more` says beforehand whether it will.
  struct Walk {
    bool more = false;          ///< for the new side
    bool force = false;         ///< see shift()
    bool asked = false;         ///< without another one: it was asked just now
    std::string passed_over{};  ///< what may_have_more() has answered, for the log
  };
  Result<Change> walk(std::string_view module, const Walk& how, const Reason& reason,
                      const ControlStore::Walk& decide);
  /// Whether the new side is fit for more: "banyan.new_side_unhealthy" when it is not. Blocks as a
  /// Preflight does.
  Result<void> ask_new_side(std::string_view module) const;
  /// Whether it may have more, as things stand, by all that is not passed over: its fitness, and
  /// the objection. "banyan.new_side_unhealthy", or "banyan.answers_differ" where nothing but that
  /// is in the way; with the words that are needed, whose members of an order `details` point at.
  /// What was passed over, for the log; "" is nothing. Blocks as a Preflight does.
  Result<std::string> may_have_more(std::string_view module, const Despite& despite) const;
  /// Why the module may not be run like this, with what is legal instead; nothing when it may, as
  /// far as is known. A rollout that nobody here has any more may be closed: set to legacy.
  std::optional<std::string> why_not(std::string_view module, const Traffic& traffic) const;
  /// Why writes that are on the new side do not come home unless a person says so; see
  /// legality.hpp.
  std::optional<std::string> why_writes_stay(std::string_view module) const;
  std::vector<Percent> steps(std::string_view module) const { return steps_(module); }

  /// A rollout with what can be done about it, for people.
  struct Position {
    Rollout rollout;
    Topology topology;
    std::optional<std::string> illegal;  ///< why it may not stay as it is, when it may not
    std::optional<Traffic> next;
    std::optional<Traffic> back;
  };
  struct Overview {
    Stand stand;
    /// Sorted by module. Also those that nobody here has any more, unless they are over: what the
    /// store says of them is where their users' writes are.
    std::vector<Position> positions;
  };
  Result<Overview> overview();

  ControlStore& store() { return *store_; }

 private:
  Result<Change> change(std::string_view module, const Reason& reason,
                        const ControlStore::Decide& decide, bool force);
  Result<void> may(std::string_view module, const Traffic& after, bool force) const;
  bool is_known(std::string_view module) const { return survey_(module).current; }
  Result<Change> advance(std::string_view module, const Reason& reason,
                         const ControlStore::Decide& decide, const Despite& despite);
  Result<std::optional<Traffic>> traffic_now(std::string_view module, const Reason& reason) const;
  void look_for(Hindrances& found, std::string_view module, const Despite& despite) const;
  Result<std::string> may_return(const Return& wanted, const Despite& despite) const;
  /// What is to change, and what is left as it is.
  struct Wanted {
    std::vector<Rollout> rollouts;
    std::vector<std::string> left;
  };
  Result<Return> preview(const Stand& then, bool force) const;
  /// The change, with whether it leaves writes behind.
  Result<Change> looked_over(Result<Change> change) const;
  bool leaves_writes(const Change& change) const;
  Result<Wanted> legal_return(const Stand& now, const Stand& then, bool force) const;

  ControlStore* store_;
  Survey survey_;
  Stages* table_;
  StepsOf steps_;
  Preflight preflight_;
  ObjectionTo objection_;
};

}  // namespace banyan::strangler
