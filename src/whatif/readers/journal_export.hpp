// systemd's journal in its export format (systemd.io/JOURNAL_EXPORT_FORMATS): entries of fields, separated by
// empty lines; a field with bytes that are no text gives its length in 8 bytes, little-endian.
// Bounds: 64 KiB per field; longer ones are passed over.
#pragma once

#include "whatif/readers/reader_entry.hpp"
#include "whatif/readers/system_log.hpp"

namespace postern::whatif {

class JournalExport : public FactsSource {
 public:
  JournalExport(SourceSettings settings, ReceptionSink& sink);
  std::string_view kind() const override { return dialects_.kind(); }
  static bool head_looks_like(std::string_view start);
  static std::optional<Instant> time_of_line(std::string_view line, LogClock& clock);
  void feed(std::string_view bytes) override;
  void end() override;

 private:
  enum class At : std::uint8_t { text, length, bytes, bytes_end };
  static constexpr std::size_t max_field = 64 * 1024;
  void field(std::string_view name, std::string_view value);
  void text_line(std::string_view line);
  void entry();

  SourceSettings settings_;
  Dialects dialects_;
  At at_ = At::text;
  std::string gathered_;
  std::string name_;        // of a field given by its length
  std::uint64_t left_ = 0;  // bytes of it
  Instant time_{};
  std::string host_, program_, message_;
  std::uint64_t pid_ = 0;
  bool any_ = false;
};

inline constexpr ReaderEntry journal_reader{.format = Format::journal,
                                            .name = "journal",
                                            .reads = "journalctl -o export",
                                            .head_looks_like = JournalExport::head_looks_like,
                                            .time_of_line = JournalExport::time_of_line,
                                            .make = make_reader<JournalExport>};

}  // namespace postern::whatif
