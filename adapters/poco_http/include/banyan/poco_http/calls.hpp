// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "banyan/upstream/caller.hpp"

namespace banyan::poco_http {

/// Calls on Poco::Net::HTTPClientSession, with what that lacks: complete answers or none, strict
/// framing, a deadline for the whole call, kept connections that are looked at before they are used
/// again. An upstream::MakeTransport.
///
/// Of the group's UpstreamOptions it has `max_idle_per_loop` (here of each instance), `idle_keep`,
/// `connect_timeout` and `limits.body_bytes`. Instances are IP addresses or "localhost": a name, a
/// Unix socket or TLS is a std::runtime_error, since what Poco does for them knows no deadline.
upstream::Caller::Transport make_transport(std::shared_ptr<upstream::Group> group);

}  // namespace banyan::poco_http
