// nightly.cpp -- what runs at two in the morning: legacy-nightly --database FILE [--config shop.properties]
// (A, 2013, a shell script first)
//
// Reads only, and writes a mail to the boss, so it may be run again at any time.
#include <Poco/AutoPtr.h>
#include <Poco/Exception.h>
#include <Poco/Util/PropertyFileConfiguration.h>

#include <stdio.h>
#include <string.h>

#include <string>

#include "db.h"
#include "errors.h"
#include "mail.h"
#include "order.h"
#include "stock.h"
#include "util.h"

#define DAY 86400LL

struct Settings
{
    Settings() : database("shop.db"), restock(50), purge_days(730) {}
    std::string database;
    int restock;            // nightly.restock: copies that the supplier's van brings of each
    int purge_days;         // nightly.purge_days
};

static std::string g_protocol;

static void note(const char* what, int count)
{
    char line[120];
    snprintf(line, sizeof line, "%-34s %6d\n", what, count);
    g_protocol += line;
    fputs(line, stdout);
}

// Who owes too much gets nothing more, and who has paid may buy again. The desk need not do anything.
static int check_credit()
{
    DbRows rows;
    if (db_queryf(&rows, "SELECT c.id, c.credit_status, c.credit_by, c.credit_limit,"
                         " coalesce(sum(o.total - o.refunded), 0) AS owes FROM customers c"
                         " LEFT JOIN orders o ON o.customer_id = c.id AND o.pay_method = 'account'"
                         " AND o.status NOT IN (%d, %d) AND o.placed_at > %lld"
                         " WHERE c.closed = 0 GROUP BY c.id",
                  ORDER_CANCELLED, ORDER_RETURNED, shop_now() - 30 * DAY) < 0)
        return ERR_DATABASE;
    int changed = 0;
    for (int i = 0; i < rows.count(); i++) {
        bool too_much = rows.num(i, "owes") > rows.num(i, "credit_limit");
        bool held = rows.str(i, "credit_status") != "good";
        bool ours = rows.str(i, "credit_by") == "nightly";
        debug_point("nightly.credit");
        if (too_much && !(held && ours)) {
            if (db_execf("UPDATE customers SET credit_status = 'on_hold', credit_reason = 'over the limit',"
                         " credit_by = 'nightly' WHERE id = %lld",
                         rows.num(i, "id")) < 0)
                return ERR_DATABASE;
            changed++;
        } else if (!too_much && held && ours) {
            if (db_execf("UPDATE customers SET credit_status = 'good', credit_reason = '', credit_by = 'nightly'"
                         " WHERE id = %lld",
                         rows.num(i, "id")) < 0)
                return ERR_DATABASE;
            changed++;
        }
    }
    return changed;
}

// The supplier's van comes at five and brings what is low.
static int restock(int copies)
{
    DbRows rows;
    if (copies <= 0) return 0;
    if (db_queryf(&rows, "SELECT id FROM item WHERE on_hand IS NOT NULL AND on_hand <= reorder_at ORDER BY id") < 0)
        return ERR_DATABASE;
    for (int i = 0; i < rows.count(); i++)
        if (StockManager::getInstance()->receive(rows.num(i, "id"), copies) < 0) return ERR_DATABASE;
    return rows.count();
}

// Yesterday, for the boss's spreadsheet.
static int daily_sales()
{
    i64 today = shop_now() / DAY * DAY;
    std::string day = time_text(today - DAY).substr(0, 10);
    if (db_execf("DELETE FROM daily_sales WHERE day = %Q", day.c_str()) < 0) return ERR_DATABASE;
    return db_execf("INSERT INTO daily_sales (day, country, currency, orders, net, tax)"
                    " SELECT %Q, k.code, o.currency, count(*), sum(o.net), sum(o.tax) FROM orders o"
                    " JOIN countries k ON k.code = o.ship_country"
                    " WHERE o.status <> %d AND o.placed_at >= %lld AND o.placed_at < %lld"
                    " GROUP BY k.code, o.currency",
                    day.c_str(), ORDER_CANCELLED, today - DAY, today);
}

