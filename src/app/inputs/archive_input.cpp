#include "app/inputs/archive_input.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "app/inputs/mail_folders.hpp"
#include "base/ascii.hpp"
#include "whatif/readers/mailbox.hpp"
#include "whatif/readers/readers.hpp"
#include "whatif/readers/recognise.hpp"
#include "whatif/readers/unreadable.hpp"
#include "wire/tar_archive.hpp"
#include "wire/zip_archive.hpp"

namespace postern::app {
namespace {

constexpr std::size_t entry_piece = 64 * 1024;  // as much is looked at to recognise an entry
constexpr std::size_t most_notes = 20;
constexpr std::int64_t latest_second = std::int64_t{1} << 40;  // far beyond all mail

// The archive's bytes: those that were looked at, then the rest of the stream.
class ArchiveBytes {
 public:
  ArchiveBytes(std::string_view start, InputStream& stream) : rest_(start), stream_(stream) {}

  Result<std::size_t, std::string> read(std::span<char> out) {
    if (rest_.empty()) rest_ = stream_.read();
    if (rest_.empty() && !stream_.problem().empty()) return fail(std::string(stream_.problem()));
    auto const count = std::min(out.size(), rest_.size());
    std::memcpy(out.data(), rest_.data(), count);
    rest_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view rest_;
  InputStream& stream_;
};

std::optional<Instant> changed_at(wire::TarEntry const& entry) {
  bool const is_time = entry.changed > 0 && entry.changed < latest_second;
  return is_time ? std::optional(Instant(std::chrono::seconds(entry.changed))) : std::nullopt;
}
std::optional<Instant> changed_at(wire::ZipEntry const& /*entry*/) { return std::nullopt; }

class EntryReader {
 public:
  EntryReader(whatif::SourceSettings const& settings, whatif::ReceptionSink& sink,
              whatif::SourceAnswer& answer)
      : settings_(settings), sink_(sink), answer_(answer), mail_(settings, sink, "archive") {}

  template <class Reader, class Entry>
  Result<void, std::string> read(Reader& reader, Entry const& entry) {
    std::vector<char> buffer(entry_piece);
    auto filled = fill(reader, buffer);
    if (!filled) return fail(filled.error());
    std::string_view const start(buffer.data(), *filled);
    if (start.empty()) return {};
    auto const format = format_of(entry.name, start);
    if (!format) return {};
    bool const is_mail = *format == whatif::Format::mbox || *format == whatif::Format::message;
    std::unique_ptr<whatif::FactsSource> log;
    if (is_mail) {
      auto const delivered = delivered_at(entry.name);
      mail_.begin_file(is_junk_folder(entry.name), delivered ? delivered : changed_at(entry));
    } else {
      log = whatif::make_source(*format, settings_, sink_);
      if (!log) return {};
    }
    whatif::FactsSource& source = is_mail ? mail_ : *log;
    std::optional<std::string> problem;
    for (auto piece = start; !piece.empty();) {
      source.feed(piece);
      if (is_mail && !mail_.wants_more()) break;
      auto const got = reader.read(buffer);
      if (!got) {
        problem = got.error();
        break;
      }
      piece = {buffer.data(), *got};
    }
    if (is_mail) {
      mail_.end_file();
    } else {
      log->end();
      add(*log);
    }
    if (problem) return fail(*problem);
    return {};
  }

  void end() {
    mail_.end();
    add(mail_);
    if (unread_ > 0)
      note(std::to_string(unread_) + " files in it were not recognised as mail or logs: " + examples_ +
           (unread_ > 3 ? ", ..." : "") + ".");
    answer_.kind = kinds_.empty() ? "archive" : "archive of";
    for (auto const& kind : kinds_) answer_.kind += (kind == *kinds_.begin() ? " " : ", ") + kind;
  }

  void note(std::string text) {
    bool const is_new = std::find(answer_.notes.begin(), answer_.notes.end(), text) == answer_.notes.end();
    if (is_new && answer_.notes.size() < most_notes) answer_.notes.push_back(std::move(text));
  }

 private:
  template <class Reader>
  static Result<std::size_t, std::string> fill(Reader& reader, std::vector<char>& buffer) {
    std::size_t filled = 0;
    while (filled < buffer.size()) {
      auto const got = reader.read(std::span(buffer).subspan(filled));
      if (!got) return fail(got.error());
      if (*got == 0) break;
      filled += *got;
    }
    return filled;
  }

  // Absent: it is not read, which is noted.
  std::optional<whatif::Format> format_of(std::string const& name, std::string_view start) {
    auto const format = whatif::recognise(start);
    if (format && *format != whatif::Format::facts) {
      bool const is_mail = *format == whatif::Format::mbox || *format == whatif::Format::message;
      kinds_.insert(is_mail ? "mail" : "logs");
      return format;
    }
    if (++unread_ <= 3) {
      if (!examples_.empty()) examples_ += ", ";
      examples_ += printable(name, 80);
      if (auto const* known = whatif::unreadable_head(start); known != nullptr)
        note(printable(name, 80) + ": looks like " + std::string(known->what) + ". " +
             std::string(known->why));
    }
    return std::nullopt;
  }

  void add(whatif::FactsSource const& source) {
    auto const& stats = source.stats();
    answer_.lines += stats.lines;
    answer_.skipped += stats.skipped;
    answer_.bytes += stats.bytes;
    for (auto const& example : stats.examples)
      if (answer_.examples.size() < whatif::SourceStats::examples_kept) answer_.examples.push_back(example);
    for (auto const& text : stats.notes) note(text);
  }

  whatif::SourceSettings const& settings_;
  whatif::ReceptionSink& sink_;
  whatif::SourceAnswer& answer_;
  whatif::MailFiles mail_;
  std::set<std::string> kinds_;
  std::uint64_t unread_ = 0;
  std::string examples_;  // of files that were not recognised
};

template <class Reader>
void read_entries(Reader reader, EntryReader& entries, std::function<void()> const& progress) {
  for (;;) {
    auto const entry = reader.next();
    if (!entry) {
      entries.note("read only in part: " + entry.error());
      break;
    }
    if (!*entry) break;
    if ((*entry)->name.ends_with('/')) continue;
    if (auto const read = entries.read(reader, **entry); !read)
      entries.note(printable((*entry)->name, 80) + " was read only in part: " + read.error());
    progress();
  }
}

}  // namespace

bool is_archive(std::string_view start) { return wire::is_zip(start) || wire::is_tar(start); }

void read_archive(std::string_view start, InputStream& stream, whatif::SourceSettings const& settings,
                  whatif::ReceptionSink& sink, whatif::SourceAnswer& answer,
                  std::function<void()> const& progress) {
  ArchiveBytes bytes(start, stream);
  auto const source = [&bytes](std::span<char> out) { return bytes.read(out); };
  EntryReader entries(settings, sink, answer);
  if (wire::is_zip(start))
    read_entries(wire::ZipReader(source), entries, progress);
  else
    read_entries(wire::TarReader(source), entries, progress);
  entries.end();
}

}  // namespace postern::app
