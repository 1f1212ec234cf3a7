// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "banyan/binding/once.hpp"
#include "banyan/binding/port_binding.hpp"
#include "banyan/binding/presentation.hpp"
#include "banyan/binding/problem.hpp"
#include "banyan/binding/remote_caller.hpp"
#include "banyan/binding/request_codec.hpp"
#include "banyan/json/shape_of.hpp"
#include "banyan/json/writer.hpp"
#include "banyan/kernel/bindings.hpp"
#include "banyan/kernel/examples.hpp"
#include "banyan/kernel/version.hpp"

/// The definition of PortBinding<P>: includes Boost.Describe, so only generated files include it.
/// There is little in it on purpose: what can be done without types is done in .cpp files, once.
namespace banyan::binding {
namespace detail {

template <class P, class Op>
constexpr ResourcePath place_of() {
  return ResourcesOf<P>::value.template of<Op>();
}

/// Whether one of the port's operations reads what is at that path.
template <class P>
constexpr bool is_read(std::string_view path) {
  bool found = false;
  for_each_operation(typename P::OperationList{}, [&]<class Op>() {
    found = found || (place_of<P, Op>().method == "GET" && place_of<P, Op>().path == path);
  });
  return found;
}

/// What kernel/version.hpp asks of an operation with an `if_version`.
template <class Op>
constexpr bool changes_versions() {
  bool told = false;
  for (const std::string_view rule : Op::operation.errors) {
    told = told || rule.ends_with(kChangedMeanwhile);
  }
  const bool writes = Op::operation.effect == Effect::Write;
  return DependsOnVersion<Op> && writes && told && requires(const typename Op::Response& answer) {
    { answer.version } -> std::same_as<const std::int64_t&>;
  };
}

template <class P, class Op>
const RequestCodec& codec_of() {
  static_assert(parameters_fit(place_of<P, Op>(), json::shape_of<Op>()),
                "a {parameter} of the path is no field of the operation, or one that is optional "
                "or has parts");
  static_assert(query_fits(Op::operation, place_of<P, Op>(), json::shape_of<Op>()),
                "a field that travels in the query string must be a value, an optional value or a "
                "list of values: put it into a write's body, or split it");
  static_assert(Op::operation.effect == Effect::Read || place_of<P, Op>().method != "GET",
                "an operation that writes cannot be a GET: whoever follows a link, looks ahead or "
                "asks again would change something. Give it POST, PUT, PATCH or DELETE");
  static_assert(place_of<P, Op>().made_at.empty() ||
                    (Op::operation.effect == Effect::Write && place_of<P, Op>().method == "POST"),
                "only an operation that writes and is a POST makes something that has a place of "
                "its own: take the second argument of at<…> away");
  static_assert(place_of<P, Op>().made_at.empty() || is_read<P>(place_of<P, Op>().made_at),
                "the second argument of at<…> is not the path of a GET of the same port");
  static_assert(place_of<P, Op>().may_go_on == !place_of<P, Op>().followed_at.empty(),
                "accepted_while<…>() does not say where to look how far the work is: give it the "
                "path of a GET of the same port");
  static_assert(place_of<P, Op>().followed_at.empty() || is_read<P>(place_of<P, Op>().followed_at),
                "the argument of accepted_while<…> is not the path of a GET of the same port");
  static_assert(
      !DependsOnVersion<Op> || changes_versions<Op>(),
      "an operation with a field if_version (std::int64_t, or optional) writes, answers with "
      "something that has a "
      "field `version` (std::int64_t), and declares a rule \"<module>.changed_meanwhile\"");
  static const RequestCodec codec(Op::operation, place_of<P, Op>(), json::shape_of<Op>());
  return codec;
}

/// The operations of the port that an answer of this type links to: the one that reads the same
/// thing, and those that say so (ResourceOf::offered). And whether one of them asks for its
/// version.
template <class P, class Answer>
const AnswerTraits& traits_of() {
  static const AnswerTraits traits = [] {
    AnswerTraits found;
    for_each_operation(typename P::OperationList{}, [&]<class Op>() {
      constexpr ResourcePath at = place_of<P, Op>();
      constexpr bool offered = at.offer.answer_type == type_text<Answer>();
      constexpr bool fits = parameters_fit(at, json::shape_of<Answer>());
      static_assert(!offered || fits,
                    "an operation is offered by an answer that lacks a {parameter} of its path");
      constexpr bool reads_it = std::is_same_v<typename Op::Response, Answer> &&
                                at.method == "GET" && at.path.find('{') != std::string_view::npos;
      if (offered) {
        found.linked.push_back({at.offer.relation, &Op::operation, at});
      } else if (reads_it && fits) {
        found.linked.push_back({"self", &Op::operation, at});
      }
      if constexpr (DependsOnVersion<Op>) {
        found.versioned = found.versioned || std::is_same_v<typename Op::Response, Answer>;
      }
    });
    return found;
  }();
  return traits;
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
      // The ledger keeps a fingerprint of the request, and one of a password can be guessed.
      const Op* told = &operation;
      std::optional<Op> without;
      if constexpr (requires { operation.without_secrets(); }) {
        told = &without.emplace(operation.without_secrets());
      }
      const auto earlier = once_.run(
          {&P::port, &Op::operation, &json::shape_of<Op>(), told, typeid(Answer),
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
  static_assert(location_fits(place_of<P, Op>(), json::shape_of<Answer>()),
                "a {parameter} of the second argument of at<…>, or of the argument of "
                "accepted_while<…>, is no field of the answer, or one that is optional or has "
                "parts");
  const auto answer_under = [&](const Context& own) {
    const Result<Answer> result =
        InProcess<P>(port, observer, clock).template call<P>(operation, own);
    const auto write = [&] {
      const json::Shape& shape = json::shape_of<Answer>();
      if constexpr (std::is_void_v<Answer>) {
        return write_answer(place_of<P, Op>(), shape, nullptr);
      } else {
        http::Response response = write_answer(place_of<P, Op>(), shape, &*result);
        present(response, request.head, Op::operation, traits_of<P, Answer>(), shape, &*result);
        return response;
      }
    };
    return answer_of(P::port, Op::operation, result ? nullptr : &result.error(), own, observer,
                     write);
  };
  if constexpr (Op::operation.idempotency != Idempotency::ByKey) {
    return answer_under(context);
  } else {
    Context own = context;
    own.replayed = std::make_shared<std::atomic<bool>>(false);
    http::Response response = answer_under(own);
    if (*own.replayed) response.head.fields.add(kReplayedField, "true");
    return response;
  }
}

}  // namespace detail

template <class P>
std::unique_ptr<P> PortBinding<P>::remote(RpcTransport& transport, CallObserver& observer,
                                          std::string_view binding_name, const Clock& clock) {
  return std::make_unique<Chain<P, detail::Remote>>(
      detail::Remote(RemoteCaller(transport, observer, binding_name, clock)));
}

template <class P>
std::unique_ptr<P> PortBinding<P>::once(P& module, IdempotencyLedger& ledger, const Clock& clock) {
  return std::make_unique<Chain<P, detail::Once<P>>>(
      detail::Once<P>(module, OnceByKey(ledger, clock)));
}

template <class P>
std::vector<BoundOperation> PortBinding<P>::bind(P& port, CallObserver& observer,
                                                 const Clock& clock) {
  std::vector<BoundOperation> operations;
  for_each_operation(typename P::OperationList{}, [&]<class Op>() {
    operations.push_back(
        {&P::port, &Op::operation, detail::place_of<P, Op>(),
         [&port, &observer, &clock](const http::Request& request, const Context& context) {
           return detail::answer<P, Op>(port, observer, clock, request, context);
         },
         &json::shape_of<typename Op::Response>(), &json::shape_of<Op>()});
  });
  return operations;
}

template <class P>
PortDescription PortBinding<P>::describe() {
  PortDescription description{&P::port, {}, ExamplesOf<P>::errors()};
  const auto examples = ExamplesOf<P>::all();
  for_each_operation(typename P::OperationList{}, [&]<class Op>() {
    using Answer = typename Op::Response;
    OperationDescription described{&Op::operation, detail::place_of<P, Op>(), &json::shape_of<Op>(),
                                   &json::shape_of<Answer>()};
    if (const auto found = example_of<Op>(examples)) {
      OperationExample& example = described.example.emplace();
      json::write_json(*described.request, &found->request, example.request);
      json::write_json(*described.response, &found->answer, example.response);
      if (found->accepted) {
        json::write_json(*described.response, &*found->accepted, example.accepted);
      }
    }
    description.operations.push_back(std::move(described));
  });
  return description;
}

}  // namespace banyan::binding
