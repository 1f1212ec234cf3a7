// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <set>
#include <string_view>

#include "banyan/http/exchange.hpp"
#include "banyan/http/loop.hpp"
#include "banyan/http/server.hpp"

namespace banyan::poco_http {

class ServedRequest;

/// What the connections of a server share.
struct Serving {
  Serving(http::ServerOptions its_options, http::Application& served);

  void fault(std::string_view what) const noexcept {
    if (options.on_fault) options.on_fault(what);
  }
  /// In turn.
  http::Loop& next_loop();

  const http::ServerOptions options;
  http::Application& application;
  http::Loops loops;
  std::atomic<std::size_t> turn = 0;
  std::atomic<bool> closing = false;  ///< answers say `Connection: close`
  /// Whether most threads of a listener are taken, so that none is left to idle connections.
  std::function<bool(std::size_t listener)> crowded;

  std::mutex mutex;
  std::condition_variable changed;
  // Under `mutex`.
  std::set<ServedRequest*> running;
  bool ending = false;  ///< what begins now is cut
};

}  // namespace banyan::poco_http
