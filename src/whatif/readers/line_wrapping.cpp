#include "whatif/readers/line_wrapping.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "whatif/readers/log_time.hpp"
#include "whatif/readers/log_words.hpp"

namespace postern::whatif {
namespace {

constexpr std::size_t longest_name = 128;  // of a container, with the blanks behind it

// Without the sequences that set colours: ESC [ ... letter.
std::string without_colours(std::string_view line) {
  std::string out;
  out.reserve(line.size());
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\x1B') {
      out.push_back(line[i]);
      continue;
    }
    if (i + 1 >= line.size() || line[i + 1] != '[') continue;
    ++i;
    while (i + 1 < line.size() && (is_digit(line[i + 1]) || line[i + 1] == ';')) ++i;
    ++i;  // the letter
  }
  return out;
}

// "postfix-1  | ", "mail_postfix.1.w3kq@node    | "
bool take_compose_name(std::string_view& line) {
  auto const bar = line.substr(0, longest_name).find('|');
  if (bar == std::string_view::npos) return false;
  auto const name = trimmed(line.substr(0, bar));
  bool const good = !name.empty() && name.size() < bar && std::all_of(name.begin(), name.end(), [](char c) {
    return is_alnum(c) || c == '_' || c == '-' || c == '.' || c == '@';
  });
  if (!good) return false;
  line.remove_prefix(bar + 1);
  if (line.starts_with(' ')) line.remove_prefix(1);
  return true;
}

// "[pod/mail-0/postfix] "
bool take_pod_name(std::string_view& line) {
  if (!line.starts_with("[pod/")) return false;
  auto const end = line.substr(0, longest_name).find("] ");
  if (end == std::string_view::npos) return false;
  line.remove_prefix(end + 2);
  return true;
}

// RFC 3339 with its T and a blank behind it; `rest` is what follows.
bool take_container_time(std::string_view line, std::string_view& time, std::string_view& rest) {
  if (line.size() < 20 || line[10] != 'T' || !is_digit(line[0])) return false;
  LogClock clock(Instant{}, {});
  rest = line;
  if (!clock.take_iso(rest) || !rest.starts_with(' ')) return false;
  time = line.substr(0, line.size() - rest.size());
  rest.remove_prefix(1);
  return true;
}

// Behind the time of CRI's form: "stdout F ". `goes_on`: of a line that was cut.
bool take_cri_tag(std::string_view& rest, bool& goes_on) {
  if (!rest.starts_with("stdout ") && !rest.starts_with("stderr ")) return false;
  auto const tag = rest.substr(7, 2);
  if (tag != "F " && tag != "P " && tag != "F" && tag != "P") return false;
  goes_on = tag.front() == 'P';
  rest.remove_prefix(7 + tag.size());
  return true;
}

// Behind the time of logcli's form: "{app="mail", host="mx"} "
bool take_loki_labels(std::string_view& rest) {
  if (!rest.starts_with('{')) return false;
  auto const end = rest.find("} ");
  if (end == std::string_view::npos || rest.substr(0, end).find("=\"") == std::string_view::npos ||
      rest.substr(0, end).find("\":") != std::string_view::npos)
    return false;
  rest.remove_prefix(end + 2);
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  return true;
}

// What a stream or an array of JSON has around its objects.
std::string_view object_in_line(std::string_view line) {
  if (line.starts_with("data: ")) line.remove_prefix(6);   // journalctl -o json-sse
  auto const start = line.find_first_not_of(" \t[,\x1E");  // an array; journalctl -o json-seq
  if (start == std::string_view::npos || line[start] != '{') return {};
  line.remove_prefix(start);
  auto const end = line.find_last_of('}');
  if (end == std::string_view::npos || line.find_first_not_of(" \t],\r", end + 1) != std::string_view::npos)
    return {};
  return line.substr(0, end + 1);
}

// The head of an entry of journalctl -o verbose: "Sun 2025-12-21 22:02:57.123456 UTC [s=ab;i=1;...]"
std::string_view time_of_verbose_head(std::string_view line) {
  auto const cursor = line.substr(0, 64).find(" [s=");
  if (cursor == std::string_view::npos || !line.ends_with(']')) return {};
  return line.substr(0, cursor);
}

}  // namespace

std::string_view name(Layer layer) {
  switch (layer) {
    case Layer::colours: return "colours";
    case Layer::compose: return "the names of containers that docker compose puts before lines";
    case Layer::pod: return "the names of pods that kubectl puts before lines";
    case Layer::cri: return "the time, stream and tag of container files (CRI)";
    case Layer::container_time: return "the time that a container's log has before lines";
    case Layer::loki: return "logcli's time and labels";
    case Layer::json: return "JSON";
    case Layer::verbose: return "journalctl -o verbose";
    case Layer::bare: return "no time and no program (journalctl -o cat)";
  }
  return {};
}

