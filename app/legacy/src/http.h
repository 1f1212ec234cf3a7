// http.h -- requests and answers, without the library that they come by. (C, 2019)
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

struct Request {
  std::string method;
  std::string path;
  std::string body;
  std::vector<std::pair<std::string, std::string>> query;
  std::map<std::string, std::string> parameters;  // {id} of the route's path
  std::map<std::string, std::string> headers;     // by name in lower case
  std::map<std::string, std::string> cookies;

  // "" when it is not there.
  std::string param(const std::string& name) const;
  std::string asked(const std::string& name) const;
  std::vector<std::string> asked_all(const std::string& name) const;
  std::string header(const std::string& name) const;
  std::string cookie(const std::string& name) const;
};

struct Response {
  int status = 200;
  std::string type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;

  void json(const std::string& text) { body = text; }
  void text(const std::string& plain) {
    type = "text/plain; charset=utf-8";
    body = plain;
  }
  // {"error": -4, "text": "not enough copies"}, with the status that errors.h has for it.
  void fail(int err, const std::string& more = "");
};

using Handler = std::function<void(const Request&, Response&)>;

class Router {
 public:
  // A path such as "/albums/{id}".
  void on(const std::string& method, const std::string& path, Handler handler);
  void dispatch(Request& request, Response& response) const;

 private:
  struct Route {
    std::string method;
    std::vector<std::string> segments;
    Handler handler;
  };
  std::vector<Route> routes_;
};

// All of the shop's, in routes.cpp.
void add_routes(Router& router);

// The server; stopped by the destructor. Port 0 takes any that is free.
class WebServer {
 public:
  WebServer(const Router& router, const std::string& host, int port, int threads);
  ~WebServer();
  int port() const;

 private:
  struct Parts;
  Parts* parts_;
};
