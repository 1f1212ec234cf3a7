// SPDX-License-Identifier: Apache-2.0
#include "load/sessions.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <utility>

namespace recordshop::load {
namespace {

using Clock = Arrivals::Clock;

// Of a hundred people.
constexpr std::uint64_t kBrowse = 55;
constexpr std::uint64_t kSearch = 15;
constexpr std::uint64_t kOrder = 27;  // the rest brings a delivery

// Of a hundred who have ordered.
constexpr std::uint64_t kCancel = 15;
constexpr std::uint64_t kReturn = 15;  // of the others, when they have it
// Of those who come to order: they do it at once, without a look at what is in stock.
constexpr std::uint64_t kDecided = 50;
// Of a hundred orders: they are paid on invoice, the others by card.
constexpr std::uint64_t kOnInvoice = 20;
constexpr int kMostLooksAtAnOrder = 20;

constexpr std::string_view kInvoice = "invoice";
constexpr std::string_view kCard = "card";

/// What an order may be refused for although the shop and the person do everything right.
bool is_understandable(const AskedOrder& order) {
  constexpr auto kReasons =
      std::to_array<std::string_view>({"out_of_stock", "mixed_currencies", "payment_declined"});
  const std::string_view rule = order.refused;
  // Credit is a matter of invoices: who pays by card needs none.
  if (order.payment_method == kInvoice && rule.ends_with("customer_on_hold")) return true;
  return std::ranges::any_of(kReasons, [&](std::string_view each) { return rule.ends_with(each); });
}

}  // namespace

/// One person: each step plans the next one, after some thought; never two at once.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Load& load, Arrivals& arrivals, std::uint64_t number, std::uint64_t seed)
      : load_(load), arrivals_(arrivals), number_(number), random_(seed) {
    customer_ = load_.customers_[random_.next() % load_.customers_.size()];
  }

  void begin(Clock::time_point time) {
    const std::uint64_t choice = random_.next() % 100;
    looks_left_ = 1 + static_cast<int>(random_.next() % 4);
    if (choice < kBrowse) {
      plan(time, &Session::look_at_a_list);
    } else if (choice < kBrowse + kSearch) {
      plan(time, &Session::search);
    } else if (choice < kBrowse + kSearch + kOrder) {
      orders_ = true;
      is_decided_ = random_.next() % 100 < kDecided;
      plan(time, &Session::look_at_a_list);
    } else {
      plan(time, &Session::deliver);
    }
  }

 private:
  using Step = void (Session::*)(Clock::time_point intended);
  using Request = std::function<Answer()>;
  using Then = std::function<void(const Answer&)>;

  struct Question {
    Kind kind;
    Clock::time_point intended;
    Request request;
    Then then;
    Patience patience;
  };

  void plan(Clock::time_point time, Step step) {
    arrivals_.at(time, [self = shared_from_this(), step](Clock::time_point intended) {
      ((*self).*step)(intended);
    });
  }

  /// Pauses of people are exponential, and end.
  void after_thought(Step step) {
    const double share = static_cast<double>(random_.next() >> 11U) * 0x1p-53;
    const double pause = std::min(-std::log(1 - share), 8.0);
    plan(Clock::now() +
             std::chrono::duration_cast<Clock::duration>(
                 pause * std::chrono::duration<double, std::milli>(load_.options_.think_time)),
         step);
  }

  /// An answer as it should be; what is not is noted as a failure. Who gets none goes away.
  bool is_good(Kind kind, const Answer& answer) {
    if (!answer.good()) load_.failed(kind, answer);
    return answer.good();
  }

  /// Asks until there is an answer that no repetition would better, or patience is over. Whoever
  /// waits in between holds nobody up: each repetition is planned, as steps are.
  void ask(Kind kind, Clock::time_point intended, Request request, Then then) {
    attempt(std::make_shared<Question>(Question{kind, intended, std::move(request), std::move(then),
                                                Patience(load_.options_.patience)}));
  }

