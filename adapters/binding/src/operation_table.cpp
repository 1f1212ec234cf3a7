// SPDX-License-Identifier: Apache-2.0
#include "binding/operation_table.hpp"

#include <string>
#include <utility>

#include "binding/problem.hpp"

namespace banyan::binding {
namespace {

std::vector<ResourcePath> places_of(const std::vector<BoundOperation>& operations) {
  std::vector<ResourcePath> places;
  places.reserve(operations.size());
  for (const BoundOperation& operation : operations) places.push_back(operation.at);
  return places;
}

}  // namespace

OperationTable::OperationTable(std::vector<BoundOperation> operations)
    : operations_(std::move(operations)), paths_(places_of(operations_)) {}

std::expected<const BoundOperation*, http::Response> OperationTable::match(
    std::string_view method, std::string_view target) const {
  using Outcome = PathTable::Match::Outcome;
  PathTable::Match match = paths_.match(method, target);
  const std::string path(target.substr(0, target.find('?')));
  switch (match.outcome) {
    case Outcome::Found: return &operations_[match.entry];
    case Outcome::BadPath:
      return std::unexpected(
          problem({ErrorCode::InvalidArgument, "banyan.bad_path", std::move(match.detail), {}}));
    case Outcome::MethodNotAllowed: {
      http::Response response =
          problem({ErrorCode::InvalidArgument,
                   "banyan.method_not_allowed",
                   path + " knows " + match.detail + ", not " + std::string(method),
                   {}});
      response.head.fields.set("Allow", match.detail);
      return std::unexpected(std::move(response));
    }
    case Outcome::NotFound: break;
  }
  return std::unexpected(problem({ErrorCode::NotFound,
                                  "banyan.no_such_resource",
                                  "there is nothing at " + path + "; see /openapi.json",
                                  {}}));
}

}  // namespace banyan::binding
