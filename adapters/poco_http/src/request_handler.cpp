// SPDX-License-Identifier: Apache-2.0
#include "request_handler.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/HTTPServerSession.h>

#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include "deadline_socket.hpp"
#include "served_request.hpp"
#include "strict_request_guard.hpp"

namespace banyan::poco_http {
namespace {

class RequestHandler final : public Poco::Net::HTTPRequestHandler {
 public:
  RequestHandler(Serving& serving, std::size_t listener,
                 const Poco::Net::HTTPServerRequest& request)
      : serving_(serving),
        listener_(listener),
        guard_(serving.options.limits),
        refusal_(guard_.refusal_of(request)) {}

  bool refuses() const { return refusal_.has_value(); }

  void handleRequest(Poco::Net::HTTPServerRequest& request,
                     Poco::Net::HTTPServerResponse& response) override {
    auto& from_poco = dynamic_cast<Poco::Net::HTTPServerRequestImpl&>(request);
    try {
      // Poco takes whatever ends its reading, a time-out too, for the end of the head.
      if (from_poco.session().networkException() != nullptr ||
          static_cast<ServedSocket*>(from_poco.socket().impl())->ended()) {
        return response.setKeepAlive(false);
      }
      const auto served = std::make_shared<ServedRequest>(serving_, listener_, from_poco, response,
                                                          std::move(guard_));
      refusal_ ? served->refuse(*refusal_) : served->serve();
    } catch (const std::exception& exception) {
      serving_.fault(exception.what());
      response.setKeepAlive(false);
    }
  }

 private:
  Serving& serving_;
  const std::size_t listener_;
  StrictRequestGuard guard_;
  std::optional<http::Refusal> refusal_;
};

}  // namespace

Poco::Net::HTTPRequestHandler* RequestHandlerFactory::createRequestHandler(
    const Poco::Net::HTTPServerRequest& request) {
  auto handler = std::make_unique<RequestHandler>(serving_, listener_, request);
  // Else Poco asks for the body of what is refused (100).
  if (handler->refuses()) {
    request.response().setStatus(Poco::Net::HTTPResponse::HTTP_BAD_REQUEST);
  }
  return handler.release();
}

}  // namespace banyan::poco_http
