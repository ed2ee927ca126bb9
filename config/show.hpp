#pragma once

#include <string>

#include "paysaga/config/load.hpp"

namespace paysaga::config {

/// A whole configuration file in which every setting stands at its default, commented out and
/// explained.
[[nodiscard]] std::string template_file();

/// The settings as TOML; with `origins` each line says where its value comes from.
[[nodiscard]] std::string show(const Loaded& loaded, bool origins);

}  // namespace paysaga::config
