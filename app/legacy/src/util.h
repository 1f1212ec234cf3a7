// util.h -- small things that everything needs. (A, 2012)
#ifndef UTIL_H
#define UTIL_H

#include <string>

typedef long long i64;

extern int g_verbose;               // main() sets it from shop.properties

// The time of day in seconds. SHOP_NOW (seconds, or 2019-03-01T12:00:00Z) stops the clock there.
i64 shop_now();

// A number that nobody can guess; with SHOP_SEED the same ones in every run.
unsigned long long shop_random();

// "ord_" and 32 hexadecimal digits, which sort by time. out must have room for 40.
void shop_id(const char* prefix, char* out);

// 32 hexadecimal digits, for sessions.
std::string shop_token();

// "2019-03-01T12:00:00Z"; "" for 0.
std::string time_text(i64 t);
// -1 when it is none.
i64 time_from(const char* text);

std::string lower(const std::string& text);
std::string trimmed(const std::string& text);
// A number, or `otherwise` when the text is none.
i64 to_number(const std::string& text, i64 otherwise);
// "9.90 EUR"
std::string money_text(i64 minor, const std::string& currency);

// One line on stderr, when g_verbose.
void shop_log(const char* format, ...) __attribute__((format(printf, 1, 2)));

// 2014, the double sale: SHOP_PAUSE=stock.sell:20 waits 20 ms when the program comes by here, and
// SHOP_CRASH=checkout.3 ends it. It was never found. The points are still in.
void debug_point(const char* where);

#endif
