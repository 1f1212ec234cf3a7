#include "app/wiki/modules/pages/src/application/get_page.hpp"
#include "banyan/http/client.hpp"
#include "app/wiki/modules/pages/src/domain/page.hpp"

int get_page() { return page(); }
