// password.cpp -- see password.h. (B, 2016)
#include "password.h"

#include <Poco/DigestEngine.h>
#include <Poco/HMACEngine.h>
#include <Poco/PBKDF2Engine.h>
#include <Poco/SHA1Engine.h>

#include "util.h"

typedef Poco::PBKDF2Engine<Poco::HMACEngine<Poco::SHA1Engine> > Engine;

static const unsigned kRounds = 2000;

static std::string hashed(const std::string& password, const std::string& salt, unsigned rounds)
{
    Engine engine(salt, rounds, 20);
    engine.update(password);
    return Poco::DigestEngine::digestToHex(engine.digest());
}

std::string password_made(const std::string& password)
{
    std::string salt = shop_token();
    return "pbkdf2$" + std::to_string(kRounds) + "$" + salt + "$" + hashed(password, salt, kRounds);
}

bool password_is(const std::string& password, const std::string& stored)
{
    size_t a = stored.find('$');
    size_t b = a == std::string::npos ? a : stored.find('$', a + 1);
    size_t c = b == std::string::npos ? b : stored.find('$', b + 1);
    if (c == std::string::npos || stored.compare(0, a, "pbkdf2") != 0)
        return false;
    i64 rounds = to_number(stored.substr(a + 1, b - a - 1), 0);
    if (rounds < 1)
        return false;
    std::string expected = stored.substr(c + 1);
    std::string made = hashed(password, stored.substr(b + 1, c - b - 1), (unsigned)rounds);
    // All of it, however early they differ.
    unsigned different = expected.size() == made.size() ? 0 : 1;
    for (size_t i = 0; i < expected.size() && i < made.size(); i++)
        different |= (unsigned)(unsigned char)(expected[i] ^ made[i]);
    return different == 0;
}
