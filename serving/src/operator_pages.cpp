// SPDX-License-Identifier: Apache-2.0
#include "operator_pages.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "banyan/binding/problem.hpp"
#include "banyan/dashboard/dashboard.hpp"
#include "banyan/http/problem.hpp"
#include "banyan/kernel/json_text.hpp"
#include "banyan/telemetry/contained.hpp"
#include "own_pages.hpp"

namespace banyan::serving {
namespace {

constexpr std::string_view kReserved = "/_banyan";
constexpr std::string_view kApi = "/_banyan/api";
constexpr std::string_view kStream = "/_banyan/api/stream";
constexpr std::size_t kBodyLimit = 64 * 1024;

std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }

std::string_view query_of(std::string_view target) {
  const std::size_t mark = target.find('?');
  return mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
}

bool is_at_or_below(std::string_view path, std::string_view top) {
  return path.starts_with(top) && (path.size() == top.size() || path[top.size()] == '/');
}

bool is_read(const http::RequestHead& head) {
  return head.method == "GET" || head.method == "HEAD";
}

Error no_page(std::string_view path) {
  return {ErrorCode::NotFound,
          "banyan.no_such_page",
          "there is nothing at " + std::string(path) + "; start at /_banyan/",
          {}};
}

http::Response redirect(std::string_view to) {
  http::Response response = page("text/plain; charset=utf-8", "see " + std::string(to) + "\n", 308);
  response.head.fields.add("Location", to);
  return response;
}

http::Response file_answer(const strangler::dashboard::File& file) {
  http::Response response = page(file.content_type, std::string(file.text));
  response.head.fields.add("Content-Security-Policy", strangler::dashboard::kContentSecurityPolicy);
  return response;
}

http::Response said_by(strangler::AdminAnswer said, std::string_view correlation_id) {
  if (said) return page("application/json", std::move(*said));
  http::Response response = binding::problem(said.error().error, correlation_id);
  if (!said.error().allow.empty()) response.head.fields.set("Allow", said.error().allow);
  return response;
}

}  // namespace

void refuse_operator(Outcomes& outcomes, const Transaction& transaction, const Error& refusal) {
  const std::string correlation = correlation_of(transaction);
  http::Response response = binding::problem(refusal, correlation);
  response.head.fields.set("X-Correlation-Id", correlation);
  if (refusal.code == ErrorCode::Unauthenticated) {
    response.head.fields.set("WWW-Authenticate", "Bearer");
  }
  outcomes.refused_operators(transaction, response.head.status, refusal, response.body.size());
  transaction.exchange->respond(std::move(response));
}

bool is_reserved(std::string_view path) { return is_at_or_below(path, kReserved); }

bool OperatorPages::serve_reserved(const TransactionPtr& transaction) {
  const http::RequestHead& head = transaction->exchange->head();
  const std::string_view path = path_of(head.target);
  if (!is_reserved(path)) return false;
  const bool api = is_at_or_below(path, kApi);
  if (const auto refused = parts_.guard.refusal(*transaction->listener, head, !api)) {
    refuse_operator(parts_.outcomes, *transaction, *refused);
  } else if (path == kStream && parts_.streams != nullptr) {
    watch(transaction);
  } else if (Make make = page_at(path)) {
    read(transaction, std::move(make));
  } else if (const Desk* const desk = api ? desk_at(path) : nullptr) {
    ask_with_body(transaction, is_read(head) ? parts_.readers : parts_.changers, desk->answer,
                  std::string(path.substr(kApi.size() + 1 + desk->name.size())),
                  std::string(query_of(head.target)));
  } else if (api) {
    serve_admin(transaction, std::string(path.substr(kApi.size())),
                std::string(query_of(head.target)));
  } else {
    refuse(*transaction, no_page(path));
  }
  return true;
}

void OperatorPages::serve_only(const TransactionPtr& transaction) {
  const http::RequestHead& head = transaction->exchange->head();
  const std::string_view path = path_of(head.target);
  const auto found = std::ranges::find_if(
      parts_.pages, [&](const OwnPage& own) { return own.endpoint.path == path; });
  if (found == parts_.pages.end()) return refuse(*transaction, no_page(path));
  const OwnPage& own = *found;
  const auto refused = parts_.guard.refusal(*transaction->listener, head, false);
  if (refused && own.least != OwnPages::Health) {
    return refuse_operator(parts_.outcomes, *transaction, *refused);
  }
  Make make = [&own] { return own.endpoint.answer({}, {}); };
  if (refused && own.to_others) make = own.to_others;
  if (own.endpoint.at_once && is_read(head)) return make_and_answer(*transaction, make);
  read(transaction, std::move(make));
}

void OperatorPages::answer(const Transaction& transaction, http::Response response) {
  response.head.fields.set("X-Correlation-Id", correlation_of(transaction));
  parts_.outcomes.answered_operators(transaction, response.head.status);
  transaction.exchange->respond(std::move(response));
}

void OperatorPages::refuse(const Transaction& transaction, const Error& error) {
  answer(transaction, binding::problem(error, correlation_of(transaction)));
}

