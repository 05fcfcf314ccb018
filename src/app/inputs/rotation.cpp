#include "app/inputs/rotation.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "app/inputs/input_stream.hpp"
#include "app/inputs/rotated_name.hpp"
#include "whatif/readers/readers.hpp"
#include "whatif/readers/recognise.hpp"

namespace postern::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t head_looked_at = 64 * 1024, tail_looked_at = 32 * 1024;
constexpr auto clocks_may_differ = std::chrono::hours(1);  // lines are not written quite in order

RotatedName name_of(std::string const& path) { return rotated_name(fs::path(path).filename().string()); }

std::string series_key(std::string const& path) {
  return (fs::path(path).parent_path() / name_of(path).series).string();
}

struct RotatedPart {
  InputPath input;
  RotatedName name;
  whatif::Evidence evidence;
  std::optional<Instant> ends;  // absent: not known
};

whatif::SourceSettings settings_for(std::string const& path, whatif::SourceSettings settings) {
  settings.reference = last_change(path);
  return settings;
}

// When the last line of a compressed file was, which has to be read to its end for that.
std::optional<Instant> compressed_end_of(InputPath const& input, whatif::SourceSettings const& settings,
                                         whatif::Format format) {
  auto stream = InputStream::open(input.path);
  if (!stream) return std::nullopt;
  std::string tail;
  bool is_cut = false;
  for (auto bytes = (*stream)->read(); !bytes.empty(); bytes = (*stream)->read()) {
    tail += bytes;
    if (tail.size() <= tail_looked_at) continue;
    tail.erase(0, tail.size() - tail_looked_at);
    is_cut = true;
  }
  if (!(*stream)->problem().empty()) return std::nullopt;
  if (is_cut) tail.erase(0, std::min(tail.find('\n'), tail.size() - 1) + 1);  // a part of a line
  return whatif::look_at(tail, settings, format).last_time;
}

// When the last line of a plain file was.
std::optional<Instant> plain_end_of(std::string const& path, whatif::SourceSettings const& settings,
                                    whatif::Format format) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return std::nullopt;
  auto const size = static_cast<std::uint64_t>(file.tellg());
  auto const wanted = std::min<std::uint64_t>(size, tail_looked_at);
  std::string tail(wanted, '\0');
  file.seekg(static_cast<std::streamoff>(size - wanted));
  if (!file.read(tail.data(), static_cast<std::streamsize>(wanted))) return std::nullopt;
  if (wanted < size) tail.erase(0, std::min(tail.find('\n'), tail.size() - 1) + 1);  // a part of a line
  return whatif::look_at(tail, settings, format).last_time;
}

// Absent: it cannot be opened, or is of a form of which no file goes on where another ends.
std::optional<RotatedPart> look_at_part(InputPath const& input, RotatedName name,
                                        std::optional<whatif::Format> format,
                                        whatif::SourceSettings const& settings) {
  auto stream = InputStream::open(input.path);
  if (!stream) return std::nullopt;
  std::string head;
  while (head.size() < head_looked_at) {
    auto const bytes = (*stream)->read();
    if (bytes.empty()) break;
    head += bytes;
  }
  head.resize(std::min(head.size(), head_looked_at));
  RotatedPart part{.input = input,
                   .name = std::move(name),
                   .evidence = whatif::look_at(head, settings, format),
                   .ends = {}};
  auto const recognised = part.evidence.format;
  if (!recognised || !whatif::readers()[static_cast<std::size_t>(*recognised)].is_cut_by_rotation())
    return std::nullopt;
  part.ends = (*stream)->decompresses() ? compressed_end_of(input, settings, *recognised)
                                        : plain_end_of(input.path, settings, *recognised);
  return part;
}

// By time where all of them have one, or else by name.
void sort_by_age(std::vector<RotatedPart>& parts) {
  bool const timed = std::all_of(parts.begin(), parts.end(), [](RotatedPart const& part) {
    return part.evidence.first_time.has_value();
  });
  std::stable_sort(parts.begin(), parts.end(), [&](RotatedPart const& a, RotatedPart const& b) {
    if (timed && *a.evidence.first_time != *b.evidence.first_time)
      return *a.evidence.first_time < *b.evidence.first_time;
    return a.name.age < b.name.age;
  });
}

bool continues(RotatedPart const& before, RotatedPart const& next) {
  if (before.name.age == next.name.age || before.evidence.format != next.evidence.format ||
      !(before.evidence.wrapping == next.evidence.wrapping) || before.evidence.cut_by != next.evidence.cut_by)
    return false;
  if (!next.evidence.first_time) return before.name.age < next.name.age;
  if (before.ends) return *next.evidence.first_time >= *before.ends - clocks_may_differ;
  // Where the end is not known, the names have to say the same as the times.
  return before.evidence.first_time && *before.evidence.first_time < *next.evidence.first_time &&
         before.name.age < next.name.age;
}

// The parts as inputs: those that continue each other as one.
void join_parts(std::vector<RotatedPart> parts, std::vector<InputPath>& out) {
  sort_by_age(parts);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto input = std::move(parts[i].input);
    if (i > 0 && continues(parts[i - 1], parts[i])) {
      auto& before = out.back();
      input.earlier = std::move(before.earlier);
      input.earlier.push_back(std::move(before.path));
      input.bytes += before.bytes;
      out.back() = std::move(input);
    } else {
      out.push_back(std::move(input));
    }
  }
}

}  // namespace

std::vector<InputPath> join_rotations(std::vector<InputPath> inputs, std::optional<whatif::Format> format,
                                      whatif::SourceSettings const& settings) {
  std::map<std::string, std::vector<std::size_t>> series;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (inputs[i].kind == InputPath::Kind::file && is_regular_file(inputs[i].path))
      series[series_key(inputs[i].path)].push_back(i);
  std::vector<InputPath> out;
  std::vector<bool> done(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (done[i]) continue;
    bool const file = inputs[i].kind == InputPath::Kind::file && is_regular_file(inputs[i].path);
    auto const found = file ? series.find(series_key(inputs[i].path)) : series.end();
    if (found == series.end() || found->second.size() < 2) {
      out.push_back(std::move(inputs[i]));
      continue;
    }
    std::vector<RotatedPart> parts;
    for (auto const member : found->second) {
      done[member] = true;
      auto const& input = inputs[member];
      auto part = look_at_part(input, name_of(input.path), format, settings_for(input.path, settings));
      if (part)
        parts.push_back(*std::move(part));
      else
        out.push_back(std::move(inputs[member]));
    }
    join_parts(std::move(parts), out);
  }
  return out;
}

}  // namespace postern::app
