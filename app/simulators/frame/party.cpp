// SPDX-License-Identifier: Apache-2.0
#include "frame/party.hpp"

#include <Poco/File.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Util/HelpFormatter.h>
#include <Poco/Util/OptionException.h>
#include <Poco/Util/ServerApplication.h>

#include <signal.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <optional>

namespace simulators {
namespace {

using Poco::Util::Option;
using Poco::Util::OptionCallback;

constexpr unsigned kLastPort = 65'535;
constexpr int kThreads = 128;
constexpr int kWaiting = 1'000;

class Pages final : public Poco::Net::HTTPRequestHandlerFactory {
 public:
  Pages(const Trade& trade, Party& party, Whims& whims)
      : trade_(trade), party_(party), whims_(whims) {}

  Poco::Net::HTTPRequestHandler* createRequestHandler(
      const Poco::Net::HTTPServerRequest& request) override {
    const Poco::URI uri(request.getURI());
    if (uri.getPath() == "/books") return new Page(200, "application/json", party_.books());
    if (uri.getPath() == "/control") return control(uri.getQueryParameters());
    if (auto* const handler = party_.handler(request, uri)) return handler;
    return new Page(404, "text/plain", std::string(trade_.pages) + '\n');
  }

 private:
  Poco::Net::HTTPRequestHandler* control(Whims::Settings settings) {
    const auto whom =
        std::ranges::find(settings, trade_.tells, &Whims::Settings::value_type::first);
    std::optional<std::string> url;
    if (whom != settings.end()) {
      url = whom->second;
      settings.erase(whom);
    }
    const std::string problem = whims_.change(settings);
    if (!problem.empty()) return new Page(400, "text/plain", problem + '\n');
    if (url) party_.tell_at(*url);
    return new Page(200, "application/json",
                    whims_.to_json(party_.untold(), trade_.tells, party_.told_at()));
  }

  const Trade& trade_;
  Party& party_;
  Whims& whims_;
};

class Program final : public Poco::Util::ServerApplication {
 public:
  explicit Program(const Trade& trade) : trade_(trade) { setUnixOptions(true); }

 protected:
  void defineOptions(Poco::Util::OptionSet& options) override {
    // Without those of ServerApplication: who runs this as a daemon is the system's business.
    Application::defineOptions(options);  // NOLINT(bugprone-parent-virtual-call)
    options.addOption(Option("help", "h", "Show this and stop.")
                          .callback(OptionCallback<Program>(this, &Program::ask_help)));
    options.addOption(Option("config", "", "A file with what the options do not say.")
                          .argument("FILE")
                          .callback(OptionCallback<Program>(this, &Program::load_file)));
    const auto add = [&](const char* name, const char* argument, const std::string& help) {
      options.addOption(Option(name, "", help).argument(argument).binding(name));
    };
    add("port", "PORT",
        "Where to listen on 127.0.0.1 (" + std::to_string(trade_.usual_port) +
            "; 0: any free one).");
    for (const OwnOption& each : trade_.options) add(each.name, each.argument, each.help);
    add("books", "FILE", "An SQLite file for the books; in memory, when not given.");
    add("seed", "NUMBER", "Of what happens by chance (1).");
    add("ready-file", "FILE", "Written with the port once requests are taken: for scripts.");
  }

  int main(const std::vector<std::string>& words) override {
    if (help_) return EXIT_OK;
    if (!words.empty()) {
      say("'" + words.front() + "' is no option. See: " + trade_.program + " --help");
      return EXIT_USAGE;
    }
    try {
      return serve();
    } catch (const Poco::Net::NetException& error) {
      say("cannot listen: " + error.displayText() + ". Give it another --port.");
      return EXIT_UNAVAILABLE;
    } catch (const Poco::Exception& error) {
      say(error.displayText());
      return EXIT_CONFIG;
    }
  }

 private:
  void say(const std::string& what) const { std::cerr << trade_.program << ": " << what << '\n'; }

