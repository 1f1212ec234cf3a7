// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <string>
#include <string_view>
#include <thread>

#include "load/ledger.hpp"
#include "load/load.hpp"
#include "load/oracle.hpp"
#include "load/shop_api.hpp"
#include "narrator.hpp"

namespace journey {

/// The people who come through all of the story, and the oracle that compares at its end what they
/// were promised with what there is: recordshop-load, in this process.
class People {
 public:
  /// Takes stock and opens accounts; from then on so many come in a second. Throws NoAnswer.
  People(unsigned short port, double rate, Narrator& narrator);
  /// Those who are still there leave.
  ~People();
  People(const People&) = delete;
  People& operator=(const People&) = delete;

  /// From now on, or no longer, requests may fail, because of what the narration says.
  void announce(bool trouble) { load_.announce(trouble); }
  recordshop::load::Totals so_far() const { return load_.totals(); }
  /// Requests of a kind, by the side that their customers are on.
  struct Asked {
    double old_side = 0, new_side = 0;
    Asked since(const Asked& before) const {
      return {old_side - before.old_side, new_side - before.new_side};
    }
    double share() const { return new_side / std::max(old_side + new_side, 1.0); }
  };
  /// So far, with the sides that the module's customers have at so many per cent.
  Asked asked(recordshop::load::Kind kind, std::string_view module, int percent) const;

  /// Nobody comes any more; waits until those who are there have finished what they are at.
  void go_home();
  /// After that. Throws NoAnswer.
  recordshop::load::Verdict verdict() { return oracle_.judge(ledger_); }

 private:
  recordshop::load::ShopApi shop_;
  recordshop::load::Ledger ledger_;
  recordshop::load::Oracle oracle_;
  recordshop::load::Load load_;
  std::atomic<bool> enough_ = false;
  std::jthread coming_;
};

}  // namespace journey
