// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/kernel/bindings.hpp"

namespace orders::testing {

/// This process dies here. Nothing catches it but the test.
struct ProcessDied : std::runtime_error {
  using std::runtime_error::runtime_error;
};

enum class Trouble {
  DieBefore,    ///< the caller dies before the call gets out
  DieAfter,     ///< the caller dies when the call is done, before it hears of it
  Unreachable,  ///< nothing happens, and the caller knows
  AnswerLost,   ///< it happens, and the caller does not know
  Late,         ///< the caller gives up, and it happens before the call after the next
};

/// What goes wrong at which call, counted from 0 over all modules. Calls that are not named go
/// well.
struct Troubles {
  std::map<int, Trouble> at{};
  bool always_unreachable = false;
  std::string unreachable{};   ///< only this module is
  bool always_broken = false;  ///< it answers, and the answer is that it has a fault
  int calls = 0;
  std::map<std::string, int, std::less<>> done{};  ///< operations that got through, by name
  std::vector<std::function<void()>> late{};
  std::function<void(int)> between{};             ///< before each call: what strangers do meanwhile
  std::function<void(std::string_view)> after{};  ///< an operation of this name got through

  void got_through(std::string_view operation) const {
    if (after) after(operation);
  }

  void deliver_late() {
    const auto arriving = std::exchange(late, {});
    for (const auto& each : arriving) each();
  }
};

/// For Chain: hands calls on to a module, with trouble.
template <class Port>
class WithTroubles {
 public:
  WithTroubles(Port& inner, Troubles& troubles) : inner_(&inner), troubles_(&troubles) {}

  template <class P, class Op>
  banyan::Result<typename Op::Response> call(const Op& operation, const banyan::Context& context) {
    const int number = troubles_->calls++;
    if (troubles_->between) troubles_->between(number);
    const auto found = troubles_->at.find(number);
    const bool fine = found == troubles_->at.end();
    if (troubles_->always_unreachable || troubles_->unreachable == P::port.name) {
      return unreachable();
    }
    if (troubles_->always_broken) {
      return banyan::fail(banyan::ErrorCode::Internal, "banyan.internal", "a fault of ours");
    }
    auto overdue = std::exchange(troubles_->late, {});
    if (!fine && found->second == Trouble::DieBefore) throw ProcessDied("before a call");
    if (!fine && found->second == Trouble::Unreachable) return unreachable();
    if (!fine && found->second == Trouble::Late) {
      troubles_->late.push_back([inner = inner_, troubles = troubles_, operation, context] {
        (void)inner->handle(operation, context).has_value();
        troubles->got_through(Op::operation.name);
      });
      return no_answer();
    }
    ++troubles_->done[std::string(Op::operation.name)];
    auto answer = inner_->handle(operation, context);
    troubles_->got_through(Op::operation.name);
    for (const auto& each : overdue) each();
    if (fine) return answer;
    if (found->second == Trouble::DieAfter) throw ProcessDied("after a call");
    return no_answer();
  }

 private:
  static std::unexpected<banyan::Error> unreachable() {
    return banyan::fail(banyan::ErrorCode::Unavailable, "banyan.unreachable", "nobody there");
  }
  static std::unexpected<banyan::Error> no_answer() {
    return banyan::fail(banyan::ErrorCode::DeadlineExceeded, "banyan.deadline_exceeded",
                        "no answer in time");
  }

  Port* inner_;
  Troubles* troubles_;
};

template <class Port>
using Faulty = banyan::Chain<Port, WithTroubles<Port>>;

}  // namespace orders::testing
