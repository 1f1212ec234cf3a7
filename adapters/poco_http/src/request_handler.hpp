// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Net/HTTPRequestHandlerFactory.h>

#include <cstddef>

#include "serving.hpp"

namespace banyan::poco_http {

/// The only thing that Poco's server meets: has the guard look at each request, and hands what it
/// lets through to the application.
class RequestHandlerFactory final : public Poco::Net::HTTPRequestHandlerFactory {
 public:
  RequestHandlerFactory(Serving& serving, std::size_t listener)
      : serving_(serving), listener_(listener) {}

  Poco::Net::HTTPRequestHandler* createRequestHandler(
      const Poco::Net::HTTPServerRequest& request) override;

 private:
  Serving& serving_;
  const std::size_t listener_;
};

}  // namespace banyan::poco_http
