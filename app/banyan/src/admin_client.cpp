// SPDX-License-Identifier: Apache-2.0
#include "admin_client.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "banyan/control/admin_api.hpp"
#include "banyan/http/client.hpp"
#include "banyan/serving/secret_file.hpp"
#include "banyan/stages/witness.hpp"
#include "exit_code.hpp"
#include "terminal.hpp"

namespace banyan::cli {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::chrono::seconds kPatience{10};
constexpr std::string_view kRoot = "/_banyan/api";

std::unexpected<Error> unreachable(std::string message) {
  return fail(ErrorCode::Unavailable, "banyan.unreachable", std::move(message));
}

/// Who has said so: the option, the variable, or nobody.
std::string source_of(const std::string& url) {
  const char* const variable = std::getenv(kUrlVariable);
  if (variable != nullptr && url == variable) return kUrlVariable;
  return url == kUsualUrl ? "the default" : "--url";
}

/// Where nobody has said it on the command line.
std::string unless_said(const std::string& url) {
  const std::string source = source_of(url);
  return source == "--url" ? std::string() : " (" + source + ')';
}

/// A refusal that says where it was looked, when that is an address of clients.
std::string elsewhere(const std::string& url) {
  return ". That is " + url + " (" + source_of(url) +
         "), an address of clients; the operators' pages are where `operators` of banyan.toml "
         "says: --url http://HOST:PORT, or once for all export " +
         kUrlVariable + "=http://HOST:PORT";
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
  if (error.rule == "banyan.no_operators_here") error.message += elsewhere(whom);
  if (const auto details = json.find("details"); details != json.end() && details->is_array()) {
    for (const Json& each : *details) {
      error.details.push_back({text(each, "where"), text(each, "problem")});
    }
  }
  return fail(std::move(error));
}

/// The first line of the file; "" without one.
Result<std::string> read_token(const std::string& file) {
  std::string token;
  if (file.empty()) return token;
  if (const auto open = serving::why_open_to_everybody(file)) {
    return fail(ErrorCode::FailedPrecondition, "banyan.bad_token_file", "--token-file: " + *open);
  }
  std::ifstream in(file);
  if (!in) {
    const int reason = errno;
    const auto next = serving::how_to_let_read(file, reason);
    return fail(ErrorCode::Unavailable, "banyan.bad_token_file",
                "--token-file: " + file + " cannot be read: " + std::strerror(reason) +
                    (next ? "; " + *next : ""));
  }
  if (std::getline(in, token) && !token.empty()) return token;
  return fail(ErrorCode::FailedPrecondition, "banyan.bad_token_file",
              "--token-file: the first line of " + file + " is empty; it has the token");
}

class RemoteClient final : public AdminClient {
 public:
  RemoteClient(http::Endpoint endpoint, std::string url, std::string token)
      : client_(std::move(endpoint)), url_(std::move(url)), token_(std::move(token)) {}

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
    if (!token_.empty()) request.head.fields.add("Authorization", "Bearer " + token_);
    request.body = body;
    auto answer = client_.exchange(request, std::chrono::steady_clock::now() + kPatience);
    if (!answer) {
      const bool unsent = answer.error().provably_unsent || method == "GET";
      return unreachable(
          "no answer from " + url_ + unless_said(url_) + ": " + answer.error().message +
          (unsent ? ". Is it running? Name another with --url http://HOST:PORT (or BANYAN_URL), or "
                    "its control store with --store FILE."
                  : ". Whether it was done is unknown: look with `banyan status` before "
                    "you ask again."));
    }
    return read_answer(answer->head.status, std::move(answer->body), url_);
  }

  http::Client client_;
  std::string url_;
  std::string token_;
};

class StoreClient final : public AdminClient {
 public:
  explicit StoreClient(std::unique_ptr<strangler::ControlStore> store)
      : store_(std::move(store)),
        board_(*store_, [this](std::string_view module) { return survey_(module); }),
        api_(board_) {
    // The same rule as in a running process, which asks the new side before it sends it more.
    board_.require([](std::string_view) {
      return std::optional<std::string>(
          "nobody has asked it, for --store goes past the process that could (--url)");
    });
  }

