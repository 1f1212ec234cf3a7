// stock.h -- how many there are. (B, 2015)
#ifndef STOCK_H
#define STOCK_H

#include <mutex>
#include <string>

#include "util.h"

struct StockLevel
{
    i64 itemId;
    std::string track;
    bool known;         // was delivered at least once
    i64 onHand;
    i64 reserved;
    i64 reorderAt;
    std::string shelf;
};

// Called when few are left, from whatever thread has sold them; context is what was registered with it.
typedef void (*LowStockCallback)(const char* track, int left, void* context);

class StockManager
{
public:
    static StockManager* getInstance();

    // SHOP_OK, ERR_NO_SUCH_TRACK, ERR_DATABASE.
    int level(const std::string& track, StockLevel* out);

    // -1 when it was never delivered.
    int get_stock(i64 item_id);
    // Atomic: the database sees to that.
    int set_stock(i64 item_id, int on_hand);

    // How many will be left when so many are sold: SHOP_OK, ERR_OUT_OF_STOCK. Before the transaction, so that
    // nobody waits for it (2014, the Saturday when everything stood still).
    int look(i64 item_id, int quantity, int* left);
    // In the transaction: so many are left.
    int sell(i64 item_id, int left);
    // A delivery; what there is then, or an error.
    int receive(i64 item_id, int quantity);

    void onLowStock(LowStockCallback callback, void* context);

private:
    StockManager() : m_callback(0), m_context(0) {}
    void tellIfLow(i64 item_id, int left);

    std::mutex m_mutex;
    LowStockCallback m_callback;
    void* m_context;
};

#endif
