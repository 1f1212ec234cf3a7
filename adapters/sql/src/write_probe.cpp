// SPDX-License-Identifier: Apache-2.0
#include "write_probe.hpp"

#include <chrono>
#include <utility>

namespace banyan::sql {
namespace {

constexpr std::chrono::seconds kProofHolds{10};

}  // namespace

Error error_with_text(const Fault& fault) {
  Error error = fault.error();
  error.message = fault.what();
  return error;
}

Result<void> WriteProbe::run(const WriterFigures& figures, const Clock& clock,
                             const std::function<void()>& read,
                             const std::function<std::optional<Error>()>& write) {
  const std::lock_guard lock(mutex_);
  const SteadyTime now = clock.steady();
  if (figures.units != std::exchange(units_, figures.units)) {
    proven_ = now;
    failed_ = figures.failing;
  }
  try {
    read();
    if (failed_ || figures.failing || now - proven_ >= kProofHolds) {
      failed_ = true;
      if (auto refused = write()) return fail(*std::move(refused));
      failed_ = false;
      proven_ = now;
    }
    return {};
  } catch (const Fault& fault) {
    return fail(error_with_text(fault));
  }
}

}  // namespace banyan::sql
