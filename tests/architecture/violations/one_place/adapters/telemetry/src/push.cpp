#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>
int resolved = ::getaddrinfo("a", "b", nullptr, nullptr);
int connected = ::connect(3, nullptr, 0);
int closed = ::close(3);
