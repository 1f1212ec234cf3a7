// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace banyan::test {

class PostgresServer;

/// An empty database that is dropped, together with whoever is still connected, at the end.
class PostgresDatabase {
 public:
  PostgresDatabase(PostgresDatabase&& other) noexcept;
  PostgresDatabase& operator=(PostgresDatabase&&) = delete;
  ~PostgresDatabase();

  const std::string& name() const { return name_; }
  /// "postgresql://…", as a superuser.
  std::string url() const;
  /// The same, as somebody else; the server asks for no password.
  std::string url_as(const std::string& role) const;

 private:
  friend class PostgresServer;
  PostgresDatabase(PostgresServer& server, std::string name);
  PostgresServer* server_;
  std::string name_;
};

/// A PostgreSQL server for tests. It ends with the process that has it, however that ends. All
/// failures are std::runtime_error with what PostgreSQL said.
///
///     PostgresDatabase database = PostgresServer::shared().make_database();
///     connect(database.url());
class PostgresServer {
 public:
  enum class Sync {
    Off,  ///< survives kill_9(), but not a power failure
    On,
  };

  /// The server of this run of the tests: the one that ctest has started, or, when a test program
  /// is run by hand, one that is started by the first call. May be called from several threads.
  static PostgresServer& shared();

  /// A server of one's own: for tests that kill it.
  explicit PostgresServer(Sync sync = Sync::Off);
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  /// "postgresql://…" of this database, as `role` ("": as a superuser).
  std::string url(const std::string& database = "postgres", const std::string& role = {}) const;

  PostgresDatabase make_database();
  /// With all that is in `other`, to which nobody may be connected.
  PostgresDatabase make_copy_of(const PostgresDatabase& other);
  /// Ends all connections to this database at once, as a restart would: the server goes on.
  void kill_backends(const std::string& database);

  /// Ends all processes of the server, with kill -9. Only for a server of one's own.
  void kill_9();
  /// Stops it if it runs (a fast shutdown), and starts it; what was committed is there. The URLs
  /// stay. Only for a server of one's own.
  void restart();

 private:
  struct Running {
    std::string url;
  };
  explicit PostgresServer(Running running);
  PostgresDatabase make_copy(const std::string& of);
  void start();
  void call(const std::string& verb, const std::vector<std::string>& options) const;
  void run(const std::string& sql) const;

  friend class PostgresDatabase;

  std::filesystem::path folder_{};  ///< "": somebody else's server
  Sync sync_ = Sync::Off;
  std::string url_{};
};

}  // namespace banyan::test
