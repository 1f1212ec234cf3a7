// SPDX-License-Identifier: Apache-2.0
#include "frame/document.hpp"

#include <Poco/DOM/DOMParser.h>
#include <Poco/Exception.h>
#include <Poco/SAX/DefaultHandler.h>
#include <Poco/SAX/SAXParser.h>

#include <algorithm>

namespace simulators {
namespace {

using Poco::XML::XMLString;

constexpr int kDeepest = 32;

class Depth final : public Poco::XML::DefaultHandler {
 public:
  int deepest() const { return deepest_; }

  void startElement(const XMLString& /*uri*/, const XMLString& /*local_name*/,
                    const XMLString& /*name*/,
                    const Poco::XML::Attributes& /*attributes*/) override {
    deepest_ = std::max(deepest_, ++depth_);
  }
  void endElement(const XMLString& /*uri*/, const XMLString& /*local_name*/,
                  const XMLString& /*name*/) override {
    --depth_;
  }

 private:
  int depth_ = 0;
  int deepest_ = 0;
};

}  // namespace

Poco::XML::AutoPtr<Poco::XML::Document> read_document(const std::string& xml) {
  try {
    Depth depth;
    Poco::XML::SAXParser reader;
    reader.setContentHandler(&depth);
    reader.parseString(xml);
    if (depth.deepest() > kDeepest) return {};
    Poco::XML::DOMParser parser;
    return Poco::XML::AutoPtr<Poco::XML::Document>(parser.parseString(xml));
  } catch (const Poco::Exception&) {
    return {};
  }
}

}  // namespace simulators
