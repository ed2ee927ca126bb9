#include "apps/confirm.hpp"

#include <iostream>

#include <fmt/format.h>
#include <unistd.h>

#include "apps/cli.hpp"

namespace paysaga::apps {

bool is_confirmed(const std::string& question, const std::string& refusal) {
  if (isatty(STDIN_FILENO) != 1) {
    complain(refusal);
    return false;
  }
  fmt::print(stderr, "{}? [y/N] ", question);
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "yes";
}

}  // namespace paysaga::apps
