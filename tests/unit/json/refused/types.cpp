// SPDX-License-Identifier: Apache-2.0
// Compiled once per case by the tests: each must fail with its sentence.
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "json/shape_of.hpp"

namespace {

struct Undescribed {
  int field;
};

using Refused =
#if CASE == 1
    int*;
#elif CASE == 2
    std::string_view;
#elif CASE == 3
    std::span<const int>;
#elif CASE == 4
    std::unique_ptr<int>;
#elif CASE == 5
    std::function<void()>;
#elif CASE == 6
    Undescribed;
#elif CASE == 7
    std::vector<bool>;
#elif CASE == 8
    std::vector<std::string_view>;
#endif

}  // namespace

const banyan::json::Shape& shape = banyan::json::shape_of<Refused>();
const auto element = shape.container == nullptr ? nullptr : shape.container->element;
