// SPDX-License-Identifier: Apache-2.0
#include "banyan/telemetry/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>

#include "line_writer.hpp"

namespace banyan::telemetry {
namespace {

spdlog::level::level_enum level_of(Level level) {
  switch (level) {
    case Level::Debug: return spdlog::level::debug;
    case Level::Info: return spdlog::level::info;
    case Level::Warning: return spdlog::level::warn;
    case Level::Error: return spdlog::level::err;
  }
  return spdlog::level::err;
}

std::string_view name_of(Level level) {
  switch (level) {
    case Level::Debug: return "debug";
    case Level::Info: return "info";
    case Level::Warning: return "warning";
    case Level::Error: return "error";
  }
  return "error";
}

std::unique_ptr<LineOutput> open_output(const std::string& file) {
  if (file.empty()) return std::make_unique<LineOutput>(STDERR_FILENO);
  // A folder that is not there is not made: it is mistyped as easily as meant, and then all that
  // happens is told where nobody looks.
  try {
    return std::make_unique<LineOutput>(file);
  } catch (const std::system_error& error) {
    throw std::runtime_error("cannot write the log file " + file + ": " + error.code().message() +
                             ". Its folder must be there. Give another file with --log-file, or "
                             "leave it out for standard error.");
  }
}

nlohmann::ordered_json begin_line(Level level, std::string_view service, std::string_view event) {
  return {{"time", to_string(system_clock().now())},
          {"level", name_of(level)},
          {"service", service},
          {"event", event}};
}

/// Bytes that are no UTF-8 are replaced: a log line must never throw.
std::string text_of(const nlohmann::ordered_json& line) {
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

/// Where spdlog's loggers put their lines: none of spdlog's own sinks gives up waiting for a
/// reader.
class WriterSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit WriterSink(LineWriter& writer) : writer_(writer) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    if (!writer_.add({line.data(), line.size()})) writer_.count_as_dropped();
  }
  void flush_() override {}

  LineWriter& writer_;
};

}  // namespace

struct Log::Sink {
  explicit Sink(const Options& options)
      : service(options.service),
        writer(
            open_output(options.file),
            [this, file = options.file](const std::error_code& why) { not_reopened(file, why); }),
        logger(options.service, std::make_shared<WriterSink>(writer)) {
    // The line is JSON already; spdlog adds nothing but the end of the line.
    logger.set_formatter(
        std::make_unique<spdlog::pattern_formatter>("%v", spdlog::pattern_time_type::utc));
    logger.set_level(level_of(options.least));
    // No memory. Whoever has something to say must not fail for it.
    logger.set_error_handler([this](const std::string&) { writer.count_as_dropped(); });
  }

  /// Said in what is open still. That it finds no room there is counted as any other line.
  void not_reopened(const std::string& file, const std::error_code& why) {
    try {
      nlohmann::ordered_json line = begin_line(Level::Warning, service, "log_not_reopened");
      line["message"] = "the log file " + file + " cannot be opened again: " + why.message() +
                        "; the one that was open is written on";
      line["next"] = "mend the folder, and send SIGHUP again";
      if (writer.add(text_of(line) + "\n")) return;
    } catch (const std::exception&) {
      // No memory.
    }
    writer.count_as_dropped();
  }

  std::string service;
  LineWriter writer;
  spdlog::logger logger;
  std::atomic<std::uint64_t> dropped_and_told{0};
};

Log::Log(const Options& options) : sink_(new Sink(options)) {}

Log::~Log() = default;

bool Log::takes(Level level) const { return sink_->logger.should_log(level_of(level)); }

std::uint64_t Log::dropped() const { return sink_->writer.dropped(); }

void Log::reopen() const { sink_->writer.reopen(); }

void Log::tell_of_dropped() const {
  const std::uint64_t dropped = sink_->writer.dropped();
  std::uint64_t told = sink_->dropped_and_told.load(std::memory_order_relaxed);
  if (told == dropped || !sink_->dropped_and_told.compare_exchange_strong(told, dropped)) return;
  nlohmann::ordered_json line = begin_line(Level::Warning, sink_->service, "log_lines_dropped");
  line["lines"] = dropped - told;
  // Not through spdlog: that this line finds no room either is no loss, it is tried again.
  if (!sink_->writer.add(text_of(line) + "\n")) sink_->dropped_and_told = told;
}

void Log::write(Level level, std::string_view event, const Context* context,
                std::initializer_list<LogField> fields) const try {
  if (!takes(level)) return;
  tell_of_dropped();
  nlohmann::ordered_json line = begin_line(level, sink_->service, event);
  if (context != nullptr) {
    line["correlation_id"] = context->correlation_id;
    line["trace_id"] = context->trace.trace_id;
    line["span_id"] = context->recording == nullptr
                          ? std::string_view(context->trace.span_id)
                          : std::string_view(context->span.data(), context->span.size());
  }
  for (const LogField& field : fields) {
    std::visit([&](const auto& value) { line[std::string(field.key)] = value; }, field.value);
  }
  sink_->logger.log(level_of(level), text_of(line));
} catch (const std::exception&) {
  // No memory. Whoever has something to say must not fail for it.
  sink_->writer.count_as_dropped();
}

}  // namespace banyan::telemetry
