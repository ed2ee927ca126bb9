#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "paysaga/saga/result.hpp"
#include "paysaga/sim/stripe/model.hpp"

namespace paysaga::sim::stripe {

/// The file that lets a simulated Stripe outlive its process: the requests that changed something,
/// each written before it is done and answered. Doing them again gives the same account, so that a
/// node that was killed finds the Stripe that it left.
///
/// It is written with write(2) and never synced: it outlives its process, not the machine.
///
/// Threads:  one at a time.
class Journal {
 public:
  /// Opens or creates the file and locks it for this process. `seed` counts for a new file only.
  /// Errors: conflict (another process has it open), corrupt, version_unsupported, storage_failed.
  [[nodiscard]] static Result<Journal> open(const std::string& path, std::uint64_t seed);
  Journal(Journal&& other) noexcept;
  Journal& operator=(Journal&&) = delete;
  ~Journal();

  /// The seed that the file was made with; ids depend on it.
  [[nodiscard]] std::uint64_t seed() const { return seed_; }
  /// True if it holds no record.
  [[nodiscard]] bool fresh() const;
  /// Hands every record to `visit`, in order; then the journal can be appended to. A last record
  /// that is not whole is cut off: its request was never done.
  /// Errors: corrupt, storage_failed, what `visit` returns.
  [[nodiscard]] Result<void> replay(const std::function<Result<void>(const Record&)>& visit);
  /// Errors: storage_failed; then nothing was written.
  [[nodiscard]] Result<void> append(const Record& record);

 private:
  Journal(int file, std::uint64_t seed) : file_{file}, seed_{seed} {}
  [[nodiscard]] Result<void> cut_off();

  int file_;
  std::uint64_t seed_;
  std::int64_t size_bytes_ = 0;  // Of the whole records.
  std::string buffer_;
};

}  // namespace paysaga::sim::stripe
