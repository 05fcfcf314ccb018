#include "whatif/readers/recognise.hpp"

#include <array>

#include "whatif/readers/readers.hpp"

namespace postern::whatif {
namespace {

constexpr int most_lines = 500;

std::optional<Format> by_head(std::string_view start) {
  for (auto const& reader : readers())
    if (reader.head_looks_like != nullptr && reader.head_looks_like(start)) return reader.format;
  return std::nullopt;
}

using Votes = std::array<int, format_count>;

// A line is of the first form that knows it for its own.
void vote(std::string_view line, Votes& votes) {
  for (auto const& reader : readers())
    if (reader.line_looks_like != nullptr && reader.line_looks_like(line)) {
      ++votes[static_cast<std::size_t>(reader.format)];
      return;
    }
}

Votes votes_of(std::string_view start) {
  Votes votes{};
  for (int lines = 0; !start.empty() && lines < most_lines;) {
    auto const end = start.find('\n');
    auto line = start.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) {
      ++lines;
      vote(line, votes);
    }
    start.remove_prefix(end == std::string_view::npos ? start.size() : end + 1);
  }
  return votes;
}

// With as many lines for one as for the other the later, more general form is taken.
std::optional<Format> by_lines(std::string_view start) {
  auto const votes = votes_of(start);
  std::optional<Format> best;
  int most = 1;
  for (auto const& reader : readers()) {
    int const count = votes[static_cast<std::size_t>(reader.format)];
    if (count < most) continue;
    most = count;
    best = reader.format;
  }
  return best;
}

}  // namespace

std::optional<Format> recognise(std::string_view start) {
  if (start.starts_with("\xEF\xBB\xBF")) start.remove_prefix(3);  // a byte order mark
  if (auto const format = by_head(start)) return format;
  return by_lines(start);
}

bool is_tls_report(std::string_view start) {
  return start.find("\"organization-name\"") != std::string_view::npos &&
         start.find("\"policies\"") != std::string_view::npos;
}

}  // namespace postern::whatif
