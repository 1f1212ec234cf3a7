// SPDX-License-Identifier: Apache-2.0
// Compiled once per case by the tests: each must fail with its sentence, but for case 0.
#include "banyan/kernel/saga_definition.hpp"

namespace shop {

using banyan::Compensable;
using banyan::Effect;
using banyan::Idempotency;
using banyan::Operation;
using banyan::Pivot;
using banyan::Port;
using banyan::PortInfo;
using banyan::Retriable;
using banyan::SagaInfo;
using banyan::SagaSteps;

struct Hold {
  using Response = bool;
  static constexpr Operation operation{
      .name = "hold", .effect = Effect::Write, .idempotency = Idempotency::Natural};
};
struct LetGo {
  using Response = bool;
  static constexpr Operation operation{
      .name = "let_go", .effect = Effect::Write, .idempotency = Idempotency::Natural};
};
/// Twice is not once.
struct Count {
  using Response = bool;
  static constexpr Operation operation{
      .name = "count", .effect = Effect::Write, .idempotency = Idempotency::None};
};
struct Shelf : Port<Hold, LetGo, Count> {
  static constexpr PortInfo port{.name = "shelf"};
};
struct Till : Port<Hold, LetGo> {
  static constexpr PortInfo port{.name = "till"};
};

struct Sale {};
struct Delivery {};

template <class At, class Request, class About = Sale>
struct Call {
  using State = About;
  using Port = At;
  static Request request(const About& /*about*/) { return {}; }
};

/// Says nothing of what is asked for.
struct Mute {
  using State = Sale;
  using Port = Shelf;
};

struct Selling {
  using State = Sale;
  static constexpr SagaInfo info{.name = "sell"};
  using Held = Compensable<Call<Shelf, Hold>, Call<Shelf, LetGo>>;
#if CASE == 0
  using Steps = SagaSteps<Held, Pivot<Call<Till, Hold>>, Retriable<Call<Shelf, Hold>>>;
#elif CASE == 1
  using Steps = SagaSteps<Compensable<Call<Shelf, Count>, Call<Shelf, LetGo>>>;
#elif CASE == 2
  using Steps = SagaSteps<Compensable<Call<Shelf, Hold>, Call<Shelf, Count>>>;
#elif CASE == 3
  using Steps = SagaSteps<Compensable<Call<Shelf, Hold>, Call<Till, LetGo>>>;
#elif CASE == 4
  using Steps = SagaSteps<Pivot<Call<Shelf, Count>>>;
#elif CASE == 5
  using Steps = SagaSteps<Retriable<Call<Shelf, Count>>>;
#elif CASE == 6
  using Steps = SagaSteps<banyan::Await<Call<Shelf, Hold>>>;
#elif CASE == 7
  using Steps = SagaSteps<>;
#elif CASE == 8
  using Steps = SagaSteps<Pivot<Call<Till, Hold>>, Held>;
#elif CASE == 9
  using Steps = SagaSteps<Retriable<Call<Shelf, Hold>>, Pivot<Call<Till, Hold>>>;
#elif CASE == 10
  using Steps = SagaSteps<Retriable<Call<Shelf, Hold, Delivery>>>;
#elif CASE == 11
  using Steps = SagaSteps<Held, Retriable<Call<Till, Hold>>>;
#elif CASE == 12
  using Steps = SagaSteps<Retriable<Mute>>;
#endif
};

#if CASE == 11
using Ports = banyan::SagaPorts<Shelf>;
#else
using Ports = banyan::SagaPorts<Shelf, Till>;
#endif

}  // namespace shop

template banyan::SagaBody<shop::Sale> banyan::bind_saga<shop::Selling, shop::Ports>(
    const shop::Ports&);
