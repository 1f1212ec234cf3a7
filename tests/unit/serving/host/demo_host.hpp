// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "assembly.hpp"
#include "banyan/host/application.hpp"
#include "banyan/serving/server.hpp"
#include "banyan/test/temporary_database.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "demo_port.hpp"
#include "routing.hpp"
#include "served.hpp"

namespace banyan::host {

/// A module that says where it is: every name that it answers with is its own.
class NamedDemo : public demo::Demo {
 public:
  explicit NamedDemo(std::string name) : name_(std::move(name)) {}

  std::function<void()> inside = [] {};  ///< runs in every call
  std::atomic<int> calls = 0;
  Context last() const {
    const std::lock_guard lock(mutex_);
    return last_;
  }

  Result<demo::Thing> handle(const demo::GetThing& get, const Context& context) override {
    note(context);
    return demo::Thing{get.id, name_, std::nullopt, {}, {}};
  }
  Result<demo::Found> handle(const demo::FindThings& find, const Context& context) override {
    note(context);
    return demo::Found{{name_, find.text}};
  }
  Result<demo::Thing> handle(const demo::MakeThing& make, const Context& context) override {
    note(context);
    if (make.name == "taken") return fail(ErrorCode::AlreadyExists, "demo.name_taken", "taken");
    return demo::Thing{demo::thing_id(7), name_, make.colour, make.parts, make.price};
  }
  Result<demo::Thing> handle(const demo::RenameThing& rename, const Context& context) override {
    note(context);
    return demo::Thing{rename.id, name_, std::nullopt, {}, {}};
  }
  Result<void> handle(const demo::PolishThing& /*polish*/, const Context& context) override {
    note(context);
    return {};
  }
  Result<demo::Found> handle(const demo::BreakThing& /*broken*/, const Context& context) override {
    note(context);
    return demo::Found{{name_}};
  }

 private:
  void note(const Context& context) {
    {
      const std::lock_guard lock(mutex_);
      last_ = context;
    }
    ++calls;
    inside();
  }

  std::string name_;
  mutable std::mutex mutex_;
  Context last_;
};

/// Answers what the test says.
class FixedTable final : public RoutingTable {
 public:
  std::atomic<Side> reads = Side::Local;
  std::atomic<Side> writes = Side::Local;

  RoutingDecision decide(std::string_view module, Effect effect,
                         std::string_view /*unit*/) const override {
    return {std::string(module), effect == Effect::Read ? reads.load() : writes.load(), 5, 2};
  }
};

/// The row of a composition table for a module that `made` is told of.
inline ModuleEntry demo_entry(Linkage linkage, const std::string& name,
                              std::function<void(NamedDemo&)> made) {
  static const std::vector<migrations::Script> no_scripts;
  ModuleEntry elsewhere = extracted<demo::Demo>({});
  if (linkage == Linkage::Extracted) return elsewhere;
  return hosted<demo::Demo>(
      std::move(elsewhere), linkage, {}, no_scripts,
      [name, made = std::move(made)](Ports&, sql::ModuleDatabase&, const Environment&) {
        auto module = std::make_unique<NamedDemo>(name);
        made(*module);
        return module;
      });
}

/// What a process has below its server, for one module.
class DemoProcess {
 public:
  NamedDemo* module = nullptr;  ///< null when it is not here
  FixedTable table;

  DemoProcess(const std::string& name, Linkage linkage, Options given = {})
      : DemoProcess(demo_entry(linkage, name, [this](NamedDemo& made) { module = &made; }),
                    std::move(given)) {}

  DemoProcess(ModuleEntry entry, Options given, std::vector<Party> outside = {},
              CallWatch watch = {})
      : options_(std::move(given)) {
    entries_.push_back(std::move(entry));
    assembly_.emplace(
        entries_, options_,
        [this](const ModuleEntry& row) {
          return database_.connect(std::string(row.port->name), row.tables);
        },
        Environment{system_clock(), system_random(), *scheduler_}, no_observer(), table,
        Assembly::Services(), upstream::MakeTransport(), std::move(outside), watch);
  }

