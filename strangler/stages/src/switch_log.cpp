// SPDX-License-Identifier: Apache-2.0
#include "switch_log.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "store_errors.hpp"

namespace banyan::strangler {

SwitchLog::SwitchLog(std::string store_file, const StageRows& stages, const NoteRows& notes)
    : store_file_(std::move(store_file)), stages_(stages), notes_(notes) {}

Result<void> SwitchLog::check_format(const LogEntry& line) const {
  if (line.format <= kLogFormat) return {};
  return fail(line_of_a_newer_version(store_file_, line));
}

Result<std::vector<LogEntry>> SwitchLog::newest_stages(std::size_t limit,
                                                       std::string_view module) const {
  std::vector<LogEntry> lines = stages_.newest(limit, module);
  for (const LogEntry& each : lines) {
    if (auto good = check_format(each); !good) return fail(std::move(good.error()));
  }
  return lines;
}

Result<std::vector<LogEntry>> SwitchLog::newest(std::size_t limit, std::string_view module,
                                                std::string_view kind) const {
  std::vector<LogEntry> lines;
  if (kind.empty() || kind == kStageLine) {
    auto stages = newest_stages(limit, module);
    if (!stages) return stages;
    lines = std::move(*stages);
  }
  if (kind != kStageLine) {
    std::vector<LogEntry> notes = notes_.newest(limit, module, kind);
    for (const LogEntry& each : notes) {
      if (auto good = check_format(each); !good) return fail(std::move(good.error()));
    }
    std::ranges::move(notes, std::back_inserter(lines));
  }
  std::ranges::sort(lines, [](const LogEntry& one, const LogEntry& other) {
    return std::tie(one.seq, one.note) > std::tie(other.seq, other.note);
  });
  if (lines.size() > limit) lines.resize(limit);
  return lines;
}

Result<void> SwitchLog::walk(LogCheck& check) const {
  std::vector<LogEntry> notes = notes_.all();
  for (const LogEntry& each : notes) {
    if (auto good = check_format(each); !good) return good;
  }
  auto note = notes.begin();
  auto walked = stages_.each([&](LogEntry line) -> Result<void> {
    if (auto good = check_format(line); !good) return good;
    for (; note != notes.end() && note->seq < line.seq; ++note) check.note(std::move(*note));
    check.line(std::move(line));
    return {};
  });
  if (!walked) return walked;
  for (; note != notes.end(); ++note) check.note(std::move(*note));
  return {};
}

}  // namespace banyan::strangler
