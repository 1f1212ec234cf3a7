// SPDX-License-Identifier: Apache-2.0
#include "contract/wire_worlds.hpp"

#include <map>
#include <stdexcept>

#include "binding/context_headers.hpp"
#include "binding/problem.hpp"
#include "contract/sample_database.hpp"
#include "support/child_process.hpp"
#include "support/temporary_folder.hpp"

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
        const auto context = binding::context_from(
            exchange->head(), {.trust = binding::Trust::Internal}, exchange->peer().host);
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

/// A channel that brings its server along.
class ServedChannel final : public binding::Channel {
 public:
  explicit ServedChannel(const binding::OperationTable& table)
      : application_(table), server_(options(), application_) {
    server_.start();
    channel_ =
        binding::make_http_channel({"127.0.0.1", server_.port()}, {.dependency = "the test"});
  }
  Result<http::Response> exchange(http::Request request, const Context& context,
                                  binding::Repeat repeat) override {
    return channel_->exchange(std::move(request), context, repeat);
  }

 private:
  static http::ServerOptions options() {
    http::ServerOptions options;
    options.listen = {{"127.0.0.1", 0}};
    options.loops = 1;
    return options;
  }

  TableApplication application_;
  http::Server server_;
  std::unique_ptr<binding::HttpChannel> channel_;
};

}  // namespace

std::unique_ptr<binding::Channel> serve_on_loopback(const binding::OperationTable& table) {
  return std::make_unique<ServedChannel>(table);
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
