const char* in_a_raw_literal = R"sql(
  UPDATE orders
     SET state = 'paid')sql";
const char* listed = "select * from payments p, tracks where p.id = tracks.id";
