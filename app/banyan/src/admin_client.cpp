// SPDX-License-Identifier: Apache-2.0
#include "admin_client.hpp"

#include <chrono>
#include <nlohmann/json.hpp>

#include "control/admin_api.hpp"
#include "exit_code.hpp"
#include "http/client.hpp"
#include "terminal.hpp"

namespace banyan::cli {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::chrono::seconds kPatience{10};
constexpr std::string_view kRoot = "/_banyan/api";

std::unexpected<Error> unreachable(std::string message) {
  return fail(ErrorCode::Unavailable, "banyan.unreachable", std::move(message));
}

Result<std::string> read_answer(unsigned status, std::string body, const std::string& whom) {
  const Json json = Json::parse(body, nullptr, false);
  if (status == 200 && json.is_object()) return body;
  if (!json.is_object() || !json.contains("rule") || !json.contains("detail")) {
    return unreachable(whom + " answers, but not as Banyan does (status " + std::to_string(status) +
                       "). Is it the right address? `banyan status --url http://HOST:PORT`");
  }
  const auto text = [](const Json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  Error error{error_code_from(text(json, "code")), text(json, "rule"), text(json, "detail"), {}};
  if (const auto details = json.find("details"); details != json.end() && details->is_array()) {
    for (const Json& each : *details) {
      error.details.push_back({text(each, "where"), text(each, "problem")});
    }
  }
  return fail(std::move(error));
}

class RemoteClient final : public AdminClient {
 public:
  RemoteClient(http::Endpoint endpoint, std::string url)
      : client_(std::move(endpoint)), url_(std::move(url)) {}

  Result<std::string> get(const std::string& path, const std::string& query) override {
    return exchange("GET", path + (query.empty() ? "" : '?' + query), {});
  }
  Result<std::string> post(const std::string& path, const std::string& body) override {
    return exchange("POST", path, body);
  }

 private:
  Result<std::string> exchange(const std::string& method, const std::string& target,
                               const std::string& body) {
    http::Request request;
    request.head.method = method;
    request.head.target = std::string(kRoot) + target;
    request.head.fields.add("Accept", "application/json");
    if (method == "POST") request.head.fields.add("Content-Type", "application/json");
    request.body = body;
    auto answer = client_.exchange(request, std::chrono::steady_clock::now() + kPatience);
    if (!answer) {
      const bool unsent = answer.error().provably_unsent || method == "GET";
      return unreachable("no answer from " + url_ + ": " + answer.error().message +
                         (unsent
                              ? ". Is it running? Name another with --url http://HOST:PORT, or its "
                                "control store with --store FILE."
                              : ". Whether it was done is unknown: look with `banyan status`."));
    }
    return read_answer(answer->head.status, std::move(answer->body), url_);
  }

  http::Client client_;
  std::string url_;
};

class StoreClient final : public AdminClient {
 public:
  explicit StoreClient(std::unique_ptr<strangler::ControlStore> store)
      : store_(std::move(store)), board_(*store_), api_(board_) {}

  Result<std::string> get(const std::string& path, const std::string& query) override {
    return answer({"GET", path, query, {}, {}});
  }
  Result<std::string> post(const std::string& path, const std::string& body) override {
    return answer({"POST", path, {}, "application/json", body});
  }

 private:
  Result<std::string> answer(const strangler::AdminRequest& request) {
    strangler::AdminAnswer answer = api_.answer(request);
    return read_answer(answer.status, std::move(answer.body), store_->file());
  }

  std::unique_ptr<strangler::ControlStore> store_;
  strangler::Switchboard board_;
  strangler::AdminApi api_;
};

int finish(const Place& place, const Result<std::string>& answer, int (*show)(const Json&)) {
  if (!answer) {
    print_error(answer.error(), place.json);
    return answer.error().code == ErrorCode::Unavailable ? kUnreachable : kRefused;
  }
  const Json document = Json::parse(*answer, nullptr, false);
  if (!place.json) return show(document);
  print_line(*answer);
  return document.value("intact", true) ? kDone : kRefused;
}

int unusable(const Place& place, const Error& error) {
  print_error(error, place.json);
  if (error.rule == "banyan.bad_url") return kUsage;
  return error.code == ErrorCode::FailedPrecondition ? kRefused : kUnreachable;
}

}  // namespace

Result<std::unique_ptr<AdminClient>> admin_client(const Place& place) {
  if (!place.store.empty()) {
    auto store =
        strangler::ControlStore::open(place.store, strangler::ControlStore::Mode::MustExist);
    if (!store) return fail(std::move(store.error()));
    return std::unique_ptr<AdminClient>(std::make_unique<StoreClient>(std::move(*store)));
  }
  constexpr std::string_view kScheme = "http://";
  std::string_view rest = place.url;
  if (rest.ends_with('/')) rest.remove_suffix(1);
  const auto endpoint =
      rest.starts_with(kScheme) ? http::endpoint_from(rest.substr(kScheme.size())) : std::nullopt;
  if (!endpoint || endpoint->port == 0) {
    return fail(
        ErrorCode::InvalidArgument, "banyan.bad_url",
        "--url is \"" + place.url + "\", expected http://HOST:PORT such as http://127.0.0.1:8080");
  }
  return std::unique_ptr<AdminClient>(std::make_unique<RemoteClient>(*endpoint, place.url));
}

int ask(const Place& place, const std::string& path, const std::string& query,
        int (*show)(const Json&)) {
  const auto client = admin_client(place);
  if (!client) return unusable(place, client.error());
  return finish(place, (*client)->get(path, query), show);
}

int order(const Place& place, const std::string& path, const Json& body, int (*show)(const Json&)) {
  const auto client = admin_client(place);
  if (!client) return unusable(place, client.error());
  return finish(place,
                (*client)->post(path, body.dump(-1, ' ', false, Json::error_handler_t::replace)),
                show);
}

}  // namespace banyan::cli