std::string Wrapping::print() const {
  std::string out;
  for (std::size_t i = 0; i < size_; ++i) {
    if (i > 0) out += ", then ";
    out += name(layers_[i]);
  }
  return out;
}

// Takes one layer off; `keep` holds the text within when it is no part of the line.
bool LineUnwrapper::peel(std::string_view& line, std::string& keep) {
  if (line.find('\x1B') != std::string_view::npos) {
    keep = without_colours(line);
    line = keep;
    last_.add(Layer::colours);
    return true;
  }
  if (take_pod_name(line)) {
    last_.add(Layer::pod);
    return true;
  }
  std::string_view time, rest;
  if (take_container_time(line, time, rest)) {
    auto const use = [&](Layer layer) {
      time_ = time;
      line = rest;
      last_.add(layer);
      return true;
    };
    if (take_cri_tag(rest, goes_on_)) return use(Layer::cri);
    if (take_loki_labels(rest)) return use(Layer::loki);
    if (rest.starts_with('{') || begins_with_time(rest) || !postfix_daemon_of(rest).empty())
      return use(Layer::container_time);
    return false;
  }
  if (auto const object = object_in_line(line); !object.empty()) {
    auto record = parse_wrapped_record(object);
    if (!record) return false;
    if (record->fields.time.empty()) record->fields.time = time_;
    keep = record->fields.print();
    time_ = std::move(record->fields.time);
    line = keep;
    goes_on_ = record->goes_on;
    last_.add(Layer::json);
    return true;
  }
  if (take_compose_name(line)) {
    last_.add(Layer::compose);
    return true;
  }
  if (auto const daemon = postfix_daemon_of(line); !daemon.empty()) {
    auto const process = std::max<std::uint64_t>(process_of_client(line), 1);
    keep = time_.empty() ? std::string() : time_ + " - ";
    keep += "postfix/" + std::string(daemon) + "[" + std::to_string(process) + "]: ";
    keep += line;
    line = keep;
    last_.add(Layer::bare);
    return false;  // nothing is within
  }
  return false;
}

// A text that has no time gets that of its container.
void LineUnwrapper::with_time(std::string_view& line) {
  if (time_.empty() || begins_with_time(line) || line.starts_with('{')) return;
  auto& keep = kept_[Wrapping::most];
  keep = time_ + " ";
  keep += line;
  line = keep;
}

// Puts the parts of a line together.
std::optional<std::string_view> LineUnwrapper::joined(std::string_view text) {
  if (text.find('\n') != std::string_view::npos) {  // JSON of several lines that is no wrapping
    std::string flat(text);
    std::replace(flat.begin(), flat.end(), '\n', ' ');
    kept_[Wrapping::most] = std::move(flat);
    text = kept_[Wrapping::most];
  }
  if (gathered_.empty() && !goes_on_) return text;
  gathered_ += text.substr(0, max_line - std::min(max_line, gathered_.size()));
  if (goes_on_) return std::nullopt;
  auto& keep = kept_[Wrapping::most + 1];
  keep = std::move(gathered_);
  gathered_.clear();
  return keep;
}

std::optional<std::string_view> LineUnwrapper::verbose_entry() {
  if (!in_entry_) return std::nullopt;
  kept_[0] = entry_.print();
  entry_ = {};
  in_entry_ = false;
  last_ = {};
  last_.add(Layer::verbose);
  return kept_[0];
}

std::optional<std::string_view> LineUnwrapper::take(std::string_view line) {
  if (auto const time = time_of_verbose_head(line); !time.empty()) {
    auto const entry = verbose_entry();
    entry_.time = time;
    in_entry_ = true;
    return entry;
  }
  if (in_entry_ && line.starts_with("    ")) {
    auto const equals = line.find('=');
    if (equals != std::string_view::npos)
      entry_.set_journal_field(line.substr(4, equals - 4), line.substr(equals + 1));
    return std::nullopt;
  }
  last_ = {};
  time_.clear();
  goes_on_ = false;
  for (std::size_t depth = 0; depth < Wrapping::most && peel(line, kept_[depth]); ++depth) continue;
  bool const first = gathered_.empty();
  if (first) with_time(line);
  return joined(line);
}

std::optional<std::string_view> LineUnwrapper::end() {
  goes_on_ = false;
  if (!gathered_.empty()) return joined({});
  return verbose_entry();
}

}  // namespace postern::whatif
