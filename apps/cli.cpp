#include "apps/cli.hpp"

#include <cstdlib>

#include <fmt/format.h>

namespace paysaga::apps {

std::optional<config::Loaded> load_settings(const Common& common) {
  config::Sources sources;
  if (common.config_file) {
    sources.file = *common.config_file;
  } else if (const char* file = std::getenv("PAYSAGA_CONFIG"); file != nullptr) {
    sources.file = file;
  }
  sources.environment = config::process_environment();
  sources.options = common.overrides;
  if (common.data) sources.flags.push_back({"--data", "node.data", *common.data});
  auto loaded = config::load(sources);
  if (loaded) return std::move(*loaded);
  for (const std::string& fault : loaded.error()) complain(fault);
  return std::nullopt;
}

void complain(const std::string& what) {
  fmt::print(stderr, "paysaga: {}\n", what);
}

}  // namespace paysaga::apps
