// SPDX-License-Identifier: Apache-2.0
#include "chain/refuse.hpp"

#include <string>
#include <utility>

#include "banyan/binding/context_headers.hpp"
#include "banyan/binding/problem.hpp"

namespace banyan::serving {

Step refuse(Outcomes& outcomes, const TransactionPtr& transaction, const Error& error) {
  return refuse(outcomes, transaction, error,
                binding::problem(error, correlation_of(*transaction)));
}

Step refuse(Outcomes& outcomes, const TransactionPtr& transaction, const Error& error,
            http::Response answer) {
  answer.head.fields.set("X-Correlation-Id", correlation_of(*transaction));
  outcomes.refused(*transaction, answer.head.status, error.rule, answer.body.size());
  transaction->exchange->respond(std::move(answer));
  return Step::Done;
}

}  // namespace banyan::serving
