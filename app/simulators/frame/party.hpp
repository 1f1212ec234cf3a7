// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Logger.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/URI.h>
#include <Poco/Util/AbstractConfiguration.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "frame/whims.hpp"

/// What all outside parties have in common: options, one port on this machine, a file that says
/// that it is open, /books and /control, exit codes. What they are is theirs.
namespace simulators {

/// A page that is written at once.
class Page final : public Poco::Net::HTTPRequestHandler {
 public:
  Page(int status, std::string type, std::string text)
      : status_(status), type_(std::move(type)), text_(std::move(text)) {}
  void handleRequest(Poco::Net::HTTPServerRequest& request,
                     Poco::Net::HTTPServerResponse& response) override;

 private:
  const int status_;
  const std::string type_;
  const std::string text_;
};

/// A party that is open.
class Party {
 public:
  virtual ~Party() = default;
  /// Who takes the request, for the server to delete; null: there is nothing of the kind.
  virtual Poco::Net::HTTPRequestHandler* handler(const Poco::Net::HTTPServerRequest& request,
                                                 const Poco::URI& uri) = 0;
  /// What it has done, as JSON: for those who check.
  virtual std::string books() = 0;
  /// From now on somebody else is told what has happened, also of what waits.
  virtual void tell_at(const std::string& url) = 0;
  virtual std::string told_at() = 0;
  /// How many things wait to be told.
  virtual std::size_t untold() = 0;
};

struct OwnOption {
  const char* name;
  const char* argument;
  const char* help;
};

struct Trade {
  const char* program;  ///< "payment-provider"
  const char* help;     ///< behind the options
  const char* says;     ///< "AcmePay takes requests at", when it is open
  const char* path;     ///< "/gw/xml"
  unsigned usual_port;
  /// The option, and the setting of /control, that says whom it tells: "notify".
  const char* tells;
  const char* pages;  ///< what there is, for who asks for something else
  std::vector<OwnOption> options;
  /// Called once, when the options are read. Throws Poco::Exception for what is wrong with them.
  std::function<std::unique_ptr<Party>(Poco::Util::AbstractConfiguration& options, Whims& whims,
                                       Poco::Logger& logger)>
      open;
};

/// The whole program. Exit codes: 0 stopped, 64 usage, 69 the port is taken, 78 the configuration
/// is wrong.
int run(const Trade& trade, int count, char** words);

}  // namespace simulators
