// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <stdexcept>

#include "banyan/events/transport.hpp"

namespace banyan::test {

/// What the processes of one run have counted, in a file that all of them map: so it is there also
/// of who was killed.
class Tally {
 public:
  struct Lane {
    std::int64_t here = 0;    ///< deliveries in the publisher's process
    std::int64_t pushed = 0;  ///< deliveries over a socket
  };
  struct Counts {
    std::array<Lane, 2> lanes;
    std::int64_t switches = 0;  ///< changes of a lane's transport
  };

  explicit Tally(const std::filesystem::path& file) {
    const int opened = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (opened < 0) throw std::runtime_error("cannot open " + file.string());
    // Grown from nothing it is all zeros; it has its size already for whoever comes later.
    void* const at =
        ::ftruncate(opened, sizeof(Counts)) == 0
            ? ::mmap(nullptr, sizeof(Counts), PROT_READ | PROT_WRITE, MAP_SHARED, opened, 0)
            : MAP_FAILED;
    ::close(opened);
    if (at == MAP_FAILED) throw std::runtime_error("cannot map " + file.string());
    counts_ = static_cast<Counts*>(at);
  }
  ~Tally() { ::munmap(counts_, sizeof(Counts)); }
  Tally(const Tally&) = delete;
  Tally& operator=(const Tally&) = delete;

  Counts& counts() { return *counts_; }
  static void add(std::int64_t& count, std::int64_t more) {
    std::atomic_ref(count).fetch_add(more);
  }
  static std::int64_t of(std::int64_t& count) { return std::atomic_ref(count).load(); }

 private:
  Counts* counts_ = nullptr;
};

/// A transport whose deliveries are counted.
class Counted final : public events::EventTransport {
 public:
  Counted(events::EventTransport& way, std::int64_t& count) : way_(way), count_(count) {}
  std::string_view name() const override { return way_.name(); }
  events::Deliveries deliver(std::span<const events::Envelope> events) override {
    events::Deliveries all = way_.deliver(events);
    std::int64_t done = 0;
    for (const events::Delivery& each : all.each) {
      done += each.outcome == events::Delivery::Outcome::Done ? 1 : 0;
    }
    Tally::add(count_, done);
    return all;
  }

 private:
  events::EventTransport& way_;
  std::int64_t& count_;
};

}  // namespace banyan::test
