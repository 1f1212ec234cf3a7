// SPDX-License-Identifier: Apache-2.0
#include "persistence/sql_payments.hpp"

#include <array>
#include <string>
#include <string_view>

#include "banyan/sql/sql_store.hpp"

namespace payments {
namespace {

using banyan::Money;
using banyan::Timestamp;
using banyan::sql::Fault;
using banyan::sql::FaultKind;
using banyan::sql::ModuleDatabase;
using banyan::sql::Session;

/// In the order of the enumerators.
constexpr std::array<std::string_view, 6> kStates = {"requested", "authorised", "declined",
                                                     "captured",  "voided",     "refunded"};
constexpr std::array<std::string_view, 4> kAsked = {"nothing", "authorise", "capture", "void"};
constexpr std::array<std::string_view, 3> kRefundStates = {"requested", "done", "refused"};

template <std::size_t N, class Enum>
std::string_view text_of(const std::array<std::string_view, N>& words, Enum value) {
  return words.at(static_cast<std::size_t>(value));
}

template <class Enum, std::size_t N>
Enum value_of(const std::array<std::string_view, N>& words, std::string_view text) {
  for (std::size_t i = 0; i < N; ++i) {
    if (words.at(i) == text) return static_cast<Enum>(i);
  }
  throw Fault(FaultKind::Misuse, "payments: nothing is called '" + std::string(text) + "'");
}

class SqlPayments final : public PaymentsWriting {
 public:
  explicit SqlPayments(Session& session) : session_(session) {}

  std::optional<OrderPayment> find(const OrderId& order) override {
    using Text = std::optional<std::string>;
    auto row = session_.one<std::string, std::string, std::optional<CustomerId>,
                            std::optional<std::int64_t>, Text, Text, Text, Text, Text>(
        "SELECT state, asked, customer_id, amount, currency, method, reason, provider,"
        " country FROM payments"
        " WHERE order_id = :order",
        order);
    if (!row) return std::nullopt;
    auto& [state, asked, customer, amount, currency, method, reason, provider, country] = *row;
    Payment payment{.order = order,
                    .state = value_of<PaymentState>(kStates, state),
                    .customer = std::move(customer),
                    .method = std::move(method),
                    .refunds = refunds_of(order),
                    .reason = std::move(reason)};
    if (amount) payment.amount = Money{*amount, currency.value()};
    for (const PaymentRefund& refund : payment.refunds) {
      if (refund.state == RefundState::Done) payment.refunded += refund.amount;
    }
    return OrderPayment::stored(std::move(payment), value_of<Asked>(kAsked, asked),
                                std::move(provider), std::move(country));
  }

  void put(const OrderPayment& changed, Timestamp now) override {
    const Payment& payment = changed.data();
    const auto amount = payment.amount ? std::optional(payment.amount->minor_units) : std::nullopt;
    const auto currency = payment.amount ? std::optional(payment.amount->currency) : std::nullopt;
    session_.run(
        "INSERT INTO payments (order_id, state, asked, customer_id, amount, currency, method,"
        " reason, provider, country, created_at, changed_at) VALUES (:order, :state, :asked, "
        ":customer,"
        " :amount, :currency, :method, :reason, :provider, :country, :now, :now)"
        " ON CONFLICT (order_id) DO UPDATE SET state = excluded.state, asked = excluded.asked,"
        " reason = excluded.reason, provider = excluded.provider, changed_at = excluded.changed_at",
        payment.order, text_of(kStates, payment.state), text_of(kAsked, changed.asked()),
        payment.customer, amount, currency, payment.method, payment.reason, changed.provider(),
        changed.country(), now);
    std::int64_t position = 0;
    for (const PaymentRefund& refund : payment.refunds) {
      session_.run(
          "INSERT INTO payment_refunds (order_id, position, refund, amount, state)"
          " VALUES (:order, :position, :refund, :amount, :state)"
          " ON CONFLICT (order_id, position) DO UPDATE SET state = excluded.state",
          payment.order, position++, refund.refund, refund.amount,
          text_of(kRefundStates, refund.state));
    }
  }

 private:
  std::vector<PaymentRefund> refunds_of(const OrderId& order) {
    std::vector<PaymentRefund> refunds;
    for (auto& [refund, amount, state] : session_.all<std::string, std::int64_t, std::string>(
             "SELECT refund, amount, state FROM payment_refunds WHERE order_id = :order"
             " ORDER BY position",
             order)) {
      refunds.push_back({std::move(refund), amount, value_of<RefundState>(kRefundStates, state)});
    }
    return refunds;
  }

  Session& session_;
};

}  // namespace

std::unique_ptr<PaymentStore> make_sql_payment_store(ModuleDatabase& database) {
  return std::make_unique<banyan::sql::SqlStore<PaymentStore, SqlPayments>>(database);
}

}  // namespace payments
