#include "paysaga/config/load.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include <unistd.h>

#include "paysaga/config/check.hpp"
#include "paysaga/config/kafka_property.hpp"
#include "paysaga/config/key.hpp"
#include "paysaga/config/suggest.hpp"
#include "paysaga/config/toml_file.hpp"
#include "paysaga/config/webhook_secret.hpp"

namespace paysaga::config {
namespace {

class Loader {
 public:
  void take_file(const std::filesystem::path& path) {
    auto assignments = read_toml_file(path);
    if (!assignments) {
      faults_.push_back(assignments.error().detail);
      return;
    }
    // The parser sorts by name; people read from the top.
    std::ranges::stable_sort(*assignments, {}, [](const Assignment& a) {
      return std::pair{a.where.size(), a.where};
    });
    for (const Assignment& one : *assignments) {
      if (!is_section(one)) set(one.name, one.where, one.value);
    }
  }

  void take_environment(const std::string& variable) {
    const std::string_view text = variable;
    const std::size_t equals = text.find('=');
    const std::string name{text.substr(0, equals)};
    constexpr std::string_view prefix = "PAYSAGA_";
    if (equals == std::string_view::npos || !name.starts_with(prefix)) return;
    if (name.find("__") == std::string::npos) return;  // PAYSAGA_NODE and its like are no settings.
    Value value{std::string{text.substr(equals + 1)}, Value::Source::environment, {}};
    for (const Key& key : keys()) {
      if (environment_name(key) == name) return set(key, name, value);
    }
    if (const std::string property = property_of_variable(name); !property.empty()) {
      return set(std::string{property_prefix} + property, name, value);
    }
    if (const std::string secret = webhook_secret_of_variable(name); !secret.empty()) {
      return set(std::string{webhook_secret_prefix} + secret, name, value);
    }
    faults_.push_back(name + ": " + unknown_variable(name));
  }

  void take_option(const std::string& text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos) {
      faults_.push_back("-X " + text + ": wants name=value, as in -X stripe.timeout=10s");
      return;
    }
    const Value value{text.substr(equals + 1), Value::Source::option, {}};
    set(text.substr(0, equals), "-X", value);
  }

  void take_flag(const Sources::Flag& flag) {
    set(flag.name, flag.flag, Value{flag.value, Value::Source::option, {}});
  }

  tl::expected<Loaded, Faults> finish() {
    // Settings that could not be read would only cause more faults: those first.
    if (faults_.empty()) {
      if (!origins_.contains("kafka.group")) {
        settings_.kafka.group = default_group(roles_of(settings_.node.roles));
      }
      complete(settings_);
      for (const Conflict& conflict : check(settings_)) {
        faults_.push_back(where(conflict.name) + ": " + conflict.name + ": " + conflict.what);
      }
    }
    if (!faults_.empty()) return tl::unexpected{std::move(faults_)};
    Loaded loaded{std::move(settings_), {}};
    std::string_view section;
    for (const Key& key : keys()) {
      const std::string_view before = std::exchange(section, section_of(key));
      if (before == "kafka" && section != before) add_properties(loaded);
      if (before == "stripe" && section != before) add_webhook_secrets(loaded);
      loaded.origins.push_back(
          {std::string{key.name}, key.show(loaded.settings), where(std::string{key.name})});
    }
    return loaded;
  }

 private:
  static bool is_section(const Assignment& assignment) {
    return std::holds_alternative<Table>(assignment.value.data) &&
           (std::ranges::find(keys(), assignment.name, section_of) != keys().end() ||
            property_prefix == assignment.name + "." ||
            webhook_secret_prefix == assignment.name + ".");
  }

  void add_webhook_secrets(Loaded& loaded) const {
    for (const auto& [own_name, secret] : loaded.settings.stripe.webhook_secrets) {
      const std::string name = std::string{webhook_secret_prefix} + own_name;
      loaded.origins.push_back({name, write(secret), where(name)});
    }
  }

  void add_properties(Loaded& loaded) const {
    for (const auto& [property, value] : loaded.settings.kafka.properties) {
      const std::string name = std::string{property_prefix} + property;
      loaded.origins.push_back({name, write(value), where(name)});
    }
  }

  static std::string unknown_variable(const std::string& name) {
    std::vector<std::string> names;
    for (const Key& key : keys()) names.push_back(environment_name(key));
    const std::vector<std::string_view> views{names.begin(), names.end()};
    const auto near = suggest(name, views);
    return "no setting has this variable" + (near ? "; did you mean " + *near + "?" : "");
  }

  void set(const std::string& name, const std::string& origin, const Value& value) {
    if (name.starts_with(property_prefix)) return set_property(name, origin, value);
    if (name.starts_with(webhook_secret_prefix)) return set_webhook_secret(name, origin, value);
    const Key* key = find_key(name);
    if (key == nullptr) {
      faults_.push_back(origin + ": " + unknown_key(name));
    } else {
      set(*key, origin, value);
    }
  }

  void set_property(const std::string& name, const std::string& origin, const Value& value) {
    const std::string_view property = std::string_view{name}.substr(property_prefix.size());
    take(name, origin, config::set_property(settings_, property, value));
  }

  void set_webhook_secret(const std::string& name, const std::string& origin, const Value& value) {
    const std::string_view own_name = std::string_view{name}.substr(webhook_secret_prefix.size());
    take(name, origin, config::set_webhook_secret(settings_, own_name, value));
  }

  void take(const std::string& name, const std::string& origin, const Result<void>& done) {
    if (!done) {
      faults_.push_back(origin + ": " + name + ": " + done.error().detail);
    } else {
      origins_[name] = origin;
    }
  }

  void set(const Key& key, const std::string& origin, const Value& value) {
    take(std::string{key.name}, origin, key.set(settings_, value));
  }

  std::string where(const std::string& name) const {
    const auto found = origins_.find(name);
    return found == origins_.end() ? "default" : found->second;
  }

  Settings settings_;
  std::map<std::string, std::string> origins_;
  Faults faults_;
};

}  // namespace

std::vector<std::string> process_environment() {
  std::vector<std::string> out;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    out.emplace_back(*variable);
  }
  std::ranges::sort(out);
  return out;
}

tl::expected<Loaded, Faults> load(const Sources& sources) {
  Loader loader;
  if (sources.file) loader.take_file(*sources.file);
  for (const std::string& variable : sources.environment) loader.take_environment(variable);
  for (const Sources::Flag& flag : sources.flags) loader.take_flag(flag);
  for (const std::string& option : sources.options) loader.take_option(option);
  return loader.finish();
}

std::string to_text(const Faults& faults) {
  std::string out;
  for (const std::string& fault : faults) out += (out.empty() ? "" : "\n") + fault;
  return out;
}

}  // namespace paysaga::config
