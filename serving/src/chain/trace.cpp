// SPDX-License-Identifier: Apache-2.0
// The span of the request, child of the caller's. One that nobody exports and that goes to a
// foreign application is told of afterwards (see request_span.hpp), if it was slow or failed: it
// costs nothing here.
#include "banyan/http/trace_fields.hpp"
#include "banyan/kernel/random.hpp"
#include "banyan/tracing/http_spans.hpp"
#include "chain/stations.hpp"
#include "serving_span.hpp"

namespace banyan::serving {
namespace {

class Trace final : public Interceptor {
 public:
  explicit Trace(Tracer* tracer) : tracer_(tracer) {}

  Step handle(const TransactionPtr& transaction) override {
    if (tracer_ == nullptr) return Step::Next;
    transaction->parent = http::trace_from(transaction->exchange->head().fields);
    const TraceContext* parent = transaction->parent ? &*transaction->parent : nullptr;
    std::string& id = transaction->trace_id;
    if (parent == nullptr && tracer_->samples_new())
      id = TraceContext::make(system_random()).trace_id;
    if (transaction->target->has_context() || tracer_->samples(parent, id)) {
      transaction->span =
          tracing::begin_server_span(tracer_, parent, serving_span(*transaction), id);
    }
    return Step::Next;
  }

 private:
  Tracer* tracer_;
};

}  // namespace

std::unique_ptr<Interceptor> trace(Tracer* tracer) { return std::make_unique<Trace>(tracer); }

}  // namespace banyan::serving
