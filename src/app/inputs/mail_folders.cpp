#include "app/inputs/mail_folders.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/ascii.hpp"
#include "whatif/readers/message_header.hpp"

namespace postern::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t head_size = 16 * 1024;

std::string head_of(fs::path const& path) {
  std::ifstream in(path, std::ios::binary);
  std::string head(head_size, '\0');
  in.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(in.gcount()));
  return head;
}

// A message of its own: "x.eml", Apple Mail's "12.emlx" and "12.partial.emlx", MH's "12".
bool is_message_file(fs::path const& path) {
  auto const extension = lowered(path.extension().string());
  if (extension == ".eml" || extension == ".emlx") return true;
  auto const name = path.filename().string();
  return std::all_of(name.begin(), name.end(), is_digit) && whatif::looks_like_message(head_of(path));
}

// Indexes, filters and settings of Thunderbird, MH, Evolution, Dovecot and Apple Mail.
bool is_companion(fs::path const& path) {
  static constexpr auto extensions =
      std::to_array<std::string_view>({".msf", ".dat", ".sqlite", ".sqlite-shm", ".sqlite-wal", ".plist",
                                       ".cmeta", ".ibex", ".index", ".ini", ".js", ".lock", ".emlxpart"});
  auto const name = path.filename().string();
  auto const extension = lowered(path.extension().string());
  return name.starts_with('.') || name.starts_with("dovecot-") || name.starts_with("dovecot.index") ||
         std::find(extensions.begin(), extensions.end(), extension) != extensions.end();
}

bool is_earlier(std::string const& a, std::string const& b) {  // "2" before "10"
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

struct MessageOnDisk {
  fs::file_time_type changed;
  std::string path;
  bool junk = false;

  bool operator<(MessageOnDisk const& other) const {
    return changed != other.changed ? changed < other.changed : is_earlier(path, other.path);
  }
};

}  // namespace

bool is_junk_folder(std::string_view folder) {
  auto const name = lowered(folder);
  for (std::string_view const word : {"junk", "spam", "bulk"})
    for (auto at = name.find(word); at != std::string::npos; at = name.find(word, at + 1)) {
      bool const begins = at == 0 || !is_alnum(name[at - 1]);
      bool const ends = at + word.size() == name.size() || !is_alnum(name[at + word.size()]);
      if (begins && ends) return true;
    }
  return false;
}

std::optional<Instant> delivered_at(std::string_view path) {
  auto const name = path.substr(path.rfind('/') + 1);
  std::int64_t seconds = 0;
  auto const [end, error] = std::from_chars(name.data(), name.data() + name.size(), seconds);
  auto const digits = static_cast<std::size_t>(end - name.data());
  bool const is_time = error == std::errc() && digits >= 9 && digits <= 11 && name.substr(digits, 1) == ".";
  return is_time && seconds > 0 ? std::optional(Instant(std::chrono::seconds(seconds))) : std::nullopt;
}

void gather_messages(std::string const& root, std::size_t first, std::vector<InputPath>& inputs) {
  std::vector<MessageOnDisk> found;
  InputPath gathered{.kind = InputPath::Kind::message_files, .path = root};
  std::vector<InputPath> others;
  std::error_code ignored;
  for (std::size_t i = first; i < inputs.size(); ++i) {
    auto& input = inputs[i];
    bool const is_file = input.kind == InputPath::Kind::file;
    if (is_file && is_message_file(input.path)) {
      auto const folder = fs::path(input.path).parent_path();
      found.push_back({.changed = fs::last_write_time(input.path, ignored),
                       .path = input.path,
                       .junk = is_junk_folder(fs::relative(folder, root, ignored).string())});
      gathered.bytes += input.bytes;
    } else if (!is_file || !is_companion(input.path)) {
      others.push_back(std::move(input));
    }
  }
  inputs.resize(first);
  std::move(others.begin(), others.end(), std::back_inserter(inputs));
  if (found.empty()) return;
  std::sort(found.begin(), found.end());
  for (auto& one : found) gathered.messages.emplace_back(std::move(one.path), one.junk);
  inputs.push_back(std::move(gathered));
}

}  // namespace postern::app
