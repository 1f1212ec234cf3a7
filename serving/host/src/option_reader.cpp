// SPDX-License-Identifier: Apache-2.0
#include "option_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace banyan::host {
namespace {

constexpr std::array kKnown = std::to_array<program::Option>({
    {"listen", "HOST:PORT",
     "Where to listen; as --config says, or 127.0.0.1:8080, when not given. Port 0: any free one."},
    {"port", "PORT", "Only the port of --listen."},
    {"config", "FILE",
     "A banyan.toml: listeners with TLS, limits, access log, how dependencies are called"
     " ([upstreams.MODULE]), and routes beside the modules."},
    {"operators", "HOST:PORT",
     "Where the operators' pages (/_banyan/, /metrics, /health/) are, and nowhere else; at"
     " --listen when not given, if only this machine can reach that."},
    {"database", "FILE|URL",
     "The shared database: an SQLite file, made when missing, or postgresql://USER@HOST/NAME"
     " (the password in ~/.pgpass); var/shop.db when not given."},
    {"control", "FILE",
     "The control store with the stages and the switch log; control.db beside the"
     " database file, or in var/, when not given."},
    {"modules", "A,B",
     "Host only these modules; others are reached at the places given with --at. With none, this"
     " process is only the edge before the others."},
    {"rehearse", "A,B",
     "Send every call to these modules through the whole wire, inside the process."},
    {"at", "MODULE=HOST:PORT", "Where the service of a module runs.", true},
    {"internal", "",
     "This process is called by other processes of the application and believes what"
     " they say about deadline, principal and routing. Never where users can reach it."},
    {"internal-address", "HOST:PORT",
     "Where other processes of the application call this one, which serves anybody at --listen: the"
     " operations that are for modules only are here too, and what callers say is believed. An"
     " address of this machine, unix:/PATH, or a listener of [[proxy.tls]] in --config that"
     " wants certificates. None when not given."},
    {"sticky", "SOURCE",
     "What keeps a user on one side: cookie:NAME, header:NAME, address, or visit (a cookie of this"
     " process's own); as --config says when not given."},
    {"workers", "N",
     "Threads for the reads of one module, and as many for those of its endpoints, the pages and"
     " documents beside its operations (1 ... 64; 4)."},
    {"write-workers", "N",
     "Threads for the writes of one module, and as many for those of its endpoints (1 ... 256; 16)."
     " They mostly wait for the disk: as many as write at once share a commit."},
    {"queue", "N",
     "Reads, and writes, of one module that may wait, and as many of its endpoints (1 ... 100000;"
     " 256)."},
    {"loops", "N", "Network threads (1 ... 64; one per core)."},
    {"budget", "MS", "Deadline of a request that brings none (10 ... 600000; 10000)."},
    {"call-timeout", "MS",
     "The most that one call to another process may take (10 ... 600000; 2000), or what the"
     " application waits for a module at least, where that is more."},
    {"drain", "SECONDS",
     "How long a stop waits for requests that run (0 ... 3600; as --config says, or 10)."},
    {"take-over", "",
     "Go on with the listening socket of the process that runs here, which then finishes what it"
     " has and ends: a restart that refuses no request. Starts afresh when none runs."},
    {"collector", "URL",
     "Where traces go, by OTLP over HTTP, e.g. http://127.0.0.1:4318; the slow and failed ones are"
     " kept for /_banyan/traces anyway."},
    {"log-file", "FILE", "Where the JSON log goes; standard error when not given."},
    {"log-level", "LEVEL", "debug, info, warning or error (info)."},
    {"keys-kept", "HOURS", "How long an idempotency key is remembered (1 ... 8760; 24)."},
    {"event-keys", "FILE",
     "Keys that the processes of the application share, one a line (whsec_ and base 64), readable "
     "by"
     " this user only: events to other processes are signed with all of them, and taken only when"
     " signed with one. Without it they are not signed."},
    {"ready-file", "FILE", "Written with the port as soon as requests are taken: for scripts."},
    program::kSettingsOption,
});

}  // namespace

std::span<const program::Option> OptionReader::known() { return kKnown; }

std::string OptionReader::examples(const std::string& program, const std::string& module) {
  const std::pair<std::string, std::string_view> lines[] = {
      {program, "everything in one process"},
      {program + " --rehearse " + module, "that module behind its whole wire, same process"},
      {program + " serve --modules " + module + " --internal --port 8081",
       "the same program as its service"},
      {program + " --at " + module + "=127.0.0.1:8081", "with a build that routes or extracts it"},
  };
  std::size_t width = 0;
  for (const auto& [words, what] : lines) width = std::max(width, words.size());
  std::string text = "Examples:\n";
  for (const auto& [words, what] : lines) {
    text += "  " + words + std::string(width + 3 - words.size(), ' ');
    text.append(what) += '\n';
  }
  return text;
}

std::vector<std::string> OptionReader::take(const program::Setting& setting) {
  const std::size_t before = problems_.size();
  take(setting.option, setting.value);
  // They begin with the option as the command line has it.
  for (std::size_t i = before; i < problems_.size(); ++i) {
    problems_[i].replace(0, setting.option.size() + 2, setting.said_by);
  }
  return {problems_.begin() + static_cast<std::ptrdiff_t>(before), problems_.end()};
}

