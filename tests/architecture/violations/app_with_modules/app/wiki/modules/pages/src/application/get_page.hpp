#pragma once
int get_page();
