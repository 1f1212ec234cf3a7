// cache.cpp -- see cache.h. (B, 2015)
#include "cache.h"

PriceCache* PriceCache::getInstance()
{
    static PriceCache* instance = new PriceCache;
    return instance;
}

bool PriceCache::find(const std::string& track, CachedPrice* out)
{
    std::lock_guard<std::mutex> lock(m_mutex);
    std::map<std::string, CachedPrice>::const_iterator it = m_prices.find(track);
    if (it == m_prices.end())
        return false;
    *out = it->second;
    ++m_hits;
    return true;
}

void PriceCache::put(const std::string& track, const CachedPrice& price)
{
    std::lock_guard<std::mutex> lock(m_mutex);
    // Somebody crawls the shop now and then.
    if (m_prices.size() >= 10000)
        m_prices.clear();
    m_prices[track] = price;
}

void PriceCache::forget(const std::string& track)
{
    std::lock_guard<std::mutex> lock(m_mutex);
    m_prices.erase(track);
}

void PriceCache::clearAll()
{
    std::lock_guard<std::mutex> lock(m_mutex);
    m_prices.clear();
}

int PriceCache::getSize()
{
    std::lock_guard<std::mutex> lock(m_mutex);
    return static_cast<int>(m_prices.size());
}

i64 PriceCache::getHits()
{
    std::lock_guard<std::mutex> lock(m_mutex);
    return m_hits;
}
