// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/HMACEngine.h>
#include <Poco/SHA1Engine.h>

#include <string>

namespace acmepay {

/// What both sides prove with that they know the secret: HMAC-SHA1, in hexadecimal digits.
inline std::string signature_of(const std::string& text, const std::string& secret) {
  Poco::HMACEngine<Poco::SHA1Engine> engine(secret);
  engine.update(text);
  return Poco::DigestEngine::digestToHex(engine.digest());
}

}  // namespace acmepay
