// db.h -- the database. There is one. (A, 2012)
//
//     DbRows rows;
//     if (db_queryf(&rows, "SELECT id FROM customers WHERE email_key = %Q", key) < 0) ...
//
// Strings go in with %Q, which quotes them (a NULL becomes NULL), numbers with %lld. NOTHING goes in
// with %s. The shop was opened once through the search field, in its second week.
#ifndef DB_H
#define DB_H

#include <mutex>
#include <string>
#include <vector>

#include "util.h"

struct sqlite3;

class DbRows
{
public:
    int count() const { return (int)m_rows.size(); }
    // "" for NULL and for a column that is not there.
    const std::string& str(int row, const char* column) const;
    i64 num(int row, const char* column) const;
    bool is_null(int row, const char* column) const;

private:
    friend class Db;
    int find(const char* column) const;
    std::vector<std::string> m_names;
    std::vector<std::vector<std::string> > m_rows;
    std::vector<std::vector<char> > m_nulls;
};

class Db
{
public:
    static Db* instance();

    // SHOP_OK or ERR_DATABASE. The file must be there; legacy-import makes one.
    int open(const char* file);
    void close();

    // How many rows it changed, or ERR_DATABASE.
    int exec(const char* sql);
    // How many rows, or ERR_DATABASE.
    int query(const char* sql, DbRows* rows);
    // Many statements; for schema.sql.
    int script(const char* sql);
    i64 last_id();

    // From begin() to commit() or rollback() the database is this thread's alone.
    int begin();
    int commit();
    void rollback();

    // Of whoever was here last.
    std::string last_error();
    const char* file() const { return m_file.c_str(); }
    // How many statements were run. For the page that says how we are.
    i64 statements();

    Db();
    ~Db();

private:
    Db(const Db&);
    Db& operator=(const Db&);

    sqlite3* m_handle;
    std::recursive_mutex m_lock;
    std::string m_file;
    std::string m_error;
    i64 m_statements;
};

// Of the one database.
int db_execf(const char* format, ...);
int db_queryf(DbRows* rows, const char* format, ...);

// The report's own connection, when shop.properties says report.connection=own (2019); else the one.
extern Db* g_report_db;

#endif
