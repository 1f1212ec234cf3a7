// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "banyan/events/event_log.hpp"
#include "banyan/sql/session.hpp"

namespace banyan::events {

/// Appends to the log of a module, inside a unit of work of it. In the order of
/// Publisher::envelopes_of(), or two units may wait for each other.
void append_to_outbox(sql::Session& kit, sql::Engine engine, const std::string& module,
                      const std::vector<Envelope>& events);

}  // namespace banyan::events
