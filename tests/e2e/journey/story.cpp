// SPDX-License-Identifier: Apache-2.0
#include "story.hpp"

#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <thread>
#include <utility>

#include "deployment.hpp"
#include "ledger.hpp"
#include "load.hpp"
#include "shop_client.hpp"

namespace journey {
namespace {

using std::chrono::milliseconds;

class Story {
 public:
  Story(const StoryOptions& options, Narrator& narrator)
      : options_(options),
        narrator_(narrator),
        deployment_(options.bin, options.folder, options.postgres, narrator),
        shop_(deployment_.port()) {}

  void tell() {
    open_the_shop();
    rehearse_catalog();
    route_catalog();
    separate_warehouse();
    extract_warehouse();
    extract_catalog();
    come_home();
    settle();
  }

 private:
  void open_the_shop();
  void rehearse_catalog();
  void route_catalog();
  void separate_warehouse();
  void extract_warehouse();
  void extract_catalog();
  void come_home();
  void settle();

  /// A restart of the monolith in another build or with other options, of which customers notice
  /// nothing: the new process takes over, the old one finishes what it has.
  void restart(const std::string& flavour, const std::vector<std::string>& options) {
    narrator_.say(
        "Another monolith takes over the sockets of the running one, which finishes what "
        "it has: no request is refused.");
    deployment_.replace_monolith(flavour, options);
    check_load();
  }

  /// Looks at what the customers do for a while.
  Load::Figures watch(std::string_view what, int times = 1) {
    load_->since_last();
    std::this_thread::sleep_for(options_.pace * times);
    const Load::Figures seen = load_->since_last();
    const double seconds = std::chrono::duration<double>(options_.pace * times).count();
    narrator_.say(
        fmt::format("{}: {:.0f} requests/s, {:.0f} orders/s, p50 {:.1f} ms, p99 {:.1f} ms", what,
                    static_cast<double>(seen.requests) / seconds,
                    static_cast<double>(seen.acknowledged) / seconds, seen.p50_ms, seen.p99_ms));
    check_load();
    return seen;
  }

  void check_load() {
    if (load_->unexpected_count() == 0) return;
    std::string all;
    for (const auto& line : load_->unexpected()) all += "\n   " + line;
    throw Broken(fmt::format("{} requests failed that nobody announced:{}\n{}",
                             load_->unexpected_count(), all, deployment_.logs()));
  }

  /// Of some reads of catalog, how many went to the service.
  struct Share {
    double local = 0;
    double remote = 0;
    double value() const { return remote / std::max(local + remote, 1.0); }
    /// Whether it can be that of customers of whom `expected` are on the service's side: each read
    /// is one customer, drawn anew, so the fewer reads the further off it may be.
    bool agrees_with(double expected) const {
      if (expected == 0 || expected == 1) return value() == expected;
      const double deviation = std::sqrt(expected * (1 - expected) / std::max(local + remote, 1.0));
      return std::abs(value() - expected) <= std::max(0.05, 4 * deviation);
    }
  };
  struct Shares {
    Share edge;   ///< of the reads that came over HTTP
    Share calls;  ///< of those that other modules made
  };
  struct Counters {
    double edge_local, edge_remote, calls_local, calls_remote;
  };
  Counters counters() {
    return {
        shop_.metric("banyan_http_requests_total", {"module=\"catalog\"", "side=\"local\""}),
        shop_.metric("banyan_http_requests_total", {"module=\"catalog\"", "side=\"remote\""}),
        shop_.metric("banyan_port_calls_total",
                     {"module=\"catalog\"", "operation=\"get_tracks\"", "binding=\"in_process\""}),
        shop_.metric("banyan_port_calls_total",
                     {"module=\"catalog\"", "operation=\"get_tracks\"", "binding=\"remote\""})};
  }
  /// A request is counted when it ends, on the side that was decided when it came: before a share
  /// of nothing is expected of a side, those that were under way at the switch have to be through.
  Counters counters_after_a_switch(double expected) {
    const auto on_the_silent_side = [&](const Counters& of) {
      return expected == 0 ? of.edge_remote + of.calls_remote : of.edge_local + of.calls_local;
    };
    Counters now = counters();
    if (expected != 0 && expected != 1) return now;
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (std::chrono::steady_clock::now() < patience) {
      std::this_thread::sleep_for(milliseconds(100));
      const Counters before = std::exchange(now, counters());
      if (on_the_silent_side(before) == on_the_silent_side(now)) break;
    }
    return now;
  }
  Shares shares_while_watching(std::string_view what, double expected) {
    const Counters before = counters_after_a_switch(expected);
    watch(what, 2);
    const Counters after = counters();
    return {{after.edge_local - before.edge_local, after.edge_remote - before.edge_remote},
            {after.calls_local - before.calls_local, after.calls_remote - before.calls_remote}};
  }
  void shift(int percent) {
    deployment_.banyan({"shift", "catalog", fmt::format("{}%", percent), "--why", "the journey"}, 0,
                       false);
    // The customers stay on their side, so theirs is the share, not the percentage itself.
    const double expected = load_->share_of_customers("catalog", percent);
    const Shares seen = shares_while_watching(fmt::format("catalog at {} %", percent), expected);
    narrator_.prove(
        seen.edge.agrees_with(expected) && seen.calls.agrees_with(expected),
        fmt::format("{} % means {} % at the edge and between modules", percent, percent),
        fmt::format("{:.1f} % of requests, {:.1f} % of orders' own calls; {:.1f} % of customers",
                    100 * seen.edge.value(), 100 * seen.calls.value(), 100 * expected));
  }