void OperatorPages::refuse_method(const Transaction& transaction) {
  http::Response response = binding::problem({ErrorCode::InvalidArgument,
                                              "banyan.method_not_allowed",
                                              "this page can only be read: use GET",
                                              {}},
                                             correlation_of(transaction));
  response.head.fields.set("Allow", "GET, HEAD");
  answer(transaction, std::move(response));
}

void OperatorPages::read(const TransactionPtr& transaction, Make make) {
  if (!is_read(transaction->exchange->head())) return refuse_method(*transaction);
  on_worker(parts_.readers, transaction, std::move(make));
}

void OperatorPages::watch(const TransactionPtr& transaction) {
  const http::RequestHead& head = transaction->exchange->head();
  if (!is_read(head)) return refuse_method(*transaction);
  if (head.method == "HEAD") {
    return answer(*transaction, page("text/event-stream; charset=utf-8", {}));
  }
  if (!parts_.streams->watch(transaction->exchange, correlation_of(*transaction))) {
    return refuse(*transaction,
                  {ErrorCode::Unavailable,
                   "banyan.too_many_watchers",
                   "as many pages as there is room for watch already, or this process ends; ask "
                   "for the documents one by one: /_banyan/api/live",
                   {}});
  }
  parts_.outcomes.answered_operators(*transaction, 200);
}

OperatorPages::Make OperatorPages::page_at(std::string_view path) const {
  if (path == kReserved) {
    return [] { return redirect("/_banyan/"); };
  }
  if (is_at_or_below(path, kApi)) {
    const std::string_view name = path.substr(std::min(kApi.size() + 1, path.size()));
    if (name.empty()) {
      return [this] { return page("application/json", index()); };
    }
    const auto found = std::ranges::find(parts_.documents, name, &Document::name);
    if (found == parts_.documents.end()) return {};
    return [&document = *found] { return page("application/json", document.json()); };
  }
  const auto file = strangler::dashboard::file(path.substr(kReserved.size() + 1));
  if (!file) return {};
  return [file] { return file_answer(*file); };
}

std::string OperatorPages::index() const {
  std::set<std::string> names;
  for (const Document& each : parts_.documents) names.insert(each.name);
  for (const Desk& each : parts_.desks) names.insert(each.name);
  if (parts_.admin != nullptr) names.insert({"log", "plans", "status", "verify"});
  if (parts_.streams != nullptr) names.insert("stream");
  std::string list;
  for (const std::string& name : names) {
    list += (list.empty() ? "" : ",") + json_string(std::string(kApi) + '/' + name);
  }
  return "{\"pages\":[" + list + "]}";
}

void OperatorPages::serve_admin(const TransactionPtr& transaction, std::string path,
                                std::string query) {
  if (parts_.admin == nullptr) {
    return refuse(*transaction,
                  {ErrorCode::NotFound,
                   "banyan.no_control_here",
                   "this process is the service of a module; traffic is shifted at the "
                   "application. GET /_banyan/api/ lists what there is here",
                   {}});
  }
  ask_with_body(
      transaction, parts_.changers,
      [this](const strangler::AdminRequest& request) { return parts_.admin->answer(request); },
      std::move(path), std::move(query));
}

void OperatorPages::ask_with_body(const TransactionPtr& transaction, Executor& workers, Ask ask,
                                  std::string path, std::string query) {
  transaction->exchange->collect_body(
      kBodyLimit, [this, transaction, &workers, ask = std::move(ask), path = std::move(path),
                   query = std::move(query)](auto body) {
        if (!body) {
          return answer(*transaction,
                        http::problem_response(body.error(), correlation_of(*transaction)));
        }
        on_worker(workers, transaction, [transaction, ask, path, query, body = std::move(*body)] {
          const http::RequestHead& head = transaction->exchange->head();
          return said_by(
              ask({.method = head.method,
                   .path = path,
                   .query = query,
                   .content_type = head.fields.find("Content-Type").value_or(std::string_view()),
                   .body = body}),
              correlation_of(*transaction));
        });
      });
}

const Desk* OperatorPages::desk_at(std::string_view path) const {
  path.remove_prefix(std::min(kApi.size() + 1, path.size()));
  const auto found = std::ranges::find(parts_.desks, path.substr(0, path.find('/')), &Desk::name);
  return found == parts_.desks.end() ? nullptr : &*found;
}

void OperatorPages::make_and_answer(const Transaction& transaction, const Make& make) {
  telemetry::contain(
      [&] { answer(transaction, make()); },
      [&](std::string_view what) {
        parts_.outcomes.fault("page_fault", transaction, what);
        refuse(
            transaction,
            {ErrorCode::Internal, "banyan.fault", "this page failed; the log has the cause", {}});
      });
}

void OperatorPages::on_worker(Executor& workers, const TransactionPtr& transaction, Make make) {
  const bool taken = workers.submit(
      [this, transaction, make = std::move(make)] { make_and_answer(*transaction, make); });
  if (!taken) {
    refuse(
        *transaction,
        {ErrorCode::Unavailable, "banyan.too_busy", "too many such requests wait; try again", {}});
  }
}

}  // namespace banyan::serving
