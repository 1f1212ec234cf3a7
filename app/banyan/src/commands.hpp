// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "banyan/program/settings.hpp"

/// The subcommands, without their parsing: each in its own file in commands/, each prints its
/// answer and returns an ExitCode.
namespace banyan::cli {

/// What a process is asked by when nobody says where it is, and the variable that may say so.
inline constexpr const char* kUsualUrl = "http://127.0.0.1:8080";
inline constexpr const char* kUrlVariable = "BANYAN_URL";

/// Whom a command asks.
struct ControlTarget {
  std::string url = kUsualUrl;  ///< of a running application or proxy
  std::string token_file;       ///< with the operators' token of that process
  std::string store;            ///< file of a control store, instead of a process
  bool json = false;            ///< print the answer as JSON
};

struct ChangeOptions {
  std::string module;
  std::string percent;  ///< "" leaves the reads where they are
  std::string writes;   ///< "", "remote" or "local"
  std::string who;
  std::string why;
  bool force = false;                   ///< although the new side is not fit for traffic
  bool despite_differences = false;     ///< although copies show that it answers otherwise
  bool gradually = false;               ///< back: to nothing, step by step
  std::optional<std::uint64_t> from{};  ///< only if that is its revision still
};

/// Of a rollout's plan.
struct PlanOptions {
  std::string module;  ///< "": all, which can only be shown
  std::string action = "show";
  std::vector<std::string> steps;  ///< start: "1%"; empty: as configured
  std::string dwell;               ///< start: "10m"; "": as configured
  std::string samples;             ///< start: a number; "": as configured
  std::string who;
  std::string why;
  bool force = false;                ///< start, resume: although the new side is not fit
  bool despite_differences = false;  ///< the same: although it is known to answer otherwise
  bool gradually = false;            ///< abort: step by step
};

/// An example of a difference that is to be asked again.
struct ReplayOptions {
  std::string example;               ///< "catalog:3"
  std::string target;                ///< whole, where parts of it are hidden; "": as it is kept
  std::vector<std::string> headers;  ///< "Cookie: a=b", "@FILE" with such lines
  std::string body_file;             ///< "": as it is kept; "-": standard input
  std::string who;
  std::string why;
};

struct GotoOptions {
  std::uint64_t revision = 0;
  bool dry_run = false;
  std::string who;
  std::string why;
  bool force = false;                ///< although a new side is not fit for traffic
  bool despite_differences = false;  ///< although copies show that one answers otherwise
};

struct WatchOptions {
  double interval_seconds = 1;
  std::uint64_t count = 0;  ///< looks, then it ends; 0: until it is told to
};

struct LogOptions {
  std::string module;
  std::string kind;  ///< of lines; "" is all
  std::size_t limit = 20;
};

/// A database and what its application says about it (see manifest/manifest.hpp).
struct DatabaseOptions {
  std::string database;
  std::string module;
  bool json = false;
  bool dry_run = false;
  bool back = false;                    ///< move: to the shared file
  bool complete = false;                ///< move: drop the copy that it has left
  std::string phase;                    ///< decouple: "0001"; "" is all
  std::vector<std::string> statements;  ///< dismiss: their names in the report; empty is all
  std::chrono::seconds wait{};          ///< for whoever holds a file
};

/// What `banyan init` is asked for.
struct InitOptions {
  std::string url;      ///< of the application: "http://127.0.0.1:3000"
  std::string openapi;  ///< a file or an address; "" looks in the usual places
  std::string output = "banyan.toml";
  std::string ca_file;  ///< who vouches for the application by TLS; "": the system
  std::string listen = "127.0.0.1:8080";
  std::string operators = "127.0.0.1:9180";
  bool force = false;    ///< over a file that is there
  bool offline = false;  ///< asks nobody
  bool json = false;
};

/// What `banyan discover` is asked for.
struct DiscoverOptions {
  std::vector<std::string> logs;  ///< files of access logs; "-": standard input
  std::string openapi;            ///< a file or an address; "": none
  std::string output = "banyan.toml";
  std::string application = "http://127.0.0.1:3000";
  std::string listen = "127.0.0.1:8080";
  std::string operators = "127.0.0.1:9180";
  std::size_t words = 20;   ///< below one parent, before the rare ones become a parameter
  std::uint64_t least = 3;  ///< requests that make an operation
  bool routes_only = false;
  bool force = false;  ///< over a file that is there
  bool json = false;
};

/// What `banyan retire` is asked for.
struct RetireOptions {
  std::string module;
  std::chrono::seconds quiet_for{std::chrono::hours(24 * 14)};
  std::vector<std::string> logs;  ///< access logs, for who asked last
  std::string sources;            ///< what banyan_add_map() has written; "": none
  std::string database;           ///< the shared one, whose manifest names the tables; "": none
  std::string who;
  std::string why;     ///< "": only judges; else writes down that it is retired
  bool force = false;  ///< with a control store: although nobody can judge
};

/// What `banyan check` is asked for.
struct CheckOptions {
  std::string file = "banyan.toml";
  std::vector<std::string> requests;         ///< "GET /albums/1"
  bool strict = false;                       ///< what is unsafe or odd counts
  std::vector<std::string> trusted_peers{};  ///< besides those of the file: `banyan proxy --trust`
  bool json = false;
};

/// What `banyan proxy` is asked for on the command line; more may come from the environment and
/// from a file (banyan/program/settings.hpp).
struct ProxyCommand {
  std::vector<program::Given> given;
  bool check = false;  ///< explains the file, and starts nothing
  bool json = false;   ///< of `check`
};

/// What `banyan map` is asked for.
struct MapOptions {
  std::string description;          ///< what a program says to --describe; "-": standard input
  std::string sources;              ///< what banyan_add_map() has written; "": none
  std::string output = "docs/map";  ///< the folder of the pages
  bool check = false;               ///< compares, and writes nothing
  bool json = false;
};

/// What `banyan new` is asked for.
struct NewOptions {
  std::string name;
  std::string in = ".";            ///< the folder in which it is made
  std::string kit;                 ///< prefix of the installed kit; "" looks for it
  std::string module = "notes";    ///< app: its first module
  std::vector<std::string> needs;  ///< module: the modules that it asks
  bool json = false;
};

/// Of the commands for many processes.
struct DeploymentOptions {
  std::string file = "deployment.toml";
  std::string program;      ///< logs: "" is all; restart
  std::size_t lines = 100;  ///< logs
  bool follow = false;      ///< logs
  bool check = false;       ///< up: explains the file, and starts nothing
  bool json = false;
};

/// Of the commands for sagas.
struct SagasOptions {
  std::string id;     ///< of a saga, or of what it is about; "" lists them
  bool open = false;  ///< lists only those that are not over
  std::string verb;   ///< "retry", "mark" or "back"
  std::string at;     ///< mark: the step that is meant; "" is the one that it is at when asked
  std::string who;
  std::string why;
  bool json = false;
};

/// Of the commands for events.
struct EventsOptions {
  std::string database;           ///< a file, or postgresql://…
  std::string application;        ///< of a server's database: what its roles' names begin with
  std::string module;             ///< that published; list: "" is all
  std::string lane;               ///< who follows
  std::string key;                ///< replay: "" is all of the lane
  std::string follower_database;  ///< forget: "" where it is the same
  std::int64_t hours = 24 * 7;    ///< purge: how long events are kept
  std::string who;
  std::string why;
  bool json = false;
};

int new_app(const NewOptions& options);
int new_module(const NewOptions& options);
/// Writes the map of an application, or says what in it is stale.
int draw_map(const MapOptions& options);
/// Writes a first banyan.toml for an application of any kind.
int init_file(const InitOptions& options);
/// Proposes routes from access logs.
int discover_routes(const DiscoverOptions& options);
/// Says whether anything still uses the old side of a module, kRefused when something does; and
/// with a reason writes down that nothing does.
int retire(const ControlTarget& target, const RetireOptions& options);
/// Explains a banyan.toml.
int check_file(const CheckOptions& options);
int status(const ControlTarget& target);
int shift(const ControlTarget& target, const ChangeOptions& options);
int back(const ControlTarget& target, const ChangeOptions& options);
int next(const ControlTarget& target, const ChangeOptions& options);
int shadow(const ControlTarget& target, const ChangeOptions& options);
int plan(const ControlTarget& target, const PlanOptions& options);
int go_to(const ControlTarget& target, const GotoOptions& options);
/// Runs until it is told to stop.
int watch(const ControlTarget& target, const WatchOptions& options);
int log(const ControlTarget& target, const LogOptions& options);
int sagas(const ControlTarget& target, const SagasOptions& options);
/// Does to a saga what `verb` says.
int order_saga(const ControlTarget& target, const SagasOptions& options);
int verify(const ControlTarget& target, const std::string& noted_head);
/// `module`: "" is all.
int differences(const ControlTarget& target, const std::string& module);
/// kRefused when the answers differ.
int replay(const ControlTarget& target, const ReplayOptions& options);
int schema_adopt(const DatabaseOptions& options);
int schema_report(const DatabaseOptions& options);
int schema_move(const DatabaseOptions& options);
/// The end of a move: drops the copy in the shared file.
int schema_complete(const DatabaseOptions& options);
int schema_decouple(const DatabaseOptions& options);
int schema_dismiss(const DatabaseOptions& options);
int migrate(const DatabaseOptions& options);
int events_list(const EventsOptions& options);
int events_replay(const EventsOptions& options);
int events_skip(const EventsOptions& options);
int events_forget(const EventsOptions& options);
int events_purge(const EventsOptions& options);
/// Has the module's copy of what others own made anew, and looks until it is.
int events_rebuild(const ControlTarget& target, const EventsOptions& options);
/// Runs until it is told to stop.
int proxy(const ProxyCommand& command);
/// Runs until it is told to stop, or until no program is left.
int up(const DeploymentOptions& options);
int ps(const DeploymentOptions& options);
int logs(const DeploymentOptions& options);
int down(const DeploymentOptions& options);
int restart(const DeploymentOptions& options);

}  // namespace banyan::cli
