// SPDX-License-Identifier: Apache-2.0
// A carrier as one meets them, for whoever has to live with one: see --help.
#include <algorithm>

#include "desk.hpp"
#include "frame/party.hpp"

namespace overland {
namespace {

using simulators::Page;

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
    "                          moves a parcel: uplifted, depot, delayed, delivered, undeliverable\n"
    "  GET  /control           how it behaves; with a query it behaves so from now on:\n"
    "       ?outage=on|off         a page for people, or a fault with status 200\n"
    "       ?slow=MS               before it looks at a request\n"
    "       ?late=MS               between what it has done and its answer\n"
    "       ?lose_answers=PERCENT  are carried out and never answered\n"
    "       ?duplicate=PERCENT     of the scans are listed and pushed twice\n"
    "       ?disorder=MS           that a push may be late, so that others pass it\n"
    "       ?push=URL              where consignors are told\n"
    "                          and `untold`, how many pushes wait\n"
    "\n"
    "It does not go to AQ and KP, nor without a postal code to DE.\n"
    "\n"
    "Try\n"
    "  parcel-carrier --port 8700 --push http://127.0.0.1:8080/callbacks/shipping\n"
    "  recordshop --carrier http://127.0.0.1:8700/ws/CargoConnect\n"
    "  curl 'http://127.0.0.1:8700/control?outage=on'; curl http://127.0.0.1:8700/books\n";

class Carrier final : public simulators::Party {
 public:
  Carrier(Poco::Util::AbstractConfiguration& options, simulators::Whims& whims,
          Poco::Logger& logger)
      : account_{options.getString("account", "40017"), options.getString("pin", "0000")},
        whims_(whims),
        depot_(options.getString("books", ":memory:")),
        pusher_({options.getInt("uplift-after", 5), options.getInt("deliver-after", 10)}, depot_,
                whims, logger) {}

  Poco::Net::HTTPRequestHandler* handler(const Poco::Net::HTTPServerRequest& request,
                                         const Poco::URI& uri) override {
    if (uri.getPath() == "/ws/CargoConnect" && request.getMethod() == "POST") {
      return new Desk(account_, depot_, whims_, pusher_);
    }
    if (uri.getPath() == "/move") return move(uri.getQueryParameters());
    return nullptr;
  }
  std::string books() override { return depot_.to_json(); }
  void tell_at(const std::string& url) override { pusher_.tell_at(url); }
  std::string told_at() override { return pusher_.told_at(); }
  std::size_t untold() override { return pusher_.waiting(); }

 private:
  Poco::Net::HTTPRequestHandler* move(const Poco::URI::QueryParameters& query) {
    const auto value = [&](const char* name) {
      const auto found =
          std::ranges::find_if(query, [&](const auto& each) { return each.first == name; });
      return found == query.end() ? std::string() : found->second;
    };
    const auto parcel = depot_.move(value("ref"), value("step"));
    if (!parcel) {
      return new Page(
          404, "text/plain",
          "There is no such parcel, or no such step: uplifted, depot, delayed, undeliverable,"
          " delivered.\n");
    }
    pusher_.tell(*parcel);
    return new Page(200, "text/plain", parcel->scans.back().what + '\n');
  }

  const Account account_;
  simulators::Whims& whims_;
  Depot depot_;
  Pusher pusher_;
};

}  // namespace
}  // namespace overland

int main(int count, char** words) {
  const simulators::Trade trade{
      .program = "parcel-carrier",
      .help = overland::kHelp,
      .says = "Overland takes consignments at",
      .path = "/ws/CargoConnect",
      .usual_port = 8700,
      .tells = "push",
      .pages = "There are /ws/CargoConnect (POST), /books, /move and /control.",
      .options = {{"push", "URL",
                   "Where consignors are told what has happened; nobody, when not given."},
                  {"account", "NUMBER", "Who may ask (40017)."},
                  {"pin", "DIGITS", "And proves it so (0000)."},
                  {"uplift-after", "SECONDS",
                   "A parcel is collected so long after it was lodged (5; -1: only by /move)."},
                  {"deliver-after", "SECONDS", "And handed over so long after that (10)."}},
      .open = [](Poco::Util::AbstractConfiguration& options, simulators::Whims& whims,
                 Poco::Logger& logger) {
        return std::make_unique<overland::Carrier>(options, whims, logger);
      }};
  return simulators::run(trade, count, words);
}
