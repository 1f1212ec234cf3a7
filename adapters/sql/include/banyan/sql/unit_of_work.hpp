// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/kernel/unit_of_work.hpp"
#include "banyan/sql/session.hpp"

namespace banyan::sql {

struct LeaseClock;  // src/

/// A module's open transaction in a database: the session for its own statements, and what the kit
/// writes together with them (see banyan::UnitOfWork).
class UnitOfWork final : public banyan::UnitOfWork {
 public:
  UnitOfWork(const Context& context, Connection& connection, std::size_t module,
             const LeaseClock& clock)
      : banyan::UnitOfWork(context),
        connection_(connection),
        session_(connection, module),
        clock_(clock) {}
  Session& session() { return session_; }
  LeaseTime lease_now() override;

 private:
  Connection& connection_;
  Session session_;
  const LeaseClock& clock_;
};

}  // namespace banyan::sql
