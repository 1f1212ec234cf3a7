// SPDX-License-Identifier: Apache-2.0
#include "outside/card_notifications.hpp"

#include <utility>

#include "outside/card_documents.hpp"

namespace recordshop::card {
namespace {

namespace http = banyan::http;

http::Response answer(unsigned status, std::string text) {
  http::Response response;
  response.head.status = status;
  response.head.fields.add("Content-Type", "text/plain");
  response.body = std::move(text);
  return response;
}

/// Nobody can do anything about it by sending it again.
bool is_final(const banyan::Error& error) {
  return error.rule == "payments.unknown_payment" || error.rule == "payments.books_differ";
}

http::Response note(payments::Payments& payments, const std::string& secret,
                    const http::Request& request, const banyan::Context& context) {
  const auto signature = request.head.fields.find("X-AcmePay-Signature");
  if (!signature || !is_signature_of(request.body, secret, *signature)) {
    return answer(401, "the signature is not of this document and our secret\n");
  }
  const auto told = read_notification(request.body);
  if (!told) return answer(200, "[accepted]");  // tells of what is none of ours
  const auto noted =
      payments.handle(payments::NoteProviderResult{told->reference, told->account}, context);
  if (noted || is_final(noted.error())) return answer(200, "[accepted]");
  return answer(503, noted.error().message + '\n');
}

}  // namespace

banyan::serving::Endpoint notifications(payments::Payments& payments, std::string secret) {
  return {.name = "payment_notifications",
          .method = "POST",
          .path = "/callbacks/payments",
          .effect = banyan::Effect::Write,
          .module = "payments",
          .answer = [&payments, secret = std::move(secret)](const http::Request& request,
                                                            const banyan::Context& context) {
            return note(payments, secret, request, context);
          }};
}

}  // namespace recordshop::card
