// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "banyan/kernel/context.hpp"

namespace banyan::telemetry {

enum class Level : std::uint8_t { Debug, Info, Warning, Error };

/// One more thing to know about an event. Values of users may stand in a value, never in a key.
struct LogField {
  using Value = std::variant<std::string, std::int64_t, double, bool>;
  template <class T>
  LogField(std::string_view name, const T& content) : key(name) {
    if constexpr (std::same_as<T, bool>) {
      value = content;
    } else if constexpr (std::integral<T>) {
      value = static_cast<std::int64_t>(content);
    } else if constexpr (std::floating_point<T>) {
      value = static_cast<double>(content);
    } else {
      value = std::string(content);
    }
  }
  std::string_view key;
  Value value;
};

/// Structured logs: one JSON object a line, on standard error or in a file. Whatever users send is
/// escaped, so nobody can forge a line. Safe for concurrent use.
///
/// Nobody waits for whoever reads it: a thread of its own writes the lines, soon. When it cannot
/// keep up, for a pipe is full or a disk is, lines are dropped and counted, and `log_lines_dropped`
/// says so as soon as there is room again.
///
/// Keys that every line has: `time` (RFC 3339, UTC), `level`, `service`, `event`; with a context
/// also `correlation_id`, `trace_id` and `span_id`.
class Log {
 public:
  struct Options {
    std::string service;
    std::string file;  ///< "" is standard error
    Level least = Level::Info;
  };
  /// Throws std::runtime_error with the path and the reason when the file cannot be opened; its
  /// folder is not made.
  explicit Log(const Options& options);
  /// Writes what is still to be written, for which it takes a second at most.
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  /// Whether a line of that level is written: ask before gathering what is costly to know.
  bool takes(Level level) const;
  /// Lines that could not be written.
  std::uint64_t dropped() const;
  /// Opens the file again by its name, after somebody has moved it away. When that fails,
  /// `log_not_reopened` says so in the old one, which is written on.
  void reopen() const;

  void write(Level level, std::string_view event,
             std::initializer_list<LogField> fields = {}) const {
    write(level, event, nullptr, fields);
  }
  void write(Level level, std::string_view event, const Context& context,
             std::initializer_list<LogField> fields = {}) const {
    write(level, event, &context, fields);
  }

 private:
  void write(Level level, std::string_view event, const Context* context,
             std::initializer_list<LogField> fields) const;
  void tell_of_dropped() const;
  struct Sink;
  std::unique_ptr<Sink> sink_;
};

}  // namespace banyan::telemetry
