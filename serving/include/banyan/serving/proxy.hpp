// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/http/endpoint.hpp"
#include "banyan/routing/configuration.hpp"
#include "banyan/serving/file_marks.hpp"
#include "banyan/serving/options.hpp"

namespace banyan::serving {

/// The standalone strangler: listens, matches each request with a route, asks the stages for a side
/// and forwards. Serves besides, unless a route of the file has exactly that path:
///
///     /health/live, /health/ready      for load balancers
///     /metrics                         Prometheus; only for operators
///     /_banyan/, /_banyan/api/…        dashboard, status and switches; only for operators who
///                                      call the host by a loopback name
///
/// "For operators" is the address `operators` of the file, which has nothing else, or else each
/// listening address that is loopback or a Unix socket; with clients on it, only for who brings the
/// token of `operators_token_file`, if there is one.
///
/// `/_banyan` is never forwarded. make(), start(), drain() and the destructor on one thread;
/// reload() and renew_certificates() on any.
class Proxy {
 public:
  /// Reads the file and opens the control store. What is wrong, one line a problem. Throws
  /// OperationalFault (Unavailable) for what may be right in a moment: somebody holds the store, or
  /// it cannot be opened.
  static std::expected<std::unique_ptr<Proxy>, std::string> make(const ProxyOptions& options);
  /// drain() with no time.
  ~Proxy();
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  /// Listens. Throws std::runtime_error or std::system_error that says what is in the way. With
  /// ProxyOptions::take_over: on the sockets of the running proxy, which may go then.
  void start();
  /// start() in two steps: what can fail, then what makes it serve. Do whatever else may fail
  /// between them: after open() no other process serves. Both throw as start().
  void prepare();
  void open();
  /// See Server::let_predecessor_end().
  void let_predecessor_end() noexcept;

  /// Another process has taken over and accepts: drain() this one. Called once, on a thread of its
  /// own. Set it before prepare().
  void on_taken(std::function<void()> taken);
  /// Another process serves in place of this one.
  bool taken() const;

  /// Where it listens for clients, in the order of the file, with TLS last; after start().
  std::vector<http::Endpoint> listening() const;
  /// The same as people type it: "https://[::1]:8443/".
  std::vector<std::string> urls() const;
  /// Where the operators' pages are, the first address of several; after start().
  std::optional<http::Endpoint> operators() const;
  std::optional<std::string> operators_url() const;

  /// Reads the file again. A file with a problem is refused whole: the old routes stay, the
  /// problems are logged and returned. Requests under way end by the routes that they began with.
  /// Listening addresses, limits and the control store stay as they were at the start. A fault on
  /// the way (no memory, a disk that is broken) is logged and returned as a problem.
  /// Certificates, keys and authorities are read again too: for new connections, while the old ones
  /// live on.
  std::expected<std::uint64_t, std::vector<strangler::FileProblem>> reload();

  /// Reads certificates, keys and authorities again, and nothing else: for new connections, while
  /// the old ones live on. When something is wrong with any of them, all stay as they were, and the
  /// problems are logged and returned.
  std::expected<void, std::vector<strangler::FileProblem>> renew_certificates();
  /// The files that the configuration in force names for that, as they were when they were read.
  FileMarks certificate_files() const;
  /// The same of a configuration that the last reload() refused for what is in them; else none.
  /// When one of them changes, reload() again.
  FileMarks refused_certificate_files() const;
  /// The files of secrets that the configuration names which was read last, whether it is in force
  /// or was refused, as they were before they were read. When one of them changes, reload() again.
  FileMarks secret_files() const;

  /// Opens the log and the access log again by their names, after somebody has moved them away.
  void reopen_logs();

  /// Something that runs beside the proxy has thrown: for the log.
  void fault(std::string_view what) const noexcept;

  /// From now on /health/ready answers 503; everything else goes on.
  void stop_being_ready();
  /// Not ready; has clients go, spread over `drain_spread` of the file; stops accepting, lets what
  /// runs finish, cuts what is left at the deadline; the log says `stopped`. How many exchanges
  /// were cut.
  std::size_t drain(std::chrono::milliseconds deadline);
  /// With the deadline of the file.
  std::size_t drain();

 private:
  struct Parts;
  explicit Proxy(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

/// Runs a proxy until SIGTERM, SIGINT or SIGQUIT, which drain it (a second one cuts); SIGHUP, or a
/// change of the file (or, if it was refused for them, of certificates that it names), reloads it;
/// a change of certificates renews them; SIGHUP opens the access log again as well. Call it on the
/// main thread, before there are others (banyan/program/server_program.hpp). Returns the exit code
/// (kernel/exit_code.hpp), after telling on standard error what is wrong with the file or the
/// address.
int run_proxy(const ProxyOptions& options);

}  // namespace banyan::serving
