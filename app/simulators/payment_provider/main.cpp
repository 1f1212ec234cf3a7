// SPDX-License-Identifier: Apache-2.0
// A payment provider as one meets them, for whoever has to live with one: see --help.
#include "books.hpp"
#include "frame/party.hpp"
#include "gateway.hpp"
#include "notifier.hpp"

namespace acmepay {
namespace {

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
    "       ?late=MS               between what it has done and its answer\n"
    "       ?lose_answers=PERCENT  are carried out and never answered\n"
    "       ?duplicate=PERCENT     of the notifications come twice\n"
    "       ?disorder=MS           that a notification may be late, so that others pass it\n"
    "                       and `untold`, how many notifications wait\n"
    "\n"
    "Instruments that begin with tok_declined or tok_poor have no money behind them.\n"
    "\n"
    "Try\n"
    "  payment-provider --port 8600 --notify http://127.0.0.1:8080/callbacks/payments\n"
    "  recordshop --payment-provider http://127.0.0.1:8600/gw/xml\n"
    "  curl 'http://127.0.0.1:8600/control?outage=on'; curl http://127.0.0.1:8600/books\n";

class Provider final : public simulators::Party {
 public:
  Provider(Poco::Util::AbstractConfiguration& options, simulators::Whims& whims,
           Poco::Logger& logger)
      : merchant_{options.getString("merchant", "RECSHOP01"),
                  options.getString("secret", "change-me")},
        whims_(whims),
        books_(options.getString("books", ":memory:")),
        notifier_(merchant_.id, merchant_.secret, whims, logger) {}

  Poco::Net::HTTPRequestHandler* handler(const Poco::Net::HTTPServerRequest& request,
                                         const Poco::URI& uri) override {
    if (uri.getPath() != "/gw/xml" || request.getMethod() != "POST") return nullptr;
    return new Gateway(merchant_, books_, whims_, notifier_);
  }
  std::string books() override { return books_.to_json(); }
  void tell_at(const std::string& url) override { notifier_.tell_at(url); }
  std::string told_at() override { return notifier_.told_at(); }
  std::size_t untold() override { return notifier_.untold(); }

 private:
  const Merchant merchant_;
  simulators::Whims& whims_;
  Books books_;
  Notifier notifier_;
};

}  // namespace
}  // namespace acmepay

int main(int count, char** words) {
  const simulators::Trade trade{
      .program = "payment-provider",
      .help = acmepay::kHelp,
      .says = "AcmePay takes requests at",
      .path = "/gw/xml",
      .usual_port = 8600,
      .tells = "notify",
      .pages = "There are /gw/xml (POST), /books and /control.",
      .options = {{"notify", "URL",
                   "Where the merchant is told what has happened; nobody, when not given."},
                  {"merchant", "ID", "Who may ask (RECSHOP01)."},
                  {"secret", "TEXT", "What both sides sign with (change-me)."}},
      .open = [](Poco::Util::AbstractConfiguration& options, simulators::Whims& whims,
                 Poco::Logger& logger) {
        return std::make_unique<acmepay::Provider>(options, whims, logger);
      }};
  return simulators::run(trade, count, words);
}