  void attempt(const std::shared_ptr<Question>& question) {
    const Answer answer = load_.attempt(question->kind, customer_, question->request);
    if (const auto pause = answer.worth_a_retry() ? question->patience.pause() : std::nullopt) {
      load_.asks_again(question->kind);
      arrivals_.at(Clock::now() + *pause,
                   [self = shared_from_this(), question](Clock::time_point /*intended*/) {
                     self->attempt(question);
                   });
      return;
    }
    load_.answered(question->kind, question->intended);
    question->then(answer);
  }

  void get(Kind kind, Clock::time_point intended, const std::string& target, Then then) {
    ask(
        kind, intended, [this, target] { return load_.shop_.get(target, customer_); },
        std::move(then));
  }

  std::size_t wanted_track() { return load_.popularity_.rank(random_.next()); }

  void look_at_a_list(Clock::time_point intended) {
    const bool albums = random_.next() % 2 == 0;
    browse(Kind::Browse, intended, albums ? "/albums?limit=20" : "/tracks?limit=20",
           &Session::look_at_a_track);
  }

  void search(Clock::time_point intended) {
    if (!load_.has_search_) return look_at_a_list(intended);
    // The first word of a title, as somebody types who has it in mind.
    const std::string& title = load_.titles_[wanted_track()];
    const std::string word = title.substr(0, title.find(' '));
    browse(Kind::Search, intended, "/search?limit=20&text=" + encoded(word),
           &Session::look_at_a_track);
  }

  void look_at_a_track(Clock::time_point intended) {
    track_ = load_.tracks_[wanted_track()];
    browse(Kind::Browse, intended, "/tracks/" + track_,
           is_decided_ ? &Session::order : &Session::look_at_its_stock);
  }

  void browse(Kind kind, Clock::time_point intended, const std::string& target, Step next) {
    get(kind, intended, target, [this, kind, next](const Answer& answer) {
      if (is_good(kind, answer)) after_thought(next);
    });
  }

