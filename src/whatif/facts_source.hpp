// Reads one input, of whatever form, and gives what it tells of messages and sessions.
// Bounds: memory grows with open sessions, not with the length of the input.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.hpp"
#include "whatif/reception.hpp"

namespace postern::whatif {

struct SourceSettings {
  Instant reference{};    // the input's last change, or now: years that are not written follow from it
  Duration utc_offset{};  // of times written without a zone, as east of Greenwich
  bool wants_recipients = false;         // a rule asks for them: some logs tell them late
  bool junk_folder = false;              // the messages lie in a folder for unwanted mail
  std::vector<std::string> border = {};  // names of own servers; empty: to be inferred (mailboxes)
};

struct SourceStats {
  static constexpr std::size_t examples_kept = 20;
  std::uint64_t bytes = 0;
  std::uint64_t lines = 0;            // or messages, of a mailbox
  std::uint64_t skipped = 0;          // not understood
  std::vector<std::string> examples;  // of what was skipped: the first few
  std::vector<std::string> notes;     // what the reader of the answer should know

  void skip(std::string_view line, std::string_view why);
  void note(std::string text);  // each once
};

class FactsSource {
 public:
  virtual ~FactsSource() = default;
  virtual std::string_view kind() const = 0;      // "postfix"
  virtual void feed(std::string_view bytes) = 0;  // cut anywhere
  virtual void end() = 0;                         // the input ended, or was cut off
  SourceStats const& stats() const { return stats_; }

 protected:
  SourceStats stats_;
};

}  // namespace postern::whatif
