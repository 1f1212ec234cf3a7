// SPDX-License-Identifier: Apache-2.0
#include "client_connection.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/NetException.h>

#include <algorithm>
#include <exception>
#include <string>

#include "banyan/http/parser.hpp"
#include "head_bytes.hpp"
#include "session_bytes.hpp"

namespace banyan::poco_http {
namespace {

using Kind = http::ClientFailure::Kind;

constexpr int kMostInterim = 16;

Poco::Net::StreamSocket connected(DeadlineSocket* socket, const Poco::Net::SocketAddress& address,
                                  SteadyTime deadline) {
  Poco::Net::StreamSocket stream(socket);  // owns it
  const auto left =
      std::chrono::duration_cast<std::chrono::microseconds>(deadline - system_clock().steady());
  if (left.count() <= 0) throw Poco::TimeoutException("the deadline has passed");
  stream.connect(address, Poco::Timespan(left.count()));
  stream.setNoDelay(true);
  return stream;
}

bool usually_has_body(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

}  // namespace

ClientConnection::ClientConnection(const Poco::Net::SocketAddress& address, SteadyTime deadline)
    : socket_(new DeadlineSocket), session_(connected(socket_, address, deadline)) {
  session_.setKeepAlive(true);
}

bool ClientConnection::alive() {
  try {
    return session_.connected() && !session_.socket().poll(0, Poco::Net::Socket::SELECT_READ);
  } catch (const Poco::Exception&) {
    return false;
  }
}

ClientConnection::Answer ClientConnection::failure(const http::Endpoint& endpoint, Kind kind,
                                                   std::string_view what) const {
  return std::unexpected(
      http::ClientFailure{.kind = kind,
                          .message = to_string(endpoint).append(": ").append(what),
                          .provably_unsent = socket_->sent() == 0});
}

ClientConnection::Answer ClientConnection::ask(const http::Endpoint& endpoint,
                                               const http::Request& request, SteadyTime deadline,
                                               std::uint64_t most_bytes) {
  reusable_ = false;
  socket_->reset_counts();
  socket_->send_until(deadline);
  socket_->receive_until(deadline);
  try {
    return exchange(endpoint, request, most_bytes);
  } catch (const Poco::TimeoutException&) {
    return failure(endpoint, Kind::Timeout, "no complete answer in time");
  } catch (const Poco::Net::NoMessageException&) {
    return failure(endpoint, Kind::Closed, "the connection ended before an answer");
  } catch (const Poco::Net::MessageException& exception) {
    return failure(endpoint, Kind::Protocol, exception.displayText());
  } catch (const Poco::IOException& exception) {
    return failure(endpoint, Kind::Closed, exception.displayText());
  } catch (const Poco::Exception& exception) {
    return failure(endpoint, Kind::Protocol, exception.displayText());
  } catch (const std::exception& exception) {
    return failure(endpoint, Kind::Fault, exception.what());
  }
}

ClientConnection::Answer ClientConnection::exchange(const http::Endpoint& endpoint,
                                                    const http::Request& request,
                                                    std::uint64_t most_bytes) {
  const http::RequestHead& head = request.head;
  Poco::Net::HTTPRequest out(head.method, head.target, Poco::Net::HTTPMessage::HTTP_1_1);
  if (const auto put = put_fields(head.fields, out); !put) {
    return failure(endpoint, Kind::Request, put.error().message);
  }
  if (!head.fields.contains("Host")) out.set("Host", to_string(endpoint));
  if (const auto sendable = head_bytes(out); !sendable) {
    return failure(endpoint, Kind::Request, sendable.error().message);
  }
  if (!request.body.empty() || usually_has_body(head.method)) {
    out.setContentLength64(static_cast<Poco::Int64>(request.body.size()));
  }
  std::ostream& body = session_.sendRequest(out);
  body.write(request.body.data(), static_cast<std::streamsize>(request.body.size()));

  http::ResponseParser parser(
      {.head_bytes = http::kAnswerLimits.head_bytes, .fields = http::kAnswerLimits.fields});
  parser.expect(head.method);
  for (int interim = 0;; parser.reset()) {
    Poco::Net::HTTPResponse in;
    session_.receiveResponse(in);
    // Poco takes whatever ends its reading for the end of the head.
    if (const auto* const failed = session_.networkException()) failed->rethrow();
    if (socket_->ended()) return failure(endpoint, Kind::Closed, "the head of the answer was cut");
    const auto bytes = head_bytes(in);
    if (!bytes) return failure(endpoint, Kind::Protocol, bytes.error().message);
    const http::Step step = parser.step(*bytes);
    if (step.kind == http::Step::Kind::Refused) {
      return failure(endpoint, Kind::Protocol, parser.refusal().message);
    }
    if (step.kind != http::Step::Kind::Head || step.consumed != bytes->size()) {
      return failure(endpoint, Kind::Protocol, "the head of the answer is not one head");
    }
    if (!parser.interim()) break;
    parser.step({});
    if (++interim > kMostInterim) {
      return failure(endpoint, Kind::Protocol, "too many interim answers");
    }
  }

  http::Response response{parser.head(), {}};
  if (parser.has_body()) {
    const http::Framing framing = parser.framing();
    if (framing.kind == http::Framing::Kind::UntilClose) {
      return failure(endpoint, Kind::Protocol,
                     "its answer has neither a length nor chunks, so nobody can tell whether it is"
                     " complete");
    }
    if (framing.kind == http::Framing::Kind::Length && framing.length > most_bytes) {
      return failure(endpoint, Kind::TooLarge, "its answer is longer than allowed");
    }
  }
  SessionBytes bytes(session_);
  while (true) {
    const http::Step step = next_step(parser, bytes);
    if (step.kind == http::Step::Kind::End) break;
    if (step.kind == http::Step::Kind::Refused) {
      const bool cut = parser.refusal().name == "http.cut";
      return failure(endpoint, cut ? Kind::Closed : Kind::Protocol, parser.refusal().message);
    }
    if (step.body.size() > most_bytes - response.body.size()) {
      return failure(endpoint, Kind::TooLarge, "its answer is longer than allowed");
    }
    response.body += step.body;
  }
  reusable_ = parser.keep_alive() && bytes.unread().empty() && !socket_->ended();
  return response;
}

}  // namespace banyan::poco_http
