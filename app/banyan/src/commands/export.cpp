// SPDX-License-Identifier: Apache-2.0
#include "commands/export.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <ranges>
#include <utility>

#include "admin_client.hpp"
#include "banyan/export/exported_table.hpp"
#include "banyan/http/endpoint.hpp"
#include "banyan/serving/control_plane.hpp"
#include "check/control_store.hpp"
#include "check/report.hpp"
#include "configuration_file.hpp"
#include "exit_code.hpp"
#include "init/new_file.hpp"
#include "terminal.hpp"
#include "traffic_text.hpp"

namespace banyan::cli {
namespace {

namespace fs = std::filesystem;
using strangler::Configuration;
using strangler::Stand;

/// The stages, and where they are from.
struct ExportedStages {
  Stand stand;
  std::string source;
  std::string attention{};  ///< "" is none
};

Result<ExportedStages> stages_of_process(const ControlTarget& target) {
  const auto client = admin_client(target);
  if (!client) return fail(client.error());
  const auto answer = (*client)->get("/status", "");
  if (!answer) return fail(answer.error());
  const Json document = Json::parse(*answer, nullptr, false);
  ExportedStages stages;
  stages.stand.revision = number_of(document, "revision");
  for (const Json& each : document.value("rollouts", Json::array())) {
    strangler::Rollout rollout;
    rollout.module = text_of(each, "module");
    const auto stage = strangler::traffic_stage_from(text_of(each, "stage"));
    const auto reads = strangler::Percent::of_hundredths(
        static_cast<std::int64_t>(number_of(each, "reads_hundredths")));
    const auto writes = strangler::side_from(text_of(each, "writes"));
    if (!stage || !reads || !writes) {
      return fail(ErrorCode::Unavailable, "banyan.unreachable",
                  target.url + " says of " + rollout.module +
                      " what this version does not know. Take the `banyan` of that process.");
    }
    rollout.traffic = {*stage, *reads, *writes};
    stages.stand.rollouts.push_back(std::move(rollout));
  }
  std::ranges::sort(stages.stand.rollouts, {}, &strangler::Rollout::module);
  stages.source = target.url;
  return stages;
}

Result<ExportedStages> stages_of_store(const std::string& file,
                                       std::optional<std::uint64_t> revision,
                                       const std::vector<std::string>& notes = {}) {
  auto store = strangler::ControlStore::open(file, system_clock(),
                                             strangler::ControlStore::Mode::MustExist, notes);
  if (!store) return fail(std::move(store.error()));
  auto stand = revision ? (*store)->stand_at(*revision) : (*store)->stand();
  if (!stand) return fail(std::move(stand.error()));
  return ExportedStages{std::move(*stand), file};
}

Result<ExportedStages> stages_for(const ControlTarget& target, const ExportOptions& options,
                                  const Configuration& configuration) {
  if (options.asks_process) return stages_of_process(target);
  if (!target.store.empty()) return stages_of_store(target.store, options.revision);
  const std::string file =
      (fs::path(options.file).parent_path() / configuration.control_store).string();
  // All at legacy is right only where nothing has ever been moved.
  if (auto lost = serving::lost_control_store(file, options.file)) return fail(std::move(*lost));
  std::error_code unknown;
  const bool is_empty = fs::file_size(file, unknown) == 0;  // somebody begins anew
  if ((fs::exists(file, unknown) && !is_empty) || options.revision) {
    return stages_of_store(file, options.revision, serving::notes_elsewhere(file, options.file));
  }
  // As a proxy that starts with the file for the first time.
  ExportedStages stages{{}, "no control store"};
  if (!configuration.rollout_names().empty()) {
    stages.attention = "there is no control store " + file +
                       ", so all rollouts are written at legacy: all on their old sides. If some "
                       "have moved, name the store with --store, or the process with --url";
  }
  return stages;
}

/// What is wrong with an address; "" is nothing.
std::string listen_instead(const std::vector<std::string>& given, Configuration& configuration) {
  if (given.empty()) return {};
  configuration.listen.clear();
  for (const std::string& each : given) {
    const auto endpoint = http::endpoint_from(each);
    if (!endpoint || (endpoint->port == 0 && !http::is_unix(*endpoint))) {
      return "--listen: \"" + each +
             "\" is no address, expected one such as 127.0.0.1:8081, [::1]:8081 or "
             "unix:/run/front.sock";
    }
    configuration.listen.push_back({{endpoint->host, endpoint->port}});
  }
  return {};
}

bool any_port(const Configuration& configuration) {
  return std::ranges::any_of(configuration.listen, [](const strangler::ListenPoint& each) {
    return each.address.port == 0 && !each.address.host.starts_with(http::kUnixPrefix);
  });
}

/// Whether what is there may be written over: it is not there, or an export wrote it.
bool is_ours(const fs::path& file) {
  std::error_code unknown;
  if (!fs::exists(file, unknown)) return true;
  std::ifstream stream(file);
  std::string first;
  return std::getline(stream, first) && first.contains(strangler::kExportMark);
}

std::string command_of(const ControlTarget& target, const ExportOptions& options,
                       const std::string& folder) {
  std::string text = "banyan export " + options.engine + " --config " + options.file;
  if (options.asks_process) text += " --url " + target.url;
  if (!target.store.empty()) text += " --store " + target.store;
  if (options.revision) text += " --revision " + std::to_string(*options.revision);
  for (const std::string& each : options.listen) text += " --listen " + each;
  if (options.hash != "banyan") text += " --hash " + options.hash;
  return text + " --out " + folder;
}

/// HAProxy does not start with fewer descriptors than its connections want; "" is enough. By the
/// limit of this user, which that of its service may not be.
std::string why_too_few_descriptors(const Configuration& configuration) {
  constexpr std::uint64_t kBeside = 18;  // listeners, its own pipes
  const std::uint64_t wanted = 2 * std::uint64_t{configuration.limits.connections} + kBeside;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_max == RLIM_INFINITY ||
      limit.rlim_max >= wanted) {
    return {};
  }
  return "HAProxy wants " + std::to_string(wanted) + " descriptors for the " +
         std::to_string(configuration.limits.connections) +
         " connections of [limits], and a process of this user may have " +
         std::to_string(limit.rlim_max) +
         ": it would end at once. Raise that (LimitNOFILE= of its service), or say less in "
         "connections";
}

int refuse(const ControlTarget& target, const Error& error, int code) {
  print_error(error, target.json);
  return code;
}

int tell(const ControlTarget& target, const ExportOptions& options, const std::string& folder,
         const ExportedStages& stages, const strangler::ExportedTable& made) {
  Json names = Json::array();
  for (const auto& each : made.files) names.push_back((fs::path(folder) / each.name).string());
  if (target.json) {
    Json document = {{"engine", options.engine},
                     {"revision", stages.stand.revision},
                     {"files", names},
                     {"differences", made.differences}};
    if (!stages.attention.empty()) document["attention"] = stages.attention;
    print_json(document);
    return kDone;
  }
  for (const Json& each : names) print_line("wrote " + each.get<std::string>());
  if (!stages.attention.empty()) announce("attention: " + stages.attention);
  for (const std::string& each : made.differences) announce("attention: " + each);
  return kDone;
}

}  // namespace

