// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>

#include "init/web.hpp"

namespace banyan::cli::init {

/// What an application answered when it was asked a few plain questions.
struct Seen {
  unsigned status = 0;    ///< to GET /
  std::string server;     ///< the Server field
  int minor_version = 1;  ///< HTTP/1.x
  bool keeps_connection = true;
  bool wants_its_own_host = false;  ///< refuses to be called by another name
  std::string session_cookie;       ///< one that it sets and that looks like a session's; or ""
  std::string health_path;          ///< one of the usual ones that is there; or ""

  /// For people: "answers 200 to GET /, HTTP/1.1, keeps connections, Server: nginx".
  std::string sentence() const;
};

/// Asks. `proxy_host`: the name by which clients will call the proxy. Else why it is not one that
/// can be fronted: nobody answers, no certificate that can be verified, no HTTP/1.
std::expected<Seen, std::string> look(const Web& web, const WebAddress& address,
                                      const std::string& proxy_host);

}  // namespace banyan::cli::init
