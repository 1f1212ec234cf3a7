#include <netdb.h>
#include <sys/socket.h>
int resolved = ::getaddrinfo("a", "b", nullptr, nullptr);
int connected = ::connect(3, nullptr, 0);
