#include "app/inputs/repeated_inputs.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <utility>

#include "app/inputs/input_stream.hpp"
#include "app/inputs/rotated_name.hpp"
#include "base/hash.hpp"

namespace postern::app {
namespace {

constexpr std::size_t most_compared = 256 * 1024;

// At most `size` bytes of what is in a file, decompressed.
std::string beginning_of(std::string const& path, std::size_t size) {
  std::string out;
  auto stream = InputStream::open(path);
  if (!stream) return out;
  while (out.size() < size) {
    auto const bytes = (*stream)->read();
    if (bytes.empty()) break;
    out += bytes.substr(0, size - out.size());
  }
  return out;
}

// What two files that may tell the same have in common: their first bytes, or, if there are too few of them,
// all there is and their place in a series of rotated files ("mail.log.1" and "mail.log.1.gz").
using Likeness = std::pair<std::uint64_t, std::string>;

Likeness likeness_of(std::string const& path) {
  auto const start = beginning_of(path, least_repeated);
  if (start.size() >= least_repeated) return {hash_of(start), {}};
  auto const name = rotated_name(std::filesystem::path(path).filename().string());
  auto const series = std::filesystem::path(path).parent_path() / name.series;
  return {hash_of(start), series.string() + "\n" + name.age};
}

bool tell_the_same(std::string const& a, std::string const& b) {
  auto const begins_a = beginning_of(a, most_compared), begins_b = beginning_of(b, most_compared);
  return begin_alike(begins_a, begins_b) || (!begins_a.empty() && begins_a == begins_b);
}

class Kept {
 public:
  explicit Kept(std::vector<std::string>& problems) : problems_(problems) {}

  void add(InputPath input) {
    struct stat status {};
    bool const is_file = input.kind == InputPath::Kind::file && ::stat(input.path.c_str(), &status) == 0 &&
                         S_ISREG(status.st_mode);
    if (!is_file) return inputs_.push_back(std::move(input));
    std::pair<dev_t, ino_t> const inode(status.st_dev, status.st_ino);
    auto const [same_file, is_new] = by_inode_.try_emplace(inode, input.path);
    if (!is_new) {
      problems_.push_back(input.path + ": it is the same file as " + same_file->second +
                          ", and is read once");
      return;
    }
    auto& alike = by_likeness_[likeness_of(input.path)];
    auto const other = std::find_if(alike.begin(), alike.end(), [&](std::size_t index) {
      return tell_the_same(inputs_[index].path, input.path);
    });
    if (other == alike.end()) {
      alike.push_back(inputs_.size());
      return inputs_.push_back(std::move(input));
    }
    auto& kept = inputs_[*other];
    if (decompressed_length(kept.path) < decompressed_length(input.path)) std::swap(kept, input);
    problems_.push_back(says_repeated(input.path, kept.path));
  }

  std::vector<InputPath> take() { return std::move(inputs_); }

 private:
  std::vector<InputPath> inputs_;
  std::map<std::pair<dev_t, ino_t>, std::string> by_inode_;
  std::map<Likeness, std::vector<std::size_t>> by_likeness_;
  std::vector<std::string>& problems_;
};

}  // namespace

bool begin_alike(std::string_view a, std::string_view b) {
  auto const length = std::min({a.size(), b.size(), most_compared});
  return length >= least_repeated && a.substr(0, length) == b.substr(0, length);
}

std::string says_repeated(std::string const& left_out, std::string const& read) {
  return left_out + ": it begins with the same lines as " + read +
         ", and is not read, so that nothing counts twice";
}

std::vector<InputPath> without_repeated(std::vector<InputPath> inputs, std::vector<std::string>& problems) {
  Kept kept(problems);
  for (auto& input : inputs) kept.add(std::move(input));
  return kept.take();
}

}  // namespace postern::app
