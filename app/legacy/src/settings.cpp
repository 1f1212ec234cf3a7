// settings.cpp -- see settings.h. (A, 2012)
#include "settings.h"

std::string g_desk_key = "front-desk";
int g_threads = 64;      // a kept connection has one, as long as it is kept
int g_session_days = 30;
int g_basket_most = 50;
