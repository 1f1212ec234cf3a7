// SPDX-License-Identifier: Apache-2.0
#include "openapi/document.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace banyan::cli::openapi {
namespace {

using Json = nlohmann::ordered_json;

constexpr auto kMethods = std::to_array<std::string_view>(
    {"get", "put", "post", "delete", "options", "head", "patch", "trace", "query"});

std::string text_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string upper(std::string_view text) {
  std::string copy(text);
  for (char& c : copy) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return copy;
}

std::string without_last_slash(std::string path) {
  while (path.ends_with('/')) path.pop_back();
  return path;
}

/// The path of a server's URL: "https://shop.example/v1/" -> "/v1".
std::string base_of(std::string url) {
  if (const std::size_t scheme = url.find("://"); scheme != std::string::npos) {
    const std::size_t path = url.find('/', scheme + 3);
    url = path == std::string::npos ? "" : url.substr(path);
  }
  return url.starts_with('/') ? without_last_slash(std::move(url)) : std::string();
}

/// Where all paths begin, by `servers` or `basePath`.
std::string base_path(const Json& json, std::vector<std::string>& notes) {
  if (const std::string base = text_at(json, "basePath"); !base.empty()) {
    return without_last_slash(base);
  }
  const auto servers = json.find("servers");
  if (servers == json.end() || !servers->is_array() || servers->empty()) return {};
  std::vector<std::string> bases;
  for (const Json& each : *servers) {
    const std::string url = each.is_object() ? text_at(each, "url") : std::string();
    if (url.contains('{')) {
      notes.push_back("the server " + url + " has variables, and its path is not known");
    } else {
      bases.push_back(base_of(url));
    }
  }
  if (bases.empty()) return {};
  if (std::ranges::any_of(bases, [&](const std::string& each) { return each != bases.front(); })) {
    notes.push_back("its servers have different paths; the routes are below that of the first, \"" +
                    bases.front() + "/\"");
  }
  return bases.front();
}

void read_path(const std::string& path, const Json& item, Document& document) {
  if (!item.is_object()) return;
  if (item.contains("$ref")) {
    document.notes.push_back(path + " is described elsewhere ($ref), where nobody looks here");
  }
  for (const auto& [key, value] : item.items()) {
    if (std::ranges::find(kMethods, key) == kMethods.end() || !value.is_object()) continue;
    const auto deprecated = value.find("deprecated");
    document.operations.push_back({.method = upper(key),
                                   .path = path,
                                   .id = text_at(value, "operationId"),
                                   .summary = text_at(value, "summary"),
                                   .deprecated = deprecated != value.end() && *deprecated == true});
  }
}

}  // namespace

bool looks_like_one(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  return json.is_object() && (json.contains("openapi") || json.contains("swagger"));
}

std::expected<Document, std::string> read(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) {
    const bool yaml = text.contains("openapi:") || text.contains("swagger:");
    return std::unexpected(
        yaml ? std::string("is YAML, and only JSON is read; convert it: python3 -c 'import json, "
                           "sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout, "
                           "default=str)' < it.yaml > openapi.json")
             : std::string("is not JSON; expected an OpenAPI document"));
  }
  if (!json.is_object() || (!json.contains("openapi") && !json.contains("swagger"))) {
    return std::unexpected(
        std::string("has neither \"openapi\" nor \"swagger\"; expected an OpenAPI document"));
  }
  const auto paths = json.find("paths");
  if (paths == json.end() || !paths->is_object()) {
    return std::unexpected(
        std::string("has no \"paths\", so there is nothing to propose; leave it out, or name the "
                    "document that has them"));
  }
  Document document;
  if (const auto info = json.find("info"); info != json.end() && info->is_object()) {
    document.title = text_at(*info, "title");
    document.version = text_at(*info, "version");
  }
  const std::string base = base_path(json, document.notes);
  for (const auto& [path, item] : paths->items()) {
    if (path.starts_with("x-")) continue;
    read_path(base + path, item, document);
  }
  return document;
}

}  // namespace banyan::cli::openapi
