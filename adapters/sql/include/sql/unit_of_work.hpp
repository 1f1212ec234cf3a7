// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel/unit_of_work.hpp"
#include "sql/session.hpp"

namespace banyan::sql {

/// A module's open transaction in a database: the session for its own statements, and what the kit
/// writes together with them (see banyan::UnitOfWork).
class UnitOfWork final : public banyan::UnitOfWork {
 public:
  UnitOfWork(const Context& context, Connection& connection, std::size_t module)
      : banyan::UnitOfWork(context), session_(connection, module) {}
  Session& session() { return session_; }

 private:
  Session session_;
};

}  // namespace banyan::sql