std::int64_t OptionReader::number(const std::string& name, const std::string& value,
                                  std::int64_t least, std::int64_t most, std::int64_t fallback) {
  std::int64_t read = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), read);
  if (error == std::errc{} && end == value.data() + value.size() && read >= least && read <= most) {
    return read;
  }
  problems_.push_back("--" + name + ": '" + value + "' is not a whole number from " +
                      std::to_string(least) + " to " + std::to_string(most) + ".");
  return fallback;
}

void OptionReader::take_address(const std::string& name, const std::string& value,
                                std::string_view examples, std::optional<http::Endpoint>& to) {
  if (const auto endpoint = http::endpoint_from(value)) {
    to = *endpoint;
  } else {
    problems_.push_back("--" + name + ": '" + value + "' is not HOST:PORT, e.g. " +
                        std::string(examples) + ".");
  }
}

void OptionReader::take_place(const std::string& value) {
  const std::size_t equals = value.find('=');
  const auto endpoint = equals == std::string::npos
                            ? std::nullopt
                            : http::endpoint_from(std::string_view(value).substr(equals + 1));
  if (equals == 0 || !endpoint || (endpoint->port == 0 && !http::is_unix(*endpoint))) {
    problems_.push_back("--at: '" + value +
                        "' is not MODULE=HOST:PORT, e.g. catalog=127.0.0.1:8081.");
    return;
  }
  const auto [known, fresh] = options_.at.emplace(value.substr(0, equals), *endpoint);
  if (!fresh) problems_.push_back("--at: the place of " + known->first + " is given twice.");
}

void OptionReader::take_unit(const std::string& value) {
  if (auto sticky = strangler::StickinessKey::parse(value)) {
    options_.sticky = std::move(*sticky);
  } else {
    problems_.push_back("--sticky: '" + value +
                        "' is not cookie:NAME, header:NAME, visit or address.");
  }
}

void OptionReader::take(const std::string& name, const std::string& value) {
  using std::chrono::milliseconds;
  if (name == "listen") {
    take_address(name, value, "127.0.0.1:8080 or [::1]:8080", options_.listen);
  } else if (name == "port") {
    if (!options_.listen) options_.listen = http::Endpoint{"127.0.0.1", 8080};
    options_.listen->port =
        static_cast<std::uint16_t>(number(name, value, 0, 65'535, options_.listen->port));
  } else if (name == "config") {
    options_.config_file = value;
  } else if (name == "operators") {
    take_address(name, value, "127.0.0.1:9180 or [::1]:9180", options_.operators);
  } else if (name == "internal-address") {
    take_address(name, value, "127.0.0.1:8081 or unix:/run/shop.sock", options_.internal_address);
  } else if (name == "database") {
    if (auto source = sql::DataSource::parse(value)) {
      options_.database = *std::move(source);
    } else {
      problems_.push_back("--database: " + source.error().message);
    }
  } else if (name == "control") {
    options_.control_store = value;
  } else if (name == "modules") {
    options_.modules = split_list(value);
    if (options_.modules.empty()) problems_.emplace_back("--modules: name at least one module.");
  } else if (name == "rehearse") {
    options_.rehearse = split_list(value);
  } else if (name == "at") {
    take_place(value);
  } else if (name == "internal") {
    options_.trust = binding::Trust::Internal;
  } else if (name == "sticky") {
    take_unit(value);
  } else if (name == "workers") {
    options_.workers.reads = static_cast<std::size_t>(number(name, value, 1, 64, 4));
  } else if (name == "write-workers") {
    options_.workers.writes = static_cast<std::size_t>(number(name, value, 1, 256, 16));
  } else if (name == "queue") {
    options_.queue = static_cast<std::size_t>(number(name, value, 1, 100'000, 256));
  } else if (name == "loops") {
    options_.loops = static_cast<std::size_t>(number(name, value, 1, 64, 1));
  } else if (name == "budget") {
    options_.budget = milliseconds(number(name, value, 10, 600'000, 10'000));
  } else if (name == "call-timeout") {
    options_.call_timeout = milliseconds(number(name, value, 10, 600'000, 2'000));
  } else if (name == "drain") {
    options_.drain = std::chrono::seconds(number(name, value, 0, 3'600, 10));
  } else if (name == "take-over") {
    options_.take_over = true;
  } else if (name == "collector") {
    options_.collector = value;
  } else if (name == "log-file") {
    options_.log_file = value;
  } else if (name == "log-level") {
    using telemetry::Level;
    constexpr std::array levels =
        std::to_array<std::pair<std::string_view, Level>>({{"debug", Level::Debug},
                                                           {"info", Level::Info},
                                                           {"warning", Level::Warning},
                                                           {"error", Level::Error}});
    for (const auto& [text, level] : levels) {
      if (text == value) {
        options_.log_level = level;
        return;
      }
    }
    problems_.push_back("--log-level: '" + value + "' is not debug, info, warning or error.");
  } else if (name == "keys-kept") {
    options_.keys_kept = std::chrono::hours(number(name, value, 1, 8'760, 24));
  } else if (name == "event-keys") {
    if (auto keys = security::WebhookKeys::load(value)) {
      options_.event_keys = *std::move(keys);
    } else {
      problems_.push_back("--event-keys: " + keys.error().message);
    }
  } else if (name == "ready-file") {
    options_.ready_file = value;
  }
}

void OptionReader::take_own(const std::string& name, const std::string& value) {
  if (!options_.own.emplace(name, value).second) {
    problems_.push_back("--" + name + " is given twice.");
  }
}

}  // namespace banyan::host
