// SPDX-License-Identifier: Apache-2.0
// A payment provider as one meets them, for whoever has to live with one: see --help.
#include <Poco/File.h>
#include <Poco/JSON/Object.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Path.h>
#include <Poco/URI.h>
#include <Poco/Util/HelpFormatter.h>
#include <Poco/Util/OptionException.h>
#include <Poco/Util/ServerApplication.h>

#include <fstream>
#include <iostream>

#include "books.hpp"
#include "gateway.hpp"
#include "moods.hpp"
#include "notifier.hpp"

namespace acmepay {
namespace {

using Poco::Net::HTTPServerRequest;
using Poco::Net::HTTPServerResponse;
using Poco::Util::Option;
using Poco::Util::OptionCallback;

constexpr const char* kHelp =
    "A payment provider with an interface as ugly as real ones: XML by POST at one URL, errors\n"
    "inside of a 200, its own ids, decimal amounts, notifications out of order and twice. It "
    "moves\n"
    "no money. For developing, testing and showing what keeps such a party out of an application.\n"
    "\n"
    "  POST /gw/xml     PREAUTH, CAPTURE, REVERSAL, CREDIT, STATUS "
    "(app/simulators/payment_provider/\n"
    "                   gateway.hpp shows the documents)\n"
    "  GET  /books      what it has done, as JSON: for those who check\n"
    "  GET  /control    how it behaves; with a query it behaves so from now on:\n"
    "       ?notify=URL            where it tells what it has done\n"
    "       ?outage=on|off         a page for people, with 503\n"
    "       ?slow=MS               before it looks at a request\n"
    "       ?lose_answers=PERCENT  are carried out and never answered\n"
    "       ?duplicate=PERCENT     of the notifications come twice\n"
    "       ?disorder=MS           that a notification may be late, so that others pass it\n"
    "\n"
    "Instruments that begin with tok_declined or tok_poor have no money behind them.\n"
    "\n"
    "Try\n"
    "  payment-provider --port 8600 --notify http://127.0.0.1:8080/callbacks/payments\n"
    "  recordshop --payment-provider http://127.0.0.1:8600/gw/xml\n"
    "  curl 'http://127.0.0.1:8600/control?outage=on'; curl http://127.0.0.1:8600/books\n"
    "\n"
    "Every option is also a key of a file (--config FILE, .properties, .xml or .ini): port, "
    "notify,\n"
    "merchant, secret, books, seed. The command line comes first.\n"
    "Exit codes: 0 stopped, 64 usage, 69 the port is taken, 78 the configuration is wrong.\n";

class Page final : public Poco::Net::HTTPRequestHandler {
 public:
  Page(int status, std::string type, std::string text)
      : status_(status), type_(std::move(type)), text_(std::move(text)) {}
  void handleRequest(HTTPServerRequest& /*request*/, HTTPServerResponse& response) override {
    response.setStatusAndReason(static_cast<Poco::Net::HTTPResponse::HTTPStatus>(status_));
    response.setContentType(type_);
    response.setContentLength64(static_cast<Poco::Int64>(text_.size()));
    response.send() << text_;
  }

 private:
  const int status_;
  const std::string type_;
  const std::string text_;
};

class Pages final : public Poco::Net::HTTPRequestHandlerFactory {
 public:
  Pages(const Merchant& merchant, Books& books, Moods& moods, Notifier& notifier)
      : merchant_(merchant), books_(books), moods_(moods), notifier_(notifier) {}

  Poco::Net::HTTPRequestHandler* createRequestHandler(const HTTPServerRequest& request) override {
    const Poco::URI uri(request.getURI());
    if (uri.getPath() == "/gw/xml" && request.getMethod() == "POST") {
      return new Gateway(merchant_, books_, moods_, notifier_);
    }
    if (uri.getPath() == "/books") return new Page(200, "application/json", books_.to_json());
    if (uri.getPath() == "/control") {
      const std::string problem = moods_.change(uri.getQueryParameters());
      if (!problem.empty()) return new Page(400, "text/plain", problem + '\n');
      return new Page(200, "application/json", moods_.to_json(notifier_.untold()));
    }
    return new Page(404, "text/plain", "There are /gw/xml (POST), /books and /control.\n");
  }

 private:
  const Merchant& merchant_;
  Books& books_;
  Moods& moods_;
  Notifier& notifier_;
};

class Program final : public Poco::Util::ServerApplication {
 public:
  Program() { setUnixOptions(true); }

