// http.cpp -- see http.h. (C, 2019)
#include "http.h"

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/NameValueCollection.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/StreamCopier.h>
#include <Poco/ThreadPool.h>
#include <Poco/URI.h>

#include "errors.h"
#include "json.h"
#include "login.h"
#include "util.h"

namespace {

constexpr std::streamsize kLargestBody = 1 << 20;

std::string value_of(const std::map<std::string, std::string>& map, const std::string& name) {
  const auto found = map.find(name);
  return found == map.end() ? "" : found->second;
}

std::vector<std::string> segments_of(const std::string& path) {
  std::vector<std::string> segments;
  std::string::size_type at = 1;
  while (at <= path.size()) {
    const auto end = path.find('/', at);
    segments.push_back(path.substr(at, end == std::string::npos ? end : end - at));
    if (end == std::string::npos) break;
    at = end + 1;
  }
  return segments;
}

bool is_parameter(const std::string& segment) { return segment.size() > 2 && segment.front() == '{'; }

}  // namespace

std::string Request::param(const std::string& name) const { return value_of(parameters, name); }
std::string Request::header(const std::string& name) const { return value_of(headers, lower(name)); }
std::string Request::cookie(const std::string& name) const { return value_of(cookies, name); }

std::string Request::asked(const std::string& name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return "";
}

std::vector<std::string> Request::asked_all(const std::string& name) const {
  std::vector<std::string> all;
  for (const auto& [key, value] : query) {
    if (key == name) all.push_back(value);
  }
  return all;
}

void Response::fail(int err, const std::string& more) {
  Json json;
  json.begin();
  json.num("error", err);
  json.str("text", more.empty() ? err_text(err) : std::string(err_text(err)) + ": " + more);
  json.end();
  status = err_status(err);
  type = "application/json";
  body = json.text();
}

void Router::on(const std::string& method, const std::string& path, Handler handler) {
  routes_.push_back({method, segments_of(path), std::move(handler)});
}

void Router::dispatch(Request& request, Response& response) const {
  const auto asked = segments_of(request.path);
  bool other_method = false;
  for (const auto& route : routes_) {
    if (route.segments.size() != asked.size()) continue;
    std::map<std::string, std::string> parameters;
    bool fits = true;
    for (std::size_t i = 0; i < asked.size() && fits; ++i) {
      const auto& segment = route.segments[i];
      if (is_parameter(segment)) {
        parameters[segment.substr(1, segment.size() - 2)] = asked[i];
      } else {
        fits = segment == asked[i];
      }
    }
    if (!fits) continue;
    if (route.method != request.method && !(route.method == "GET" && request.method == "HEAD")) {
      other_method = true;
      continue;
    }
    request.parameters = std::move(parameters);
    return route.handler(request, response);
  }
  response.fail(ERR_NOT_FOUND, request.path);
  if (other_method) response.status = 405;
}

namespace {

class PageHandler : public Poco::Net::HTTPRequestHandler {
 public:
  explicit PageHandler(const Router& router) : router_(router) {}

  void handleRequest(Poco::Net::HTTPServerRequest& in, Poco::Net::HTTPServerResponse& out) override {
    Request request;
    Response response;
    try {
      read(in, request);
      recognise(request.cookie("SHOPSESSION"));
      if (static_cast<std::streamsize>(request.body.size()) > kLargestBody) {
        response.fail(ERR_BAD_INPUT, "so much");
      } else {
        router_.dispatch(request, response);
      }
    } catch (const Poco::Exception& error) {
      response.fail(ERR_BAD_INPUT, error.displayText());
    } catch (const std::exception& error) {
      shop_log("%s %s: %s", request.method.c_str(), request.path.c_str(), error.what());
      response.fail(ERR_DATABASE);
    }
    CurrentUser::get()->forget();
    send(request, response, out);
  }

 private:
  static void read(Poco::Net::HTTPServerRequest& in, Request& request) {
    const Poco::URI uri(in.getURI());
    request.method = in.getMethod();
    request.path = uri.getPath();
    for (const auto& [name, value] : uri.getQueryParameters()) request.query.emplace_back(name, value);
    for (const auto& [name, value] : in) request.headers[lower(name)] = value;
    Poco::Net::NameValueCollection cookies;
    in.getCookies(cookies);
    for (const auto& [name, value] : cookies) request.cookies[name] = value;
    std::string piece;
    char buffer[4096];
    while (in.stream().read(buffer, sizeof buffer) || in.stream().gcount() > 0) {
      if (static_cast<std::streamsize>(request.body.size()) > kLargestBody) continue;
      request.body.append(buffer, static_cast<std::size_t>(in.stream().gcount()));
    }
  }

  static void send(const Request& request, const Response& response, Poco::Net::HTTPServerResponse& out) {
    out.setStatusAndReason(static_cast<Poco::Net::HTTPResponse::HTTPStatus>(response.status));
    out.setContentType(response.type);
    out.setContentLength64(static_cast<Poco::Int64>(response.body.size()));
    for (const auto& [name, value] : response.headers) out.add(name, value);
    auto& stream = out.send();
    if (request.method != "HEAD") stream << response.body;
  }

  const Router& router_;
};

class Factory : public Poco::Net::HTTPRequestHandlerFactory {
 public:
  explicit Factory(const Router& router) : router_(router) {}
  Poco::Net::HTTPRequestHandler* createRequestHandler(const Poco::Net::HTTPServerRequest&) override {
    return new PageHandler(router_);
  }

 private:
  const Router& router_;
};

}  // namespace

struct WebServer::Parts {
  Parts(const Router& router, const std::string& host, int port, int threads)
      : pool(2, threads),
        socket(Poco::Net::SocketAddress(host, static_cast<Poco::UInt16>(port))),
        server(new Factory(router), pool, socket, parameters(threads)) {}

  static Poco::Net::HTTPServerParams* parameters(int threads) {
    auto* params = new Poco::Net::HTTPServerParams;
    params->setMaxThreads(threads);
    params->setMaxQueued(1000);
    params->setKeepAlive(true);
    params->setKeepAliveTimeout(Poco::Timespan(15, 0));
    params->setThreadIdleTime(Poco::Timespan(1, 0));  // how long a stop may wait for a thread that does nothing
    params->setServerName("");
    return params;
  }

  Poco::ThreadPool pool;
  Poco::Net::ServerSocket socket;
  Poco::Net::HTTPServer server;
};

WebServer::WebServer(const Router& router, const std::string& host, int port, int threads)
    : parts_(new Parts(router, host, port, threads)) {
  parts_->server.start();
}

WebServer::~WebServer() {
  parts_->server.stopAll(true);
  delete parts_;
}

int WebServer::port() const { return parts_->socket.address().port(); }
