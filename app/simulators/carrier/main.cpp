// SPDX-License-Identifier: Apache-2.0
// A carrier as one meets them, for whoever has to live with one: see --help.
#include <Poco/File.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/URI.h>
#include <Poco/Util/HelpFormatter.h>
#include <Poco/Util/ServerApplication.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <optional>

#include "desk.hpp"

namespace overland {
namespace {

using Poco::Net::HTTPServerRequest;
using Poco::Net::HTTPServerResponse;
using Poco::Util::Option;
using Poco::Util::OptionCallback;

constexpr const char* kHelp =
    "A carrier with an interface as ugly as real ones: something like SOAP in ISO 8859-1, what "
    "has\n"
    "happened in prose, times without a zone, odd status codes, pushes out of order and twice. It\n"
    "carries nothing. For developing, testing and showing what keeps such a party out of an\n"
    "application.\n"
    "\n"
    "  POST /ws/CargoConnect   LodgeConsignment, WithdrawConsignment, TraceRequest\n"
    "                          (app/simulators/carrier/documents.hpp shows the documents)\n"
    "  GET  /books             its parcels, as JSON: for those who check\n"
    "  GET  /move?ref=REF&step=STEP\n"
    "                          moves a parcel: uplifted, depot, delayed, delivered\n"
    "  GET  /control           how it behaves; with a query it behaves so from now on:\n"
    "       ?outage=0|1            a page for people, or a fault with status 200\n"
    "       ?slow=MS               before it looks at a request\n"
    "       ?late=MS               between what it has done and its answer\n"
    "       ?lose_answers=PERCENT  are carried out and never answered\n"
    "       ?duplicate=PERCENT     of the scans are listed and pushed twice\n"
    "       ?disorder=MS           that a push may be late, so that others pass it\n"
    "       ?push=URL              where consignors are told\n"
    "                          and `unpushed`, how many pushes wait\n"
    "\n"
    "It does not go to AQ and KP, nor without a postal code to DE.\n"
    "\n"
    "Try\n"
    "  parcel-carrier --port 8700 --push http://127.0.0.1:8080/callbacks/shipping\n"
    "  recordshop --carrier http://127.0.0.1:8700/ws/CargoConnect\n"
    "  curl 'http://127.0.0.1:8700/control?outage=1'; curl http://127.0.0.1:8700/books\n"
    "\n"
    "Every option is also a key of a file (--config FILE, .properties, .xml or .ini): port, push,\n"
    "account, pin, books, seed, uplift-after, deliver-after. The command line comes first.\n"
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
  Pages(const Account& account, Depot& depot, Whims& whims, Pusher& pusher)
      : account_(account), depot_(depot), whims_(whims), pusher_(pusher) {}

  Poco::Net::HTTPRequestHandler* createRequestHandler(const HTTPServerRequest& request) override {
    const Poco::URI uri(request.getURI());
    if (uri.getPath() == "/ws/CargoConnect" && request.getMethod() == "POST") {
      return new Desk(account_, depot_, whims_, pusher_);
    }
    if (uri.getPath() == "/books") return new Page(200, "application/json", depot_.to_json());
    if (uri.getPath() == "/move") return move(uri.getQueryParameters());
    if (uri.getPath() == "/control") return control(uri.getQueryParameters());
    return new Page(404, "text/plain",
                    "There are /ws/CargoConnect (POST), /books, /move and /control.\n");
  }

 private:
  Poco::Net::HTTPRequestHandler* control(Poco::URI::QueryParameters query) {
    const auto push =
        std::ranges::find_if(query, [](const auto& each) { return each.first == "push"; });
    std::optional<std::string> url;
    if (push != query.end()) {
      url = push->second;
      query.erase(push);
    }
    const std::string problem = whims_.change(query);
    if (!problem.empty()) return new Page(400, "text/plain", problem + '\n');
    if (url) pusher_.tell_at(*url);
    return new Page(200, "application/json", whims_.to_json(pusher_.waiting()));
  }

  Poco::Net::HTTPRequestHandler* move(const Poco::URI::QueryParameters& query) {
    const auto value = [&](const char* name) {
      const auto found =
          std::ranges::find_if(query, [&](const auto& each) { return each.first == name; });
      return found == query.end() ? std::string() : found->second;
    };
    const auto parcel = depot_.move(value("ref"), value("step"));
    if (!parcel) {
      return new Page(404, "text/plain",
                      "There is no such parcel, or no such step: uplifted, depot, delayed,"
                      " delivered.\n");
    }
    pusher_.tell(*parcel);
    return new Page(200, "text/plain", parcel->scans.back().what + '\n');
  }

