#include "app/server/thread_report.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

#include "base/ascii.hpp"

namespace postern::app {
namespace {

std::string first_line(std::filesystem::path const& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return printable(line, 200);
}

void add(std::string& line, std::string_view key, std::string_view value) {
  if (value.empty()) return;
  line += " ";
  line += key;
  line += "=";
  line += value;
}

// proc(5): the state stands behind the name, which is in parentheses and may hold some itself.
std::string state_in(std::string const& stat) {
  auto const behind = stat.rfind(')');
  if (behind == std::string::npos || behind + 2 >= stat.size()) return {};
  return stat.substr(behind + 2, 1);
}

std::string describe(std::filesystem::path const& task) {
  std::string line = "thread=" + task.filename().string();
  add(line, "name", first_line(task / "comm"));
  add(line, "state", state_in(first_line(task / "stat")));
  auto const wchan = first_line(task / "wchan");
  add(line, "wchan", wchan == "0" ? std::string() : wchan);
  auto const syscall = first_line(task / "syscall");
  add(line, "syscall", std::string_view(syscall).substr(0, syscall.find(' ')));
  return line;
}

}  // namespace

std::vector<std::string> describe_threads() {
  std::vector<std::string> lines;
  std::error_code failed;
  std::filesystem::directory_iterator const tasks("/proc/self/task", failed);
  for (auto const& task : tasks) lines.push_back(describe(task.path()));
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace postern::app
