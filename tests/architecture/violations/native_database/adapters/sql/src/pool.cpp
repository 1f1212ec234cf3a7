#include <postgresql/libpq-fe.h>

bool idle(const PGconn* connection) { return PQtransactionStatus(connection) == PQTRANS_IDLE; }
