// SPDX-License-Identifier: Apache-2.0
#include "retiring/findings.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "admin_client.hpp"
#include "banyan/discovery/log_line.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/manifest/manifest.hpp"
#include "banyan/map/sources.hpp"
#include "discover/read_logs.hpp"
#include "traffic_text.hpp"

namespace banyan::cli::retiring {
namespace {

/// Asks the process one question after another.
class Asker {
 public:
  explicit Asker(AdminClient& client) : client_(client) {}

  Result<Json> get(const std::string& path, const std::string& query = {}) {
    const auto answer = client_.get(path, query);
    if (!answer) return fail(answer.error());
    return Json::parse(*answer, nullptr, false);
  }
  /// Null where the process has no such document: a proxy has no tables, for one.
  Result<Json> get_if_there(const std::string& path) {
    auto answer = get(path);
    if (!answer && answer.error().code == ErrorCode::NotFound) return Json();
    return answer;
  }

 private:
  AdminClient& client_;
};

const Json* row_of(const Json& rows, const char* key, const std::string& name) {
  for (const Json& each : rows) {
    if (text_of(each, key) == name) return &each;
  }
  return nullptr;
}

Json list_at(const Json& document, const char* key) {
  const auto found = document.is_object() ? document.find(key) : document.end();
  return document.is_object() && found != document.end() && found->is_array() ? *found
                                                                              : Json::array();
}

bool is_all_new(const Json& traffic) {
  const std::string stage = text_of(traffic, "stage");
  return stage == "moved" || stage == "retired";
}

Result<void> read_stage(Asker& asker, Findings& all) {
  const auto status = asker.get("/status");
  if (!status) return fail(status.error());
  const Json rollouts = list_at(*status, "rollouts");
  const Json* const rollout = row_of(rollouts, "module", all.facts.module);
  if (rollout == nullptr) {
    std::string known;
    for (const Json& each : rollouts)
      known += (known.empty() ? "" : ", ") + text_of(each, "module");
    return fail(ErrorCode::NotFound, "banyan.unknown_rollout",
                "there is no module or rollout " + all.facts.module + " here; there are " +
                    (known.empty() ? "none" : known));
  }
  all.facts.stage = stage_text(*rollout);
  all.facts.all_new = is_all_new(*rollout);
  all.revision = number_of(*rollout, "revision");
  all.has_old_side = rollout->value("old_side", true);
  all.facts.data = text_of(*rollout, "data");
  all.facts.tunnels_on_old_side = number_of(rollout->value("tunnels", Json::object()), "old_side");
  return {};
}

Result<void> read_log(Asker& asker, Findings& all) {
  const auto log = asker.get("/log", "limit=1000&kind=stage&module=" + all.facts.module);
  if (!log) return fail(log.error());
  for (const Json& each : list_at(*log, "entries")) {
    const auto time = timestamp_from(text_of(each, "time"));
    if (time) all.facts.shifts.push_back({*time, is_all_new(each.value("after", Json::object()))});
  }
  const auto verified = asker.get("/verify");
  if (!verified) return fail(verified.error());
  all.facts.log_intact = verified->value("intact", false);
  return {};
}

Result<void> read_uses(Asker& asker, Findings& all) {
  const auto uses = asker.get_if_there("/uses");
  if (!uses) return fail(uses.error());
  if (!uses->is_null()) all.facts.uses = retirement::uses_from_json(uses->dump());
  all.not_judged.emplace_back(
      "processes beside this one that have another control store, or are older than the keeping of "
      "uses: ask each of them, or end them");
  return {};
}

Result<void> read_operations(Asker& asker, Findings& all) {
  const auto live = asker.get("/live");
  if (!live) return fail(live.error());
  all.foreign = text_of(*live, "kind") == "proxy";
  const Json modules = list_at(*live, "modules");
  const Json* const module = row_of(modules, "name", all.facts.module);
  if (module == nullptr) return {};
  for (const Json& each : list_at(*module, "operations")) {
    all.facts.operations.push_back(text_of(each, "name"));
    all.places.push_back(text_of(each, "method") + ' ' + text_of(each, "path"));
  }
  return {};
}

Result<void> read_data(Asker& asker, Findings& all) {
  const auto placements = asker.get_if_there("/placements");
  if (!placements) return fail(placements.error());
  if (placements->is_null()) {
    all.facts.data.reset();
    all.not_judged.emplace_back(
        "where the data is: a proxy does not know the application's tables; see to them yourself");
    return {};
  }
  const Json modules = list_at(*placements, "modules");
  const Json* const module = row_of(modules, "module", all.facts.module);
  // Without the fence's word there is where its connections go.
  if (module != nullptr && !text_of(*module, "stage").empty()) {
    all.facts.data = text_of(*module, "stage");
  }
  if (module != nullptr && !text_of(*module, "schema").empty()) {
    all.facts.data = retirement::kOwnSchema;
  }
  if (!all.has_old_side) all.facts.data.reset();
  return {};
}

Result<void> read_lanes(Asker& asker, Findings& all) {
  const auto events = asker.get_if_there("/events");
  if (!events) return fail(events.error());
  for (const Json& source : list_at(*events, "modules")) {
    if (std::string problem = text_of(source, "problem"); !problem.empty()) {
      all.facts.unknown_lanes.push_back({text_of(source, "module"), std::move(problem)});
    }
    for (const Json& each : list_at(source, "lanes")) {
      all.facts.lanes.push_back({text_of(source, "module"), text_of(each, "lane"),
                                 text_of(each, "transport"), number_of(each, "held"),
                                 each.value("oldest_unsent_seconds", 0.0)});
    }
  }
  return {};
}

/// Who asked the old side within the time that has to be quiet.
Result<void> read_callers(const RetireOptions& options, Findings& all) {
  constexpr std::size_t kMostCallers = 200;
  const std::int64_t since =
      all.facts.now.micros - std::chrono::microseconds(options.quiet_for).count();
  std::map<std::pair<std::string, std::string>, retirement::Caller> callers;
  discover::Reading reading;
  const auto read = discover::read_logs(options.logs, reading, [&](const discovery::LogLine& line) {
    if (line.side != "local" || (line.time && line.time->micros < since)) return;
    if (std::ranges::find(all.facts.operations, line.route) == all.facts.operations.end()) return;
    std::string who = discovery::agent_class(line.agent);
    if (callers.size() >= kMostCallers && !callers.contains({line.route, who})) {
      who = "another program";
    }
    retirement::Caller& caller = callers[{line.route, who}];
    caller.operation = line.route;
    caller.who = who;
    ++caller.requests;
    if (line.time) caller.last = caller.last ? std::max(*caller.last, *line.time) : *line.time;
  });
  if (!read) {
    return fail(ErrorCode::InvalidArgument, "banyan.bad_access_log",
                "cannot read " + read.error() +
                    "; name with --access-log what the proxy writes, or leave it out");
  }
  for (auto& [key, caller] : callers) all.facts.callers.push_back(std::move(caller));
  return {};
}

/// How many files lie below a folder.
std::size_t files_below(const std::filesystem::path& folder) {
  std::error_code error;
  std::size_t files = 0;
  for (std::filesystem::recursive_directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    if (at->is_regular_file(error)) ++files;
  }
  return files;
}

Result<void> list_code_of_the_kit(const RetireOptions& options, Findings& all) {
  const std::string& module = all.facts.module;
  all.deletions.push_back(
      {"code", "from the application's link line, by -DBANYAN_EXTRACT=" + module +
                   ": the targets " + module + ".module and " + module + ".core; " + module +
                   ".api and " + module + ".remote stay"});
  all.deletions.push_back({"code", "the flag -DBANYAN_ROUTED=" + module +
                                       " of its builds, and --at of processes that "
                                       "are older than the extraction"});
  if (!options.sources.empty()) {
    const auto sources = map::read_sources(options.sources);
    if (!sources) return fail(sources.error());
    const auto folder = sources->modules.find(module);
    if (folder != sources->modules.end()) {
      const auto at = std::filesystem::path(options.sources).parent_path() / folder->second;
      all.deletions.push_back(
          {"code", std::to_string(files_below(at / "src")) + " files in " +
                       (at / "src").lexically_normal().string() +
                       " are of the service alone from then on; they can move to its repository"});
    }
  } else {
    all.not_judged.emplace_back("which files those are: name them with --sources");
  }
  all.next = "cmake -S . -B build -DBANYAN_EXTRACT=" + module + " && cmake --build build";
  return {};
}

Result<void> list_tables(const RetireOptions& options, Findings& all) {
  if (options.database.empty()) {
    if (!all.foreign) {
      all.not_judged.emplace_back("which tables are left over: name the database with --database");
    }
    return {};
  }
  const auto manifest = manifest::read(options.database);
  if (!manifest) return fail(manifest.error());
  const auto module =
      std::ranges::find(manifest->modules, all.facts.module, &manifest::ManifestModule::name);
  if (module == manifest->modules.end()) return {};
  std::string tables;
  for (const std::string& each : module->tables) tables += (tables.empty() ? "" : ", ") + each;
  if (!tables.empty()) {
    all.deletions.push_back({"tables", "copies and rights that the shared database " +
                                           options.database + " still has of: " + tables +
                                           " (banyan schema report shows what is there)"});
  }
  return {};
}

Result<void> list_deletions(const RetireOptions& options, Findings& all) {
  if (!all.foreign) {
    if (const auto listed = list_code_of_the_kit(options, all); !listed) return listed;
    return list_tables(options, all);
  }
  for (const std::string& each : all.places) {
    all.deletions.push_back({"code", "of the old application, what answers " + each});
  }
  const std::string& name = all.facts.module;
  all.deletions.push_back(
      {"routes",
       "in each route with rollout = \"" + name +
           "\": the successor becomes its legacy, and the lines successor and rollout go"});
  all.deletions.push_back({"routes", "[rollouts." + name + "]"});
  all.next = "change banyan.toml so, and: banyan check banyan.toml";
  return {};
}

}  // namespace

Result<Findings> find_out(const ControlTarget& target, const RetireOptions& options) {
  const auto client = admin_client(target);
  if (!client) return fail(client.error());
  Asker asker(**client);
  Findings all;
  all.facts.module = options.module;
  all.facts.quiet_for = options.quiet_for;
  for (const auto& read :
       {read_stage, read_log, read_uses, read_operations, read_data, read_lanes}) {
    if (const auto done = read(asker, all); !done) return fail(done.error());
  }
  // After what was told: nothing of that may lie in the future.
  all.facts.now = system_clock().now();
  if (const auto read = read_callers(options, all); !read) return fail(read.error());
  if (const auto listed = list_deletions(options, all); !listed) return fail(listed.error());
  return all;
}

}  // namespace banyan::cli::retiring
