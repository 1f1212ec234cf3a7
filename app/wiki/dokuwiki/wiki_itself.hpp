// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/binding/outside_http.hpp"
#include "banyan/http/endpoint.hpp"
#include "banyan/http/message.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/context.hpp"

namespace wiki::dokuwiki {

/// The wiki, for what is left to it: it hears the request as it came, with who asks, and its answer
/// goes back as it is. Only for reads. Safe for concurrent use.
class WikiItself {
 public:
  /// `clock` must outlive it.
  WikiItself(const banyan::http::Endpoint& endpoint, const banyan::Clock& clock);

  /// Blocks. Where the wiki has no answer, a problem that says so.
  banyan::http::Response answer(const banyan::http::Request& request,
                                const banyan::Context& context) const;

 private:
  const banyan::binding::OutsideHttp http_;
};

}  // namespace wiki::dokuwiki
