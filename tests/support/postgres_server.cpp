// SPDX-License-Identifier: Apache-2.0
#include "support/postgres_server.hpp"

#include <libpq-fe.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <utility>

#include "support/child_process.hpp"

namespace banyan::test {
namespace {

std::string first_line(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::string line;
  if (!std::getline(stream, line)) throw std::runtime_error("nothing in " + file.string());
  return line;
}

/// A folder that also the user `postgres` can enter.
std::filesystem::path fresh_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "banyan-postgres-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder: " + name);
  std::filesystem::permissions(name, std::filesystem::perms(0711));
  return name;
}

}  // namespace

PostgresServer& PostgresServer::shared() {
  static const std::unique_ptr<PostgresServer> server = [] {
    const char* folder = std::getenv("BANYAN_TEST_POSTGRES_FOLDER");
    if (folder == nullptr) return std::make_unique<PostgresServer>();
    return std::unique_ptr<PostgresServer>(
        new PostgresServer(Running{first_line(std::filesystem::path(folder) / "url")}));
  }();
  return *server;
}

PostgresServer::PostgresServer(Running running) : url_(std::move(running.url)) {}

PostgresServer::PostgresServer(Sync sync) : folder_(fresh_folder()), sync_(sync) { start(); }

PostgresServer::~PostgresServer() {
  if (folder_.empty()) return;
  try {
    call("stop", {"--discard"});
  } catch (const std::exception&) {
    // It ends with this process, then.
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string PostgresServer::url(const std::string& database, const std::string& role) const {
  // postgresql://ROLE@HOST/DATABASE?…
  const std::size_t authority = url_.find("://") + 3;
  const std::size_t path = url_.find('/', authority);
  const std::size_t at = url_.rfind('@', path);
  const std::string host = url_.substr(at, path - at);
  const std::string user = role.empty() ? url_.substr(authority, at - authority) : role;
  const std::size_t query = url_.find('?', path);
  return url_.substr(0, authority) + user + host + '/' + database +
         (query == std::string::npos ? "" : url_.substr(query));
}

// Nobody can be connected to template0, which would keep it from being copied.
PostgresDatabase PostgresServer::make_database() { return make_copy("template0"); }

PostgresDatabase PostgresServer::make_copy_of(const PostgresDatabase& other) {
  return make_copy(other.name_);
}

PostgresDatabase PostgresServer::make_copy(const std::string& of) {
  static std::atomic<int> made = 0;
  std::string name = "test_" + std::to_string(::getpid()) + '_' + std::to_string(++made);
  run("CREATE DATABASE " + name + " TEMPLATE " + of);
  return {*this, std::move(name)};
}

void PostgresServer::kill_backends(const std::string& database) {
  run("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '" + database +
      "' AND pid <> pg_backend_pid()");
}

void PostgresServer::kill_9() { call("kill", {}); }

void PostgresServer::restart() {
  call("stop", {});
  start();
}

void PostgresServer::start() {
  std::vector<std::string> options = {"--until", std::to_string(::getpid()), "--discard"};
  if (sync_ == Sync::Off) options.insert(options.end(), {"--no-sync", "--in-memory"});
  call("start", options);
  url_ = first_line(folder_ / "url");
}

void PostgresServer::call(const std::string& verb, const std::vector<std::string>& options) const {
  if (folder_.empty()) {
    throw std::runtime_error(verb +
                             ": the shared server is not this test's own; make a PostgresServer");
  }
  std::vector<std::string> words = {BANYAN_POSTGRES_CLUSTER, verb, folder_.string()};
  words.insert(words.end(), options.begin(), options.end());
  const Ran ran = run_program(words);
  if (ran.exit_code != 0) throw std::runtime_error("postgres_cluster " + verb + ": " + ran.output);
}

void PostgresServer::run(const std::string& sql) const {
  const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(url_.c_str()),
                                                                &PQfinish);
  if (PQstatus(connection.get()) != CONNECTION_OK) {
    throw std::runtime_error(PQerrorMessage(connection.get()));
  }
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection.get(), sql.c_str()),
                                                             &PQclear);
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    throw std::runtime_error(sql + ": " + PQerrorMessage(connection.get()));
  }
}

PostgresDatabase::PostgresDatabase(PostgresServer& server, std::string name)
    : server_(&server), name_(std::move(name)) {}

PostgresDatabase::PostgresDatabase(PostgresDatabase&& other) noexcept
    : server_(std::exchange(other.server_, nullptr)), name_(std::move(other.name_)) {}

PostgresDatabase::~PostgresDatabase() {
  if (server_ == nullptr) return;
  try {
    server_->run("DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)");
  } catch (const std::exception&) {
    // The test has killed the server.
  }
}

std::string PostgresDatabase::url() const { return server_->url(name_); }
std::string PostgresDatabase::url_as(const std::string& role) const {
  return server_->url(name_, role);
}

}  // namespace banyan::test
