// SPDX-License-Identifier: Apache-2.0
#include "documents.hpp"

#include <Poco/DOM/AutoPtr.h>
#include <Poco/DOM/Document.h>
#include <Poco/DOM/Element.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/Latin1Encoding.h>
#include <Poco/SAX/AttributesImpl.h>
#include <Poco/XML/XMLWriter.h>

#include <algorithm>
#include <functional>
#include <sstream>

#include "frame/document.hpp"

namespace overland {
namespace {

using Poco::XML::AttributesImpl;
using Poco::XML::AutoPtr;
using Poco::XML::Document;
using Poco::XML::Element;
using Poco::XML::XMLWriter;

const std::string kSoap = "http://schemas.xmlsoap.org/soap/envelope/";
const std::string kOurs = "urn:overland:cargoconnect:2.1";
const std::string kPush = "urn:overland:push:1";

std::string depot_time(Poco::Timestamp at) {
  at += Poco::Timestamp::TimeDiff(3'600) * 1'000'000;
  return Poco::DateTimeFormatter::format(at, "%d/%m/%y %H:%M:%S");
}

/// Writes one document, the inside of the body by `inside`.
std::string written(const std::function<void(XMLWriter&)>& inside) {
  std::ostringstream text;
  Poco::Latin1Encoding latin1;
  XMLWriter writer(text, XMLWriter::WRITE_XML_DECLARATION, "ISO-8859-1", &latin1);
  writer.startDocument();
  inside(writer);
  writer.endDocument();
  return text.str();
}

std::string enveloped(const std::string& prefix, const std::function<void(XMLWriter&)>& inside) {
  return written([&](XMLWriter& writer) {
    writer.startPrefixMapping("SOAP-ENV", kSoap);
    writer.startPrefixMapping(prefix, kOurs);
    writer.startElement(kSoap, "Envelope", "SOAP-ENV:Envelope");
    writer.startElement(kSoap, "Body", "SOAP-ENV:Body");
    inside(writer);
    writer.endElement(kSoap, "Body", "SOAP-ENV:Body");
    writer.endElement(kSoap, "Envelope", "SOAP-ENV:Envelope");
  });
}

void leaf(XMLWriter& writer, const std::string& space, const std::string& name,
          const std::string& text, const AttributesImpl& attributes = {}) {
  writer.startElement(space, name, "", attributes);
  writer.characters(text);
  writer.endElement(space, name, "");
}

std::string prefix_of(simulators::Whims& whims) { return whims.happens(50) ? "cc" : "ns2"; }

}  // namespace

std::optional<Asked> read(const std::string& xml) {
  const AutoPtr<Document> document = simulators::read_document(xml);
  if (!document) return std::nullopt;
  const Element& root = *document->documentElement();
  const Element* const header = root.getChildElementNS(kSoap, "Header");
  const Element* const body = root.getChildElementNS(kSoap, "Body");
  if (header == nullptr || body == nullptr) return std::nullopt;
  const Element* const customer = header->getChildElementNS(kOurs, "Customer");
  const Element* wanted = nullptr;
  for (const char* name : {"LodgeConsignment", "WithdrawConsignment", "TraceRequest"}) {
    if (wanted == nullptr) wanted = body->getChildElementNS(kOurs, name);
  }
  const Element* const ref =
      wanted == nullptr ? nullptr : wanted->getChildElementNS(kOurs, "ConsignorRef");
  if (customer == nullptr || ref == nullptr) return std::nullopt;

  Asked asked;
  asked.what = wanted->localName();
  asked.account = {customer->getAttribute("no"), customer->getAttribute("pin")};
  asked.parcel.ref = ref->innerText();
  asked.parcel.service = wanted->getAttribute("service");
  if (const Element* const consignee = wanted->getChildElementNS(kOurs, "Consignee")) {
    asked.parcel.consignee = consignee->getAttribute("name");
    asked.parcel.country = consignee->getAttribute("ctry");
    asked.zip = consignee->getAttribute("zip");
  }
  return asked;
}

Answer fault(int status, const std::string& text, simulators::Whims& whims) {
  return {status, enveloped(prefix_of(whims), [&](XMLWriter& writer) {
            writer.startElement(kSoap, "Fault", "SOAP-ENV:Fault");
            leaf(writer, "", "faultcode", "Client");
            leaf(writer, "", "faultstring", text);
            writer.endElement(kSoap, "Fault", "SOAP-ENV:Fault");
          })};
}

Answer lodged(const Parcel& parcel, bool is_new, simulators::Whims& whims) {
  return {is_new ? 201 : 202, enveloped(prefix_of(whims), [&](XMLWriter& writer) {
            writer.startElement(kOurs, "LodgeResponse", "");
            if (is_new) {
              leaf(writer, kOurs, "CN", parcel.cn);
            } else {
              AttributesImpl code;
              code.addAttribute("", "", "code", "", "W17");
              leaf(writer, kOurs, "Warning",
                   "CONSIGNOR REF ALREADY ON FILE, SEE CN " + parcel.cn + " - NOT LODGED AGAIN",
                   code);
            }
            writer.endElement(kOurs, "LodgeResponse", "");
          })};
}

Answer withdrawn(Depot::Withdrawn how, simulators::Whims& whims) {
  // Both with the status of a success.
  const std::string text = how == Depot::Withdrawn::Done      ? "WITHDRAWN AS REQUESTED"
                           : how == Depot::Withdrawn::TooLate ? "NOT POSSIBLE, ALREADY UPLIFTED"
                                                              : "NO TRACE OF THIS REF";
  return {200, enveloped(prefix_of(whims), [&](XMLWriter& writer) {
            writer.startElement(kOurs, "WithdrawResponse", "");
            leaf(writer, kOurs, "Remark", text);
            writer.endElement(kOurs, "WithdrawResponse", "");
          })};
}

Answer trace(const Parcel* parcel, simulators::Whims& whims) {
  const bool is_there = parcel != nullptr && !parcel->is_withdrawn;
  return {200, enveloped(prefix_of(whims), [&](XMLWriter& writer) {
            AttributesImpl found;
            found.addAttribute("", "", "found", "", is_there ? "Y" : "N");
            writer.startElement(kOurs, "TraceResponse", "", found);
            if (is_there) {
              leaf(writer, kOurs, "CN", parcel->cn);
              std::vector<Scan> scans = parcel->scans;
              if (whims.happens(50)) std::ranges::reverse(scans);
              for (const Scan& scan : scans) {
                AttributesImpl attributes;
                attributes.addAttribute("", "", "st", "", std::to_string(scan.st));
                attributes.addAttribute("", "", "when", "", depot_time(scan.at));
                const int copies = whims.happens(whims.now().duplicate) ? 2 : 1;
                for (int i = 0; i < copies; ++i) leaf(writer, kOurs, "Scan", scan.what, attributes);
              }
            }
            writer.endElement(kOurs, "TraceResponse", "");
          })};
}

std::string push(const Parcel& parcel, const Scan& scan) {
  return written([&](XMLWriter& writer) {
    AttributesImpl attributes;
    attributes.addAttribute("", "", "cn", "", parcel.cn);
    attributes.addAttribute("", "", "ref", "", parcel.ref);
    attributes.addAttribute("", "", "when", "", depot_time(scan.at));
    writer.startPrefixMapping("", kPush);
    writer.startElement(kPush, "TrackNotify", "", attributes);
    writer.characters(scan.what);
    writer.endElement(kPush, "TrackNotify", "");
  });
}

}  // namespace overland
