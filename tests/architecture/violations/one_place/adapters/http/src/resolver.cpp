#include <netdb.h>
#include <sys/socket.h>
int resolved = ::getaddrinfo("a", "b", nullptr, nullptr);
int made = ::socket(AF_INET, SOCK_STREAM, 0);
