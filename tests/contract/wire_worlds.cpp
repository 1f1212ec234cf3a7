// SPDX-License-Identifier: Apache-2.0
#include "contract/wire_worlds.hpp"

#include <map>
#include <stdexcept>

#include "banyan/binding/context_headers.hpp"
#include "banyan/binding/problem.hpp"
#include "banyan/poco_http/calls.hpp"
#include "banyan/poco_http/server.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "contract/sample_database.hpp"
#include "support/child_process.hpp"

namespace banyan::contract {
namespace {

/// The shortest server binding there can be: match, make the context, answer on a worker.
class TableApplication final : public http::Application {
 public:
  explicit TableApplication(const binding::OperationTable& table) : table_(&table) {}

  void handle(std::shared_ptr<http::Exchange> exchange) override {
    auto matched = table_->match(exchange->head().method, exchange->head().target);
    if (!matched) return exchange->respond(std::move(matched).error());
    exchange->collect_body(1024 * 1024, [this, exchange, operation = *matched](auto body) {
      if (!body) return;
      const bool taken = workers_->submit([exchange, operation, body = std::move(*body)]() mutable {
        const auto context =
            binding::context_from(exchange->head(), {.trust = binding::Trust::Internal},
                                  exchange->peer().host, system_clock(), system_random());
        exchange->respond(context ? operation->answer({exchange->head(), std::move(body)}, *context)
                                  : binding::problem(context.error()));
      });
      if (!taken) exchange->abort();
    });
  }

 private:
  const binding::OperationTable* table_;
  std::unique_ptr<Executor> workers_ = make_worker_pool(4, 64);
};

/// A transport that brings its server along.
class ServedTransport final : public binding::RpcTransport {
 public:
  ServedTransport(const binding::OperationTable& table, Network network)
      : application_(table), server_(make_server(network)) {
    server_->prepare({});
    server_->accept();
    const http::Endpoint at{"127.0.0.1", server_->port(0)};
    if (network == Network::Engine) {
      transport_ = binding::make_http_transport(at, "the test", {}, system_clock());
      return;
    }
    const auto group =
        std::make_shared<upstream::Group>(binding::dependency_on("the test", {at}), system_clock());
    transport_ = std::make_unique<binding::HttpTransport>(
        group, poco_http::make_transport(group), binding::HttpTransportOptions(), system_clock());
  }
  Result<http::Response> exchange(http::Request request, const Context& context,
                                  binding::Repeat repeat) override {
    return transport_->exchange(std::move(request), context, repeat);
  }

 private:
  std::unique_ptr<http::NetworkServer> make_server(Network network) {
    http::ServerOptions options{.listen = {{"127.0.0.1", 0}}, .loops = 1};
    return network == Network::Poco ? poco_http::make_server(std::move(options), application_)
                                    : http::make_server(std::move(options), application_);
  }

  TableApplication application_;
  std::unique_ptr<http::NetworkServer> server_;
  std::unique_ptr<binding::HttpTransport> transport_;
};

}  // namespace

std::unique_ptr<binding::RpcTransport> serve_on_loopback(const binding::OperationTable& table,
                                                         Network network) {
  return std::make_unique<ServedTransport>(table, network);
}

struct ServiceProcesses::Parts {
  SampleDatabase database{Stage::Shared};
  test::TemporaryFolder folder;
  std::map<std::string, http::Endpoint> places;
  std::vector<test::ChildProcess> children;
};

ServiceProcesses::ServiceProcesses() : parts_(std::make_unique<Parts>()) {}
ServiceProcesses::~ServiceProcesses() = default;

http::Endpoint ServiceProcesses::start(const std::string& module,
                                       const std::vector<std::string>& needs) {
  std::vector<std::string> options = {"--internal"};
  for (const std::string& need : needs) {
    options.insert(options.end(), {"--at", need + '=' + to_string(parts_->places.at(need))});
  }
  return parts_->places[module] = launch("recordshop-" + module, std::move(options));
}

http::Endpoint ServiceProcesses::start_monolith() { return launch("recordshop", {}); }

http::Endpoint ServiceProcesses::launch(const std::string& program,
                                        std::vector<std::string> options) {
  const auto ready = parts_->folder.path() / (program + ".ready");
  const auto output = parts_->folder.path() / (program + ".log");
  std::vector<std::string> words = {BANYAN_BIN "/" + program,
                                    "--listen",
                                    "127.0.0.1:0",
                                    "--database",
                                    parts_->database.file().string(),
                                    "--ready-file",
                                    ready.string(),
                                    "--loops",
                                    "1"};
  words.insert(words.end(), options.begin(), options.end());
  parts_->children.emplace_back(words, output);
  const std::string port = test::await_file(ready, parts_->children.back());
  if (port.empty()) throw std::runtime_error(program + " did not start; see " + output.string());
  return {"127.0.0.1", static_cast<std::uint16_t>(std::stoi(port))};
}

}  // namespace banyan::contract