 protected:
  void defineOptions(Poco::Util::OptionSet& options) override {
    // Without those of ServerApplication: who runs this as a daemon is the system's business.
    Application::defineOptions(options);  // NOLINT(bugprone-parent-virtual-call)
    options.addOption(Option("help", "h", "Show this and stop.")
                          .callback(OptionCallback<Program>(this, &Program::ask_help)));
    options.addOption(Option("config", "", "A file with what the options do not say.")
                          .argument("FILE")
                          .callback(OptionCallback<Program>(this, &Program::load_file)));
    const auto add = [&](const char* name, const char* argument, const char* help) {
      options.addOption(Option(name, "", help).argument(argument).binding(name));
    };
    add("port", "PORT", "Where to listen on 127.0.0.1 (8600; 0: any free one).");
    add("notify", "URL", "Where the merchant is told what has happened; nobody, when not given.");
    add("merchant", "ID", "Who may ask (RECSHOP01).");
    add("secret", "TEXT", "What both sides sign with (change-me).");
    add("books", "FILE", "An SQLite file for the books; in memory, when not given.");
    add("seed", "NUMBER", "Of what happens by chance (1).");
    add("ready-file", "FILE", "Written with the port once requests are taken: for scripts.");
  }

  int main(const std::vector<std::string>& words) override {
    if (help_) return EXIT_OK;
    if (!words.empty()) {
      std::cerr << "payment-provider: '" << words.front()
                << "' is no option. See: payment-provider --help\n";
      return EXIT_USAGE;
    }
    try {
      return serve();
    } catch (const Poco::Net::NetException& error) {
      std::cerr << "payment-provider: cannot listen: " << error.displayText()
                << ". Give it another --port.\n";
      return EXIT_UNAVAILABLE;
    } catch (const Poco::Exception& error) {
      std::cerr << "payment-provider: " << error.displayText() << '\n';
      return EXIT_CONFIG;
    }
  }

 private:
  void ask_help(const std::string& /*name*/, const std::string& /*value*/) {
    help_ = true;
    Poco::Util::HelpFormatter formatter(options());
    formatter.setUnixStyle(true);
    formatter.setWidth(100);
    formatter.setCommand("payment-provider");
    formatter.setUsage("[OPTION]...");
    formatter.format(std::cout);
    std::cout << '\n' << kHelp;
    stopOptionsProcessing();
  }

  // Beneath the command line, whichever comes first there.
  void load_file(const std::string& /*name*/, const std::string& value) {
    loadConfiguration(value, PRIO_DEFAULT);
  }

  int serve() {
    const Merchant merchant{config().getString("merchant", "RECSHOP01"),
                            config().getString("secret", "change-me")};
    Moods moods(config().getUInt("seed", 1));
    Books books(config().getString("books", ":memory:"));
    const std::string notify = config().getString("notify", "");
    if (!notify.empty()) moods.change({{"notify", notify}});
    Notifier notifier(merchant.id, merchant.secret, moods, logger());
    // Poco would share the port with whoever has it.
    Poco::Net::ServerSocket socket;
    socket.bind({"127.0.0.1", static_cast<Poco::UInt16>(config().getUInt("port", 8600))}, true,
                false);
    socket.listen();
    Poco::ThreadPool threads(4, 128);
    Poco::Net::HTTPServerParams::Ptr params = new Poco::Net::HTTPServerParams;
    params->setMaxThreads(128);
    params->setMaxQueued(1'000);
    params->setKeepAlive(true);
    Poco::Net::HTTPServer server(new Pages(merchant, books, moods, notifier), threads, socket,
                                 params);
    server.start();
    const std::string port = std::to_string(socket.address().port());
    write_ready_file(port);
    std::cout << "AcmePay takes requests at http://127.0.0.1:" << port
              << "/gw/xml; its books are at /books. Ctrl-C stops it.\n"
              << std::flush;
    waitForTerminationRequest();
    server.stopAll(true);
    return EXIT_OK;
  }

  // Whole or not at all.
  void write_ready_file(const std::string& port) {
    const std::string file = config().getString("ready-file", "");
    if (file.empty()) return;
    std::ofstream(file + ".new") << port << '\n';
    Poco::File(file + ".new").renameTo(file);
  }

  bool help_ = false;
};

}  // namespace
}  // namespace acmepay

int main(int count, char** words) {
  acmepay::Program program;
  try {
    program.init(count, words);
  } catch (const Poco::Exception& error) {
    std::cerr << "payment-provider: " << error.displayText() << ". See: payment-provider --help\n";
    return Poco::Util::Application::EXIT_USAGE;
  }
  // Through the base: ServerApplication hides it.
  return static_cast<Poco::Util::Application&>(program).run();
}
