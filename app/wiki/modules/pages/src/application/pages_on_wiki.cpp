// SPDX-License-Identifier: Apache-2.0
#include "application/use_cases.hpp"

namespace pages {
namespace {

class PagesOnWiki final : public Pages {
 public:
  explicit PagesOnWiki(Needs needs) : needs_(needs) {}

  banyan::Result<Page> handle(const GetPage& request, const banyan::Context& /*context*/) override {
    return get_page(needs_, request);
  }

 private:
  const Needs needs_;
};

}  // namespace

std::unique_ptr<Pages> make_pages_on(Needs needs) { return std::make_unique<PagesOnWiki>(needs); }

}  // namespace pages
