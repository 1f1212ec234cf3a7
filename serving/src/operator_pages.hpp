// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/control/admin_api.hpp"
#include "banyan/http/exchange.hpp"
#include "banyan/kernel/executor.hpp"
#include "banyan/serving/served.hpp"
#include "banyan/serving/telemetry.hpp"
#include "chain/transaction.hpp"
#include "live_streams.hpp"
#include "operator_guard.hpp"
#include "outcomes.hpp"
#include "route_snapshot.hpp"

namespace banyan::serving {

/// What operators see and change, of whatever the process serves: everything at and below /_banyan,
/// which is never forwarded. Runs on workers, since it may wait for a disk.
class OperatorPages {
 public:
  struct Parts {
    strangler::AdminApi* admin = nullptr;  ///< null in a process without a control store
    const std::vector<OwnPage>& pages;     ///< served too on a listener of operators only
    std::vector<Document> documents;
    std::vector<Desk> desks;
    const OperatorGuard& guard;
    Outcomes& outcomes;
    Executor& readers;               ///< of pages, which say how things are
    Executor& changers;              ///< of the admin API, whose changes ask new sides first
    LiveStreams* streams = nullptr;  ///< null: pages that stay open have to ask again and again
  };
  /// What the parts refer to must outlive the pages.
  explicit OperatorPages(Parts parts) : parts_(std::move(parts)) {}

  /// At or below /_banyan: served or refused. False when the path is not there. On the loop.
  bool serve_reserved(const TransactionPtr& transaction);
  /// On a listener that has nothing else. On the loop.
  void serve_only(const TransactionPtr& transaction);

 private:
  using Make = std::function<http::Response()>;
  Make page_at(std::string_view path) const;
  /// The list of what can be read here, as JSON.
  std::string index() const;
  void answer(const Transaction& transaction, http::Response response);
  void refuse(const Transaction& transaction, const Error& error);
  void refuse_method(const Transaction& transaction);
  void read(const TransactionPtr& transaction, Make make);
  void watch(const TransactionPtr& transaction);
  using Ask = std::function<strangler::AdminAnswer(const strangler::AdminRequest&)>;
  void serve_admin(const TransactionPtr& transaction, std::string path, std::string query);
  void ask_with_body(const TransactionPtr& transaction, Executor& workers, Ask ask,
                     std::string path, std::string query);
  const Desk* desk_at(std::string_view path) const;
  void make_and_answer(const Transaction& transaction, const Make& make);
  void on_worker(Executor& workers, const TransactionPtr& transaction, Make make);

  Parts parts_;
};

/// Whether a path is at or below /_banyan, where operators' pages are and nothing is forwarded.
bool is_reserved(std::string_view path);

/// Tells that the request may not have what operators see, and why; and that it was refused.
void refuse_operator(Outcomes& outcomes, const Transaction& transaction, const Error& refusal);

}  // namespace banyan::serving