  void ask_help(const std::string& /*name*/, const std::string& /*value*/) {
    help_ = true;
    Poco::Util::HelpFormatter formatter(options());
    formatter.setUnixStyle(true);
    formatter.setWidth(100);
    formatter.setCommand(trade_.program);
    formatter.setUsage("[OPTION]...");
    formatter.format(std::cout);
    std::cout
        << '\n'
        << trade_.help
        << "\nEvery option is also a key of a file (--config FILE: .properties, .xml or .ini)."
           " The command\nline comes first.\n"
           "Exit codes: 0 stopped, 64 usage, 69 the port is taken, 78 the configuration is"
           " wrong.\n";
    stopOptionsProcessing();
  }

  // Beneath the command line, whichever comes first there.
  void load_file(const std::string& /*name*/, const std::string& value) {
    loadConfiguration(value, PRIO_DEFAULT);
  }

  Poco::UInt16 port() const {
    const unsigned port = config().getUInt("port", trade_.usual_port);
    if (port > kLastPort) {
      throw Poco::RangeException("port " + std::to_string(port) + ": expected 0 ... 65535");
    }
    return static_cast<Poco::UInt16>(port);
  }

  int serve() {
    hold_signals_back();
    Whims whims(config().getUInt("seed", 1));
    const Poco::UInt16 wanted = port();
    const std::unique_ptr<Party> party = trade_.open(config(), whims, logger());
    if (config().has(trade_.tells)) party->tell_at(config().getString(trade_.tells));
    // Poco would share the port with whoever has it.
    Poco::Net::ServerSocket socket;
    socket.bind({"127.0.0.1", wanted}, true, false);
    socket.listen();
    Poco::ThreadPool threads(4, kThreads);
    Poco::Net::HTTPServerParams::Ptr params = new Poco::Net::HTTPServerParams;
    params->setMaxThreads(kThreads);
    params->setMaxQueued(kWaiting);
    params->setKeepAlive(true);
    Poco::Net::HTTPServer server(new Pages(trade_, *party, whims), threads, socket, params);
    server.start();
    const std::string open_at = std::to_string(socket.address().port());
    write_ready_file(open_at);
    std::cout << trade_.says << " http://127.0.0.1:" << open_at << trade_.path
              << "; its books are at /books. Ctrl-C stops it.\n"
              << std::flush;
    waitForTerminationRequest();
    server.stopAll(true);
    return EXIT_OK;
  }

  // For waitForTerminationRequest(), which would hold them back when it is called: whoever sends
  // one as soon as the ready file is there would kill this process. Threads inherit it.
  static void hold_signals_back() {
    sigset_t set;
    sigemptyset(&set);
    for (const int each : {SIGINT, SIGQUIT, SIGTERM}) sigaddset(&set, each);
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  }

  // Whole or not at all.
  void write_ready_file(const std::string& port) {
    const std::string file = config().getString("ready-file", "");
    if (file.empty()) return;
    std::ofstream(file + ".new") << port << '\n';
    Poco::File(file + ".new").renameTo(file);
  }

  const Trade& trade_;
  bool help_ = false;
};

}  // namespace

void Page::handleRequest(Poco::Net::HTTPServerRequest& /*request*/,
                         Poco::Net::HTTPServerResponse& response) {
  response.setStatusAndReason(static_cast<Poco::Net::HTTPResponse::HTTPStatus>(status_));
  response.setContentType(type_);
  response.setContentLength64(static_cast<Poco::Int64>(text_.size()));
  response.send() << text_;
}

int run(const Trade& trade, int count, char** words) {
  Program program(trade);
  try {
    program.init(count, words);
  } catch (const Poco::Util::OptionException& error) {
    std::cerr << trade.program << ": " << error.displayText() << ". See: " << trade.program
              << " --help\n";
    return Poco::Util::Application::EXIT_USAGE;
  } catch (const Poco::Exception& error) {
    std::cerr << trade.program << ": " << error.displayText() << '\n';
    return Poco::Util::Application::EXIT_CONFIG;
  }
  // Through the base: ServerApplication hides it.
  return static_cast<Poco::Util::Application&>(program).run();
}

}  // namespace simulators
