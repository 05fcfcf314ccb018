#include "app/inputs/inputs.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "app/inputs/mail_folders.hpp"
#include "net/wall_clock.hpp"

namespace postern::app {
namespace {

namespace fs = std::filesystem;

// Maildir's unique names begin with the seconds of delivery.
std::uint64_t seconds_in(std::string const& name) {
  std::uint64_t seconds = 0;
  std::from_chars(name.data(), name.data() + name.size(), seconds);
  return seconds;
}

void add_folder(fs::path const& folder, bool junk, InputPath& out) {
  std::error_code ignored;
  for (auto const* part : {"cur", "new"})
    for (auto const& entry : fs::directory_iterator(folder / part, ignored))
      if (entry.is_regular_file(ignored)) {
        out.messages.emplace_back(entry.path().string(), junk);
        out.bytes += entry.file_size(ignored);
      }
}

InputPath maildir(fs::path const& path) {
  InputPath out{.kind = InputPath::Kind::maildir, .path = path.string()};
  add_folder(path, is_junk_folder(path.filename().string()), out);
  std::error_code ignored;
  for (auto const& entry :
       fs::recursive_directory_iterator(path, fs::directory_options::skip_permission_denied, ignored))
    if (entry.is_directory(ignored) && entry.path().filename() == "cur" && entry.path().parent_path() != path)
      add_folder(entry.path().parent_path(),
                 is_junk_folder(fs::relative(entry.path().parent_path(), path, ignored).string()), out);
  std::sort(out.messages.begin(), out.messages.end(), [](auto const& a, auto const& b) {
    auto const name_a = fs::path(a.first).filename().string(), name_b = fs::path(b.first).filename().string();
    auto const at_a = seconds_in(name_a), at_b = seconds_in(name_b);
    return at_a != at_b ? at_a < at_b : name_a < name_b;
  });
  return out;
}

void add(fs::path const& path, std::vector<InputPath>& out, std::vector<std::string>& problems) {
  std::error_code error;
  auto const status = fs::status(path, error);
  if (!fs::exists(status)) {
    problems.push_back(path.string() + ": " +
                       (error ? error.message() : std::string("No such file or directory")));
  } else if (!fs::is_directory(status)) {
    auto const size = fs::is_regular_file(status) ? fs::file_size(path, error) : 0;
    bool const junk =
        is_junk_folder(path.stem().string()) || is_junk_folder(path.parent_path().filename().string());
    out.push_back({.path = path.string(), .junk = junk, .bytes = error ? 0 : size});
  } else if (fs::is_directory(path / "cur", error)) {
    out.push_back(maildir(path));
  } else {
    std::vector<fs::path> inside;
    for (auto const& entry : fs::directory_iterator(path, error)) inside.push_back(entry.path());
    if (error) problems.push_back(path.string() + ": " + error.message());
    std::sort(inside.begin(), inside.end());
    for (auto const& one : inside) {  // a FIFO or a device would be waited for: whoever means one names it
      auto const type = fs::symlink_status(one, error).type();
      if (type == fs::file_type::regular || type == fs::file_type::directory) add(one, out, problems);
    }
  }
}

}  // namespace

bool has_message_files(InputPath const& input) {
  return input.kind == InputPath::Kind::maildir || input.kind == InputPath::Kind::message_files;
}

bool is_regular_file(std::string const& path) {
  std::error_code failed;
  return fs::is_regular_file(path, failed);
}

Instant last_change(std::string const& path) {
  struct stat status {};
  if (path == "-" || ::stat(path.c_str(), &status) != 0) return net::wall_clock();
  return Instant(std::chrono::seconds(status.st_mtime));
}

std::vector<InputPath> find_inputs(std::vector<std::string> const& paths,
                                   std::vector<std::string>& problems) {
  std::vector<InputPath> out;
  for (auto const& path : paths)
    if (path == "-") {
      out.push_back({.kind = InputPath::Kind::standard_input, .path = "-"});
    } else {
      auto const first = out.size(), problems_before = problems.size();
      add(path, out, problems);
      std::error_code ignored;
      if (!fs::is_directory(path, ignored)) continue;
      auto const is_told = problems.size() > problems_before;
      gather_messages(path, first, out);
      if (out.size() == first && !is_told) problems.push_back(path + ": it holds no file that can be read");
    }
  return out;
}

}  // namespace postern::app
