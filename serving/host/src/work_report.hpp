// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <string_view>

#include "banyan/http/message.hpp"
#include "banyan/kernel/environment.hpp"
#include "banyan/verdict/window.hpp"
#include "signed_question.hpp"

namespace banyan::host {

/// What a process says of a module's workers: all that they have done there since it began.
struct WorkReport {
  std::string process;  ///< another one has begun to count anew
  std::map<std::string, strangler::Window> workers{};
  std::map<std::string, std::uint64_t> hindered{};  ///< how often; see WorkObserver
};

/// Where a process is asked for it: "/_work/shipping".
std::string work_path(std::string_view module);

/// Signed where the processes share keys, as the question is how far a follower's events are.
http::Request work_question(std::string_view module, const SharedKeys& keys,
                            const Environment& environment);

/// The other side. 401 for what is not signed.
http::Response answer_work(const WorkReport& report, const SharedKeys& keys,
                           const http::Request& question, Timestamp now);

/// In words why not, where the answer says nothing, or where nobody who has a key has said it.
std::expected<WorkReport, std::string> work_in(const http::Response& answer,
                                               const http::Request& question,
                                               const SharedKeys& keys, Timestamp now);

}  // namespace banyan::host
