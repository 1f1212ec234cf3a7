// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "banyan/http/message.hpp"
#include "banyan/shadowing/findings.hpp"
#include "shadow_copy.hpp"

namespace banyan::serving {

/// The side does not take the secret that its copies have of their own, while it answers the client
/// otherwise: a token that has run out, or never was one for that. Nothing to compare by.
bool refuses_the_secret(const ShadowCopy& copy, const http::ResponseHead& other);

/// Both answers, for the comparison; the copy's are used up, and it must outlive the pair.
std::shared_ptr<strangler::AnsweredPair> pair_of(ShadowCopy& copy, http::Response other);

/// Whether the comparison speaks for or against the new side. Where the old one has failed, or
/// either has had enough, there is nothing to measure by; what the new one told a client that it
/// failed counts as a failure already. That it fails at a copy is told by nothing else.
bool speaks_of_new_side(const strangler::AnsweredPair& pair, Side answered_by);

}  // namespace banyan::serving
