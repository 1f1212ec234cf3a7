// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "places.hpp"
#include "sql/session.hpp"

namespace banyan::sql {

/// Takes one module's transactions to where its tables are. The fence row of the shared file
/// decides, read inside the transaction itself where that is the shared file, and under the
/// target's write lock where it is not; so no unit of work runs at a place that has been left.
class Door {
 public:
  Door(std::shared_ptr<Places> places, std::size_t module);

  void read(const std::function<void(Session&)>& body);
  std::optional<Error> write(const Context& context, const std::function<bool(Session&)>& body);
  const std::string& module() const { return name_; }

 private:
  enum class Outcome : std::uint8_t { Finished, Elsewhere };

  bool read_shared(const std::function<void(Session&)>& body);
  std::optional<Error> write_shared(const Context& context,
                                    const std::function<bool(Session&)>& body, Outcome& outcome);
  std::optional<Error> write_moved(const Location& location, const Context& context,
                                   const std::function<bool(Session&)>& body, Outcome& outcome);
  bool run_body(Connection& connection, const std::function<bool(Session&)>& body,
                Outcome& outcome);
  Location last_seen() const;
  void saw(const Location& location);
  void refuse_nesting() const;

  const std::shared_ptr<Places> places_;
  const std::size_t module_;
  const std::string name_;
  mutable std::mutex mutex_;
  Location last_seen_;
};

}  // namespace banyan::sql
