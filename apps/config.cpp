#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "apps/cli.hpp"
#include "paysaga/config/show.hpp"

namespace paysaga::apps {

void add_config(CLI::App& app, Common& common, Work& work) {
  CLI::App* noun = app.add_subcommand("config", "The configuration");
  noun->require_subcommand(1);
  auto origin = std::make_shared<bool>(false);
  CLI::App* verb = noun->add_subcommand("show", "Every setting as it is in force");
  verb->add_flag("--origin", *origin, "And where each value comes from");
  verb->callback([&common, &work, origin] {
    work = [&common, origin] {
      const auto loaded = load_settings(common);
      if (!loaded) return ExitCode::usage;
      fmt::print("{}", config::show(*loaded, *origin));
      return ExitCode::ok;
    };
  });
  noun->add_subcommand("check", "Is it sound? Names every fault at once")
      ->callback([&common, &work] {
        work = [&common] {
          if (!load_settings(common)) return ExitCode::problems_found;
          fmt::print("the configuration is sound\n");
          return ExitCode::ok;
        };
      });
  noun->add_subcommand("template", "A whole file, each setting explained at its default")
      ->callback([&work] {
        work = [] {
          fmt::print("{}", config::template_file());
          return ExitCode::ok;
        };
      });
}

}  // namespace paysaga::apps
