// SPDX-License-Identifier: Apache-2.0
#include "web/html.hpp"

namespace recordshop::web {
namespace {

// As text and inside of double quotes alike.
void escape(std::string_view text, std::string& out) {
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
}

void begin(std::string& out, TagName name, Attributes attributes) {
  out.append("<").append(name.str());
  for (const Attribute& attribute : attributes) {
    if (!attribute.there) continue;
    out.append(" ").append(attribute.name.str());
    if (!attribute.value) continue;
    out += "=\"";
    escape(*attribute.value, out);
    out += '"';
  }
  out += '>';
}

}  // namespace

Html::Html(std::string_view text) { escape(text, markup_); }
Html::Html(const std::string& text) : Html(std::string_view(text)) {}
Html::Html(const char* text) : Html(std::string_view(text)) {}

Html Html::literal(Literal markup) {
  Html html;
  html.markup_ = markup.str();
  return html;
}

Html element(TagName name, Attributes attributes, Html content) {
  Html html;
  begin(html.markup_, name, attributes);
  html.markup_.append(content.markup_).append("</").append(name.str()).append(">");
  return html;
}

Html script_from(std::string_view url) {
  Html html;
  html.markup_ = "<script type=\"module\" src=\"";
  escape(url, html.markup_);
  html.markup_ += "\"></script>";
  return html;
}

Html void_element(TagName name, Attributes attributes) {
  Html html;
  begin(html.markup_, name, attributes);
  return html;
}

}  // namespace recordshop::web
