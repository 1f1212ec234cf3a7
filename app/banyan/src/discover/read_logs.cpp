// SPDX-License-Identifier: Apache-2.0
#include "discover/read_logs.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string_view>

#include "banyan/posix/descriptor.hpp"
#include "terminal.hpp"

namespace banyan::cli::discover {
namespace {

using discovery::Unread;

constexpr std::size_t kLongestLine = 64 * 1024;
constexpr std::size_t kMostShown = 5;

class LogReader {
 public:
  LogReader(std::string name, Reading& reading,
            const std::function<void(const discovery::LogLine&)>& take)
      : name_(std::move(name)), reading_(reading), take_(take) {}

  void chunk(std::string_view bytes) {
    while (!bytes.empty()) {
      const std::size_t end = bytes.find('\n');
      const std::string_view part = bytes.substr(0, end);
      if (line_.size() + part.size() > kLongestLine) {
        too_long_ = true;
        line_.clear();
      }
      if (!too_long_) line_ += part;
      if (end == std::string_view::npos) return;
      finish_line();
      bytes.remove_prefix(end + 1);
    }
  }
  /// The last line may lack its end.
  void end() {
    if (!line_.empty() || too_long_) finish_line();
  }

 private:
  void finish_line() {
    ++number_;
    ++reading_.lines;
    if (too_long_) {
      bad("longer than 64 KiB", "");
    } else if (const auto request = discovery::read_log_line(line_)) {
      take_(*request);
    } else {
      switch (request.error().kind) {
        case Unread::Kind::Copy: ++reading_.copies; break;
        case Unread::Kind::Untaken: ++reading_.untaken; break;
        case Unread::Kind::Bad: bad(std::string(request.error().why), line_); break;
      }
    }
    line_.clear();
    too_long_ = false;
  }

  void bad(std::string why, std::string_view line) {
    ++reading_.bad;
    if (reading_.first_bad.size() >= kMostShown) return;
    reading_.first_bad.push_back({name_, number_, std::move(why), discovery::shape_of_line(line)});
  }

  std::string name_;
  Reading& reading_;
  const std::function<void(const discovery::LogLine&)>& take_;
  std::string line_;
  bool too_long_ = false;
  std::uint64_t number_ = 0;
};

}  // namespace

std::expected<void, std::string> read_logs(
    const std::vector<std::string>& files, Reading& reading,
    const std::function<void(const discovery::LogLine&)>& take) {
  using Steady = std::chrono::steady_clock;
  const auto began = Steady::now();
  auto told = began;
  std::array<char, 256 * 1024> bytes;
  for (const std::string& file : files) {
    const bool standard_input = file == "-";
    const posix::Descriptor opened(standard_input ? ::dup(STDIN_FILENO)
                                                  : ::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!opened.valid()) return std::unexpected(file + ": " + std::strerror(errno));
    LogReader reader(standard_input ? "standard input" : file, reading, take);
    while (true) {
      const ssize_t got = ::read(opened.number(), bytes.data(), bytes.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return std::unexpected(file + ": " + std::strerror(errno));
      if (got == 0) break;
      reader.chunk({bytes.data(), static_cast<std::size_t>(got)});
      if (Steady::now() - told < std::chrono::seconds(2)) continue;
      told = Steady::now();
      announce(file + ": " + std::to_string(reading.lines) + " lines read");
    }
    reader.end();
    reading.files.push_back(file);
  }
  return {};
}

}  // namespace banyan::cli::discover
