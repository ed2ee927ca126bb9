#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "paysaga/saga/result.hpp"

namespace paysaga::storage {

/// A fresh directory, removed with everything in it at the end.
struct LogDirectory {
  LogDirectory() {
    std::string made = (std::filesystem::temp_directory_path() / "paysaga-log-XXXXXX").string();
    ensure(::mkdtemp(made.data()) != nullptr, "a directory for the test can be made");
    path = made + "/log";
    root = made;
  }
  ~LogDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(root, ignored);
  }
  LogDirectory(const LogDirectory&) = delete;
  LogDirectory& operator=(const LogDirectory&) = delete;

  std::string path;  // Does not exist yet.
  std::string root;
};

}  // namespace paysaga::storage
