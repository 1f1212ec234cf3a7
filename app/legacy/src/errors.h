// errors.h -- what our functions return when they cannot. 0 is good, below 0 is bad.
// Callers abroad (the web) see the number as well, so NEVER renumber. (A.)
#ifndef ERRORS_H
#define ERRORS_H

#define SHOP_OK               0
#define ERR_NOT_FOUND        -1
#define ERR_DATABASE         -2
#define ERR_BAD_INPUT        -3
#define ERR_OUT_OF_STOCK     -4
#define ERR_NO_SUCH_TRACK    -5
#define ERR_DECLINED         -6
#define ERR_ON_HOLD          -7
#define ERR_NO_ADDRESS       -8
#define ERR_TOO_LATE         -9     // shipped already
#define ERR_NOT_RETURNABLE   -10
#define ERR_TAKEN            -11    // somebody has this e-mail address
#define ERR_WHO_ARE_YOU      -12
#define ERR_NOT_YOURS        -13
#define ERR_MIXED_CURRENCIES -14
#define ERR_KEY_REUSED       -15
#define ERR_CLOSED           -16
#define ERR_IN_USE           -17

// For people. Never NULL.
const char* err_text(int err);

// What HTTP calls it.
int err_status(int err);

#endif
