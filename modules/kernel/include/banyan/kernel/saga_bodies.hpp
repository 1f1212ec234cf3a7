// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "banyan/kernel/saga_control.hpp"
#include "banyan/kernel/saga_definition.hpp"

namespace banyan {

/// The definitions that a module's instances may name, bound to the ports that their steps call.
template <class State>
class SagaBodies {
 public:
  template <class... Definitions, class Ports>
  SagaBodies(SagaList<Definitions...> /*list*/, const Ports& ports)
      : all_{bind_saga<Definitions>(ports)...} {}

  /// Null: this program lacks the one that the instance was begun with.
  const SagaBody<State>* find(const SagaRecord& saga) const {
    const auto found = std::ranges::find_if(all_, [&](const SagaBody<State>& body) {
      return body.info.name == saga.name && body.info.version == saga.version;
    });
    return found == all_.end() ? nullptr : &*found;
  }

  /// One of the list.
  const SagaBody<State>& of(const SagaInfo& info) const {
    return *std::ranges::find_if(all_, [&](const SagaBody<State>& body) {
      return body.info.name == info.name && body.info.version == info.version;
    });
  }

  std::vector<SagaVersion> versions() const {
    std::vector<SagaVersion> all;
    for (const SagaBody<State>& body : all_) {
      all.push_back({std::string(body.info.name), body.info.version});
    }
    return all;
  }

 private:
  std::vector<SagaBody<State>> all_;
};

}  // namespace banyan
