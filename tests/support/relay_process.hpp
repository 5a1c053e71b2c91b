// The real program, serving on a free port of the loopback interface for one test or one suite.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/child_process.hpp"
#include "support/endpoint.hpp"
#include "support/manifest.hpp"
#include "support/temp_dir.hpp"

namespace plugboard::test {

/// Starts `plugboard serve` and stops it again. Its end is part of every test: a relay that does
/// not leave in good order on SIGTERM (a hang, a crash, a sanitizer's report) fails the test that
/// used it. Declare it before the clients, so that they leave first.
class RelayProcess {
 public:
  /// Writes the manifest into a folder of its own and waits until every listener of it is ready.
  /// Throws, with what the program wrote, if it does not come up.
  explicit RelayProcess(const Manifest& manifest = {}, const Environment& environment = {});

  /// The same in a folder that the test has already filled (key files and the like).
  RelayProcess(const TempDir& folder, const Manifest& manifest,
               const Environment& environment = {});

  ~RelayProcess();
  RelayProcess(const RelayProcess&) = delete;
  RelayProcess& operator=(const RelayProcess&) = delete;
  RelayProcess(RelayProcess&&) = delete;
  RelayProcess& operator=(RelayProcess&&) = delete;

  /// In the order of the manifest.
  [[nodiscard]] const std::vector<Endpoint>& endpoints() const { return endpoints_; }
  [[nodiscard]] const Endpoint& endpoint() const { return endpoints_.front(); }
  [[nodiscard]] pid_t pid() const { return child_->pid(); }

  /// Bytes of memory that the program has resident now.
  [[nodiscard]] std::int64_t resident_bytes() const;

  /// How many descriptors the program has open now.
  [[nodiscard]] std::size_t open_descriptors() const;

  void signal(int number) const { child_->signal(number); }

  /// The exit code, or nothing if the program still runs or a signal ended it. Once a code was
  /// seen, the destructor asks for nothing more.
  [[nodiscard]] std::optional<int> await_exit(Deadline deadline = Deadline());

  /// Whether the program ends, in whatever way. After this the destructor asks for nothing more,
  /// as a test wants it that ends its relay badly on purpose.
  [[nodiscard]] bool await_any_end(Deadline deadline = Deadline());

  [[nodiscard]] std::string standard_output() const { return child_->standard_output(); }
  /// The log.
  [[nodiscard]] std::string standard_error() const { return child_->standard_error(); }
  /// Waits until the log holds `text`.
  [[nodiscard]] bool await_log(std::string_view text, Deadline deadline = Deadline()) const;
  /// Waits until standard output holds `text`.
  [[nodiscard]] bool await_output(std::string_view text, Deadline deadline = Deadline()) const;

 private:
  void start(const std::filesystem::path& folder, const Manifest& manifest,
             const Environment& environment);

  std::unique_ptr<TempDir> own_folder_;
  std::unique_ptr<ChildProcess> child_;
  std::vector<Endpoint> endpoints_;
  bool end_was_seen_ = false;
};

}  // namespace plugboard::test
