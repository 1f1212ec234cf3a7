// SPDX-License-Identifier: Apache-2.0
#include "leases.hpp"

#include <utility>
#include <vector>

namespace banyan::events {

Leases::Leases(EventLog& log, std::string holder, const Environment& environment,
               const RelayOptions& options, std::function<void(std::string_view what)> tell)
    : log_(log),
      holder_(std::move(holder)),
      environment_(environment),
      options_(options),
      tell_(std::move(tell)) {}

Leases::Held::Held(Leases& all, Lease lease) : all_(all), lease_(std::move(lease)) {
  const std::lock_guard lock(all_.mutex_);
  all_.held_.emplace(this, lease_);
}

Leases::Held::~Held() {
  const std::lock_guard lock(all_.mutex_);
  all_.held_.erase(this);
}

std::unique_ptr<Leases::Held> Leases::take(const std::string& lane, int slot) {
  auto lease = log_.lease(lane, slot, holder_, options_.lease, context());
  if (!lease) return nullptr;
  return std::make_unique<Held>(*this, *std::move(lease));
}

void Leases::keep_renewing() {
  renewing_ = environment_.scheduler.every(options_.lease / 3, [this] { renew(); });
}

void Leases::renew() {
  std::vector<Lease> leases;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [held, lease] : held_) leases.push_back(lease);
  }
  for (const Lease& lease : leases) {
    try {
      log_.renew(lease, options_.lease, context());
    } catch (const std::exception& fault) {
      tell_(fault.what());
    }
  }
}

}  // namespace banyan::events
