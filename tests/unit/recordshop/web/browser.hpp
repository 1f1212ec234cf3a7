// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/binding/path_segments.hpp"
#include "banyan/http/message.hpp"
#include "banyan/serving/served.hpp"
#include "contract/port_under_test.hpp"

namespace recordshop::web {

/// What a browser keeps for a site.
class Cookies {
 public:
  void take(const banyan::http::Response& response) {
    response.head.fields.each("Set-Cookie", [this](std::string_view text) {
      const std::string pair(text.substr(0, text.find(';')));
      const std::string name = pair.substr(0, pair.find('='));
      if (text.find("Max-Age=0") != std::string_view::npos) {
        kept_.erase(name);
      } else {
        kept_[name] = pair;
      }
    });
  }
  std::string field() const {
    std::string all;
    for (const auto& [name, pair] : kept_) all += (all.empty() ? "" : "; ") + pair;
    return all;
  }

 private:
  std::map<std::string, std::string> kept_;
};

/// Goes through pages without a network: follows redirections, keeps cookies, sends forms.
class Browser {
 public:
  explicit Browser(std::vector<banyan::serving::Endpoint> endpoints)
      : endpoints_(std::move(endpoints)) {}

  const banyan::http::Response& get(const std::string& target) {
    for (last_ = ask("GET", target, {}); last_.head.status == 303;) {
      at_ = std::string(last_.head.fields.find("Location").value_or("/"));
      last_ = ask("GET", at_, {});
    }
    return last_;
  }
  /// Sends a form with the token of the last page.
  const banyan::http::Response& post(const std::string& target, const std::string& fields) {
    last_ = ask("POST", target, "token=" + hidden("token") + (fields.empty() ? "" : "&" + fields));
    if (last_.head.status == 303) {
      at_ = std::string(last_.head.fields.find("Location").value_or("/"));
      return get(at_);
    }
    return last_;
  }
  /// Of the last page: the value of a hidden field, "" when there is none.
  std::string hidden(const std::string& name) const {
    const std::string begin = "name=\"" + name + "\" value=\"";
    const std::size_t at = last_.body.find(begin);
    if (at == std::string::npos) return {};
    const std::size_t from = at + begin.size();
    return last_.body.substr(from, last_.body.find('"', from) - from);
  }
  /// Of the last page: its hidden fields whose names begin so, as a form sends them.
  std::string hidden_fields(const std::string& beginning) const {
    std::string fields;
    const std::string begin = "type=\"hidden\" name=\"" + beginning;
    for (std::size_t at = last_.body.find(begin); at != std::string::npos;
         at = last_.body.find(begin, at + 1)) {
      const std::size_t from = at + begin.size() - beginning.size();
      const std::string name = last_.body.substr(from, last_.body.find('"', from) - from);
      std::string value = hidden(name);
      for (char& each : value) each = each == ' ' ? '+' : each;
      fields += '&' + name + '=' + value;
    }
    return fields;
  }
  const std::string& at() const { return at_; }  ///< where the last redirection led

  /// Takes over the cookies of another one.
  void keep(const Browser& other) { cookies_ = other.cookies_; }

 private:
  static bool fits(std::string_view path, std::string_view target) {
    const auto wanted = banyan::binding::path_segments(path);
    const auto given = banyan::binding::path_segments(target.substr(0, target.find('?')));
    if (wanted.size() != given.size()) return false;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (!wanted[i].starts_with("{") && wanted[i] != given[i]) return false;
    }
    return true;
  }

  banyan::http::Response ask(std::string_view method, const std::string& target,
                             const std::string& body) {
    banyan::http::Request request;
    request.head.method = method;
    request.head.target = target;
    request.head.fields.add("Host", "shop.example");
    if (const std::string kept = cookies_.field(); !kept.empty()) {
      request.head.fields.add("Cookie", kept);
    }
    request.head.fields.add("Content-Type", "application/x-www-form-urlencoded");
    request.body = body;
    for (const auto& endpoint : endpoints_) {
      const bool below = endpoint.below && target.starts_with(endpoint.path + '/');
      if (endpoint.method != method || (!below && !fits(endpoint.path, target))) continue;
      banyan::http::Response response = endpoint.answer(request, banyan::contract::any_context());
      cookies_.take(response);
      return response;
    }
    banyan::http::Response nobody;
    nobody.head.status = 404;
    nobody.body = "no endpoint";
    return nobody;
  }

  std::vector<banyan::serving::Endpoint> endpoints_;
  Cookies cookies_;
  banyan::http::Response last_;
  std::string at_;
};

}  // namespace recordshop::web
