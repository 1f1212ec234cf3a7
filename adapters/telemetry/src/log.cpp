// SPDX-License-Identifier: Apache-2.0
#include "telemetry/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

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

spdlog::sink_ptr open_sink(const std::string& file) {
  if (file.empty()) return std::make_shared<spdlog::sinks::stderr_sink_mt>();
  try {
    return std::make_shared<spdlog::sinks::basic_file_sink_mt>(file);
  } catch (const spdlog::spdlog_ex& error) {
    throw std::runtime_error("cannot write the log file " + file + ": " + error.what() +
                             ". Give another with --log-file, or leave it out for standard error.");
  }
}

}  // namespace

struct Log::Sink {
  std::string service;
  spdlog::logger logger;
};

Log::Log(const Options& options)
    : sink_(new Sink{options.service, spdlog::logger(options.service, open_sink(options.file))}) {
  // The line is JSON already; spdlog adds nothing but the end of the line.
  sink_->logger.set_formatter(
      std::make_unique<spdlog::pattern_formatter>("%v", spdlog::pattern_time_type::utc));
  sink_->logger.set_level(level_of(options.least));
  sink_->logger.flush_on(spdlog::level::info);
}

Log::~Log() = default;

bool Log::takes(Level level) const { return sink_->logger.should_log(level_of(level)); }

void Log::write(Level level, std::string_view event, const Context* context,
                std::initializer_list<LogField> fields) const {
  if (!takes(level)) return;
  nlohmann::ordered_json line = {{"time", to_string(system_clock().now())},
                                 {"level", name_of(level)},
                                 {"service", sink_->service},
                                 {"event", event}};
  if (context != nullptr) {
    line["correlation_id"] = context->correlation_id;
    line["trace_id"] = context->trace.trace_id;
    line["span_id"] = context->trace.span_id;
  }
  for (const LogField& field : fields) {
    std::visit([&](const auto& value) { line[std::string(field.key)] = value; }, field.value);
  }
  // Bytes that are no UTF-8 are replaced: a log line must never throw.
  sink_->logger.log(level_of(level),
                    line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

}  // namespace banyan::telemetry
