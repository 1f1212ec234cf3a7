// db.cpp -- see db.h. (A, 2012)
#include "db.h"

#include <sqlite3.h>
#include <stdarg.h>
#include <string.h>

#include "errors.h"

Db* g_report_db = NULL;

static const std::string g_empty;

int DbRows::find(const char* column) const
{
    for (size_t i = 0; i < m_names.size(); i++)
        if (m_names[i] == column) return (int)i;
    return -1;
}

const std::string& DbRows::str(int row, const char* column) const
{
    int at = find(column);
    if (at < 0 || row < 0 || row >= count()) return g_empty;
    return m_rows[row][at];
}

i64 DbRows::num(int row, const char* column) const
{
    return to_number(str(row, column), 0);
}

bool DbRows::is_null(int row, const char* column) const
{
    int at = find(column);
    return at < 0 || row < 0 || row >= count() || m_nulls[row][at];
}

// The one and only. Never deleted: threads may still use it when main() ends.
Db* Db::instance()
{
    static Db* the_database = new Db;
    return the_database;
}

Db::Db() : m_handle(NULL), m_statements(0)
{
}

Db::~Db()
{
    close();
}

int Db::open(const char* file)
{
    std::lock_guard<std::recursive_mutex> hold(m_lock);
    close();
    m_file = file;
    if (sqlite3_open_v2(file, &m_handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX, NULL) != SQLITE_OK) {
        m_error = m_handle != NULL ? sqlite3_errmsg(m_handle) : "out of memory";
        close();
        return ERR_DATABASE;
    }
    sqlite3_busy_timeout(m_handle, 10000);
    if (exec("PRAGMA journal_mode = WAL") < 0 || exec("PRAGMA synchronous = NORMAL") < 0 ||
        exec("PRAGMA foreign_keys = ON") < 0)
        return ERR_DATABASE;
    return SHOP_OK;
}

void Db::close()
{
    if (m_handle != NULL) sqlite3_close(m_handle);
    m_handle = NULL;
}

int Db::exec(const char* sql)
{
    DbRows nothing;
    std::lock_guard<std::recursive_mutex> hold(m_lock);
    if (query(sql, &nothing) < 0) return ERR_DATABASE;
    return sqlite3_changes(m_handle);
}

int Db::query(const char* sql, DbRows* rows)
{
    std::lock_guard<std::recursive_mutex> hold(m_lock);
    rows->m_names.clear();
    rows->m_rows.clear();
    rows->m_nulls.clear();
    if (m_handle == NULL) {
        m_error = "not open";
        return ERR_DATABASE;
    }
    m_statements++;
    sqlite3_stmt* statement = NULL;
    if (sqlite3_prepare_v2(m_handle, sql, -1, &statement, NULL) != SQLITE_OK) {
        m_error = sqlite3_errmsg(m_handle);
        shop_log("SQL: %s: %s", m_error.c_str(), sql);
        return ERR_DATABASE;
    }
    int columns = sqlite3_column_count(statement);
    for (int i = 0; i < columns; i++)
        rows->m_names.push_back(sqlite3_column_name(statement, i));
    int step;
    while ((step = sqlite3_step(statement)) == SQLITE_ROW) {
        std::vector<std::string> row;
        std::vector<char> nulls;
        for (int i = 0; i < columns; i++) {
            const char* text = (const char*)sqlite3_column_text(statement, i);
            row.push_back(text != NULL ? text : "");
            nulls.push_back(text == NULL);
        }
        rows->m_rows.push_back(row);
        rows->m_nulls.push_back(nulls);
    }
    if (step != SQLITE_DONE) {
        m_error = sqlite3_errmsg(m_handle);
        shop_log("SQL: %s: %s", m_error.c_str(), sql);
    }
    sqlite3_finalize(statement);
    return step == SQLITE_DONE ? rows->count() : ERR_DATABASE;
}

int Db::script(const char* sql)
{
    std::lock_guard<std::recursive_mutex> hold(m_lock);
    char* error = NULL;
    if (sqlite3_exec(m_handle, sql, NULL, NULL, &error) != SQLITE_OK) {
        m_error = error != NULL ? error : "?";
        sqlite3_free(error);
        return ERR_DATABASE;
    }
    return SHOP_OK;
}

i64 Db::last_id()
{
    std::lock_guard<std::recursive_mutex> hold(m_lock);
    return m_handle != NULL ? sqlite3_last_insert_rowid(m_handle) : 0;
}

std::string Db::last_error()
{
    std::lock_guard<std::recursive_mutex> hold(m_lock);
    return m_error;
}

i64 Db::statements()
{
    std::lock_guard<std::recursive_mutex> hold(m_lock);
    return m_statements;
}

int Db::begin()
{
    m_lock.lock();
    if (exec("BEGIN IMMEDIATE") < 0) {
        m_lock.unlock();
        return ERR_DATABASE;
    }
    return SHOP_OK;
}

int Db::commit()
{
    if (exec("COMMIT") < 0) {
        rollback();
        return ERR_DATABASE;
    }
    m_lock.unlock();
    return SHOP_OK;
}

void Db::rollback()
{
    exec("ROLLBACK");
    m_lock.unlock();
}

static std::string formatted(const char* format, va_list args)
{
    char* sql = sqlite3_vmprintf(format, args);
    std::string text = sql != NULL ? sql : "";
    sqlite3_free(sql);
    return text;
}

int db_execf(const char* format, ...)
{
    va_list args;
    va_start(args, format);
    std::string sql = formatted(format, args);
    va_end(args);
    return Db::instance()->exec(sql.c_str());
}

int db_queryf(DbRows* rows, const char* format, ...)
{
    va_list args;
    va_start(args, format);
    std::string sql = formatted(format, args);
    va_end(args);
    return Db::instance()->query(sql.c_str(), rows);
}
