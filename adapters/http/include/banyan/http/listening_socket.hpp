// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "banyan/http/endpoint.hpp"
#include "banyan/posix/descriptor.hpp"

namespace banyan::http {

/// A socket on which a server listens, as one process hands it to another. Connections wait in the
/// socket, not in the process: as long as one process has it open, none is refused and none is
/// lost.
struct ListeningSocket {
  Endpoint where;  ///< as bound, its port chosen
  posix::Descriptor socket;

  /// What another process has passed; nothing when it is no stream socket that listens.
  static std::optional<ListeningSocket> adopt(posix::Descriptor socket);
};

/// Several may have one address: a server has one for each of its loops.
using ListeningSockets = std::vector<ListeningSocket>;

/// Whether nobody listens there, not even one with whom the port could be shared (SO_REUSEPORT): a
/// socket is bound, or at a path connected, and closed again. Port 0 is always free.
bool is_free(const Endpoint& endpoint);

/// The address as `where` has it, however it is spelled; nothing if it is none.
std::optional<Endpoint> as_bound(const Endpoint& endpoint);

}  // namespace banyan::http
