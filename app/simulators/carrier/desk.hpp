// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Net/HTTPRequestHandler.h>

#include "documents.hpp"
#include "pusher.hpp"

namespace overland {

/// Takes the requests at /ws/CargoConnect.
class Desk final : public Poco::Net::HTTPRequestHandler {
 public:
  Desk(const Account& account, Depot& depot, simulators::Whims& whims, Pusher& pusher)
      : account_(account), depot_(depot), whims_(whims), pusher_(pusher) {}

  void handleRequest(Poco::Net::HTTPServerRequest& request,
                     Poco::Net::HTTPServerResponse& response) override;

 private:
  Answer carry_out(const std::string& xml);
  Answer lodge(const Asked& asked);

  const Account& account_;
  Depot& depot_;
  simulators::Whims& whims_;
  Pusher& pusher_;
};

}  // namespace overland
