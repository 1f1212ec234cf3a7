// SPDX-License-Identifier: Apache-2.0
// An operation or endpoint of this process: its body is gathered on the loop, then it runs on its
// workers, which may block.
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "banyan/binding/problem.hpp"
#include "banyan/forwarding/forwarded_head.hpp"
#include "banyan/forwarding/visit.hpp"
#include "banyan/http/problem.hpp"
#include "banyan/kernel/bindings.hpp"
#include "banyan/telemetry/contained.hpp"
#include "chain/refuse.hpp"
#include "chain/stations.hpp"
#include "request_span.hpp"

namespace banyan::serving {
namespace {

constexpr std::size_t kBodyLimit = 1024 * 1024;

class AnswerHere final : public AnswersHere {
 public:
  AnswerHere(Outcomes& outcomes, Shadows* shadows) : outcomes_(outcomes), shadows_(shadows) {}

  Step handle(const TransactionPtr& transaction) override {
    if (!transaction->destination().here) return Step::Next;
    http::Exchange& exchange = *transaction->exchange;
    if (exchange.framing().kind == http::Framing::Kind::None) {
      start(transaction, {});
    } else {
      exchange.collect_body(kBodyLimit, [this, transaction](auto body) {
        if (body) {
          start(transaction, std::move(*body));
        } else {
          refuse_body(transaction, body.error());
        }
      });
    }
    return Step::Done;
  }

  void start(const TransactionPtr& transaction, std::string body) override {
    Executor* const workers = workers_of(*transaction);
    if (workers == nullptr) return serve(*transaction, std::move(body));
    const bool taken = workers->submit([this, transaction, body = std::move(body)]() mutable {
      // An exception on a worker would end the process.
      telemetry::contain([&] { serve(*transaction, std::move(body)); },
                         [&](std::string_view what) {
                           outcomes_.fault("fault", *transaction, what);
                           finish_span(*transaction, 500, "banyan.fault");
                           transaction->exchange->fail(
                               {500, "banyan.fault", "the request failed; the log has the cause"});
                         });
    });
    if (!taken) refuse_busy(transaction);
  }

 private:
  /// None: it is answered at once.
  static Executor* workers_of(const Transaction& transaction) {
    const Target& target = *transaction.target;
    return target.module != nullptr ? &target.module->workers->of(transaction.effect)
                                    : target.workers;
  }

  /// In the engine's words, with our correlation id.
  void refuse_body(const TransactionPtr& transaction, const http::Refusal& refusal) {
    refuse(outcomes_, transaction, {ErrorCode::InvalidArgument, refusal.name, refusal.message, {}},
           http::problem_response(refusal, correlation_of(*transaction)));
  }

  void refuse_busy(const TransactionPtr& transaction) {
    const Target& target = *transaction->target;
    refuse(outcomes_, transaction,
           {ErrorCode::Unavailable,
            "banyan.too_busy",
            "all workers for the " + std::string(to_string(transaction->effect)) + "s of " +
                whose(target) + " are busy and their queue is full; try again soon",
            {}});
  }

  static std::string whose(const Target& target) {
    if (target.page != nullptr) return "this process";
    if (target.endpoint == nullptr) return std::string(target.statistics_module());
    const std::string& module = target.endpoint->module;
    return "the endpoints of " + (module.empty() ? "no module" : module);
  }

  void serve(Transaction& transaction, std::string body) {
    if (transaction.capture) transaction.capture->request_piece(body);
    http::Request request{transaction.exchange->head(), std::move(body)};
    take_out_proofs(transaction.routes->testers().headers(), request.head.fields);
    strangler::take_out_cookie(request.head.fields, transaction.own_cookie());
    http::Response response = answer_of(transaction, request);
    response.head.fields.set("X-Correlation-Id", transaction.context->correlation_id);
    if (transaction.capture) {
      transaction.capture->answer_head(response.head);
      transaction.capture->answer_piece(response.body);
    }
    if (transaction.in_place_of) {
      response.head.fields.set(kFallbackField, reason_of(*transaction.in_place_of));
    }
    outcomes_.of_visit(transaction, strangler::say_visit(response.head, transaction.own_cookie(),
                                                         transaction.new_visit));
    const unsigned status = response.head.status;
    const std::size_t bytes = response.body.size();
    transaction.exchange->respond(std::move(response));
    if (transaction.capture) shadows_->answered(transaction, {.status = status});
    outcomes_.answered(transaction, status, bytes);
  }

  /// With the secret in them testers' headers are for this process, and not for an endpoint that
  /// may pass them on.
  static void take_out_proofs(const std::vector<std::string>& headers, http::Fields& fields) {
    if (headers.empty()) return;
    fields.remove_if([&headers](const http::Fields::Field& field) {
      return strangler::is_withheld(headers, field.name);
    });
  }

  http::Response answer_of(const Transaction& transaction, const http::Request& request) const {
    const Target& target = *transaction.target;
    const Context& context = *transaction.context;
    const OwnPage* const page = target.page;
    try {
      if (page != nullptr && page->to_others && !transaction.from_operator) {
        return page->to_others();
      }
      return target.operation != nullptr ? target.operation->answer(request, context)
                                         : target.endpoint->answer(request, context);
    } catch (const std::exception& fault) {
      outcomes_.fault("request_fault", transaction, fault.what());
      return binding::problem(target.operation != nullptr
                                  ? fault_of(*target.operation->port, *target.operation->operation)
                                  : Error{ErrorCode::Internal,
                                          "banyan.fault",
                                          "the request failed; the log has the cause",
                                          {}},
                              context.correlation_id);
    }
  }

  Outcomes& outcomes_;
  Shadows* shadows_;
};

}  // namespace

std::unique_ptr<AnswersHere> answer_here(Outcomes& outcomes, Shadows* shadows) {
  return std::make_unique<AnswerHere>(outcomes, shadows);
}

}  // namespace banyan::serving
