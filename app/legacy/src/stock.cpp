// stock.cpp -- see stock.h. (B, 2015)
#include "stock.h"

#include "cache.h"
#include "db.h"
#include "errors.h"

StockManager* StockManager::getInstance()
{
    static StockManager* instance = new StockManager;
    return instance;
}

int StockManager::level(const std::string& track, StockLevel* out)
{
    DbRows rows;
    if (db_queryf(&rows, "SELECT id, on_hand, reserved, reorder_at, shelf FROM item WHERE pub_id = %Q",
                  track.c_str()) < 0)
        return ERR_DATABASE;
    if (rows.count() == 0)
        return ERR_NO_SUCH_TRACK;
    out->itemId = rows.num(0, "id");
    out->track = track;
    out->known = !rows.is_null(0, "on_hand");
    out->onHand = rows.num(0, "on_hand");
    out->reserved = rows.num(0, "reserved");
    out->reorderAt = rows.num(0, "reorder_at");
    out->shelf = rows.str(0, "shelf");
    return SHOP_OK;
}

int StockManager::get_stock(i64 item_id)
{
    DbRows rows;
    if (db_queryf(&rows, "SELECT on_hand FROM item WHERE id = %lld", item_id) < 1)
        return -1;
    return rows.is_null(0, "on_hand") ? -1 : static_cast<int>(rows.num(0, "on_hand"));
}

int StockManager::set_stock(i64 item_id, int on_hand)
{
    if (db_execf("UPDATE item SET on_hand = %d, counted_at = %lld WHERE id = %lld", on_hand, shop_now(),
                 item_id) != 1)
        return ERR_DATABASE;
    // The row has changed, and the prices are of the row.
    PriceCache::getInstance()->clearAll();
    return SHOP_OK;
}

int StockManager::look(i64 item_id, int quantity, int* left)
{
    int there = get_stock(item_id);
    debug_point("stock.look");
    *left = there - quantity;
    return *left < 0 ? ERR_OUT_OF_STOCK : SHOP_OK;
}

int StockManager::sell(i64 item_id, int left)
{
    int rc = set_stock(item_id, left);
    if (rc == SHOP_OK)
        tellIfLow(item_id, left);
    return rc;
}

int StockManager::receive(i64 item_id, int quantity)
{
    int there = get_stock(item_id);
    if (there < 0)
        there = 0;
    debug_point("stock.receive");
    int rc = set_stock(item_id, there + quantity);
    return rc == SHOP_OK ? there + quantity : rc;
}

void StockManager::onLowStock(LowStockCallback callback, void* context)
{
    std::lock_guard<std::mutex> lock(m_mutex);
    m_callback = callback;
    m_context = context;
}

void StockManager::tellIfLow(i64 item_id, int left)
{
    DbRows rows;
    if (db_queryf(&rows, "SELECT pub_id, reorder_at FROM item WHERE id = %lld", item_id) < 1)
        return;
    if (left > rows.num(0, "reorder_at"))
        return;
    std::lock_guard<std::mutex> lock(m_mutex);
    if (m_callback)
        m_callback(rows.str(0, "pub_id").c_str(), left, m_context);
}
