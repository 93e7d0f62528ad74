// verdict: definite 0, indirect 0, possible 0, reachable ?; fd 0
// SPDX-License-Identifier: Apache-2.0
// What libraries allocate for themselves is given back or held by them, never lost.
#include <dirent.h>
#include <iconv.h>
#include <locale.h>
#include <netdb.h>
#include <pwd.h>
#include <regex.h>
#include <time.h>

#include "program.h"


static int by_number(const void* left, const void* right) {
  return *(const int*)left - *(const int*)right;
}

APART static void sort(void) {
  static int numbers[100000];
  for (int i = 0; i < 100000; ++i) numbers[i] = i * 7919 % 100000;
  qsort(numbers, 100000, sizeof *numbers, by_number);
}

APART static void match(void) {
  regex_t expression;
  MUST(regcomp(&expression, "(a|b)*c[0-9]+", REG_EXTENDED) == 0);
  MUST(regexec(&expression, "ababc42", 0, NULL, 0) == 0);
  regfree(&expression);
}

APART static void read_files(void) {
  DIR* directory = opendir("/");
  while (readdir(directory)) continue;
  closedir(directory);
  char line[100];
  FILE* file = fopen("/proc/self/status", "r");
  MUST(fgets(line, sizeof line, file));
  fclose(file);
}

APART static void look_up(void) {
  time_t now = time(NULL);
  MUST(localtime(&now) && getpwuid(0));
  iconv_t conversion = iconv_open("UTF-8", "UTF-16LE");
  if (conversion != (iconv_t)-1) iconv_close(conversion);
}

int main(void) {
  setlocale(LC_ALL, "C.UTF-8");
  sort(), match(), read_files(), look_up();
  printf("%s\n", "done");
  wipe();
  return 0;
}
