// pricelist.h -- the price list for the shops that resell us, as XML. (B, 2016)
#ifndef PRICELIST_H
#define PRICELIST_H

#include <string>

std::string priceListXml();

#endif
