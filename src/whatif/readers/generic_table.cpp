#include "whatif/readers/generic_table.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "whatif/readers/delimited.hpp"

namespace postern::whatif {
namespace {

constexpr std::size_t longest_header = 4096;

// Names time, client and tls among its columns.
bool is_header(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.size() > longest_header) return false;
  auto const names = split_delimited(line);
  auto const has = [&](std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  return has("time") && has("client") && has("tls");
}

}  // namespace

bool GenericTable::head_looks_like(std::string_view start) {
  return is_header(start.substr(0, start.find('\n')));
}

void GenericTable::line(std::string_view text) {
  if (names_.empty()) {
    if (is_header(text))
      names_ = split_delimited(text);
    else
      stats_.skip(text, "before the line that names the columns");
    return;
  }
  auto const values = split_delimited(text);
  GenericRecord record;
  for (std::size_t i = 0; i < names_.size() && i < values.size(); ++i)
    if (!record.set(names_[i], values[i], clock_)) {
      stats_.skip(text, "\"" + printable(values[i], 40) + "\" is no " + names_[i]);
      return;
    }
  std::move(record).give(text, stats_, sink_);
}

}  // namespace postern::whatif
