CREATE TABLE activity (what TEXT NOT NULL);
