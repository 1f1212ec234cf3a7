const char* joined =
    "SELECT o.id, t.title "
    "FROM orders o JOIN tracks t ON t.id = o.track_id";
