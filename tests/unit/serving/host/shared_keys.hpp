// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/security/webhook_keys.hpp"

/// The keys of tests: never those of anybody.
namespace banyan::host {

inline security::WebhookKeys shared_keys() {
  return *security::WebhookKeys::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n");
}
inline security::WebhookKeys strange_keys() {
  return *security::WebhookKeys::parse("whsec_CgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgo=\n");
}

}  // namespace banyan::host
