// SPDX-License-Identifier: Apache-2.0
#include "outside/small_xml.hpp"

#include <Poco/DOM/DOMParser.h>
#include <Poco/Exception.h>
#include <Poco/SAX/DefaultHandler.h>
#include <Poco/SAX/LexicalHandler.h>
#include <Poco/SAX/SAXParser.h>

#include <algorithm>

namespace recordshop {
namespace {

using Poco::XML::XMLString;

/// Looks and keeps nothing. It does not end the reading by an exception, which would have to pass
/// through the frames of a C library.
class Shape final : public Poco::XML::DefaultHandler, public Poco::XML::LexicalHandler {
 public:
  bool is_plain() const { return !has_type_ && deepest_ <= kDeepestElement; }

  void startElement(const XMLString& /*uri*/, const XMLString& /*local_name*/,
                    const XMLString& /*name*/,
                    const Poco::XML::Attributes& /*attributes*/) override {
    deepest_ = std::max(deepest_, ++depth_);
  }
  void endElement(const XMLString& /*uri*/, const XMLString& /*local_name*/,
                  const XMLString& /*name*/) override {
    --depth_;
  }
  void startDTD(const XMLString& /*name*/, const XMLString& /*public_id*/,
                const XMLString& /*system_id*/) override {
    has_type_ = true;
  }
  void endDTD() override {}
  void startEntity(const XMLString& /*name*/) override {}
  void endEntity(const XMLString& /*name*/) override {}
  void startCDATA() override {}
  void endCDATA() override {}
  void comment(const Poco::XML::XMLChar* /*text*/, int /*start*/, int /*length*/) override {}

 private:
  int depth_ = 0;
  int deepest_ = 0;
  bool has_type_ = false;
};

bool is_plain(const std::string& xml) {
  Shape shape;
  Poco::XML::SAXParser parser;
  parser.setContentHandler(&shape);
  parser.setProperty(Poco::XML::XMLReader::PROPERTY_LEXICAL_HANDLER,
                     static_cast<Poco::XML::LexicalHandler*>(&shape));
  parser.parseString(xml);
  return shape.is_plain();
}

}  // namespace

Poco::XML::AutoPtr<Poco::XML::Document> read_xml(const std::string& xml) {
  try {
    // Before anything is expanded; in other encodings than that of this text, is_plain() finds it.
    if (xml.find("<!DOCTYPE") != std::string::npos || !is_plain(xml)) return {};
    Poco::XML::DOMParser parser;
    return Poco::XML::AutoPtr<Poco::XML::Document>(parser.parseString(xml));
  } catch (const Poco::Exception&) {
    return {};
  }
}

}  // namespace recordshop
