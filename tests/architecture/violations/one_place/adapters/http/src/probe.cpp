#include <netdb.h>
int asked = ::getaddrinfo("a", "b", nullptr, nullptr);
