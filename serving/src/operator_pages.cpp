// SPDX-License-Identifier: Apache-2.0
#include "operator_pages.hpp"

#include <algorithm>
#include <utility>

#include "banyan/binding/problem.hpp"
#include "banyan/dashboard/dashboard.hpp"
#include "banyan/http/problem.hpp"
#include "banyan/telemetry/contained.hpp"
#include "own_pages.hpp"

namespace banyan::serving {
namespace {

constexpr std::string_view kReserved = "/_banyan";
constexpr std::string_view kApi = "/_banyan/api";
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
  } else if (Make make = page_at(path)) {
    read(transaction, std::move(make));
  } else if (const Command* const command = command_at(path)) {
    carry_out(transaction, *command);
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
  if (own.at_once && is_read(head)) return make_and_answer(*transaction, make);
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

OperatorPages::Make OperatorPages::page_at(std::string_view path) const {
  if (path == kReserved) {
    return [] { return redirect("/_banyan/"); };
  }
  if (is_at_or_below(path, kApi)) {
    const std::string_view name = path.substr(std::min(kApi.size() + 1, path.size()));
    const auto found = std::ranges::find(parts_.documents, name, &Document::name);
    if (found == parts_.documents.end()) return {};
    return [&document = *found] { return page("application/json", document.json()); };
  }
  const auto file = strangler::dashboard::file(path.substr(kReserved.size() + 1));
  if (!file) return {};
  return [file] { return file_answer(*file); };
}

const Command* OperatorPages::command_at(std::string_view path) const {
  if (!is_at_or_below(path, kApi)) return nullptr;
  const std::string_view name = path.substr(std::min(kApi.size() + 1, path.size()));
  const auto found = std::ranges::find(parts_.commands, name, &Command::name);
  return found == parts_.commands.end() ? nullptr : &*found;
}

void OperatorPages::carry_out(const TransactionPtr& transaction, const Command& command) {
  const http::RequestHead& head = transaction->exchange->head();
  if (head.method != "POST") {
    http::Response response = binding::problem(
        {ErrorCode::InvalidArgument, "banyan.method_not_allowed", "only POST is possible here", {}},
        correlation_of(*transaction));
    response.head.fields.set("Allow", "POST");
    return answer(*transaction, std::move(response));
  }
  const auto type = head.fields.find("Content-Type").value_or(std::string_view());
  if (!type.starts_with("application/json")) {
    return refuse(*transaction,
                  {ErrorCode::InvalidArgument,
                   "banyan.unsupported_media_type",
                   "this is asked for with the content type application/json, not \"" +
                       std::string(type) + '"',
                   {}});
  }
  transaction->exchange->collect_body(kBodyLimit, [this, transaction, &command](auto body) {
    if (!body) {
      return answer(*transaction,
                    http::problem_response(body.error(), correlation_of(*transaction)));
    }
    on_worker(parts_.changers, transaction,
              [transaction, &command, body = std::move(*body)]() -> http::Response {
                Result<std::string> done = command.carry_out(body);
                if (done) return page("application/json", *std::move(done));
                return binding::problem(done.error(), correlation_of(*transaction));
              });
  });
}

void OperatorPages::serve_admin(const TransactionPtr& transaction, std::string path,
                                std::string query) {
  if (parts_.admin == nullptr) {
    return refuse(*transaction,
                  {ErrorCode::NotFound,
                   "banyan.no_control_here",
                   "this process is the service of a module; traffic is shifted at the application",
                   {}});
  }
  transaction->exchange->collect_body(
      kBodyLimit, [this, transaction, path = std::move(path), query = std::move(query)](auto body) {
        if (!body) {
          return answer(*transaction,
                        http::problem_response(body.error(), correlation_of(*transaction)));
        }
        on_worker(parts_.changers, transaction,
                  [this, transaction, path, query, body = std::move(*body)] {
                    return ask_admin(transaction->exchange->head(), correlation_of(*transaction),
                                     path, query, body);
                  });
      });
}

http::Response OperatorPages::ask_admin(const http::RequestHead& head, std::string_view id,
                                        const std::string& path, const std::string& query,
                                        const std::string& body) const {
  strangler::AdminAnswer said = parts_.admin->answer(
      {.method = head.method,
       .path = path,
       .query = query,
       .content_type = head.fields.find("Content-Type").value_or(std::string_view()),
       .body = body});
  if (said) return page("application/json", std::move(*said));
  http::Response response = binding::problem(said.error().error, id);
  if (!said.error().allow.empty()) response.head.fields.set("Allow", said.error().allow);
  return response;
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
