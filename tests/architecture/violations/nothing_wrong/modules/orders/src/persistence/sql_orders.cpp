#include "domain/order.hpp"
#include "banyan/sql/session.hpp"
const char* find = R"sql(
  SELECT state FROM orders o   -- not from tracks
   WHERE o.id = :id AND o.note <> 'from tracks')sql";
