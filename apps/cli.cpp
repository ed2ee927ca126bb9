#include "apps/cli.hpp"

#include <cstdlib>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "paysaga/engine/kafka/client.hpp"
#include "paysaga/engine/kafka/settings.hpp"

namespace paysaga::apps {
namespace {

/// The names under [kafka.properties] are librdkafka's to know.
std::vector<std::string> kafka_faults(const config::Settings& settings) {
  if (settings.journal.kind != config::JournalKind::kafka) return {};
  return engine::kafka::property_faults(engine::kafka::kafka_options(settings).properties);
}

}  // namespace

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
  const std::vector<std::string> faults = loaded ? kafka_faults(loaded->settings) : loaded.error();
  for (const std::string& fault : faults) complain(fault);
  if (!faults.empty()) return std::nullopt;
  return std::move(*loaded);
}

void add_limit(CLI::App& verb, std::size_t& limit, const std::string& help) {
  constexpr std::size_t limit_max = 10'000'000;
  verb.add_option("--limit", limit, help)->check(CLI::Range(std::size_t{0}, limit_max));
}

void complain(const std::string& what) {
  fmt::print(stderr, "paysaga: {}\n", what);
}

}  // namespace paysaga::apps