int export_table(const ControlTarget& target, const ExportOptions& options) {
  if (!configuration_is_there(options.file, target.json)) return kBadConfiguration;
  auto configuration = strangler::read_configuration(options.file);
  if (!configuration) {
    if (target.json) {
      print_line(check::to_json(options.file, configuration.error()));
    } else {
      for (const auto& each : configuration.error()) announce(to_string(each));
      print_error(options.file + " is not right, and nothing was written");
    }
    return kBadConfiguration;
  }
  if (const auto wrong = listen_instead(options.listen, *configuration); !wrong.empty()) {
    return refuse(target, {ErrorCode::InvalidArgument, "banyan.usage", wrong, {}}, kUsage);
  }
  if (any_port(*configuration)) {
    return refuse(target,
                  {ErrorCode::InvalidArgument,
                   "banyan.usage",
                   "listen in " + options.file +
                       " has port 0, \"any free one\", which other proxies do not know. Say where "
                       "they listen: --listen 127.0.0.1:8081",
                   {}},
                  kUsage);
  }
  auto stages = stages_for(target, options, *configuration);
  if (!stages) return not_told(stages.error(), target.json);
  if (const auto few = why_too_few_descriptors(*configuration);
      options.engine == "haproxy" && !few.empty()) {
    stages->attention += (stages->attention.empty() ? "" : ". ") + few;
  }
  const std::string folder = options.out.empty() ? options.engine : options.out;
  const strangler::TableToExport table{
      .configuration = *configuration,
      .stages = stages->stand,
      .source = options.file + " and the stages of " + stages->source + " at revision " +
                std::to_string(stages->stand.revision),
      .command = command_of(target, options, folder),
      .hash =
          options.hash == "engine" ? strangler::BucketHash::Engine : strangler::BucketHash::Same};
  const auto made = options.engine == "nginx" ? export_for_nginx(table) : export_for_haproxy(table);
  std::error_code failed;
  fs::create_directories(folder, failed);
  for (const auto& each : made.files) {
    const fs::path file = fs::path(folder) / each.name;
    if (options.force || is_ours(file)) continue;
    return refuse(target,
                  {ErrorCode::AlreadyExists,
                   "banyan.exists",
                   file.string() + " is there, and no export has written it, so that it stays as "
                                   "it is. Name another folder with --out, or write over it with "
                                   "--force",
                   {}},
                  kRefused);
  }
  // The one to start the proxy with last: it is not to be there with the tables of another time.
  for (const auto& each : made.files | std::views::reverse) {
    const auto written = init::write_new_file(fs::path(folder) / each.name, each.text, true);
    if (!written) return refuse(target, written.error(), kUnavailable);
  }
  return tell(target, options, folder, *stages, made);
}

}  // namespace banyan::cli
