// SPDX-License-Identifier: Apache-2.0
#include "sql/fault.hpp"

namespace banyan::sql {
namespace {

std::string_view name_of(ConstraintKind kind) {
  switch (kind) {
    case ConstraintKind::Unique: return "unique constraint";
    case ConstraintKind::ForeignKey: return "foreign key";
    case ConstraintKind::Check: return "check constraint";
    case ConstraintKind::NotNull: return "not-null constraint";
    case ConstraintKind::Other: break;
  }
  return "constraint";
}

}  // namespace

std::string to_string(const Constraint& constraint) {
  std::string text(name_of(constraint.kind));
  if (!constraint.name.empty()) text += " '" + constraint.name + "'";
  if (!constraint.table.empty()) text += " on " + constraint.table;
  if (!constraint.columns.empty()) {
    text += '(';
    for (const auto& column : constraint.columns) {
      if (text.back() != '(') text += ", ";
      text += column;
    }
    text += ')';
  }
  return text;
}

}  // namespace banyan::sql
