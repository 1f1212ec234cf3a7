// SPDX-License-Identifier: Apache-2.0
#include "banyan/dashboard/dashboard.hpp"

namespace banyan::strangler::dashboard {

std::string_view embedded_file(std::string_view name);  // generated

std::optional<File> file(std::string_view name) {
  if (name.empty()) name = "index.html";
  if (name == "catalogue") name = "catalogue.html";
  if (name == "traces") name = "traces.html";
  if (name == "sagas") name = "sagas.html";
  const std::string_view text = embedded_file(name);
  if (text.empty()) return std::nullopt;
  std::string_view type = "text/html; charset=utf-8";
  if (name.ends_with(".js")) type = "text/javascript; charset=utf-8";
  if (name.ends_with(".svg")) type = "image/svg+xml";
  if (name.ends_with(".css")) type = "text/css; charset=utf-8";
  return File{type, text};
}

}  // namespace banyan::strangler::dashboard
