#include <string_view>
struct Clock {};
const Clock& system_clock();
void remember(const Clock& clock = system_clock());
int match(std::string_view method, std::string_view target) { return method == target ? 1 : 0; }
