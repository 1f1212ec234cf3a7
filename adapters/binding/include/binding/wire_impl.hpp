// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "binding/once.hpp"
#include "binding/problem.hpp"
#include "binding/remote_caller.hpp"
#include "binding/request_codec.hpp"
#include "binding/wire.hpp"
#include "json/shape_of.hpp"
#include "kernel/bindings.hpp"

/// The definition of Wire<P>: includes Boost.Describe, so only generated files include it. There is
/// little in it on purpose: what can be done without types is done in .cpp files, once.
namespace banyan::binding {
namespace detail {

template <class P, class Op>
constexpr ResourcePath place_of() {
  return ResourcesOf<P>::value.template of<Op>();
}

template <class P, class Op>
const RequestCodec& codec_of() {
  static_assert(parameters_fit(place_of<P, Op>(), json::shape_of<Op>()),
                "a {parameter} of the path is no field of the operation, or one that is optional "
                "or has parts");
  static_assert(query_fits(Op::operation, place_of<P, Op>(), json::shape_of<Op>()),
                "a field that travels in the query string must be a value, an optional value or a "
                "list of values: put it into a write's body, or split it");
  static const RequestCodec codec(Op::operation, place_of<P, Op>(), json::shape_of<Op>());
  return codec;
}

/// The policy of a remote port.
class Remote {
 public:
  explicit Remote(RemoteCaller caller) : caller_(std::move(caller)) {}

  template <class P, class Op>
  Result<typename Op::Response> call(const Op& operation, const Context& context) const {
    using Answer = typename Op::Response;
    const RequestCodec& codec = codec_of<P, Op>();
    const json::Shape& shape = json::shape_of<Answer>();
    if constexpr (std::is_void_v<Answer>) {
      if (auto error = caller_.call(P::port, codec, &operation, shape, nullptr, context)) {
        return fail(std::move(*error));
      }
      return {};
    } else {
      Result<Answer> answer{Answer{}};
      if (auto error = caller_.call(P::port, codec, &operation, shape, &*answer, context)) {
        return fail(std::move(*error));
      }
      return answer;
    }
  }

 private:
  RemoteCaller caller_;
};

/// The policy that carries commands with an idempotency key out once.
template <class P_>
class Once {
 public:
  Once(P_& target, OnceByKey once) : target_(&target), once_(once) {}

  template <class P, class Op>
  Result<typename Op::Response> call(const Op& operation, const Context& context) {
    using Answer = typename Op::Response;
    if constexpr (Op::operation.idempotency != Idempotency::ByKey) {
      if (context.command == nullptr) return target_->handle(operation, context);
      Context own = context;
      own.command = nullptr;  // another module's command, which calls this one
      return target_->handle(operation, own);
    } else {
      std::optional<Result<Answer>> fresh;
      KeyedCommand::Decode decode;
      if constexpr (requires { requires Op::resumes_accepted; }) {
        decode = [](const std::string& text, void* response) {
          return !decode_answer(text, &json::shape_of<Answer>(), response);
        };
      }
      const auto earlier = once_.run(
          {&P::port, &Op::operation, &json::shape_of<Op>(), &operation, typeid(Answer),
           [](const void* result) { return encoded(*static_cast<const Result<Answer>*>(result)); },
           decode},
          context, [&](const Context& own) {
            fresh.emplace(target_->handle(operation, own));
            return encoded(*fresh);
          });
      if (!earlier) return *std::move(fresh);
      if (!*earlier) return fail(earlier->error());
      return decoded<Answer>(**earlier);
    }
  }

 private:
  template <class Answer>
  static std::string encoded(const Result<Answer>& result) {
    const Error* error = result ? nullptr : &result.error();
    if constexpr (std::is_void_v<Answer>) {
      return encode_answer(error, nullptr, nullptr);
    } else {
      return encode_answer(error, &json::shape_of<Answer>(), result ? &*result : nullptr);
    }
  }

  template <class Answer>
  static Result<Answer> decoded(const std::string& text) {
    if constexpr (std::is_void_v<Answer>) {
      if (auto error = decode_answer(text, nullptr, nullptr)) return fail(*std::move(error));
      return {};
    } else {
      Result<Answer> answer{Answer{}};
      if (auto error = decode_answer(text, &json::shape_of<Answer>(), &*answer)) {
        return fail(*std::move(error));
      }
      return answer;
    }
  }

  P_* target_;
  OnceByKey once_;
};

template <class P, class Op>
http::Response answer(P& port, CallObserver& observer, const Clock& clock,
                      const http::Request& request, const Context& context) {
  using Answer = typename Op::Response;
  Op operation{};
  if (const auto error = codec_of<P, Op>().read(request, &operation)) {
    return problem(*error, context.correlation_id);
  }
  const Result<Answer> result =
      InProcess<P>(port, observer, clock).template call<P>(operation, context);
  const auto write = [&] {
    const void* value = nullptr;
    if constexpr (!std::is_void_v<Answer>) value = &*result;
    return write_answer(Op::operation, place_of<P, Op>(), json::shape_of<Answer>(), value);
  };
  return answer_of(P::port, Op::operation, result ? nullptr : &result.error(), context, observer,
                   write);
}

}  // namespace detail

template <class P>
std::unique_ptr<P> Wire<P>::remote(Channel& channel, CallObserver& observer,
                                   std::string_view binding_name, const Clock& clock) {
  return std::make_unique<Chain<P, detail::Remote>>(
      detail::Remote(RemoteCaller(channel, observer, binding_name, clock)));
}

template <class P>
std::unique_ptr<P> Wire<P>::once(P& module, IdempotencyLedger& ledger, const Clock& clock) {
  return std::make_unique<Chain<P, detail::Once<P>>>(
      detail::Once<P>(module, OnceByKey(ledger, clock)));
}

template <class P>
std::vector<BoundOperation> Wire<P>::bind(P& port, CallObserver& observer, const Clock& clock) {
  std::vector<BoundOperation> operations;
  for_each_operation(typename P::OperationList{}, [&]<class Op>() {
    operations.push_back(
        {&P::port, &Op::operation, detail::place_of<P, Op>(),
         [&port, &observer, &clock](const http::Request& request, const Context& context) {
           return detail::answer<P, Op>(port, observer, clock, request, context);
         }});
  });
  return operations;
}

template <class P>
PortDescription Wire<P>::describe() {
  PortDescription description{&P::port, {}};
  for_each_operation(typename P::OperationList{}, [&]<class Op>() {
    description.operations.push_back({&Op::operation, detail::place_of<P, Op>(),
                                      &json::shape_of<Op>(),
                                      &json::shape_of<typename Op::Response>()});
  });
  return description;
}

}  // namespace banyan::binding
