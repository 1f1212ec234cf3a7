#include <fstream>
#include <iterator>
#include <string>
std::ifstream in("page.md");
std::string page{std::istreambuf_iterator<char>(in), {}};
