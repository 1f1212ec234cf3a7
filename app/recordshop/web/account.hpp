// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "web/composer.hpp"
#include "web/frame.hpp"
#include "web/profile.hpp"

/// The pages for saying who one is.
namespace recordshop::web {

banyan::http::Response account_page(Modules& modules, Visit& visit,
                                    const banyan::Environment& environment);
/// Of a visitor who has signed in.
banyan::http::Response account_page_with(Modules& modules, Visit& visit, const Trouble& trouble,
                                         unsigned status);
banyan::http::Response sign_in(Modules& modules, Visit& visit,
                               const banyan::Environment& environment);
banyan::http::Response open_account(Modules& modules, Visit& visit,
                                    const banyan::Environment& environment);
banyan::http::Response sign_out(Modules& modules, Visit& visit);

}  // namespace recordshop::web
