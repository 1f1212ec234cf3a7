inline const char* kEvent = "track_added";