  Result<std::string> get(const std::string& path, const std::string& query) override {
    return answer({"GET", path, query, {}, {}});
  }
  Result<std::string> post(const std::string& path, const std::string& body) override {
    return answer({"POST", path, {}, "application/json", body});
  }

 private:
  /// By what a process has noted, for only that knows where the tables are.
  Result<std::string> answer(const strangler::AdminRequest& request) {
    auto survey = strangler::noted_survey(*store_);
    if (!survey) return fail(std::move(survey.error()));
    survey_ = std::move(*survey);
    strangler::AdminAnswer answer = api_.answer(request);
    if (!answer) return std::unexpected(std::move(answer.error().error));
    return std::move(*answer);
  }

  std::unique_ptr<strangler::ControlStore> store_;
  strangler::Survey survey_ = strangler::open_topology();
  strangler::Switchboard board_;
  strangler::AdminApi api_;
};

int told_otherwise(const Error& error, bool json, const CodeOfNoAnswer& code_of) {
  print_error(error, json);
  return error.rule == "banyan.bad_url" ? kUsage : code_of(error);
}

int finish(const ControlTarget& target, const Result<std::string>& answer, const Show& show,
           const CodeOf& code_of, const CodeOfNoAnswer& code_of_no_answer) {
  if (!answer) return told_otherwise(answer.error(), target.json, code_of_no_answer);
  const Json document = Json::parse(*answer, nullptr, false);
  if (target.json) {
    print_line(*answer);
  } else {
    show(document);
  }
  return code_of(document);
}

}  // namespace

int always_done(const Json& /*document*/) { return kDone; }

int refused_or_absent(const Error& error) {
  // What was named is not there, as when nobody is there to be asked.
  constexpr auto kOfWhatIsNotThere =
      std::to_array<std::string_view>({"banyan.no_control_store", "banyan.no_such_example",
                                       "banyan.unknown_revision", "banyan.unknown_rollout"});
  const bool absent =
      error.code == ErrorCode::Unavailable ||
      std::ranges::find(kOfWhatIsNotThere, std::string_view(error.rule)) != kOfWhatIsNotThere.end();
  return absent ? kUnavailable : kRefused;
}

int not_told(const Error& error, bool json) {
  return told_otherwise(error, json, refused_or_absent);
}

Result<std::unique_ptr<AdminClient>> admin_client(const ControlTarget& target) {
  if (!target.store.empty()) {
    auto store = strangler::ControlStore::open(target.store, system_clock(),
                                               strangler::ControlStore::Mode::MustExist);
    if (!store) return fail(std::move(store.error()));
    return std::unique_ptr<AdminClient>(std::make_unique<StoreClient>(std::move(*store)));
  }
  constexpr std::string_view kScheme = "http://";
  std::string_view rest = target.url;
  if (rest.ends_with('/')) rest.remove_suffix(1);
  const auto endpoint =
      rest.starts_with(kScheme) ? http::endpoint_from(rest.substr(kScheme.size())) : std::nullopt;
  if (!endpoint || endpoint->port == 0) {
    return fail(ErrorCode::InvalidArgument, "banyan.bad_url",
                (source_of(target.url) == kUrlVariable ? kUrlVariable : "--url") +
                    std::string(" is \"") + target.url + "\", expected http://HOST:PORT such as " +
                    kUsualUrl);
  }
  auto token = read_token(target.token_file);
  if (!token) return fail(std::move(token).error());
  return std::unique_ptr<AdminClient>(
      std::make_unique<RemoteClient>(*endpoint, target.url, std::move(*token)));
}

int ask(const ControlTarget& target, const std::string& path, const std::string& query,
        const Show& show, const CodeOf& code_of, const CodeOfNoAnswer& code_of_no_answer) {
  const auto client = admin_client(target);
  if (!client) return told_otherwise(client.error(), target.json, code_of_no_answer);
  return finish(target, (*client)->get(path, query), show, code_of, code_of_no_answer);
}

int order(const ControlTarget& target, const std::string& path, const Json& body, const Show& show,
          const CodeOf& code_of) {
  const auto client = admin_client(target);
  if (!client) return told_otherwise(client.error(), target.json, refused_or_absent);
  return finish(target,
                (*client)->post(path, body.dump(-1, ' ', false, Json::error_handler_t::replace)),
                show, code_of, refused_or_absent);
}

}  // namespace banyan::cli
