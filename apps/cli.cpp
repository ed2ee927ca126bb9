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

tl::expected<config::Loaded, config::Faults> read_settings(const Common& common) {
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
  if (!loaded) return loaded;
  config::Faults faults = kafka_faults(loaded->settings);
  if (!faults.empty()) return tl::unexpected{std::move(faults)};
  return loaded;
}

std::optional<config::Loaded> load_settings(const Common& common) {
  auto loaded = read_settings(common);
  if (loaded) return std::move(*loaded);
  for (const std::string& fault : loaded.error()) complain(fault);
  return std::nullopt;
}

void add_limit(CLI::App& verb, std::size_t& limit, const std::string& help) {
  constexpr std::size_t limit_max = 10'000'000;
  verb.add_option("--limit", limit, help)->check(CLI::Range(std::size_t{0}, limit_max));
}

void complain(const std::string& what) {
  fmt::print(stderr, "paysaga: {}\n", what);
}

}  // namespace paysaga::apps
