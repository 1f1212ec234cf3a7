// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "banyan/binding/outside_http.hpp"
#include "outside/card_documents.hpp"
#include "payments/provider.hpp"

namespace recordshop::card {

/// payments::Provider by the card provider's gateway, which is at `path` ("/gw/xml") of `http`.
std::unique_ptr<payments::Provider> make_card_provider(
    std::shared_ptr<const banyan::binding::OutsideHttp> http, std::string path, Merchant merchant);

}  // namespace recordshop::card
