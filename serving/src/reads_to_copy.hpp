// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "banyan/shadowing/capture.hpp"
#include "banyan/stages/stages.hpp"
#include "chain/transaction.hpp"

namespace banyan::serving {

/// Whether the read is to be copied for the other side of its rollout, and if so what keeps what
/// the copy needs. Null mostly, and always where a tester has chosen the side; what is left out is
/// counted (CopyDropped). On the transaction's loop; without an allocation and without a lock where
/// nothing is copied.
std::shared_ptr<strangler::Capture> capture_if_copied(Transaction& transaction,
                                                      const strangler::Stages& stages);

}  // namespace banyan::serving
