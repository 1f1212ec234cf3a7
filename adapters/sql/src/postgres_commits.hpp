// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "banyan/sql/data_source.hpp"
#include "commit_listeners.hpp"

namespace banyan::postgres {
class Connection;
}

namespace banyan::sql {

/// Tells other processes what was committed on a server, and hears it from them: NOTIFY and LISTEN,
/// on one connection of its own. Inside of the units it would cost most of their throughput, since
/// the server lets such transactions commit one after the other; here it is one of them now and
/// then, however much is committed. The thread begins with the first who tells or watches.
class PostgresCommits {
 public:
  PostgresCommits(DataSource source, OnFault on_fault);
  ~PostgresCommits();
  PostgresCommits(const PostgresCommits&) = delete;
  PostgresCommits& operator=(const PostgresCommits&) = delete;

  void announce(const std::string& module) noexcept;
  std::unique_ptr<CommitWatch> watch(const std::string& module, std::function<void()> changed);

 private:
  class Alarm;
  using Time = std::chrono::steady_clock::time_point;

  void begin();
  void work();
  bool listen();
  void serve(postgres::Connection& connection);
  void send(postgres::Connection& connection);
  void ask(postgres::Connection& connection, const std::string& sql,
           const std::vector<std::string>& values);
  int wait_time();

  const DataSource source_;
  const OnFault on_fault_;
  CommitListeners listeners_;
  const std::unique_ptr<Alarm> alarm_;
  std::mutex mutex_;
  std::set<std::string> announced_;
  bool stopping_ = false;
  int asking_ = -1;  ///< the socket on which an answer is waited for
  Time sent_{};      ///< of the thread
  std::thread thread_;
};

}  // namespace banyan::sql
