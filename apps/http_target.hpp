#pragma once

#include <memory>
#include <string>

#include "apps/command_target.hpp"
#include "paysaga/saga/result.hpp"

namespace paysaga::apps {

/// A node behind HTTP: lines go to POST /v1/commands, many in one request, on a few connections at
/// a time.
class HttpTarget final : public CommandTarget {
 public:
  /// Errors: malformed (the URL), unavailable (no node answers).
  [[nodiscard]] static Result<std::unique_ptr<HttpTarget>> to(const std::string& url);
  ~HttpTarget() override;

  void submit(const CommandLine& line, std::function<void(LineResult)> done) override;
  void wait(const std::string& order, const std::string& wanted,
            std::function<void()> done) override;
  void settled(const std::string& order, std::function<void()> done) override;
  /// Why the node could not be reached, if that ended it.
  [[nodiscard]] std::optional<Error> failure() const;

 private:
  class Impl;
  explicit HttpTarget(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace paysaga::apps
