// cache.h -- prices, so that a busy Saturday does not ask the database for each of them. (B, 2015)
#ifndef CACHE_H
#define CACHE_H

#include <map>
#include <mutex>
#include <string>

#include "util.h"

struct CachedPrice
{
    i64 itemId;
    i64 price;
    std::string currency;
    std::string title;
    i64 weight;
};

class PriceCache
{
public:
    static PriceCache* getInstance();

    bool find(const std::string& track, CachedPrice* out);
    void put(const std::string& track, const CachedPrice& price);
    void forget(const std::string& track);

    // Called by nobody but the catalogue, when a price list comes in.
    void clearAll();

    int getSize();
    i64 getHits();

private:
    PriceCache() : m_hits(0) {}
    std::mutex m_mutex;
    std::map<std::string, CachedPrice> m_prices;
    i64 m_hits;
};

#endif
