// SPDX-License-Identifier: Apache-2.0
#include "progress_meter.hpp"

namespace banyan::mover {

void ProgressMeter::begin(Progress::Phase phase, std::int64_t rows_total) {
  now_ = Progress{phase, "", 0, rows_total, 0, {}};
  began_ = std::chrono::steady_clock::now();
  report(began_);
}

void ProgressMeter::enter(std::string_view table) {
  now_.table = table;
  look_at_the_clock();
}

void ProgressMeter::look_at_the_clock() {
  const auto time = std::chrono::steady_clock::now();
  if (time - reported_ >= std::chrono::milliseconds(200)) report(time);
}

void ProgressMeter::report(std::chrono::steady_clock::time_point time) {
  reported_ = time;
  if (!options_.on_progress) return;
  const double seconds = std::chrono::duration<double>(time - began_).count();
  if (seconds > 0) now_.rows_per_second = static_cast<double>(now_.rows_done) / seconds;
  now_.remaining.reset();
  if (now_.rows_per_second > 0 && seconds >= 0.2) {
    now_.remaining = std::chrono::seconds(static_cast<std::int64_t>(
        static_cast<double>(now_.rows_total - now_.rows_done) / now_.rows_per_second));
  }
  options_.on_progress(now_);
}

}  // namespace banyan::mover
