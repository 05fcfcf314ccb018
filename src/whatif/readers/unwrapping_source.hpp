// A reader before another reader: takes away what stands around each line (line_wrapping.hpp) and gives the
// lines within to the one that is meant. A line that stands in another form than the one that was learnt is
// tried against all forms; what none fits is given as it is, and the other reader counts it.
#pragma once

#include "whatif/facts_source.hpp"
#include "whatif/readers/line_cutter.hpp"
#include "whatif/readers/line_wrapping.hpp"

namespace postern::whatif {

class UnwrappingSource : public FactsSource {
 public:
  UnwrappingSource(Wrapping learnt, LineCutter::By by, std::unique_ptr<FactsSource> inner);
  UnwrappingSource(UnwrappingSource const&) = delete;  // the cutter holds its address
  std::string_view kind() const override { return inner_->kind(); }
  void feed(std::string_view bytes) override;
  void end() override;

 private:
  static constexpr std::size_t passed_on_at = 64 * 1024;
  void piece(std::string_view text);
  void pass_on();

  Wrapping learnt_;
  std::unique_ptr<FactsSource> inner_;
  LineUnwrapper unwrapper_;
  LineCutter cutter_;
  std::string out_;  // lines for the inner reader
  std::uint64_t fitting_ = 0, others_ = 0;
};

}  // namespace postern::whatif
