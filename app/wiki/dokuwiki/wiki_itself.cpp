// SPDX-License-Identifier: Apache-2.0
#include "dokuwiki/wiki_itself.hpp"

#include <chrono>
#include <utility>

#include "banyan/binding/problem.hpp"

namespace wiki::dokuwiki {
namespace {

namespace http = banyan::http;

/// The most that one answer of the wiki may take.
constexpr std::chrono::milliseconds kAnswerTime{10'000};

/// What was said between two neighbours, and is no part of what the client asks or the wiki
/// answers.
bool is_between_neighbours(const http::Fields::Field& field) {
  return http::kHopByHopFields.contains(field.known) || field.is("Content-Length") ||
         field.is("Expect") || field.is("Date") ||
         http::begins_ignoring_case(field.name, "Banyan-");
}

}  // namespace

WikiItself::WikiItself(const http::Endpoint& endpoint, const banyan::Clock& clock)
    : http_("the wiki", endpoint, kAnswerTime, clock, http::AnswerEnd::MayBeTheConnections) {}

http::Response WikiItself::answer(const http::Request& request,
                                  const banyan::Context& context) const {
  http::Request asked;
  asked.head = request.head;
  asked.head.method = "GET";  // of an answer to HEAD, its length is what GET would have sent
  asked.head.fields.remove_if(is_between_neighbours);
  auto answer = http_.exchange("page", std::move(asked), context, http::Repeat::Safe);
  if (!answer) return banyan::binding::problem(answer.error(), context.correlation_id);
  answer->head.fields.remove_if(is_between_neighbours);
  return *std::move(answer);
}

}  // namespace wiki::dokuwiki
