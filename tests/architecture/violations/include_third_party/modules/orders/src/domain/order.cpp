#include <Poco/Types.h>

#include <string>
