// SPDX-License-Identifier: Apache-2.0
// What is the request for? One table of operations, endpoints, pages and routes of the file.
#include <string>
#include <utility>

#include "banyan/binding/operation_table.hpp"
#include "chain/refuse.hpp"
#include "chain/stations.hpp"

namespace banyan::serving {
namespace {

class Match final : public Interceptor {
 public:
  Match(const CurrentRoutes& routes, Outcomes& outcomes) : routes_(routes), outcomes_(outcomes) {}

  Step handle(const TransactionPtr& transaction) override {
    const http::RequestHead& head = transaction->exchange->head();
    if (head.target == "*") return answer_for_all(*transaction);
    transaction->routes = routes_.read([](const auto& current) { return current; });
    const RouteSnapshot::Match match =
        transaction->routes->match(transaction->listener->shown(), head.method, head.target);
    if (match.target == nullptr) return refuse_unmatched(transaction, match.found);
    transaction->target = match.target;
    transaction->effect = match.target->route.effect_for(head.method);
    if (match.beside != nullptr) outcomes_.fell_beside(*match.beside);
    return Step::Next;
  }

 private:
  /// OPTIONS * asks for the server as a whole (RFC 9110 §9.3.7), and that is this one.
  Step answer_for_all(const Transaction& transaction) {
    http::Response response;
    response.head.status = 204;
    outcomes_.answered_for_all(transaction, response.head.status);
    transaction.exchange->respond(std::move(response));
    return Step::Done;
  }

  Step refuse_unmatched(const TransactionPtr& transaction, const http::PathMatch& match) {
    const http::RequestHead& head = transaction->exchange->head();
    return refuse(
        outcomes_, transaction, binding::not_found(match, head.method, head.target),
        binding::not_found_answer(match, head.method, head.target, correlation_of(*transaction)));
  }

  const CurrentRoutes& routes_;
  Outcomes& outcomes_;
};

}  // namespace

std::unique_ptr<Interceptor> match(const CurrentRoutes& routes, Outcomes& outcomes) {
  return std::make_unique<Match>(routes, outcomes);
}

}  // namespace banyan::serving
