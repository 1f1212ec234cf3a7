// settings.h -- what shop.properties says. main() reads it; everybody may look. (A, 2012)
#ifndef SETTINGS_H
#define SETTINGS_H

#include <string>

extern std::string g_desk_key;          // desk.key: what the shop's own PCs send along (X-Desk-Key)
extern int g_threads;                   // web.threads
extern int g_session_days;              // session.days
extern int g_basket_most;               // basket.most: lines that a basket has room for

#endif
