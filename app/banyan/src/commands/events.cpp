// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "banyan/events/module_events.hpp"
#include "banyan/kernel/listed.hpp"
#include "banyan/sql/database.hpp"
#include "banyan/sql/module_presence.hpp"
#include "counted.hpp"
#include "database.hpp"
#include "exit_code.hpp"
#include "terminal.hpp"

namespace banyan::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kMostKeys = 100;

Context soon() { return Context::begin(std::chrono::seconds(30), system_clock(), system_random()); }

/// `option`: by which the database was named.
Error not_there(const std::string& module, const sql::DataSource& source,
                const std::string& application, const std::string& option) {
  const std::string whose = application.empty() ? "" : " of the application '" + application + "'";
  return {
      ErrorCode::NotFound,
      "banyan.no_database",
      "there is no module '" + module + "'" + whose + " in " + source.display() +
          ". Nothing was changed. Name the module as the application does, its application with "
          "--application, or another database with " +
          option,
      {}};
}

/// The logs of an application's modules, where they are now.
class Logs {
 public:
  static Result<Logs> open(const EventsOptions& options) {
    auto source = sql::DataSource::parse(options.database);
    if (!source) return fail(source.error());
    std::vector<std::string> modules;
    if (source->engine == sql::Engine::Sqlite) {
      const auto manifest = manifest_for({.database = options.database, .module = options.module});
      if (!manifest) return fail(manifest.error());
      for (const auto& module : manifest->modules) modules.push_back(module.name);
    }
    if (!options.module.empty()) modules = {options.module};
    if (source->engine == sql::Engine::Postgres &&
        !sql::is_module_in(*source, options.application, options.module)) {
      return fail(not_there(options.module, *source, options.application, "--database"));
    }
    return Logs(*source, options.application, modules);
  }

  Logs(const sql::DataSource& source, const std::string& application,
       const std::vector<std::string>& modules)
      : database_(sql::Database::open(source, {.application = application})),
        scheduler_(make_thread_scheduler()) {
    for (const std::string& module : modules) modules_.push_back(connect(module));
  }

  /// Makes what is missing there for the module.
  std::shared_ptr<events::ModuleEvents> connect(const std::string& module) const {
    const Environment environment{system_clock(), system_random(), *scheduler_};
    return events::make_sql_events(database_->connect(module, {}), {}, environment);
  }
  bool are_in(const sql::DataSource& source) const {
    const sql::DataSource& here = database_->source();
    if (source.engine != here.engine) return false;
    std::error_code ignored;
    return source.engine == sql::Engine::Sqlite
               ? std::filesystem::equivalent(source.file, here.file, ignored)
               : source.connection == here.connection;
  }

  const std::vector<std::shared_ptr<events::ModuleEvents>>& modules() const { return modules_; }
  events::EventLog& log() const { return modules_.front()->log(); }

 private:
  std::unique_ptr<sql::Database> database_;
  std::unique_ptr<Scheduler> scheduler_;
  std::vector<std::shared_ptr<events::ModuleEvents>> modules_;
};

/// What a database of a server needs to be told, for it has no manifest; "" when it is all there.
std::string missing_words(const EventsOptions& options) {
  const auto source = sql::DataSource::parse(options.database);
  if (!source || source->engine == sql::Engine::Sqlite) return {};
  std::vector<std::string> missing;
  if (options.module.empty()) missing.emplace_back("MODULE");
  if (options.application.empty()) missing.emplace_back("--application NAME");
  if (missing.empty()) return {};
  return "a server's database has no manifest that lists its modules: give " + listed(missing) +
         ", e.g. `banyan events list payments --application recordshop --database "
         "postgresql://…` (the roles of an application's modules begin with its name)";
}

int with_logs(const EventsOptions& options, const std::function<int(const Logs&)>& action) {
  if (const std::string missing = missing_words(options); !missing.empty()) {
    print_error({ErrorCode::InvalidArgument, "banyan.invalid_request", missing, {}}, options.json);
    return kUsage;
  }
  try {
    const auto logs = Logs::open(options);
    if (!logs) return give_up(logs.error(), options.json);
    return action(*logs);
  } catch (const OperationalFault& fault) {
    return give_up({fault.error().code, fault.error().rule, fault.what(), {}}, options.json);
  }
}

std::string age(const std::optional<Timestamp>& then) {
  if (!then) return "-";
  constexpr std::int64_t kMicros = 1'000'000;
  return std::to_string(std::max<std::int64_t>(0, system_clock().now().micros - then->micros) /
                        kMicros) +
         " s";
}

Json json_of(const events::Hold& hold) {
  Json json = {{"key", hold.key},
               {"event", hold.type},
               {"ordinal", hold.ordinal},
               {"attempts", hold.attempts},
               {"since", to_string(hold.since)},
               {"parked", hold.parked},
               {"reason", hold.reason}};
  if (const auto gap = events::gap_of(hold)) {
    json["gap"] = {{"wanted", gap->wanted}, {"got", gap->got}};
  }
  return json;
}

