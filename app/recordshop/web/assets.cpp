// SPDX-License-Identifier: Apache-2.0
#include "web/assets.hpp"

#include "banyan/digest/sha256.hpp"

namespace recordshop {
std::string_view embedded_file(std::string_view name);  // generated from web/assets
}

namespace recordshop::web {
namespace {

std::string_view type_of(std::string_view name) {
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (name.ends_with(".svg")) return "image/svg+xml";
  return {};  // a page, which is not for everybody as it is
}

}  // namespace

std::string asset_url(std::string_view name) {
  static const std::string version = [] {
    std::string all;
    for (const std::string_view each : {"shop.css", "shop.js", "logo.svg"}) {
      all += embedded_file(each);
    }
    return banyan::sha256_hex(all).substr(0, 12);
  }();
  return "/shop/assets/" + std::string(name) + "?v=" + version;
}

banyan::http::Response asset(std::string_view target) {
  const std::string_view path = target.substr(0, target.find('?'));
  const std::string_view name = path.substr(path.rfind('/') + 1);
  banyan::http::Response response;
  response.head.fields.add("X-Content-Type-Options", "nosniff");
  const std::string_view type = type_of(name);
  const std::string_view file = type.empty() ? std::string_view() : embedded_file(name);
  if (file.empty()) {
    response.head.status = 404;
    response.head.fields.add("Content-Type", "text/plain; charset=utf-8");
    response.body = "There is no such file.\n";
    return response;
  }
  response.head.fields.add("Content-Type", type);
  // Its address changes with it.
  response.head.fields.add("Cache-Control", target == asset_url(name)
                                                ? "public, max-age=31536000, immutable"
                                                : "no-cache");
  // A picture that is opened by itself is a document.
  response.head.fields.add("Content-Security-Policy", "default-src 'none'");
  response.body = file;
  return response;
}

}  // namespace recordshop::web
