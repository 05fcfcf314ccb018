#include "whatif/readers/unwrapping_source.hpp"

namespace postern::whatif {

UnwrappingSource::UnwrappingSource(Wrapping learnt, LineCutter::By by, std::unique_ptr<FactsSource> inner)
    : learnt_(learnt),
      inner_(std::move(inner)),
      cutter_(by, [this](std::string_view text) { piece(text); }) {}

void UnwrappingSource::piece(std::string_view text) {
  auto const within = unwrapper_.take(text);
  if (!within) return;
  ++(unwrapper_.last() == learnt_ ? fitting_ : others_);
  out_ += *within;
  out_ += '\n';
  if (out_.size() >= passed_on_at) pass_on();
}

void UnwrappingSource::pass_on() {
  inner_->feed(out_);
  out_.clear();
}

void UnwrappingSource::feed(std::string_view bytes) {
  stats_.bytes += bytes.size();
  cutter_.feed(bytes);
  pass_on();
}

void UnwrappingSource::end() {
  cutter_.end();
  if (auto const within = unwrapper_.end()) {
    out_ += *within;
    out_ += '\n';
  }
  pass_on();
  inner_->end();
  auto const bytes = stats_.bytes;
  stats_ = inner_->stats();
  stats_.bytes = bytes;
  stats_.lines += cutter_.too_long();
  stats_.skipped += cutter_.too_long();
  if (others_ > 0)
    stats_.note(std::to_string(others_) + " of " + std::to_string(fitting_ + others_) +
                " lines stand in another form than most at the beginning (" + learnt_.print() +
                "); each was tried against all known forms.");
}

}  // namespace postern::whatif
