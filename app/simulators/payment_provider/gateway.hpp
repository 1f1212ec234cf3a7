// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Net/HTTPRequestHandler.h>

#include <string>

#include "books.hpp"
#include "frame/whims.hpp"
#include "notifier.hpp"

namespace acmepay {

struct Merchant {
  std::string id;
  std::string secret;
};

/// All that there is at /gw/xml. The documents:
///
///     <PayRequest version="1.4" merchant="RECSHOP01" sign="HMAC-SHA1 of merchant|type|ref|amount">
///       <Transaction type="PREAUTH | CAPTURE | REVERSAL | CREDIT | STATUS">
///         <MerchantRef>…</MerchantRef>  <CreditRef>…</CreditRef>      (of a CREDIT)
///         <Amount cur="978">12.5</Amount>  <Instrument>tok_visa</Instrument>  <Payer>…</Payer>
///       </Transaction>
///     </PayRequest>
///
///     <PayResponse version="1.4">
///       <TxnId>88100003</TxnId> <MerchantRef>…</MerchantRef>
///       <Result code="00" text="APPROVED"/>  <State>C</State>  <Amount cur="978">12.5</Amount>
///       <Credits><Credit ref="…">1</Credit></Credits>
///     </PayResponse>
///
/// and where something is wrong, with status 200, <PayResponse><Error code="E-017">…</Error></…>.
class Gateway final : public Poco::Net::HTTPRequestHandler {
 public:
  Gateway(const Merchant& merchant, Books& books, simulators::Whims& whims, Notifier& notifier)
      : merchant_(merchant), books_(books), whims_(whims), notifier_(notifier) {}

  void handleRequest(Poco::Net::HTTPServerRequest& request,
                     Poco::Net::HTTPServerResponse& response) override;

 private:
  struct Asked;
  struct Answer {
    int status = 200;
    std::string xml;
  };

  Answer carry_out(const std::string& xml);
  Answer pre_authorise(const Asked& asked);
  Answer capture(const Asked& asked);
  Answer reverse(const Asked& asked);
  Answer credit(const Asked& asked);
  Answer status(const Asked& asked);

  const Merchant& merchant_;
  Books& books_;
  simulators::Whims& whims_;
  Notifier& notifier_;
};

}  // namespace acmepay
