// SPDX-License-Identifier: Apache-2.0
#include "init/describe.hpp"

#include <array>
#include <chrono>
#include <utility>

#include "banyan/kernel/whole_file.hpp"

namespace banyan::cli::init {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 3s;
constexpr auto kPlaces = std::to_array<const char*>(
    {"/openapi.json", "/swagger.json", "/v3/api-docs", "/api-docs", "/api/openapi.json",
     "/swagger/v1/swagger.json", "/swagger/doc.json", "/docs/openapi.json", "/v2/api-docs"});

std::expected<std::string, std::string> text_at(const std::string& where,
                                                const std::string& ca_file) {
  if (!is_web_address(where)) {
    auto text = whole_file(where);
    if (!text)
      return std::unexpected(
          std::string("cannot be read; name a file that is there, or "
                      "the address of a document (http://…)"));
    return std::move(*text);
  }
  const auto address = web_address_from(where);
  if (!address) return std::unexpected(address.error());
  const auto web = Web::of(*address, ca_file);
  if (!web) return std::unexpected(web.error());
  auto answer = web->get(address->target, kPatience);
  if (!answer) return std::unexpected(answer.error().message);
  if (answer->head.status != 200) {
    return std::unexpected("answers " + std::to_string(answer->head.status) +
                           ", not 200; name the address of the document itself, or a copy of it");
  }
  return std::move(answer->body);
}

}  // namespace

std::expected<Described, std::string> read_named(const std::string& where,
                                                 const std::string& ca_file) {
  const auto text = text_at(where, ca_file);
  if (!text) return std::unexpected(where + ": " + text.error());
  auto document = openapi::read(*text);
  if (!document) return std::unexpected(where + ' ' + document.error());
  return Described{where, std::move(*document)};
}

std::optional<Described> look_for(const Web& web, const WebAddress& application) {
  for (const char* place : kPlaces) {
    const auto answer = web.get(place, kPatience);
    if (!answer && answer.error().kind == http::ClientFailure::Kind::Timeout) return std::nullopt;
    if (!answer || answer->head.status != 200 || !openapi::looks_like_one(answer->body)) continue;
    auto document = openapi::read(answer->body);
    if (document) return Described{application.origin() + place, std::move(*document)};
  }
  return std::nullopt;
}

}  // namespace banyan::cli::init
