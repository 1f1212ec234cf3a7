// SPDX-License-Identifier: Apache-2.0
// Lab 7: prices orders with a catalogue behind the full wire (the rehearsal binding), counts the
// calls, loses some of them, and measures. Prints facts as JSON; check.py judges them.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <iomanip>
#include <iostream>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "application/price_lines.hpp"
#include "banyan/binding/loopback_transport.hpp"
#include "banyan/binding/operation_table.hpp"
#include "banyan/binding/port_binding.hpp"
#include "banyan/kernel/bindings.hpp"
#include "persistence/memory_catalog.hpp"

namespace catalog {
std::unique_ptr<Catalog> make_catalog_on(std::unique_ptr<CatalogStore> store);
}

namespace {

using banyan::Context;
using banyan::Result;
using catalog::TrackId;
using std::chrono::steady_clock;

constexpr std::size_t kTracks = 60;

class Counter final : public banyan::CallObserver {
 public:
  void called(const Call& call) noexcept override {
    const std::scoped_lock lock(mutex_);
    ++calls_[std::string(call.operation)];
  }
  void fault(const Call& /*call*/, std::string_view /*what*/) noexcept override {}
  /// By operation.
  std::map<std::string, int> calls() const {
    const std::scoped_lock lock(mutex_);
    return calls_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, int> calls_;
};

/// A journey takes its time, and every so many calls one gets no answer; which ones, the seed says.
class LossyTransport final : public banyan::binding::RpcTransport {
 public:
  explicit LossyTransport(banyan::binding::RpcTransport& inner) : inner_(&inner) {}
  Result<banyan::http::Response> exchange(banyan::http::Request request, const Context& context,
                                          banyan::binding::Repeat repeat) override {
    std::this_thread::sleep_for(journey_);
    const unsigned number = calls_++;
    if (one_of_ > 0 && mixed(number) % one_of_ == 0) {
      return banyan::fail(banyan::ErrorCode::Unavailable, "banyan.unavailable",
                          "the call was lost");
    }
    return inner_->exchange(std::move(request), context, repeat);
  }
  void lose(unsigned one_of, unsigned seed) {
    one_of_ = one_of;
    seed_ = seed;
    calls_ = 0;
  }
  void take(std::chrono::microseconds journey) { journey_ = journey; }

 private:
  unsigned mixed(unsigned number) const {
    std::uint64_t x = number + 0x9e3779b97f4a7c15ULL * (seed_ + 1ULL);
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
    return static_cast<unsigned>((x ^ (x >> 31U)) >> 16U);
  }

  banyan::binding::RpcTransport* inner_;
  std::atomic<unsigned> calls_ = 0;
  std::chrono::microseconds journey_{0};
  unsigned one_of_ = 0;
  unsigned seed_ = 0;
};

template <class Id>
Id made_id(std::uint64_t number) {
  banyan::SeededRandom random(number);
  return Id::make({1'700'000'000'000'000 + static_cast<std::int64_t>(number) * 1'000}, random);
}

/// The catalogue in memory, and the port that orders has of it.
struct World {
  std::vector<catalog::ArtistRecord> artists = {{made_id<catalog::ArtistId>(1), "Silent Engine"}};
  std::vector<catalog::AlbumRecord> albums = {
      {made_id<catalog::AlbumId>(1), artists[0].id, "Paper Harbour"}};
  std::vector<catalog::TrackRecord> tracks = [this] {
    std::vector<catalog::TrackRecord> all;
    for (std::size_t i = 0; i < kTracks; ++i) {
      all.push_back({made_id<TrackId>(100 + i),
                     albums[0].id,
                     static_cast<std::int64_t>(i + 1),
                     "Track " + std::to_string(i),
                     std::nullopt,
                     180'000,
                     {static_cast<std::int64_t>(99 + i), "EUR"}});
    }
    return all;
  }();
  std::unique_ptr<catalog::Catalog> module = catalog::make_catalog_on(
      catalog::make_memory_catalog_store({artists, albums, tracks}, banyan::system_clock()));
  std::unique_ptr<catalog::Catalog> bound =
      banyan::bind_in_process(*module, banyan::no_observer(), banyan::system_clock());
  banyan::binding::OperationTable table{banyan::binding::PortBinding<catalog::Catalog>::bind(
      *bound, banyan::no_observer(), banyan::system_clock())};
  banyan::binding::LoopbackTransport wire{table, banyan::system_clock(), banyan::system_random()};
  LossyTransport transport{wire};
  Counter counter;
  std::unique_ptr<catalog::Catalog> port = banyan::binding::PortBinding<catalog::Catalog>::remote(
      transport, counter, "rehearsal", banyan::system_clock());

