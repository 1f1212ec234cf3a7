// SPDX-License-Identifier: Apache-2.0
#include "proxy/proxy.hpp"
#include "commands.hpp"

namespace banyan::cli {

int proxy(const ProxyOptions& options) {
  strangler::ProxyOptions proxy;
  proxy.config_file = options.config_file;
  proxy.log_file = options.log_file;
  proxy.explain = options.explain;
  proxy.trusted_peers = options.trusted_peers;
  proxy.loops = options.loops;
  proxy.drain_notice = std::chrono::milliseconds(options.drain_notice_ms);
  return strangler::run_proxy(proxy);
}

}  // namespace banyan::cli
