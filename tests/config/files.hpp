#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>

/// A file that lives as long as the test needs it.
class TestFile {
 public:
  explicit TestFile(std::string_view text) {
    char name[] = "/tmp/paysaga_config_XXXXXX";
    folder_ = ::mkdtemp(name);
    std::ofstream{path(), std::ios::binary} << text;
  }
  ~TestFile() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  TestFile(const TestFile&) = delete;
  TestFile& operator=(const TestFile&) = delete;

  [[nodiscard]] std::filesystem::path path() const { return folder_ / "paysaga.toml"; }
  [[nodiscard]] std::filesystem::path folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
};