  static Context context() {
    return Context::begin(std::chrono::seconds(10), banyan::system_clock(),
                          banyan::system_random());
  }
  /// Lines about track 0, 1, …, the later ones first, so that no order comes about by itself.
  std::vector<orders::LineRequest> lines(std::size_t count) const {
    std::vector<orders::LineRequest> all;
    for (std::size_t i = 0; i < count; ++i) all.push_back({tracks[count - 1 - i].id, 1});
    return all;
  }
  Result<std::vector<orders::OrderLine>> price(const std::vector<orders::LineRequest>& lines) {
    return orders::price_lines(*port, lines, context());
  }
};

const char* text(bool value) { return value ? "true" : "false"; }

bool is_right(const World& world, const std::vector<orders::LineRequest>& asked,
              const std::vector<orders::OrderLine>& priced) {
  return std::ranges::equal(asked, priced, [&](const auto& line, const auto& made) {
    const auto track = std::ranges::find(world.tracks, line.track, &catalog::TrackRecord::id);
    return made.track == line.track && made.title == track->title &&
           made.quantity == line.quantity && made.unit_price == track->price;
  });
}

/// An order of 50 lines, one that names a track twice, and one of a single line.
void answers() {
  World world;
  auto twice = world.lines(3);
  twice.push_back({twice.front().track, 2});
  std::size_t right = 0;
  for (const auto& lines : {world.lines(50), twice, world.lines(1)}) {
    const auto priced = world.price(lines);
    if (priced && is_right(world, lines, *priced)) ++right;
  }
  std::cout << "{\"orders\": 3, \"right\": " << right << "}\n";
}

/// Three known ids and an unknown one.
void port() {
  World world;
  const auto answer =
      world.port->handle(catalog::GetTracks{{world.tracks[2].id, made_id<TrackId>(7),
                                             world.tracks[0].id, world.tracks[1].id}},
                         World::context());
  std::size_t unknown = 0;
  const auto count_unknown = [&](const auto& found) {
    if constexpr (requires { found.unknown.size(); }) unknown = found.unknown.size();
  };
  if (answer) count_unknown(*answer);
  std::cout << "{\"answered\": " << text(answer.has_value()) << ", \"rule\": \""
            << (answer ? "" : answer.error().rule)
            << "\", \"tracks\": " << (answer ? answer->tracks.size() : 0)
            << ", \"unknown\": " << unknown << "}\n";
}

/// What the port says of its operation, and what it refuses: none, too many, and what it does not
/// know.
void described() {
  using Ids = std::vector<TrackId>;
  World world;
  const TrackId gone = made_id<TrackId>(7);
  const std::array questions{Ids{}, Ids(101, gone), Ids{gone}, Ids{world.tracks[0].id, gone}};
  std::set<std::string> refused;
  for (const Ids& ids : questions) {
    const auto answer = world.port->handle(catalog::GetTracks{ids}, World::context());
    if (!answer) refused.insert(answer.error().rule);
  }
  const auto list = [](const auto& rules) {
    std::string all;
    for (const auto& rule : rules) all += (all.empty() ? "\"" : ", \"") + std::string(rule) + '"';
    return all;
  };
  const banyan::Operation& says = catalog::GetTracks::operation;
  std::cout << "{\"declared\": [" << list(says.errors) << "], \"refused\": [" << list(refused)
            << "], \"summary\": " << std::quoted(std::string(says.summary)) << "}\n";
}

/// 50 lines, of which the 7th and the 31st are about tracks that do not exist.
void unknown() {
  World world;
  auto lines = world.lines(50);
  lines[6].track = made_id<TrackId>(7);
  lines[30].track = made_id<TrackId>(8);
  const auto priced = world.price(lines);
  std::cout << "{\"answered\": " << text(priced.has_value())
            << ", \"lines\": " << (priced ? priced->size() : 0) << ", \"rule\": \""
            << (priced ? "" : priced.error().rule) << "\", \"named\": [";
  if (!priced) {
    for (std::size_t i = 0; i < priced.error().details.size(); ++i) {
      std::cout << (i > 0 ? ", " : "") << '"' << priced.error().details[i].where << '"';
    }
  }
  std::cout << "]}\n";
}

void calls() {
  World world;
  (void)world.price(world.lines(50));
  int all = 0;
  std::string by_operation;
  for (const auto& [operation, calls] : world.counter.calls()) {
    all += calls;
    by_operation +=
        (by_operation.empty() ? "\"" : ", \"") + operation + "\": " + std::to_string(calls);
  }
  std::cout << "{\"calls\": " << all << ", \"operations\": {" << by_operation << "}}\n";
}

/// 200 orders of 50 lines, while one call of a hundred is lost.
void losses(unsigned seed) {
  World world;
  world.transport.lose(100, seed);
  int failed = 0;
  for (int i = 0; i < 200; ++i) {
    if (!world.price(world.lines(50))) ++failed;
  }
  std::cout << "{\"orders\": 200, \"failed\": " << failed << "}\n";
}

/// Windows in turns, in microseconds: an order of 50 lines, and 50 single calls beside it, while
/// each journey takes a millisecond, as between machines of one data centre.
void windows() {
  World world;
  world.transport.take(std::chrono::milliseconds(1));
  const auto lines = world.lines(50);
  std::vector<std::int64_t> order;
  std::vector<std::int64_t> single;
  const auto timed = [](const auto& work) {
    const auto begin = steady_clock::now();
    work();
    return std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - begin)
        .count();
  };
  for (int i = 0; i < 15; ++i) {
    order.push_back(timed([&] { (void)world.price(lines); }));
    single.push_back(timed([&] {
      for (const auto& line : lines) {
        (void)world.port->handle(catalog::GetTrack{line.track}, World::context());
      }
    }));
  }
  const auto list = [](const std::vector<std::int64_t>& values) {
    std::string all;
    for (const auto value : values) all += (all.empty() ? "" : ", ") + std::to_string(value);
    return all;
  };
  std::cout << "{\"order\": [" << list(order) << "], \"single\": [" << list(single) << "]}\n";
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  if (what == "answers") {
    answers();
  } else if (what == "port") {
    port();
  } else if (what == "described") {
    described();
  } else if (what == "unknown") {
    unknown();
  } else if (what == "calls") {
    calls();
  } else if (what == "losses") {
    losses(argc > 2 ? static_cast<unsigned>(std::stoul(argv[2])) : 1);
  } else if (what == "windows") {
    windows();
  } else {
    std::cerr << "lab07 answers | port | described | unknown | calls | losses [SEED] | windows\n";
    return 2;
  }
}