/// "3", and of a gap "3, 2 wanted".
std::string ordinal_of(const events::Hold& hold) {
  std::string text = std::to_string(hold.ordinal);
  const auto gap = events::gap_of(hold);
  if (gap && gap->wanted > 0) text += ", " + std::to_string(gap->wanted) + " wanted";
  return text;
}

int show_json(const Logs& logs) {
  Json lanes = Json::array();
  for (const auto& module : logs.modules()) {
    events::EventLog& log = module->log();
    for (const events::LaneReport& lane : log.lanes(soon())) {
      Json keys = Json::array();
      for (const auto& hold : log.holds(lane.lane, kMostKeys, soon())) {
        keys.push_back(json_of(hold));
      }
      lanes.push_back({{"module", log.module()},
                       {"lane", lane.lane},
                       {"transport", lane.route.transport},
                       {"position", lane.position},
                       {"head", lane.head},
                       {"unsent", lane.unsent},
                       {"held", lane.held},
                       {"parked", lane.parked},
                       {"gaps", lane.gaps},
                       {"keys", std::move(keys)}});
      if (lane.oldest_unsent) lanes.back()["oldest_unsent"] = to_string(*lane.oldest_unsent);
    }
  }
  print_line(Json{{"lanes", std::move(lanes)}}.dump(2));
  return kDone;
}

/// One that was asked for and is not there is no success.
int done_or_not(const EventsOptions& options, bool done, const std::string& what,
                const std::string& wanted) {
  if (!done) {
    return give_up({ErrorCode::NotFound,
                    "banyan.not_held",
                    wanted + "; `banyan events list` shows what there is. Nothing was changed",
                    {}},
                   options.json);
  }
  print_line(options.json ? Json{{"done", what}}.dump() : what);
  return kDone;
}

/// Of replay and skip.
std::string not_held(const EventsOptions& options) {
  const std::string what = options.key.empty() ? "no key is" : "the key " + options.key + " is not";
  return what + " held on the way from " + options.module + " to " + options.lane;
}

std::string no_lane(const EventsOptions& options) {
  return options.module + " has no lane to " + options.lane;
}

events::By by(const EventsOptions& options) { return {options.who, options.why}; }

/// Where the follower's tables are; nothing is made there.
Result<sql::DataSource> follower_source(const EventsOptions& options) {
  const std::string& where =
      options.follower_database.empty() ? options.database : options.follower_database;
  auto source = sql::DataSource::parse(where);
  std::error_code ignored;
  if (source && source->engine == sql::Engine::Sqlite &&
      !std::filesystem::is_regular_file(source->file, ignored)) {
    return fail(
        ErrorCode::NotFound, "banyan.no_database",
        "there is no database " + where + "; name the follower's with --follower-database FILE");
  }
  return source;
}

/// A follower that is there, with whatever has its database open.
struct Follower {
  std::optional<Logs> elsewhere;
  std::shared_ptr<events::ModuleEvents> events;  ///< null: it is not there
};

Follower follower_in(const sql::DataSource& source, const Logs& logs,
                     const EventsOptions& options) {
  Follower follower;
  if (!sql::is_module_in(source, options.application, options.lane)) return follower;
  if (logs.are_in(source)) {
    follower.events = logs.connect(options.lane);
  } else {
    follower.elsewhere.emplace(source, options.application, std::vector{options.lane});
    follower.events = follower.elsewhere->modules().front();
  }
  return follower;
}

std::int64_t forget_marks(events::Inbox& inbox, const std::string& source) {
  constexpr std::int64_t kAtOnce = 1'000;
  std::int64_t forgotten = 0;
  for (std::int64_t round = kAtOnce; round == kAtOnce; forgotten += round) {
    round = inbox.forget(source, kAtOnce, soon());
  }
  return forgotten;
}

/// A process that has the follower in its composition makes its lane again at its next look.
bool begins_anew(events::EventLog& log, const std::string& lane) {
  constexpr std::chrono::milliseconds kPause{250};
  constexpr int kLooks = 10;  // for as long as two of its looks take, and a little
  for (int look = 0; look < kLooks; ++look) {
    std::this_thread::sleep_for(kPause);
    const auto lanes = log.lanes(soon());
    if (std::ranges::any_of(lanes,
                            [&](const events::LaneReport& each) { return each.lane == lane; })) {
      return true;
    }
  }
  return false;
}

Error begun_anew(const std::string& module, const std::string& lane) {
  return {ErrorCode::Conflict,
          "banyan.lane_begun_anew",
          "the lane was forgotten, and a process that has " + lane + " follows " + module +
              " anew, with what is published from now on. To end that, stop "
              "all processes whose build or --modules has it, the publisher's too, and forget it "
              "again",
          {}};
}

}  // namespace