  std::vector<std::string> at(const std::vector<std::string>& modules) {
    std::vector<std::string> words;
    for (const auto& module : modules) {
      words.insert(words.end(), {"--at", module + '=' + deployment_.service_address(module)});
    }
    return words;
  }

  StoryOptions options_;
  Narrator& narrator_;
  Deployment deployment_;
  ShopClient shop_;
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<Load> load_;
};

void Story::open_the_shop() {
  narrator_.chapter("One binary serves the shop",
                    "This is where everybody begins: one process, one database, and modules that "
                    "call each other through ports.");
  narrator_.say(
      "A port is the list of what a module may be asked; nothing else of it can be seen.");
  if (options_.data.empty()) {
    deployment_.program("recordshop-data", {"generate", "--database", deployment_.database()});
  } else {
    deployment_.program("recordshop-data",
                        {"import", options_.data.string(), "--database", deployment_.database()});
  }
  deployment_.start_monolith("", {});
  std::vector<std::string> modules;
  const auto description = shop_.get("/openapi.json").json();
  for (const auto& tag : description.at("tags")) modules.push_back(tag.at("name"));
  narrator_.say(fmt::format("It has {} of them: {}.", modules.size(), fmt::join(modules, ", ")));
  ledger_ = std::make_unique<Ledger>(shop_);
  std::vector<std::string> tracks, albums;
  for (const auto& track : shop_.all("/tracks", "tracks")) tracks.push_back(track.at("id"));
  for (const auto& album : shop_.all("/albums", "albums")) albums.push_back(album.at("id"));
  const auto hot = ledger_->hot(25);
  narrator_.say(fmt::format("{} albums, {} tracks, {} of which everybody wants and few are there",
                            albums.size(), tracks.size(), hot.size()));
  load_ = std::make_unique<Load>(deployment_.port(), Load::Plan{}, std::move(tracks),
                                 std::move(albums), hot);
  const auto seen = watch("customers browse and order", 2);
  narrator_.prove(seen.acknowledged > 0, "one binary serves the shop",
                  fmt::format("{} requests, {} orders", seen.requests, seen.acknowledged));
}

void Story::rehearse_catalog() {
  narrator_.chapter(
      "Catalog is rehearsed",
      "What would break once catalog is another process breaks now, where it costs nothing: each "
      "call is encoded as HTTP, read and checked, and answered the same way, all in the process.");
  restart("", {"--rehearse", "catalog"});
  watch("rehearsing");
  const double rehearsed =
      shop_.metric("banyan_port_calls_total", {"module=\"catalog\"", "binding=\"rehearsal\""});
  narrator_.prove(
      rehearsed > 0, "catalog works over its wire before it leaves",
      fmt::format("{:.0f} calls encoded, parsed, answered, encoded, parsed", rehearsed));
}

void Story::route_catalog() {
  narrator_.chapter(
      "Catalog gets a service beside the monolith; its reads move a little at a time",
      "A mistake in the new place meets few customers, and one command takes it back. A customer "
      "stays on one side (stickiness), so that nobody sees two versions in turns.");
  deployment_.start_service("catalog");
  restart("routed-catalog", at({"catalog"}));
  for (const int percent : {0, 10, 50, 100, 25}) shift(percent);
}

void Story::separate_warehouse() {
  if (deployment_.on_postgres()) {
    narrator_.chapter("Warehouse's tables have a schema of their own in the shared database",
                      "On PostgreSQL each module has its own from the start, behind a role of its "
                      "own.");
    narrator_.say("Moving them to a database of their own is for SQLite so far, and is refused:");
    deployment_.banyan({"schema", "move", "warehouse"}, 1);
    watch("nothing has changed");
    return;
  }
  narrator_.chapter(
      "Warehouse's tables leave the shared database while it is still in the process",
      "Data is the hard part, so it moves first and alone, and back if need be. What reaches into "
      "another module's tables (a foreign key, a statement: a boundary violation) has to go "
      "before.");
  deployment_.banyan({"schema", "report"});
  deployment_.banyan({"schema", "move", "warehouse"}, 1);
  narrator_.prove(true, "tables with violations are not moved",
                  "refused, with the list of what crosses");
  deployment_.banyan({"schema", "decouple", "warehouse"});
  watch("decoupled, under the same load");
  narrator_.say(
      "Statements that were seen to reach into other modules keep warehouse where it is, until "
      "somebody says that the code no longer runs them:");
  deployment_.banyan({"schema", "dismiss", "warehouse"});
  narrator_.say(
      "Each move adds one to the module's epoch, by which a file of another time is known:");
  deployment_.banyan({"schema", "move", "warehouse"});
  watch("warehouse's tables in their own file");
  deployment_.banyan({"schema", "move", "warehouse", "--back"});
  watch("back in the shared file");
  deployment_.banyan({"schema", "move", "warehouse"});
  watch("and out again");
  narrator_.prove(std::filesystem::exists(deployment_.file_of("shop.warehouse")),
                  "tables moved out, back and out under load", "no request failed");
}

void Story::extract_warehouse() {
  narrator_.chapter(
      "Warehouse becomes a service",
      "An order needs two modules, and no transaction spans both any more: its saga (steps that "
      "are "
      "each repeated until they succeed, or undone) has to get through whatever happens between.");
  // The service asks the monolith for the catalogue, where nobody but services comes.
  deployment_.start_service("warehouse", {"--at", "catalog=" + deployment_.inside()});
  restart("routed-catalog-extracted-warehouse", at({"catalog", "warehouse"}));
  watch("orders reserve over the network");
  narrator_.say(
      "The service is killed in the middle of orders. Orders are still taken, for their sagas go "
      "on "
      "later; looking at stock fails, and that is announced: only these failures are allowed.");
  load_->announce(true);
  load_->since_last();
  deployment_.kill_service("warehouse");
  std::this_thread::sleep_for(options_.pace);
  const Load::Figures away = load_->since_last();
  deployment_.start_service("warehouse", {"--at", "catalog=" + deployment_.inside()});
  // The breaker lets the first calls through again after its five seconds.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (shop_.get("/stock?limit=1").status != 200 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(milliseconds(100));
  }
  load_->announce(false);
  narrator_.prove(
      away.acknowledged > 0, "orders are taken while the warehouse is dead",
      fmt::format("{} taken, {} to be paid later, announced failures: {}", away.acknowledged,
                  away.accepted_only, split_by_cause(away.announced_failures)));
  watch("warehouse is back");
}

void Story::extract_catalog() {
  narrator_.chapter("Catalog is extracted: nothing of its inside is left in the monolith",
                    "This is the aim: the monolith is built without catalog's code and only calls "
                    "its service.");
  deployment_.banyan({"shift", "catalog", "100%", "--why", "the end state"}, 0, false);
  restart("extracted-catalog-warehouse", at({"catalog", "warehouse"}));
  watch("catalog and warehouse are services");
  const double local =
      shop_.metric("banyan_port_calls_total", {"module=\"catalog\"", "binding=\"in_process\""});
  narrator_.prove(
      local == 0, "the monolith answers nothing of catalog itself",
      "0 calls in process (that no code is left either is a test of its own: extraction proof)");
}

void Story::come_home() {
  narrator_.chapter("Everything comes home: traffic, process, data",
                    "A way that can be gone back is one that can be tried.");
  restart("routed-catalog", at({"catalog"}));
  narrator_.say("warehouse is in the process again, on the same tables");
  deployment_.stop_service("warehouse");
  deployment_.banyan({"back", "catalog", "--why", "coming home"}, 0, false);
  const Shares seen = shares_while_watching("catalog's traffic is home", 0);
  narrator_.prove(seen.edge.value() == 0 && seen.calls.value() == 0, "traffic came home",
                  "0 % of catalog's reads leave the process");
  restart("", {});
  deployment_.stop_service("catalog");
  if (!deployment_.on_postgres()) deployment_.banyan({"schema", "move", "warehouse", "--back"});
  watch("one binary, one database");
  deployment_.banyan({"verify"});
}

void Story::settle() {
  narrator_.chapter("The books are compared",
                    "What customers were promised through all of this has to be in the database, "
                    "once.");
  load_->stop();
  check_load();
  const Load::Figures total = load_->total();
  ledger_->settle(shop_, *load_, narrator_);
  narrator_.prove(
      load_->unexpected_count() == 0, "no request failed but those announced",
      fmt::format("{} requests, {} orders asked for again under their key; announced failures: {}",
                  total.requests, total.repeated_orders, split_by_cause(total.announced_failures)));
  deployment_.stop_monolith();
}

}  // namespace

void tell(const StoryOptions& options, Narrator& narrator) {
  Story(options, narrator).tell();
  narrator.table();
}

}  // namespace journey
