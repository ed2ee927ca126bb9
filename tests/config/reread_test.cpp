#include "paysaga/config/reread.hpp"

#include <fstream>

#include <catch2/catch.hpp>

#include "files.hpp"

using namespace paysaga::config;

namespace {

const std::string sound = R"(
[stripe]
mode = "test"
key = { file = "key" }
[stripe.webhook_secrets]
main = { file = "main" }
old = { file = "old" }
)";

/// A configuration with its secrets, which can be written anew.
struct Folder {
  explicit Folder(const std::string& text) : file{text} {
    write("key", "sk_test_a");
    write("main", "whsec_a");
    write("old", "whsec_b");
    write("next", "whsec_c");
    write("audit", "x");
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream{file.folder() / name} << text << "\n";
  }
  void configure(const std::string& text) const { std::ofstream{file.path()} << text; }
  [[nodiscard]] Loaded read(std::vector<std::string> options = {}) const {
    Sources sources;
    sources.file = file.path();
    sources.options = std::move(options);
    auto loaded = load(sources);
    if (!loaded) FAIL(to_text(loaded.error()));
    return std::move(*loaded);
  }
  TestFile file;
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("reread: secrets that changed are named, and nothing else", "[config]") {
  const Folder folder{sound};
  const Loaded in_force = folder.read();
  CHECK(compare(in_force, folder.read()).secrets.empty());
  folder.write("key", "rk_test_b");
  CHECK(compare(in_force, folder.read()).secrets == Names{"stripe.key"});
  folder.write("main", "whsec_z");
  folder.configure(R"(
[stripe]
mode = "test"
key = { file = "key" }
[stripe.webhook_secrets]
main = { file = "main" }
next = { file = "next" }
)");
  const Reread reread = compare(in_force, folder.read());
  CHECK(reread.secrets == Names{"stripe.key", "stripe.webhook_secrets.main changed",
                                "stripe.webhook_secrets.next added",
                                "stripe.webhook_secrets.old removed"});
  CHECK(reread.kept.empty());
  CHECK(reread.refusal.empty());
}

TEST_CASE("reread: what else differs waits for a restart", "[config]") {
  const Folder folder{sound + "[audit]\nkey = { file = \"audit\" }\n"};
  const Loaded in_force = folder.read();
  folder.write("audit", "y");
  const Reread reread = compare(in_force, folder.read({"stripe.timeout=7s"}));
  CHECK(reread.secrets.empty());
  CHECK(reread.kept == Names{"stripe.timeout", "audit.key"});
}

TEST_CASE("reread: a mode or a host that changes beside the key takes nothing over", "[config]") {
  const Folder folder{sound};
  const Loaded in_force = folder.read();
  folder.write("key", "sk_live_b");
  const Reread live = compare(in_force, folder.read({"stripe.mode=live"}));
  CHECK(live.refusal.find("restart the node") != std::string::npos);
  CHECK(live.secrets.empty());
  folder.write("key", "sk_test_b");
  const Reread elsewhere =
      compare(in_force, folder.read({"stripe.base_url=http://127.0.0.1:12111"}));
  CHECK_FALSE(elsewhere.refusal.empty());
  CHECK(elsewhere.secrets.empty());
}
