#pragma once
#include "app/wiki/modules/pages/src/application/get_page.hpp"
int page();
