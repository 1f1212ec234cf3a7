// SPDX-License-Identifier: Apache-2.0
// Loaded into the legacy shop by checks of labs (LD_PRELOAD), writes down each statement and which columns it reads and
// writes: "S sql", "R table column", "W table column". SQLite itself says so, when a statement is prepared.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static FILE* out(void) {
  static FILE* file = NULL;
  if (file == NULL) {
    const char* name = getenv("SHOP_TOUCHED");
    file = fopen(name != NULL ? name : "/dev/null", "a");
    if (file == NULL) abort();
  }
  return file;
}

static int seen(void* unused, int action, const char* one, const char* two, const char* base, const char* within) {
  (void)unused;
  (void)base;
  (void)within;
  if (action == SQLITE_READ) fprintf(out(), "R %s %s\n", one, two);
  if (action == SQLITE_UPDATE) fprintf(out(), "W %s %s\n", one, two);
  if (action == SQLITE_INSERT || action == SQLITE_DELETE) fprintf(out(), "W %s *\n", one);
  return SQLITE_OK;
}

int sqlite3_open_v2(const char* name, sqlite3** handle, int flags, const char* vfs) {
  int (*real)(const char*, sqlite3**, int, const char*);
  *(void**)&real = dlsym(RTLD_NEXT, "sqlite3_open_v2");
  int code = real(name, handle, flags, vfs);
  if (code == SQLITE_OK) sqlite3_set_authorizer(*handle, seen, NULL);
  return code;
}

int sqlite3_prepare_v2(sqlite3* handle, const char* sql, int size, sqlite3_stmt** made, const char** rest) {
  int (*real)(sqlite3*, const char*, int, sqlite3_stmt**, const char**);
  *(void**)&real = dlsym(RTLD_NEXT, "sqlite3_prepare_v2");
  fputs("S ", out());
  for (const char* c = sql; *c != '\0'; ++c) fputc(*c == '\n' ? ' ' : *c, out());
  fputc('\n', out());
  int code = real(handle, sql, size, made, rest);
  fflush(out());
  return code;
}
