// The generic form as comma-separated values, its first line naming the columns (docs/whatif.md).
#pragma once

#include "whatif/readers/generic_record.hpp"
#include "whatif/readers/line_source.hpp"
#include "whatif/readers/reader_entry.hpp"

namespace postern::whatif {

class GenericTable : public LineSource {
 public:
  using LineSource::LineSource;
  std::string_view kind() const override { return "csv"; }
  static bool head_looks_like(std::string_view start);

 protected:
  void line(std::string_view text) override;

 private:
  std::vector<std::string> names_;
};

inline constexpr ReaderEntry csv_reader{.format = Format::csv,
                                        .name = "csv",
                                        .reads = "a table with the columns of docs/whatif.md",
                                        .head_looks_like = GenericTable::head_looks_like,
                                        .make = make_reader<GenericTable>};

}  // namespace postern::whatif
