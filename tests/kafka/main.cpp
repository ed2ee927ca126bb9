#define CATCH_CONFIG_RUNNER
#include <cstdio>
#include <cstdlib>

#include <catch2/catch.hpp>

int main(int argc, char* argv[]) {
  if (std::getenv("PAYSAGA_KAFKA") == nullptr) {
    std::fputs("kafka_test: skipped; PAYSAGA_KAFKA is not set to the address of a broker\n",
               stderr);
    return 77;
  }
  return Catch::Session().run(argc, argv);
}
