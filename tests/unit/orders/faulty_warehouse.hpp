// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <stdexcept>

#include "kernel/bindings.hpp"
#include "warehouse/port.hpp"

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
};

/// What goes wrong at which call, counted from 0. Calls that are not named go well.
struct Troubles {
  std::map<int, Trouble> at{};
  bool always_unreachable = false;
  int calls = 0;
  std::map<std::string, int, std::less<>> done{};  ///< operations that got through, by name
};

/// For Chain: hands calls on to a warehouse, with trouble.
class WithTroubles {
 public:
  WithTroubles(warehouse::Warehouse& inner, Troubles& troubles)
      : inner_(&inner), troubles_(&troubles) {}

  template <class P, class Op>
  banyan::Result<typename Op::Response> call(const Op& operation, const banyan::Context& context) {
    const int number = troubles_->calls++;
    const auto found = troubles_->at.find(number);
    if (troubles_->always_unreachable) return unreachable();
    if (found != troubles_->at.end()) {
      if (found->second == Trouble::DieBefore) throw ProcessDied("before a call");
      if (found->second == Trouble::Unreachable) return unreachable();
    }
    ++troubles_->done[std::string(Op::operation.name)];
    auto answer = inner_->handle(operation, context);
    if (found != troubles_->at.end()) {
      if (found->second == Trouble::DieAfter) throw ProcessDied("after a call");
      return banyan::fail(banyan::ErrorCode::DeadlineExceeded, "banyan.deadline_exceeded",
                          "no answer in time");
    }
    return answer;
  }

 private:
  static std::unexpected<banyan::Error> unreachable() {
    return banyan::fail(banyan::ErrorCode::Unavailable, "banyan.unreachable", "nobody there");
  }

  warehouse::Warehouse* inner_;
  Troubles* troubles_;
};

using FaultyWarehouse = banyan::Chain<warehouse::Warehouse, WithTroubles>;

}  // namespace orders::testing
