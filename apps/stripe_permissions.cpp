#include "apps/stripe_permissions.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/json_view.hpp"
#include "paysaga/engine/stripe/permissions.hpp"
#include "paysaga/storage/json_writer.hpp"

namespace paysaga::apps {
namespace {

using engine::stripe::PermissionUse;

std::string_view access_of(const PermissionUse& use) {
  return use.permission.write ? "write" : "read";
}

std::string json_of(const std::vector<PermissionUse>& uses) {
  std::string out;
  storage::JsonWriter json{out};
  json.open_object();
  json.key("permissions").open_array();
  for (const PermissionUse& use : uses) {
    json.open_object();
    json.key("resource").text(use.permission.resource);
    json.key("access").text(access_of(use));
    json.key("id").text(use.permission.id);
    json.key("endpoints").open_array();
    for (const std::string_view endpoint : use.endpoints) json.text(endpoint);
    json.close_array();
    json.close_object();
  }
  json.close_array();
  json.key("url").text(engine::stripe::key_form_url());
  json.close_object();
  return out;
}

ExitCode show(const std::string& output) {
  const std::vector<PermissionUse> uses = engine::stripe::needed_permissions();
  if (output == "json" || output == "jsonl") {
    fmt::print("{}\n", json_of(uses));
    return ExitCode::ok;
  }
  if (output == "id") {
    for (const PermissionUse& use : uses) fmt::print("{}\n", use.permission.id);
    return ExitCode::ok;
  }
  Table table{{{"RESOURCE"}, {"ACCESS"}, {"PERMISSION"}, {"FOR"}}};
  for (const PermissionUse& use : uses) {
    table.add({std::string{use.permission.resource}, std::string{access_of(use)},
               std::string{use.permission.id}, fmt::format("{}", fmt::join(use.endpoints, ", "))});
  }
  table.print();
  fmt::print(stderr, "everything else: none. Make such a key: {}\n",
             engine::stripe::key_form_url());
  return ExitCode::ok;
}

}  // namespace

void add_stripe_permissions(CLI::App& stripe, const Common& common, Work& work) {
  stripe
      .add_subcommand("permissions",
                      "What a restricted key must be allowed for all that the engine calls")
      ->callback([&common, &work] { work = [&common] { return show(common.output); }; });
}

}  // namespace paysaga::apps
