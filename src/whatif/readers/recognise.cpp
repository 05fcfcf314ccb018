#include "whatif/readers/recognise.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"
#include "whatif/readers/log_signs.hpp"
#include "whatif/readers/readers.hpp"
#include "whatif/readers/unwrapping_source.hpp"

namespace postern::whatif {
namespace {

constexpr std::size_t most_lines = 1000;

using Votes = std::array<std::size_t, format_count>;

std::size_t index_of(Format format) { return static_cast<std::size_t>(format); }

std::optional<Format> by_head(std::string_view start) {
  for (auto const& reader : readers())
    if (reader.head_looks_like != nullptr && reader.head_looks_like(start)) return reader.format;
  return std::nullopt;
}

// The lines of an input, with what stands around them taken away.
class Lines {
 public:
  Lines(std::string_view start, LineCutter::By by) {
    LineUnwrapper unwrapper;
    auto const add = [&](std::optional<std::string_view> within) {
      if (!within || lines.size() >= most_lines) return;
      lines.emplace_back(*within);
      count(unwrapper.last());
    };
    LineCutter cutter(by, [&](std::string_view line) {
      if (lines.size() < most_lines) add(unwrapper.take(line));
    });
    cutter.feed(start);
    cutter.end();
    add(unwrapper.end());
  }
  // What most of them stood in.
  Wrapping wrapping() const {
    auto const most = std::max_element(wrappings_.begin(), wrappings_.end(),
                                       [](auto const& a, auto const& b) { return a.second < b.second; });
    return most == wrappings_.end() ? Wrapping() : most->first;
  }
  std::vector<std::string> lines;