static int forget_visitors()
{
    int sessions = db_execf("DELETE FROM sessions WHERE seen_at < %lld", shop_now() - 30 * DAY);
    int baskets = db_execf("DELETE FROM basket WHERE added_at < %lld", shop_now() - 90 * DAY);
    return sessions < 0 || baskets < 0 ? ERR_DATABASE : sessions + baskets;
}

// Paid a week ago and the carrier has not come? The desk looks at those with a problem.
static int late_parcels()
{
    return db_execf("UPDATE orders SET problem = 'not collected yet', changed_at = %lld"
                    " WHERE status = %d AND paid_at < %lld AND problem = ''",
                    shop_now(), ORDER_PAID, shop_now() - 7 * DAY);
}

// Orders that came to nothing, years ago. Their parcels go with them by themselves.
static int purge(int days)
{
    i64 before = shop_now() - days * DAY;
    if (Db::instance()->begin() != SHOP_OK) return ERR_DATABASE;
    const char* old = "(SELECT id FROM orders WHERE status = 9 AND changed_at < %lld)";
    std::string lines = std::string("DELETE FROM order_lines WHERE order_id IN ") + old;
    std::string payments = std::string("DELETE FROM payments WHERE order_id IN ") + old;
    int gone = -1;
    if (db_execf(lines.c_str(), before) >= 0 && db_execf(payments.c_str(), before) >= 0)
        gone = db_execf("DELETE FROM orders WHERE status = 9 AND changed_at < %lld", before);
    if (gone < 0) {
        Db::instance()->rollback();
        return ERR_DATABASE;
    }
    return Db::instance()->commit() == SHOP_OK ? gone : ERR_DATABASE;
}

static int usage(const char* what)
{
    fprintf(stderr, "legacy-nightly: %s\n"
                    "usage: legacy-nightly --database FILE [--config shop.properties]\n"
                    "What happens at night: credit, deliveries, figures, and what is forgotten.\n"
                    "Exit codes: 0 done, 1 not all of it, 64 usage, 66 no database, 78 a bad shop.properties.\n",
            what);
    return 64;
}

static int read_settings(const char* file, Settings* settings)
{
    try {
        Poco::AutoPtr<Poco::Util::PropertyFileConfiguration> config(new Poco::Util::PropertyFileConfiguration(file));
        settings->database = config->getString("database", settings->database);
        settings->restock = config->getInt("nightly.restock", settings->restock);
        settings->purge_days = config->getInt("nightly.purge_days", settings->purge_days);
    } catch (const Poco::Exception& error) {
        fprintf(stderr, "legacy-nightly: %s: %s\n", file, error.displayText().c_str());
        return -1;
    }
    return 0;
}

int main(int argc, char** argv)
{
    Settings settings;
    std::string database;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) return usage("help") * 0;
        if (i + 1 == argc) return usage(argv[i]);
        if (strcmp(argv[i], "--database") == 0) database = argv[++i];
        else if (strcmp(argv[i], "--config") == 0) {
            if (read_settings(argv[++i], &settings) < 0) return 78;
        } else return usage(argv[i]);
    }
    if (!database.empty()) settings.database = database;
    if (Db::instance()->open(settings.database.c_str()) != SHOP_OK) {
        fprintf(stderr, "legacy-nightly: %s: %s\n", settings.database.c_str(), Db::instance()->last_error().c_str());
        return 66;
    }
    MailManager::getInstance()->start();

    // Each by itself: what fails tonight is done tomorrow.
    int failed = 0;
    int done[6];
    const char* names[6] = {"customers whose credit has changed", "records that were delivered",
                            "rows of yesterday's figures",        "visitors that are forgotten",
                            "parcels that wait too long",         "orders that are purged"};
    done[0] = check_credit();
    done[1] = restock(settings.restock);
    done[2] = daily_sales();
    done[3] = forget_visitors();
    done[4] = late_parcels();
    done[5] = purge(settings.purge_days);
    for (int i = 0; i < 6; i++) {
        if (done[i] < 0) failed = 1;
        note(names[i], done[i]);
    }
    MailManager::getInstance()->send("boss@records-by-mail.example", "Last night", g_protocol);
    Db::instance()->close();
    return failed;
}
