#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "paysaga/actors/node_hold.hpp"
#include "paysaga/saga/result.hpp"
#include "paysaga/storage/json_reader.hpp"
#include "paysaga/storage/json_writer.hpp"

namespace paysaga::engine {

/// Its fields, in an object that is open.
void write_hold(storage::JsonWriter& json, const actors::NodeHold& hold);
/// "breaker confirm_intent closed": for logs and people.
[[nodiscard]] std::string to_text(const actors::NodeHold& hold);
/// Reads {scope, name, state?, reason, ticket?, since?}. `clears`: it names one that is to end,
/// whose state does not matter. Errors: malformed, one sentence.
[[nodiscard]] Result<actors::NodeHold> read_hold(const storage::JsonValue& object,
                                                 bool clears = false);

/// The holds that a data directory keeps; none without a file. Errors: corrupt, storage_failed.
[[nodiscard]] Result<std::vector<actors::NodeHold>> kept_holds(const std::filesystem::path& data);

/// What a node's holds may name.
struct HoldNames {
  std::string node;
  std::vector<std::string_view> endpoints;
  bool makes_calls = true;  // False: nodes of this group run no payments.
};

/// The holds of this node. They outlive the process, also one that is killed: `holds.json` in its
/// data directory.
///
/// Threads:   any.
class NodeHolds {
 public:
  /// Told of each change, after it is on the disk.
  using Changed = std::function<void(const std::vector<actors::NodeHold>&)>;

  /// Errors: those of `kept_holds`: a node that does not know its holds must not start.
  [[nodiscard]] static Result<std::unique_ptr<NodeHolds>> open(std::filesystem::path data,
                                                               HoldNames names);

  [[nodiscard]] std::vector<actors::NodeHold> list() const;
  [[nodiscard]] const std::string& node() const { return names_.node; }
  /// In place of one of the same scope and name.
  /// Errors: malformed (the name), forbidden (no calls are made here), storage_failed (it may hold
  /// after a restart: set or clear it again).
  [[nodiscard]] Result<void> set(actors::NodeHold hold);
  /// Errors: not_found, storage_failed.
  [[nodiscard]] Result<void> clear(actors::HoldScope scope, std::string_view name,
                                   std::string_view reason);
  void on_change(Changed changed);

 private:
  NodeHolds(std::filesystem::path data, HoldNames names, std::vector<actors::NodeHold> holds);
  [[nodiscard]] Result<void> check(const actors::NodeHold& hold) const;
  [[nodiscard]] Result<void> keep(std::vector<actors::NodeHold> holds);

  const std::filesystem::path data_;
  const HoldNames names_;
  mutable std::mutex mutex_;
  std::vector<actors::NodeHold> holds_;
  Changed changed_;
};

}  // namespace paysaga::engine
