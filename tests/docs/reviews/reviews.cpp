// SPDX-License-Identifier: Apache-2.0
// The module of docs/how-to/add-a-module.md: what the page shows compiles.
#include "reviews/http.hpp"
#include "reviews/module.hpp"

static_assert(banyan::IsPort<reviews::Reviews>);
static_assert(reviews::http_resources.of<reviews::ListReviews>().method == "GET");
