// SPDX-License-Identifier: Apache-2.0
#include "use_recorder.hpp"

#include <utility>

namespace banyan::serving {

UseRecorder::UseRecorder(const std::string& file, const Clock& clock, const telemetry::Log& log)
    : log_(log) {
  auto book = retirement::UseBook::open(file, clock);
  if (book) {
    book_ = std::move(*book);
  } else {
    complain(book.error());
  }
}

void UseRecorder::complain(const Error& error) {
  if (std::exchange(failing_, true)) return;
  log_.write(telemetry::Level::Warning, "uses_not_kept",
             {{"message", error.message},
              {"rule", error.rule},
              {"next", "banyan retire refuses until they are; everything else goes on"}});
}

void UseRecorder::begin(Scheduler& scheduler, Read read) {
  if (book_ == nullptr) return;
  {
    const std::lock_guard lock(mutex_);
    read_ = std::move(read);
  }
  every_minute_ = scheduler.every(retirement::kNoteInterval, [this] { note(); });
  every_minute_->wake();
}

void UseRecorder::end() {
  every_minute_.reset();
  note(Which::TheLast);
}

void UseRecorder::note(Which which) {
  const std::lock_guard lock(mutex_);
  if (!read_) return;
  // Nothing is noted after the last one, or an end in order would look like a kill.
  const Read read = which == Which::TheLast ? std::exchange(read_, nullptr) : read_;
  std::vector<retirement::UseCount> used;
  auto counted = noted_;
  for (const retirement::UseCount& each : read()) {
    Noted& before = counted[each.key];
    // A counter that was taken away with its route begins anew.
    const std::uint64_t since = each.count >= before.count ? each.count - before.count : each.count;
    // The time of one that was counted in the last note may have come after it.
    const bool is_later = each.last && (!before.last || *each.last > *before.last);
    if (since > 0 || is_later) used.push_back({each.key, since, each.last});
    before = {each.count, each.last};
  }
  const auto written = which == Which::TheLast ? book_->end(used) : book_->note(used);
  if (!written) return complain(written.error());
  noted_ = std::move(counted);
  failing_ = false;
}

std::string UseRecorder::json() {
  if (book_ == nullptr) return "{}";
  note();
  const auto uses = book_->read();
  const std::lock_guard lock(mutex_);
  // What could not be noted is not in the book, and without it the book proves nothing.
  if (uses && failing_) return "{}";
  if (uses) return retirement::to_json(*uses);
  complain(uses.error());
  return "{}";
}

}  // namespace banyan::serving
