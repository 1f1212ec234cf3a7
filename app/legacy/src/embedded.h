// embedded.h -- files that travel inside of the program; CMake writes embedded.cpp. (C, 2019)
#pragma once

extern const char* const kSchemaSql;
extern const char* const kSampleSql;
