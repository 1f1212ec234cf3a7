INSERT INTO orders SELECT what FROM activity;
