#include "whatif/readers/extract_reader.hpp"

#include "wire/binary.hpp"

namespace postern::whatif {

void ExtractReader::fails(std::string const& why) {
  failed_ = true;
  pending_.clear();
  stats_.note("read only in part: " + why + ", so that what follows it is not counted");
}

void ExtractReader::feed(std::string_view bytes) {
  if (failed_) return;
  stats_.bytes += bytes.size();
  pending_ += bytes;
  std::string_view rest = pending_;
  if (!begun_) {
    if (rest.size() < extract_magic.size()) return;
    if (!rest.starts_with(extract_magic)) return fails("it is no extract of this version");
    rest.remove_prefix(extract_magic.size());
    begun_ = true;
  }
  while (rest.size() >= 4) {
    auto const length = wire::BinaryReader(rest).get<std::uint32_t>();
    if (length > ArrivalBlock::max_block) return fails("a block is damaged");
    if (rest.size() - 4 < length) break;
    auto const read = read_arrival_block(rest.substr(4, length), sink_);
    if (!read) return fails(read.error());
    stats_.lines += *read;
    rest.remove_prefix(4 + length);
  }
  pending_.erase(0, pending_.size() - rest.size());
}

void ExtractReader::end() {
  if (!failed_ && (!begun_ || !pending_.empty())) fails("it is cut off");
}

}  // namespace postern::whatif
