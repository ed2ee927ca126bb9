#pragma once

#include <functional>
#include <string>

#include <sys/types.h>

namespace paysaga::bench {

/// A process beside this one: what it uses is counted for itself. Made before this process has any
/// thread.
class Child {
 public:
  /// The child's side.
  class Side {
   public:
    Side(int in, int out) : in_{in}, out_{out} {}
    void say(const std::string& line) const;
    /// Returns once the parent wants the end.
    void wait_end() const;

   private:
    int in_;
    int out_;
  };

  explicit Child(const std::function<void(const Side&)>& work);
  /// Asks for the end and waits for it.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// What it says next; stops this process if it has ended instead.
  [[nodiscard]] std::string line();
  void ask_end();
  /// Without a chance to clean up, as by a power cut.
  void kill();

 private:
  pid_t pid_ = -1;
  int to_ = -1;
  int from_ = -1;
};

/// The largest memory that this process has held, in MiB.
[[nodiscard]] double resident_mib_max();

}  // namespace paysaga::bench
