#pragma once

#include "apps/command_target.hpp"
#include "paysaga/actors/node.hpp"

namespace paysaga::apps {

/// A node in this process.
class NodeTarget final : public CommandTarget {
 public:
  explicit NodeTarget(actors::Node& node) : node_{node} {}
  void submit(const CommandLine& line, std::function<void(LineResult)> done) override;
  void wait(const std::string& order, const std::string& wanted,
            std::function<void()> done) override;
  void settled(const std::string& order, std::function<void()> done) override;

 private:
  void wait_until(const std::string& order, std::function<bool(const Saga&)> until,
                  std::function<void()> done);

  actors::Node& node_;
};

}  // namespace paysaga::apps
