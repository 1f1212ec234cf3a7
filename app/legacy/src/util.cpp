// util.cpp -- see util.h. (A, 2012)
#include "util.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <mutex>

#include "errors.h"

int g_verbose = 0;

i64 shop_now()
{
    const char* fixed = getenv("SHOP_NOW");
    if (fixed != NULL && fixed[0] != '\0') {
        i64 t = strchr(fixed, 'T') != NULL ? time_from(fixed) : atoll(fixed);
        if (t > 0) return t;
    }
    return (i64)time(NULL);
}

static std::mutex g_random_lock;
static unsigned long long g_random_state = 0;
static int g_random_mode = 0;       // 0 not asked yet, 1 seeded, 2 the system's

unsigned long long shop_random()
{
    std::lock_guard<std::mutex> hold(g_random_lock);
    if (g_random_mode == 0) {
        const char* seed = getenv("SHOP_SEED");
        g_random_mode = seed != NULL && seed[0] != '\0' ? 1 : 2;
        if (g_random_mode == 1) g_random_state = strtoull(seed, NULL, 10);
    }
    if (g_random_mode == 2) {
        unsigned long long number = 0;
        FILE* f = fopen("/dev/urandom", "rb");
        if (f == NULL || fread(&number, sizeof number, 1, f) != 1) abort();
        fclose(f);
        return number;
    }
    unsigned long long z = (g_random_state += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

void shop_id(const char* prefix, char* out)
{
    // The time in milliseconds first. Two orders of one millisecond need an order, too.
    static std::atomic<unsigned> count(0);
    unsigned long long ms = (unsigned long long)shop_now() * 1000ULL + (count++ % 1000);
    unsigned long long a = shop_random();
    unsigned long long b = shop_random();
    snprintf(out, 40, "%s_%012llx7%03llx%x%015llx", prefix, ms & 0xffffffffffffULL, a & 0xfffULL,
             8 + (unsigned)((a >> 12) & 3), b & 0xfffffffffffffffULL);
}

std::string shop_token()
{
    char out[40];
    unsigned long long a = shop_random();
    unsigned long long b = shop_random();
    snprintf(out, sizeof out, "%016llx%016llx", a, b);
    return out;
}

std::string time_text(i64 t)
{
    if (t == 0) return "";
    time_t tt = (time_t)t;
    struct tm tm;
    gmtime_r(&tt, &tm);
    char out[32];
    strftime(out, sizeof out, "%Y-%m-%dT%H:%M:%SZ", &tm);
    return out;
}

i64 time_from(const char* text)
{
    struct tm tm;
    memset(&tm, 0, sizeof tm);
    if (strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) == NULL && strptime(text, "%Y-%m-%d", &tm) == NULL)
        return -1;
    return (i64)timegm(&tm);
}

std::string lower(const std::string& text)
{
    std::string out = text;
    for (size_t i = 0; i < out.size(); i++)
        out[i] = (char)tolower((unsigned char)out[i]);
    return out;
}

std::string trimmed(const std::string& text)
{
    size_t from = text.find_first_not_of(" \t\r\n");
    if (from == std::string::npos) return "";
    return text.substr(from, text.find_last_not_of(" \t\r\n") - from + 1);
}

i64 to_number(const std::string& text, i64 otherwise)
{
    if (text.empty() || text.size() > 18) return otherwise;
    char* end = NULL;
    i64 n = strtoll(text.c_str(), &end, 10);
    return *end == '\0' ? n : otherwise;
}

std::string money_text(i64 minor, const std::string& currency)
{
    char out[64];
    i64 whole = minor < 0 ? -minor : minor;
    snprintf(out, sizeof out, "%s%lld.%02lld %s", minor < 0 ? "-" : "", whole / 100, whole % 100,
             currency.c_str());
    return out;
}

void shop_log(const char* format, ...)
{
    if (!g_verbose) return;
    char line[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    fprintf(stderr, "%s %s\n", time_text(shop_now()).c_str(), line);
}

void debug_point(const char* where)
{
    static const char* crash = getenv("SHOP_CRASH");
    static const char* wait = getenv("SHOP_PAUSE");
    if (crash != NULL && strcmp(crash, where) == 0) {
        fprintf(stderr, "SHOP_CRASH at %s\n", where);
        _exit(70);
    }
    size_t length = strlen(where);
    if (wait != NULL && strncmp(wait, where, length) == 0 && wait[length] == ':') {
        fprintf(stderr, "SHOP_PAUSE at %s\n", where);
        usleep((useconds_t)atoi(wait + length + 1) * 1000);
    }
}

const char* err_text(int err)
{
    switch (err) {
    case SHOP_OK: return "ok";
    case ERR_NOT_FOUND: return "there is no such thing";
    case ERR_DATABASE: return "the database cannot do that just now";
    case ERR_BAD_INPUT: return "that is not what was asked for";
    case ERR_OUT_OF_STOCK: return "not enough copies";
    case ERR_NO_SUCH_TRACK: return "we do not sell that";
    case ERR_DECLINED: return "the payment was declined";
    case ERR_ON_HOLD: return "the customer cannot order just now";
    case ERR_NO_ADDRESS: return "we do not know where to send it";
    case ERR_TOO_LATE: return "it is on its way already";
    case ERR_NOT_RETURNABLE: return "it cannot be sent back (any more)";
    case ERR_TAKEN: return "somebody has this e-mail address";
    case ERR_WHO_ARE_YOU: return "sign in first";
    case ERR_NOT_YOURS: return "that is somebody else's";
    case ERR_MIXED_CURRENCIES: return "one currency at a time";
    case ERR_KEY_REUSED: return "another order was placed under this key";
    case ERR_CLOSED: return "the account is closed";
    case ERR_IN_USE: return "something else needs it";
    }
    return "unknown error";
}

int err_status(int err)
{
    switch (err) {
    case SHOP_OK: return 200;
    case ERR_NOT_FOUND: return 404;
    case ERR_NO_SUCH_TRACK: return 404;
    case ERR_BAD_INPUT: return 400;
    case ERR_WHO_ARE_YOU: return 401;
    case ERR_DECLINED: return 402;
    case ERR_NOT_YOURS: return 403;
    case ERR_DATABASE: return 503;
    }
    return 409;
}
