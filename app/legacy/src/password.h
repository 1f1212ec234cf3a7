// password.h -- passwords, since 2016 no longer as they are typed. (B)
#ifndef PASSWORD_H
#define PASSWORD_H

#include <string>

// "pbkdf2$2000$SALT$HASH"
std::string password_made(const std::string& password);
bool password_is(const std::string& password, const std::string& stored);

#endif