  static std::string encoded(const std::string& text) {
    std::string out;
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      out += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
    }
    return out;
  }

  void look_at_its_stock(Clock::time_point intended) {
    get(Kind::Stock, intended, "/stock/" + track_, [this](const Answer& answer) {
      // What was never delivered has no stock, and that is an answer.
      if (answer.status != 404 && !is_good(Kind::Stock, answer)) return;
      if (--looks_left_ > 0) return after_thought(&Session::look_at_a_track);
      if (orders_) after_thought(&Session::order);
    });
  }

  void order(Clock::time_point intended) {
    order_ = {.key = fmt::format("{}-order-{}", load_.options_.run, number_),
              .customer = customer_,
              .lines = {{track_, static_cast<std::int64_t>(1 + random_.next() % 2)}}};
    for (std::uint64_t more = random_.next() % 3; more > 0; --more) {
      const std::string& track = load_.tracks_[wanted_track()];
      const bool there =
          std::ranges::any_of(order_.lines, [&](const Line& line) { return line.first == track; });
      if (!there) order_.lines.emplace_back(track, 1);
    }
    if (load_.has_payments_) {
      order_.payment_method = random_.next() % 100 < kOnInvoice ? kInvoice : kCard;
    }
    const nlohmann::json body = ShopApi::order_of(customer_, order_.lines, order_.payment_method);
    ask(
        Kind::Order, intended,
        [this, body] { return load_.shop_.post("/orders", body, order_.key, customer_); },
        [this](const Answer& answer) { hear_of_the_order(answer); });
  }

  void hear_of_the_order(const Answer& answer) {
    const nlohmann::json said = answer.json();
    if (answer.good() && said.is_object() && said.contains("id")) {
      order_.id = said["id"];
      load_.ledger_.seen(order_.id, said.value("state", ""));
      is_done_ = said.value("fulfilment", "") == "done";
      load_.acknowledged(is_done_);
      const std::uint64_t choice = random_.next() % 100;
      returns_ = load_.has_returns_ && choice >= kCancel && choice < kCancel + kReturn;
      return after_thought(choice < kCancel ? &Session::cancel : &Session::follow);
    }
    if (answer.status >= 400 && answer.status < 500 && !answer.worth_a_retry()) {
      order_.refused = answer.rule().empty() ? answer.text() : answer.rule();
    }
    if (is_understandable(order_)) {
      load_.refused(order_.refused);
    } else {
      load_.failed(Kind::Order, answer);
    }
    load_.ledger_.note(std::move(order_));
  }

  void follow(Clock::time_point intended) {
    get(Kind::Follow, intended, "/orders/" + order_.id,
        [this](const Answer& answer) { see_the_order(answer); });
  }

  void see_the_order(const Answer& answer) {
    const nlohmann::json said = answer.json();
    if (!is_good(Kind::Follow, answer) || !said.is_object()) {
      return load_.ledger_.note(std::move(order_));
    }
    const std::string state = said.value("state", "");
    load_.ledger_.seen(order_.id, state);
    is_done_ = said.value("fulfilment", "") == "done";
    if (returns_ && is_done_ && state == "delivered") return after_thought(&Session::send_back);
    const bool waits = !is_done_ || (returns_ && state != "cancelled");
    if (waits && ++looks_at_order_ < kMostLooksAtAnOrder) return after_thought(&Session::follow);
    load_.ledger_.note(std::move(order_));
  }

  /// What an order does not allow any more is refused, and that is an answer.
  void change(Kind kind, Clock::time_point intended, Request request) {
    ask(kind, intended, std::move(request), [this, kind](const Answer& answer) {
      const bool refused = !answer.worth_a_retry() &&
                           (answer.status == 409 || answer.status == 412 || answer.status == 422);
      if (!refused && is_good(kind, answer)) {
        load_.ledger_.seen(order_.id, answer.json().value("state", ""));
      }
      after_thought(&Session::follow);
    });
  }

  void cancel(Clock::time_point intended) {
    change(Kind::Cancel, intended,
           [this] { return load_.shop_.remove("/orders/" + order_.id, customer_); });
  }

  void send_back(Clock::time_point intended) {
    returns_ = false;
    change(Kind::Return, intended,
           [this] { return load_.shop_.put("/orders/" + order_.id + "/return", customer_); });
  }

  void deliver(Clock::time_point intended) {
    const ToldDelivery delivery{.key = fmt::format("{}-delivery-{}", load_.options_.run, number_),
                                .track = load_.tracks_[wanted_track()],
                                .quantity = static_cast<std::int64_t>(1 + random_.next() % 20)};
    ask(
        Kind::Deliver, intended,
        [this, delivery] {
          return load_.shop_.post("/stock/" + delivery.track + "/deliveries",
                                  {{"quantity", delivery.quantity}}, delivery.key);
        },
        [this, told = delivery](const Answer& answer) mutable {
          told.acknowledged = is_good(Kind::Deliver, answer);
          told.refused = answer.status >= 400 && answer.status < 500 && !answer.worth_a_retry();
          load_.ledger_.note(std::move(told));
        });
  }

  Load& load_;
  Arrivals& arrivals_;
  const std::uint64_t number_;
  banyan::SeededRandom random_;
  std::string customer_;
  std::string track_;
  AskedOrder order_;
  int looks_left_ = 0;
  int looks_at_order_ = 0;
  bool orders_ = false;
  bool is_decided_ = false;
  bool returns_ = false;
  bool is_done_ = false;
};

void begin_session(Load& load, Arrivals& arrivals, Clock::time_point time, std::uint64_t number,
                   std::uint64_t seed) {
  std::make_shared<Session>(load, arrivals, number, seed)->begin(time);
}

}  // namespace recordshop::load
