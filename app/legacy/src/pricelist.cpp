// pricelist.cpp -- see pricelist.h. (B, 2016)
#include "pricelist.h"

#include <Poco/SAX/AttributesImpl.h>
#include <Poco/XML/XMLWriter.h>

#include <sstream>

#include "db.h"

using Poco::XML::AttributesImpl;
using Poco::XML::XMLWriter;

static void element(XMLWriter& writer, const std::string& name, const std::string& text)
{
    writer.startElement("", "", name);
    writer.characters(text);
    writer.endElement("", "", name);
}

std::string priceListXml()
{
    DbRows rows;
    db_queryf(&rows, "SELECT i.pub_id, i.title, i.price, i.currency, i.on_hand, a.name, b.title AS album"
                     " FROM item i JOIN albums b ON b.id = i.album_id JOIN artists a ON a.id = b.artist_id"
                     " WHERE i.on_hand > 0 ORDER BY a.name, b.title, i.position");
    std::ostringstream out;
    XMLWriter writer(out, XMLWriter::WRITE_XML_DECLARATION | XMLWriter::PRETTY_PRINT);
    writer.startDocument();
    AttributesImpl head;
    head.addAttribute("", "", "date", "CDATA", time_text(shop_now()).substr(0, 10));
    writer.startElement("", "", "pricelist", head);
    for (int i = 0; i < rows.count(); ++i) {
        AttributesImpl attributes;
        attributes.addAttribute("", "", "id", "CDATA", rows.str(i, "pub_id"));
        writer.startElement("", "", "track", attributes);
        element(writer, "artist", rows.str(i, "name"));
        element(writer, "album", rows.str(i, "album"));
        element(writer, "title", rows.str(i, "title"));
        element(writer, "price", money_text(rows.num(i, "price"), rows.str(i, "currency")));
        // Resellers need not know how many there are.
        element(writer, "available", rows.num(i, "on_hand") > 5 ? "yes" : "few");
        writer.endElement("", "", "track");
    }
    writer.endElement("", "", "pricelist");
    writer.endDocument();
    return out.str();
}
