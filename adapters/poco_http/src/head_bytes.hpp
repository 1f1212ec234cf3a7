// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>

#include <expected>
#include <string>

#include "banyan/http/message.hpp"

/// Between Poco's heads and the kit's. What Poco has read is written down again and read by the
/// kit's own parsers, so that one set of rules says what a message is and where it ends, whoever
/// has read it from the socket.
namespace banyan::poco_http {

/// The head, as the kit's parsers take it. Refused, with status 400, where a piece would not be
/// read as what it is: Poco drops no control character, and makes some, with line breaks among
/// them, of encoded words (RFC 2047).
std::expected<std::string, http::Refusal> head_bytes(const Poco::Net::HTTPRequest& head);
std::expected<std::string, http::Refusal> head_bytes(const Poco::Net::HTTPResponse& head);

/// Puts all fields into a head that Poco will write; not those that speak of one connection, nor
/// Content-Length. Refused, with status 500: what could end its line, and an encoded word, which a
/// Poco at the other end would read as something else.
std::expected<void, http::Refusal> put_fields(const http::Fields& fields,
                                              Poco::Net::MessageHeader& head);

}  // namespace banyan::poco_http
