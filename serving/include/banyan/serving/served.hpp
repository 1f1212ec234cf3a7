// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "banyan/binding/context_headers.hpp"
#include "banyan/binding/module_workers.hpp"
#include "banyan/binding/port_binding.hpp"
#include "banyan/control/admin_api.hpp"
#include "banyan/http/message.hpp"
#include "banyan/kernel/context.hpp"
#include "banyan/kernel/operation.hpp"
#include "banyan/kernel/result.hpp"
#include "banyan/telemetry/call_statistics.hpp"
#include "banyan/upstream/group.hpp"

/// What a process serves by itself, besides the routes of its file. A standalone proxy serves
/// nothing by itself.
namespace banyan::serving {

/// A module whose operations can be reached through this process.
struct ServedModule {
  std::string name;
  /// Those that run here have an `answer`; the others are only ever forwarded.
  std::vector<binding::BoundOperation> operations;
  binding::ModuleWorkers* workers = nullptr;  ///< where they run; null: not here
  /// Its service, as the other modules here call it (see dependency()); null: it runs nowhere else.
  std::shared_ptr<upstream::Group> service;
  /// Its rollout decides side by side; else it answers here, or there when it is not here.
  bool routed = false;
  bool both_reach_data = true;  ///< both can open its tables; see strangler::Topology

  std::string runs;  ///< for people: "in_process", "rehearsal", "routed", "remote"
  std::vector<std::string> needs;
  std::function<std::string()> data;  ///< where its tables are, for people; may be empty
  /// Who calls it in this process: what is counted, by operation, with the caller as `way`; may be
  /// empty.
  std::function<std::vector<telemetry::CallStatistics::Row>()> callers{};

  bool here() const { return workers != nullptr; }
};

/// Something of the application's own beside its modules: a start page, a gateway, a web shop.
struct Endpoint {
  std::string name;  ///< for metrics and logs, e.g. "home"
  std::string method = "GET";
  std::string path;  ///< "/cart/{id}", or with `below` this path and everything under it
  bool below = false;
  Effect effect = Effect::Read;
  /// Whether anybody finds it, or only other processes of the application, where these come.
  Audience audience = Audience::Public;
  /// Whose answers it mostly waits for. Endpoints of one module share threads with each other,
  /// reads and writes apart, and with nobody else; "" are those of no module.
  std::string module{};
  /// It waits for nobody (a file, a picture): answered on the loop, whoever else is busy.
  bool at_once = false;
  /// May block, unless `at_once`. An exception answers 500.
  std::function<http::Response(const http::Request&, const Context&)> answer;
};

/// For the endpoints of each module.
struct EndpointThreads {
  binding::ModuleWorkers::Threads each{};
  std::size_t queue = 256;  ///< may wait, of reads as well as of writes
};

/// What operators can read at /_banyan/api/NAME, made anew each time.
struct Document {
  std::string name;
  std::function<std::string()> json;  ///< may block
};

/// What operators can look at and change at and below /_banyan/api/NAME; a document of that name
/// comes first.
struct Desk {
  std::string name;
  /// `path` is what stands behind the name: "/sag_…/mark", or "". May block.
  std::function<strangler::AdminAnswer(const strangler::AdminRequest&)> answer;
};

struct Served {
  std::string title;           ///< of the application, for people
  std::string kind = "proxy";  ///< what the process is: "application", "service", "proxy"
  std::string version;         ///< of it
  std::string flavour;         ///< which of its modules are linked how; "": there are routes only
  std::vector<ServedModule> modules;
  std::vector<Endpoint> endpoints;
  EndpointThreads endpoint_threads{};
  std::vector<Document> documents;
  std::vector<Desk> desks;
  /// The context map of the application, as SVG; empty: there is none.
  std::function<std::string()> map;
  /// Whom the process talks to, and how much time a request gets that brings no deadline.
  binding::ContextRules context{};
};

}  // namespace banyan::serving