  const HostedModule& demo() const { return *assembly_->modules().front(); }
  void end() { assembly_.reset(); }
  void finish() { assembly_->finish(); }

  const Assembly& assembly() const { return *assembly_; }
  const Options& options() const { return options_; }
  sql::Database& database() { return database_.shared(); }

 private:
  const Options options_;
  test::TemporaryDatabase database_{{}};
  std::unique_ptr<Scheduler> scheduler_ = make_thread_scheduler();
  std::vector<ModuleEntry> entries_;
  std::optional<Assembly> assembly_;
};

inline demo::Demo& port(const AnyPort& any) { return *static_cast<demo::Demo*>(any.get()); }

/// A process with its server on a port of its own.
class ServedDemo : public DemoProcess {
 public:
  /// Where the operators' pages are: here, or nowhere that a test can reach.
  bool operators_here = true;

  using DemoProcess::DemoProcess;
  ~ServedDemo() {
    if (server_) server_->drain(std::chrono::milliseconds(0));
    finish();
  }

  ServedDemo& serve() {
    served_ = served_by(application_, assembly(), options(), database(), "demo", telemetry_.log,
                        true, own_endpoints);
    served_.flavour = flavour;
    served_.documents.insert(served_.documents.end(), documents.begin(), documents.end());
    auto made = serving::Server::make({.settings = {.config_file = options().config_file,
                                                    .overlay = overlay_of(options()),
                                                    .check = problems_beside_options,
                                                    .loops = 1,
                                                    .trusted_peers = trusted_peers},
                                       .routing = routing(),
                                       .served = served_,
                                       .telemetry = telemetry_,
                                       .table = table,
                                       .clock = system_clock()});
    if (!made) throw std::runtime_error(to_string(made.error()));
    server_ = std::move(*made);
    server_->start();
    return *this;
  }

  std::string flavour = "test";
  strangler::TrustedPeers trusted_peers;
  std::vector<serving::Endpoint> own_endpoints;  ///< as the application has made them
  std::vector<serving::Document> documents;      ///< for operators
  http::Endpoint endpoint() const { return server_->addresses().front().endpoint; }
  /// Where other processes of the application come, if it has such an address of its own.
  http::Endpoint inside() const { return server_->addresses().back().endpoint; }
  auto reload() { return server_->reload(); }
  std::size_t drain(std::chrono::milliseconds time) { return server_->drain(time); }
  telemetry::Health& health() { return telemetry_.health; }
  telemetry::Metrics& metrics() { return telemetry_.metrics; }
  Application& application() { return application_; }

 private:
  std::shared_ptr<const strangler::Routing> routing() const {
    if (!options().config_file.empty()) return routing_of(options()).value();
    strangler::Configuration configuration;
    configuration.listen = {{{"127.0.0.1", 0}}};
    configuration.limits.drain_spread = std::chrono::milliseconds(0);
    if (const auto& internal = options().internal_address) {
      configuration.internal = strangler::Address{internal->host, internal->port};
    }
    if (!operators_here) {
      configuration.operators =
          strangler::Address{"unix:" + (folder_.path() / "operators").string(), 0};
    }
    return std::make_shared<const strangler::Routing>(strangler::Routing{std::move(configuration)});
  }

  test::TemporaryFolder folder_;
  Application application_{.name = "demo",
                           .title = "Demo",
                           .version = "1",
                           .description = "",
                           .home_page = "<p>home at {{origin}}</p>"};
  serving::Served served_;
  serving::Telemetry telemetry_{
      {.service = "test", .file = "/dev/null", .least = telemetry::Level::Debug}};
  std::unique_ptr<serving::Server> server_;
};

}  // namespace banyan::host
