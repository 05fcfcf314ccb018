// Reads what `postern whatif --extract` has written: blocks of receptions (whatif/arrival_block.hpp).
// Bounds: one block.
#pragma once

#include "whatif/arrival_block.hpp"
#include "whatif/readers/reader_entry.hpp"

namespace postern::whatif {

class ExtractReader : public FactsSource {
 public:
  ExtractReader(SourceSettings const&, ReceptionSink& sink) : sink_(sink) {}

  std::string_view kind() const override { return "extract"; }
  void feed(std::string_view bytes) override;
  void end() override;
  static bool head_looks_like(std::string_view start) { return start.starts_with(extract_magic); }

 private:
  void fails(std::string const& why);

  ReceptionSink& sink_;
  std::string pending_;
  bool begun_ = false;
  bool failed_ = false;
};

inline constexpr ReaderEntry extract_reader{.format = Format::extract,
                                            .name = "extract",
                                            .reads = "what --extract has written",
                                            .head_looks_like = ExtractReader::head_looks_like,
                                            .make = make_reader<ExtractReader>};

}  // namespace postern::whatif
