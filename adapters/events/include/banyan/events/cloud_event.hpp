// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "banyan/events/event_log.hpp"
#include "banyan/http/message.hpp"

namespace banyan::events {

/// An event as a CloudEvent (https://github.com/cloudevents/spec, 1.0). Beside the attributes of
/// the specification (id, source, type, subject, time) and of its extensions (partitionkey,
/// traceparent) there are three of our own: `ordinal`, the how many-th event of its subject this is
/// (a string, for an integer of CloudEvents has 32 bits), `skip`, "true" where an operator has
/// given the event up, and `recipient`, the module that it is sent to. `source` names the context
/// ("/recordshop/payments"), never a host or process.

/// The event in binary mode: attributes in fields that begin with `ce-`, the data as the body.
http::Request to_request(const Envelope& event, std::string_view application,
                         std::string_view path);

/// In structured mode: application/cloudevents+json, all of it in the body.
std::string to_structured(const Envelope& event, std::string_view application);
http::Request to_structured_request(const Envelope& event, std::string_view application,
                                    std::string_view path);

bool is_structured(const http::Request& request);

/// In either mode. InvalidArgument "banyan.no_cloud_event" with what is missing, or for one that is
/// nested deeper than anybody writes.
Result<Envelope> from_request(const http::Request& request);

}  // namespace banyan::events
