// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>

#include "banyan/http/message.hpp"
#include "banyan/kernel/environment.hpp"
#include "banyan/kernel/read_model.hpp"
#include "event_traffic.hpp"
#include "signed_question.hpp"

namespace banyan::host {

/// What the publisher's process says to the follower's: all that `source` had published before
/// `until` has been handled there.
struct CompleteUntil {
  std::string source;
  Timestamp until;
  std::optional<std::string> recipient{};  ///< the follower, where that is told and not asked for
};
BOOST_DESCRIBE_STRUCT(CompleteUntil, (), (source, until, recipient))

/// Where a process is told so: "/_events/orders/complete".
std::string complete_path(std::string_view follower);

/// Signed where the processes share keys, as the events themselves are.
http::Request complete_request(const EventTraffic::Complete& complete, const SharedKeys& keys,
                               const Environment& environment);

/// The other side. 401 for what is not signed, or not for `follower`, as it is with events.
http::Response answer_complete(ReadModel& model, const std::string& follower,
                               const SharedKeys& keys, const http::Request& request,
                               const Context& context, Timestamp now);

/// Where the publisher's process is asked how far a follower is:
/// "/_events/customers/lanes/orders".
std::string progress_path(std::string_view source, std::string_view follower);

/// The question of the follower's process. Where the processes share keys, it is signed by what it
/// asks: a GET has no body.
http::Request progress_question(std::string_view source, std::string_view follower,
                                const SharedKeys& keys, const Environment& environment);

/// The other side, which knows `until` when all has been handled that was published before; 204
/// where it knows nothing. 401 for what is not signed. The answer is signed too, as one to this
/// question.
http::Response answer_progress(const std::string& source, const std::string& follower,
                               const std::optional<Timestamp>& until, const SharedKeys& keys,
                               const http::Request& question, Timestamp now);

/// Until when the answer says that all was handled. Nothing where it says nothing, or where nobody
/// who has a key has said it of this source to this follower.
std::optional<Timestamp> progress_in(const http::Response& answer, const http::Request& question,
                                     const std::string& source, const std::string& follower,
                                     const SharedKeys& keys, Timestamp now);

}  // namespace banyan::host
