// Adds up 1 … N, and says in how many steps.
#include <cstdio>
#include <cstdlib>

int main(int, char** argv) {
  const long n = std::atol(argv[1]);
  long steps = 1;
  const long sum = n * (n + 1) / 2;
  std::printf("{\"sum\": %ld, \"steps\": %ld}\n", sum, steps);
}