int events_list(const EventsOptions& options) {
  return with_logs(options, [&](const Logs& logs) {
    if (options.json) return show_json(logs);
    std::vector<std::vector<std::string>> lanes = {
        {"MODULE", "FOLLOWED BY", "TRANSPORT", "UNSENT", "OLDEST", "HELD", "PARKED", "GAPS"}};
    std::vector<std::vector<std::string>> held = {
        {"MODULE", "FOLLOWED BY", "KEY", "EVENT", "NO.", "SINCE", "ATTEMPTS", "STATE", "REASON"}};
    for (const auto& module : logs.modules()) {
      events::EventLog& log = module->log();
      for (const events::LaneReport& lane : log.lanes(soon())) {
        lanes.push_back(
            {log.module(), lane.lane, lane.route.transport.empty() ? "-" : lane.route.transport,
             std::to_string(lane.unsent), age(lane.oldest_unsent), std::to_string(lane.held),
             std::to_string(lane.parked), std::to_string(lane.gaps)});
        for (const events::Hold& hold : log.holds(lane.lane, kMostKeys, soon())) {
          held.push_back({log.module(), lane.lane, hold.key, hold.type, ordinal_of(hold),
                          to_string(hold.since), std::to_string(hold.attempts),
                          hold.parked ? "parked" : "tried again", hold.reason});
        }
      }
    }
    if (lanes.size() == 1) {
      print_line("No module follows another one's events here.");
      return kDone;
    }
    print_table(lanes);
    if (held.size() > 1) {
      print_line("");
      print_table(held);
    }
    return kDone;
  });
}

int events_replay(const EventsOptions& options) {
  return with_logs(options, [&](const Logs& logs) {
    const std::int64_t keys = logs.log().replay(options.lane, options.key, by(options), soon());
    return done_or_not(options, keys > 0,
                       counted(static_cast<std::uint64_t>(keys), "key is", "keys are") +
                           " tried again, with fresh attempts",
                       not_held(options));
  });
}

int events_skip(const EventsOptions& options) {
  return with_logs(options, [&](const Logs& logs) {
    return done_or_not(options, logs.log().skip(options.lane, options.key, by(options), soon()),
                       "the first event of " + options.key +
                           " that was not taken is given up; what comes after it is sent",
                       not_held(options));
  });
}

int events_forget(const EventsOptions& options) {
  return with_logs(options, [&](const Logs& logs) {
    const auto source = follower_source(options);
    if (!source) return give_up(source.error(), options.json);
    // What is not there, and what this user may not open, is found out before anything is changed.
    const Follower follower = follower_in(*source, logs, options);
    if (!follower.events && !options.follower_database.empty()) {
      return give_up(not_there(options.lane, *source, options.application, "--follower-database"),
                     options.json);
    }
    const auto forgotten = logs.log().forget_lane(options.lane, by(options), soon());
    if (!forgotten) return give_up(forgotten.error(), options.json);
    const std::string gone = options.lane + " does not follow " + options.module + " any more; ";
    const auto is_followed = [&] { return *forgotten && begins_anew(logs.log(), options.lane); };
    if (!follower.events) {
      if (is_followed()) return give_up(begun_anew(options.module, options.lane), options.json);
      return done_or_not(options, *forgotten,
                         gone + "its tables are not in " + source->display() +
                             ". Where it still has them, have it forgotten there, too, how far it "
                             "had got: the same with --follower-database",
                         no_lane(options));
    }
    // After the lane: nothing is under way any more that would be marked, unless it has begun anew.
    const std::int64_t keys = forget_marks(follower.events->inbox(), options.module);
    if (is_followed()) return give_up(begun_anew(options.module, options.lane), options.json);
    return done_or_not(
        options, *forgotten || keys > 0,
        gone + "of " + counted(static_cast<std::uint64_t>(keys), "key") +
            " it is forgotten how far it had got",
        no_lane(options) + ", and " + options.lane + " does not remember how far it had got");
  });
}

int events_purge(const EventsOptions& options) {
  return with_logs(options, [&](const Logs& logs) {
    constexpr std::int64_t kAtOnce = 1'000;
    constexpr std::int64_t kHour = 3'600'000'000;
    const Timestamp before{system_clock().now().micros - options.hours * kHour};
    std::int64_t purged = 0;
    for (std::int64_t round = kAtOnce; round == kAtOnce; purged += round) {
      round = logs.log().purge(before, kAtOnce, soon());
    }
    const std::string what =
        counted(static_cast<std::uint64_t>(purged), "event is", "events are") + " forgotten";
    return done_or_not(options, true, what, {});
  });
}

}  // namespace banyan::cli
