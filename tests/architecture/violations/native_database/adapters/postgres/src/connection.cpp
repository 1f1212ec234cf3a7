#include <postgresql/libpq-fe.h>
int seen(const PGresult* result) { return PQntuples(result); }
