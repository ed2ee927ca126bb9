#pragma once

#include <functional>
#include <string>

#include "apps/command_line.hpp"

namespace paysaga::apps {

/// What came of one line.
struct LineResult {
  enum class Kind { accepted, repeated, parked, refused, invalid, quarantined, again };
  Kind kind;           // `again`: nothing is known to have been decided, submit it once more.
  std::string detail;  // refused, invalid: the code and the sentence.
};

/// Where lines go: a node in this process, or one behind HTTP.
///
/// Threads:  called by one; callbacks come from any, once.
class CommandTarget {
 public:
  virtual ~CommandTarget() = default;
  virtual void submit(const CommandLine& line, std::function<void(LineResult)> done) = 0;
  /// Comes when the order's status `is_over`.
  virtual void wait(const std::string& order, const std::string& wanted,
                    std::function<void()> done) = 0;
  /// Comes when the order's payment is no longer under way.
  virtual void settled(const std::string& order, std::function<void()> done) = 0;
};

}  // namespace paysaga::apps