  const Account& account_;
  Depot& depot_;
  Whims& whims_;
  Pusher& pusher_;
};

class Program final : public Poco::Util::ServerApplication {
 public:
  Program() { setUnixOptions(true); }

 protected:
  void defineOptions(Poco::Util::OptionSet& options) override {
    ServerApplication::defineOptions(options);
    options.addOption(Option("help", "h", "Show this and stop.")
                          .callback(OptionCallback<Program>(this, &Program::ask_help)));
    options.addOption(Option("config", "", "A file with what the options do not say.")
                          .argument("FILE")
                          .callback(OptionCallback<Program>(this, &Program::load_file)));
    const auto add = [&](const char* name, const char* argument, const char* help) {
      options.addOption(Option(name, "", help).argument(argument).binding(name));
    };
    add("port", "PORT", "Where to listen on 127.0.0.1 (8700; 0: any free one).");
    add("push", "URL", "Where consignors are told what has happened; nobody, when not given.");
    add("account", "NUMBER", "Who may ask (40017).");
    add("pin", "DIGITS", "And proves it so (0000).");
    add("books", "FILE", "An SQLite file for the books; in memory, when not given.");
    add("seed", "NUMBER", "Of what happens by chance (1).");
    add("uplift-after", "SECONDS",
        "A parcel is collected so long after it was lodged (5; -1: only"
        " by /move).");
    add("deliver-after", "SECONDS", "And handed over so long after that (10).");
    add("ready-file", "FILE", "Written with the port once requests are taken: for scripts.");
  }

  int main(const std::vector<std::string>& words) override {
    if (help_) return EXIT_OK;
    if (!words.empty()) {
      std::cerr << "parcel-carrier: '" << words.front()
                << "' is no option. See: parcel-carrier --help\n";
      return EXIT_USAGE;
    }
    try {
      return serve();
    } catch (const Poco::Net::NetException& error) {
      std::cerr << "parcel-carrier: cannot listen: " << error.displayText()
                << ". Give it another --port.\n";
      return EXIT_UNAVAILABLE;
    } catch (const Poco::Exception& error) {
      std::cerr << "parcel-carrier: " << error.displayText() << '\n';
      return EXIT_CONFIG;
    }
  }

 private:
  void ask_help(const std::string& /*name*/, const std::string& /*value*/) {
    help_ = true;
    Poco::Util::HelpFormatter formatter(options());
    formatter.setUnixStyle(true);
    formatter.setWidth(100);
    formatter.setCommand("parcel-carrier");
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
    const Account account{config().getString("account", "40017"),
                          config().getString("pin", "0000")};
    Whims whims(config().getUInt("seed", 1));
    Depot depot(config().getString("books", ":memory:"));
    Pusher pusher(config().getString("push", ""),
                  {config().getInt("uplift-after", 5), config().getInt("deliver-after", 10)}, depot,
                  whims, logger());
    Poco::Net::ServerSocket socket(Poco::Net::SocketAddress(
        "127.0.0.1", static_cast<Poco::UInt16>(config().getUInt("port", 8700))));
    Poco::ThreadPool threads(4, 128);
    Poco::Net::HTTPServerParams::Ptr params = new Poco::Net::HTTPServerParams;
    params->setMaxThreads(128);
    params->setMaxQueued(1'000);
    params->setKeepAlive(true);
    Poco::Net::HTTPServer server(new Pages(account, depot, whims, pusher), threads, socket, params);
    server.start();
    const std::string port = std::to_string(socket.address().port());
    write_ready_file(port);
    std::cout << "Overland takes consignments at http://127.0.0.1:" << port
              << "/ws/CargoConnect; its books are at /books. Ctrl-C stops it.\n"
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
}  // namespace overland

int main(int count, char** words) {
  try {
    overland::Program program;
    return program.run(count, words);
  } catch (const Poco::Exception& error) {
    std::cerr << "parcel-carrier: " << error.displayText() << ". See: parcel-carrier --help\n";
    return Poco::Util::Application::EXIT_USAGE;
  }
}
