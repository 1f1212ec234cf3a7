// SPDX-License-Identifier: Apache-2.0
#include "data/progress_lines.hpp"

#include <chrono>
#include <utility>

namespace recordshop {

ProgressLines::ProgressLines(const banyan::Clock& clock, std::function<void(const Progress&)> say)
    : clock_(clock), say_(std::move(say)) {}

void ProgressLines::take(const Progress& now) {
  if (kept_back_ && kept_back_->what != now.what) say(*kept_back_);
  if (said_ && clock_.steady() - *said_ < std::chrono::seconds(1)) {
    kept_back_ = now;
  } else {
    said_ = clock_.steady();
    say(now);
  }
}

void ProgressLines::end() {
  if (kept_back_) say(*kept_back_);
}

void ProgressLines::say(const Progress& what) {
  say_(what);
  kept_back_.reset();
}

}  // namespace recordshop
