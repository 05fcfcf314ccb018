// The generic form as comma-separated values, its first line naming the columns (docs/whatif.md).
#pragma once

#include "whatif/readers/generic_record.hpp"
#include "whatif/readers/line_source.hpp"

namespace postern::whatif {

class GenericTable : public LineSource {
 public:
  GenericTable(SourceSettings const& settings, ArrivalSink& sink)
      : clock_(settings.reference, settings.utc_offset), sink_(sink) {}
  std::string_view kind() const override { return "csv"; }
  static bool is_header(std::string_view line);  // names time, client and tls among its columns

 protected:
  void line(std::string_view text) override;
  void ended() override {}

 private:
  LogClock clock_;
  ArrivalSink& sink_;
  std::vector<std::string> names_;
};

}  // namespace postern::whatif
