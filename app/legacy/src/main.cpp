// main.cpp -- the web shop. (A, 2012; on Poco since 2015, C has added the rest)
#include <Poco/Util/HelpFormatter.h>
#include <Poco/Util/Option.h>
#include <Poco/Util/OptionSet.h>
#include <Poco/Util/ServerApplication.h>

#include <cstdio>
#include <fstream>
#include <iostream>

#include "db.h"
#include "errors.h"
#include "http.h"
#include "mail.h"
#include "payment.h"
#include "settings.h"
#include "util.h"

using Poco::Util::Option;
using Poco::Util::OptionCallback;

namespace {

const char* const kHelp =
    "Records by Mail, as it has grown since 2012. Make a database first:\n"
    "  legacy-import --sample --database shop.db\n"
    "  legacy-shop --database shop.db --port 3000\n"
    "  curl http://127.0.0.1:3000/albums\n"
    "Every option is also a key of shop.properties (--config FILE), as are web.threads,\n"
    "report.connection (shared, own), account.limit, basket.most, session.days and desk.key.\n"
    "Exit codes: 0 stopped, 64 usage, 66 no database, 69 the port is taken, 78 a bad shop.properties.\n";

class Shop : public Poco::Util::ServerApplication {
 public:
  Shop() { setUnixOptions(true); }

 protected:
  void defineOptions(Poco::Util::OptionSet& options) override {
    ServerApplication::defineOptions(options);
    options.addOption(Option("help", "h", "Show this and stop.")
                          .callback(OptionCallback<Shop>(this, &Shop::ask_help)));
    options.addOption(Option("config", "", "What the options do not say: shop.properties.")
                          .argument("FILE")
                          .callback(OptionCallback<Shop>(this, &Shop::load_file)));
    const auto add = [&](const char* name, const char* argument, const char* help) {
      options.addOption(Option(name, "", help).argument(argument).binding(name));
    };
    add("database", "FILE", "The shop's database (shop.db).");
    add("host", "ADDRESS", "Where to listen (127.0.0.1).");
    add("port", "PORT", "And at which port (3000; 0: any free one).");
    add("ready-file", "FILE", "Written with the port once requests are taken: for scripts.");
    add("verbose", "0|1", "A line on standard error for what happens (0).");
  }

  int main(const std::vector<std::string>& words) override {
    if (help_) return EXIT_OK;
    if (!words.empty()) {
      std::cerr << "legacy-shop: '" << words.front() << "' is no option. See: legacy-shop --help\n";
      return EXIT_USAGE;
    }
    try {
      return serve();
    } catch (const Poco::NotFoundException& error) {
      std::cerr << "legacy-shop: " << error.displayText() << '\n';
      return EXIT_CONFIG;
    } catch (const Poco::SyntaxException& error) {
      std::cerr << "legacy-shop: a number is expected: " << error.displayText() << '\n';
      return EXIT_CONFIG;
    } catch (const Poco::Exception& error) {
      std::cerr << "legacy-shop: cannot listen: " << error.displayText() << ". Give it another --port.\n";
      return EXIT_UNAVAILABLE;
    }
  }

 private:
  void ask_help(const std::string&, const std::string&) {
    help_ = true;
    Poco::Util::HelpFormatter formatter(options());
    formatter.setUnixStyle(true);
    formatter.setWidth(100);
    formatter.setCommand("legacy-shop");
    formatter.setUsage("[OPTION]...");
    formatter.format(std::cout);
    std::cout << '\n' << kHelp;
    stopOptionsProcessing();
  }

  void load_file(const std::string&, const std::string& file) { loadConfiguration(file, PRIO_DEFAULT); }

  void read_settings() {
    g_verbose = config().getInt("verbose", 0);
    g_threads = config().getInt("web.threads", g_threads);
    g_session_days = config().getInt("session.days", g_session_days);
    g_basket_most = config().getInt("basket.most", g_basket_most);
    g_desk_key = config().getString("desk.key", g_desk_key);
    PaymentManager::getInstance()->setAccountLimit(config().getInt64("account.limit", 100000));
  }

  int serve() {
    read_settings();
    const auto file = config().getString("database", "shop.db");
    if (Db::instance()->open(file.c_str()) != SHOP_OK) {
      std::cerr << "legacy-shop: " << file << ": " << Db::instance()->last_error()
                << ". Make one: legacy-import --sample --database " << file << '\n';
      return EXIT_NOINPUT;
    }
    if (config().getString("report.connection", "shared") == "own") {
      g_report_db = new Db;
      if (g_report_db->open(file.c_str()) != SHOP_OK) return EXIT_NOINPUT;
    }
    MailManager::getInstance()->start();
    Router router;
    add_routes(router);
    WebServer server(router, config().getString("host", "127.0.0.1"), config().getInt("port", 3000), g_threads);
    write_ready_file(server.port());
    std::cout << "Records by Mail is at http://127.0.0.1:" << server.port() << "/. Ctrl-C stops it.\n"
              << std::flush;
    waitForTerminationRequest();
    return EXIT_OK;
  }

  // Whole or not at all.
  void write_ready_file(int port) {
    const auto file = config().getString("ready-file", "");
    if (file.empty()) return;
    std::ofstream(file + ".new") << port << '\n';
    std::rename((file + ".new").c_str(), file.c_str());
  }

  bool help_ = false;
};

}  // namespace

int main(int count, char** words) {
  try {
    Shop shop;
    return shop.run(count, words);
  } catch (const Poco::Exception& error) {
    std::cerr << "legacy-shop: " << error.displayText() << ". See: legacy-shop --help\n";
    return Poco::Util::Application::EXIT_USAGE;
  }
}
