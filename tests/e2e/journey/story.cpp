// SPDX-License-Identifier: Apache-2.0
#include "story.hpp"

#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <thread>
#include <utility>

#include "deployment.hpp"
#include "load/shop_api.hpp"
#include "metrics.hpp"
#include "people.hpp"
#include "support/becomes_true.hpp"

namespace journey {
namespace {

using recordshop::load::Figures;
using recordshop::load::Kind;
using recordshop::load::text_of;
using recordshop::load::Totals;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// For conditions that come about soon; something is broken when they have not by then.
constexpr std::chrono::seconds kLongest{30};
/// Of orders, and of the people who look, so many that a share of them says something.
constexpr double kEnough = 40;
/// Reads at the edge, for each of which there is no order.
constexpr double kEnoughReads = 100;
/// Of a side that is expected to get some, so many at least, so that none is a contradiction.
constexpr double kEnoughOfASide = 5;
/// Until there are enough of the side that gets few.
constexpr std::chrono::seconds kLongestOfAShare{120};

bool becomes_true(const std::function<bool()>& condition, std::chrono::seconds longest = kLongest) {
  return banyan::test::becomes_true(condition, {longest, milliseconds(100)});
}

double in_ms(std::chrono::microseconds time) { return static_cast<double>(time.count()) / 1'000; }

class Story {
 public:
  Story(const StoryOptions& options, Narrator& narrator)
      : options_(options),
        narrator_(narrator),
        deployment_(options.bin, options.folder, options.postgres, narrator),
        shop_({"127.0.0.1", deployment_.port()}, 2) {}

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
    check_people();
  }

  /// Looks at what people meet for a while, and on until it was `enough`.
  Totals watch(std::string_view what, int times = 1,
               const std::function<bool(const Totals&)>& enough = {},
               std::chrono::seconds longest = kLongest) {
    const Totals before = people_->so_far();
    const auto begin = steady_clock::now();
    std::this_thread::sleep_for(options_.pace * times);
    Totals seen = people_->so_far().since(before);
    if (enough) {
      becomes_true(
          [&] {
            seen = people_->so_far().since(before);
            return enough(seen);
          },
          longest);
    }
    const double seconds = std::chrono::duration<double>(steady_clock::now() - begin).count();
    const Figures all = seen.all();
    narrator_.say(
        fmt::format("{}: {:.0f} requests/s, {:.0f} orders/s, p50 {:.1f} ms, p99 {:.1f} ms", what,
                    static_cast<double>(all.latency.count()) / seconds,
                    static_cast<double>(seen.acknowledged) / seconds,
                    in_ms(all.latency.percentile(0.5)), in_ms(all.latency.percentile(0.99))));
    check_people();
    return seen;
  }

  void check_people() {
    const Totals so_far = people_->so_far();
    const Figures all = so_far.all();
    if (all.troubles.empty()) return;
    std::string examples;
    for (const auto& line : so_far.troubles) examples += "\n   " + line;
    throw Broken(fmt::format("requests failed that nobody announced: {}{}\n{}",
                             text_of(all.troubles), examples, deployment_.logs()));
  }

  /// Of some reads of catalog, how many went to the service.
  struct Share {
    double local = 0;
    double remote = 0;
    double value() const { return remote / std::max(local + remote, 1.0); }
    double all() const { return local + remote; }
    /// Whether it is that of those who asked: a customer stays on one side, so that only what was
    /// under way at the first look or the last may differ. Less than half of what either side is
    /// expected to get, so that a shift that moves nothing never agrees.
    bool agrees_with(const People::Asked& asked, int percent) const {
      if (percent == 0 || percent == 100) return all() > 0 && value() == percent / 100.0;
      if (std::min(asked.new_side, asked.old_side) < kEnoughOfASide) return false;
      const double expected = asked.share();
      return std::abs(value() - expected) <= std::min({0.05, expected / 2, (1 - expected) / 2});
    }
  };
  struct Shares {
    Share edge;   ///< of the reads that came over HTTP
    Share calls;  ///< of those that other modules made
  };
  struct Counters {
    double edge_local, edge_remote, calls_local, calls_remote;
    Shares since(const Counters& before) const {
      return {{edge_local - before.edge_local, edge_remote - before.edge_remote},
              {calls_local - before.calls_local, calls_remote - before.calls_remote}};
    }
  };
  Counters counters() {
    return {metric(shop_, "banyan_http_requests_total", {"module=\"catalog\"", "side=\"local\""}),
            metric(shop_, "banyan_http_requests_total", {"module=\"catalog\"", "side=\"remote\""}),
            metric(shop_, "banyan_port_calls_total",
                   {"module=\"catalog\"", "operation=\"get_tracks\"", "binding=\"in_process\""}),
            metric(shop_, "banyan_port_calls_total",
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
    constexpr int kEqualLooks = 10;  // one slow request is not seen by two of them
    const auto patience = steady_clock::now() + kLongest;
    for (int equal = 0; equal < kEqualLooks && steady_clock::now() < patience;) {
      std::this_thread::sleep_for(milliseconds(100));
      const Counters before = std::exchange(now, counters());
      equal = on_the_silent_side(before) == on_the_silent_side(now) ? equal + 1 : 0;
    }
    return now;
  }
  struct Watched {
    Shares seen;
    People::Asked reads, orders;
    int percent = 0;
    bool agrees() const {
      return seen.edge.agrees_with(reads, percent) && seen.calls.agrees_with(orders, percent);
    }
  };
  /// Until there are enough, and what was under way at the first look does not count any more.
  Watched shares_while_watching(std::string_view what, int percent) {
    const auto reads = [&] { return people_->asked(Kind::Browse, "catalog", percent); };
    const auto orders = [&] { return people_->asked(Kind::Order, "catalog", percent); };
    const Counters before = counters_after_a_switch(percent / 100.0);
    const People::Asked reads_before = reads();
    const People::Asked orders_before = orders();
    const auto now = [&] {
      return Watched{counters().since(before), reads().since(reads_before),
                     orders().since(orders_before), percent};
    };
    Watched last;
    watch(
        what, 2,
        [&](const Totals& /*seen*/) {
          last = now();
          return last.seen.edge.all() >= kEnoughReads && last.seen.calls.all() >= kEnough &&
                 last.agrees();
        },
        kLongestOfAShare);
    return last;
  }
  void shift(int percent) {
    deployment_.banyan({"shift", "catalog", fmt::format("{}%", percent), "--why", "the journey"}, 0,
                       false);
    const Watched last = shares_while_watching(fmt::format("catalog at {} %", percent), percent);
    narrator_.prove(
        last.agrees(),
        fmt::format("{} % means {} % at the edge and between modules", percent, percent),
        fmt::format(
            "{:.1f} % of {:.0f} requests ({:.1f} % by who asked), {:.1f} % of {:.0f} orders'"
            " own calls ({:.1f} %)",
            100 * last.seen.edge.value(), last.seen.edge.all(), 100 * last.reads.share(),
            100 * last.seen.calls.value(), last.seen.calls.all(), 100 * last.orders.share()));
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
  recordshop::load::ShopApi shop_;
  std::unique_ptr<People> people_;
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
  narrator_.say(
      fmt::format("{} albums, {} tracks; a few of them are what everybody wants, and soon "
                  "sold out",
                  shop_.all("/albums", "albums", kLongest).size(),
                  shop_.all("/tracks", "tracks", kLongest).size()));
  people_ = std::make_unique<People>(deployment_.port(), options_.rate, narrator_);
  narrator_.say(fmt::format(
      "{} people come every second, however slow the shop is. They browse, search, order, cancel; "
      "a latency counts from when somebody wanted to ask.",
      options_.rate));
  const auto seen = watch("people browse and order", 2,
                          [](const Totals& totals) { return totals.acknowledged > 0; });
  narrator_.prove(
      seen.acknowledged > 0, "one binary serves the shop",
      fmt::format("{} requests, {} orders", seen.all().latency.count(), seen.acknowledged));
}

void Story::rehearse_catalog() {
  narrator_.chapter(
      "Catalog is rehearsed",
      "What would break once catalog is another process breaks now, where it costs nothing: each "
      "call is encoded as HTTP, read and checked, and answered the same way, all in the process.");
  restart("", {"--rehearse", "catalog"});
  double rehearsed = 0;
  watch("rehearsing", 1, [&](const Totals& /*seen*/) {
    rehearsed =
        metric(shop_, "banyan_port_calls_total", {"module=\"catalog\"", "binding=\"rehearsal\""});
    return rehearsed > 0;
  });
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

/// Of each kind of request, by cause.
std::string announced_failures(const Totals& of) {
  std::string text;
  for (const auto& [kind, figures] : of.kinds) {
    if (figures.announced.empty()) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : "; ", recordshop::load::to_string(kind),
                        text_of(figures.announced));
  }
  return text.empty() ? "none" : text;
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
      "later; whoever looks at stock, or brings some, asks again until it is back. That is "
      "announced: only now may a request fail.");
  people_->announce(true);
  deployment_.kill_service("warehouse");
  // What was on its way to it has been answered by then, or never is.
  const bool gone = becomes_true([&] { return !shop_.get("/stock?limit=1").good(); });
  const Totals before = people_->so_far();
  std::this_thread::sleep_for(options_.pace);
  Totals away;
  const bool taken = becomes_true([&] {
    away = people_->so_far().since(before);
    return away.under_way > 0;
  });
  deployment_.start_service("warehouse", {"--at", "catalog=" + deployment_.inside()});
  // The breaker lets the first calls through again after its five seconds, one at a time; two that
  // succeed close it.
  int good = 0;
  const bool back = becomes_true([&] {
    good = shop_.get("/stock?limit=1").good() ? good + 1 : 0;
    return good >= 3;
  });
  people_->announce(false);
  narrator_.prove(
      gone && taken, "orders are taken while the warehouse is dead",
      fmt::format("{} taken, {} of them to be paid later", away.acknowledged, away.under_way));
  narrator_.prove(back, "warehouse's service is found again",
                  "announced failures: " + announced_failures(people_->so_far().since(before)));
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
      metric(shop_, "banyan_port_calls_total", {"module=\"catalog\"", "binding=\"in_process\""});
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
  const Shares seen = shares_while_watching("catalog's traffic is home", 0).seen;
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
  people_->go_home();
  check_people();
  const auto verdict = people_->verdict();
  for (const auto& check : verdict.checks) {
    narrator_.prove(check.holds, check.claim, check.evidence);
  }
  const Totals total = people_->so_far();
  const Figures all = total.all();
  const auto orders = total.kinds.find(Kind::Order);
  narrator_.prove(all.troubles.empty(), "no request failed but those announced",
                  fmt::format("{} requests of {} people, {} orders asked for again under their "
                              "key; announced failures: {}",
                              all.latency.count(), total.sessions,
                              orders == total.kinds.end() ? 0 : orders->second.repetitions,
                              announced_failures(total)));
  narrator_.say("Orders that were refused: " + text_of(total.refused));
  deployment_.stop_monolith();
}

}  // namespace

void tell(const StoryOptions& options, Narrator& narrator) {
  Story(options, narrator).tell();
  narrator.table();
}

}  // namespace journey