 private:
  void count(Wrapping const& wrapping) {
    for (auto& [known, lines_in_it] : wrappings_)
      if (known == wrapping) {
        ++lines_in_it;
        return;
      }
    if (wrappings_.size() < most_wrappings) wrappings_.emplace_back(wrapping, std::size_t{1});
  }
  static constexpr std::size_t most_wrappings = 16;
  std::vector<std::pair<Wrapping, std::size_t>> wrappings_;
};

bool begins_like_json(std::string_view start) {
  if (start.starts_with("data: ")) start.remove_prefix(6);
  auto const at = start.find_first_not_of(" \t\r\n[\x1E");
  return at != std::string_view::npos && start[at] == '{';
}

// A line is of the first form that knows it for its own.
std::optional<Format> format_of(std::string_view line) {
  for (auto const& reader : readers())
    if (reader.line_looks_like != nullptr && reader.line_looks_like(line)) {
      // Exim's reader is content with a time; other logs have times, too.
      if (reader.format == Format::exim && !is_line_of_exim(line)) continue;
      return reader.format;
    }
  return std::nullopt;
}

// As format_of, also for what a container's time stands before.
std::optional<Format> format_behind_time(std::string_view line) {
  if (auto const format = format_of(line)) return format;
  LogClock clock(Instant{}, {});
  if (!clock.take_iso(line)) return std::nullopt;
  return format_of(trimmed(line));
}

struct Count {
  Votes all{};     // lines of that form
  Votes strong{};  // of a mail server
  std::size_t unreadable = 0;
  Unreadable const* first_unreadable = nullptr;
  LogSigns signs;
};

void count_line(std::string_view line, Count& out) {
  if (auto const* row = unreadable_line(line)) {
    ++out.unreadable;
    if (out.first_unreadable == nullptr) out.first_unreadable = row;
    return;
  }
  auto const format = format_behind_time(line);
  if (!format) return;
  ++out.all[index_of(*format)];
  if (*format != Format::system_log || out.signs.see(line)) ++out.strong[index_of(*format)];
}

// With as many lines for one as for the other the later, more general form is taken.
std::optional<Format> most_of(Votes const& votes) {
  std::optional<Format> best;
  std::size_t most = 1;
  for (auto const& reader : readers()) {
    auto const count = votes[index_of(reader.format)];
    if (count < most) continue;
    most = count;
    best = reader.format;
  }
  return best;
}

void look_at_times(std::vector<std::string> const& lines, SourceSettings const& settings, Evidence& out) {
  LogClock clock(settings.reference, settings.utc_offset);
  for (std::string_view line : lines) {
    if (line.starts_with('<')) line.remove_prefix(std::min(line.find('>') + 1, line.size()));
    if (line.starts_with("1 ")) line.remove_prefix(2);
    auto const at = clock.take_any(line);
    if (!at) continue;
    if (!out.first_time) out.first_time = at;
    out.last_time = at;
  }
}

bool has_lines(Format format) { return readers()[index_of(format)].line_looks_like != nullptr; }

void look_at_lines(std::string_view start, SourceSettings const& settings, Evidence& out) {
  Lines looked(start, LineCutter::By::lines);
  if (begins_like_json(start)) {
    Lines objects(start, LineCutter::By::json_objects);
    if (objects.wrapping().begins_with(Layer::json)) {
      looked = std::move(objects);
      out.cut_by = LineCutter::By::json_objects;
    }
  }
  out.wrapping = looked.wrapping();
  out.lines = looked.lines.size();
  look_at_times(looked.lines, settings, out);
  Count count;
  for (auto const& line : looked.lines) count_line(line, count);
  if (!out.given) {
    out.format = most_of(count.strong);
    if (!out.format && count.unreadable > 0) {
      out.unreadable = count.first_unreadable;
      out.fitting = count.unreadable;
      return;
    }
    if (!out.format) out.format = most_of(count.all);
  }
  if (!out.format) return;
  out.fitting = count.all[index_of(*out.format)];
  if (*out.format == Format::system_log) out.missing = count.signs.missing();
}

// Of a form that is known by its first bytes.
void look_at_times_of_form(std::string_view start, SourceSettings const& settings, Evidence& out) {
  auto const time_of_line = readers()[index_of(*out.format)].time_of_line;
  if (time_of_line == nullptr) return;
  LogClock clock(settings.reference, settings.utc_offset);
  LineCutter cutter(LineCutter::By::lines, [&](std::string_view line) {
    auto const at = time_of_line(line, clock);
    if (!at) return;
    if (!out.first_time) out.first_time = at;
    out.last_time = at;
  });
  cutter.feed(start);
  cutter.end();
}

std::string counted_lines(std::size_t fitting, std::size_t lines) {
  return std::to_string(fitting) + " of the " + std::to_string(lines) + " lines looked at";
}

}  // namespace

Evidence look_at(std::string_view start, SourceSettings const& settings, std::optional<Format> given) {
  if (start.starts_with("\xEF\xBB\xBF")) start.remove_prefix(3);  // a byte order mark
  Evidence out;
  out.format = given;
  out.given = given.has_value();
  if (!out.given) {
    out.unreadable = unreadable_head(start);
    if (out.unreadable == nullptr) out.format = by_head(start);
    out.by_head = out.format || out.unreadable != nullptr;
    if (out.by_head) {
      if (out.format) look_at_times_of_form(start, settings, out);
      return out;
    }
  }
  if (!given || has_lines(*given))
    look_at_lines(start, settings, out);
  else
    look_at_times_of_form(start, settings, out);
  return out;
}

std::optional<Format> recognise(std::string_view start) { return look_at(start).format; }

std::unique_ptr<FactsSource> make_source(Evidence const& evidence, SourceSettings settings,
                                         ReceptionSink& sink) {
  if (!evidence.format) return nullptr;
  auto source = make_source(*evidence.format, std::move(settings), sink);
  if (!source || evidence.wrapping.empty()) return source;
  return std::make_unique<UnwrappingSource>(evidence.wrapping, evidence.cut_by, std::move(source));
}

std::string Evidence::print() const {
  if (!format) {
    std::string const head = "not recognised as a mail log, a mailbox or facts";
    if (unreadable == nullptr) return head + "; name its format with --format";
    auto out = head + ": looks like " + std::string(unreadable->what);
    if (!by_head) out += " (" + counted_lines(fitting, lines) + ")";
    return out + ". " + std::string(unreadable->why);
  }
  std::string const reads(readers()[index_of(*format)].reads);
  if (by_head) return "taken for " + reads + ", by its first bytes";
  auto out = (given ? "read as asked for, as " : "taken for ") + reads;
  if (lines > 0) out += ": " + counted_lines(fitting, lines) + " fit";
  if (!wrapping.empty()) out += ", behind " + wrapping.print();
  return out;
}

bool is_tls_report(std::string_view start) {
  return start.find("\"organization-name\"") != std::string_view::npos &&
         start.find("\"policies\"") != std::string_view::npos;
}

}  // namespace postern::whatif
