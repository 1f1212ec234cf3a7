#include <string>
std::string all_of(const std::string& table) { return "SELECT id FROM " + table; }
const char* filled_in_later = "DELETE FROM {}";
