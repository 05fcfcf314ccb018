// How an input is opened, looked at and closed until its turn comes.
#include <algorithm>
#include <utility>

#include "app/inputs/archive_input.hpp"
#include "app/inputs/input_series.hpp"
#include "app/inputs/repeated_inputs.hpp"
#include "app/inputs/source_reader.hpp"
#include "whatif/reports/recommend.hpp"

namespace postern::app {
namespace {

constexpr std::size_t look_size = 256 * 1024;

// Keeps only when the first reception was.
class FirstTime : public whatif::ReceptionSink {
 public:
  void take(whatif::Reception&& reception) override {
    if (reception.at > Instant() && (!first || reception.at < *first)) first = reception.at;
  }
  std::optional<Instant> first;
};

std::string name_of_source(InputPath const& input) {
  if (input.path == "-") return "standard input";
  if (input.earlier.empty()) return input.path;
  auto const count = std::to_string(input.earlier.size());
  return input.path + " and the " + count + (input.earlier.size() == 1 ? " file" : " files") + " before it";
}

Result<std::unique_ptr<InputStream>, std::string> stream_of(InputPath const& input) {
  if (input.earlier.empty()) return InputStream::open(input.path);
  auto paths = input.earlier;
  paths.push_back(input.path);
  return std::make_unique<InputSeries>(std::move(paths));
}

// Standard input and pipes give their bytes once.
bool can_be_opened_again(InputPath const& input) {
  return input.path != "-" && is_regular_file(input.path) &&
         std::all_of(input.earlier.begin(), input.earlier.end(), is_regular_file);
}

}  // namespace

Result<std::unique_ptr<SourceReader>, std::string> SourceReader::open(InputPath input,
                                                                      std::optional<whatif::Format> format,
                                                                      whatif::SourceSettings settings) {
  settings.junk_folder = input.junk;
  std::unique_ptr<SourceReader> reader(new SourceReader(std::move(input), std::move(settings)));
  auto& in = reader->input_;
  reader->answer_.name = name_of_source(in);
  if (has_message_files(in)) {
    reader->answer_.kind = in.kind == InputPath::Kind::maildir ? "maildir" : "messages";
    return reader;
  }
  if (auto const opened = reader->open_stream(); !opened) return fail(opened.error());
  if (!format) {
    reader->is_archive_ = is_archive(reader->start_);
    if (reader->is_archive_) {
      reader->close_stream();
      return reader;
    }
  }
  if (!format && whatif::is_tls_report(reader->start_))
    return fail(in.path + ": this is a TLS report. " + std::string(whatif::tlsrpt_reminder()));
  auto const start = std::string_view(reader->start_).substr(0, look_size);
  auto& evidence = reader->evidence_;
  evidence = whatif::look_at(start, reader->settings_, format);
  if (!evidence.format) return fail(in.path + ": " + evidence.print());
  if (evidence.format == whatif::Format::facts && in.path == "-")
    return fail(std::string("-: facts.db cannot be read from standard input"));
  reader->look(start);
  reader->close_stream();
  return reader;
}

Result<void, std::string> SourceReader::open_stream() {
  auto stream = stream_of(input_);
  if (!stream) return fail(input_.path + ": " + stream.error());
  stream_ = std::move(*stream);
  start_.clear();
  while (start_.size() < look_size) {
    auto const bytes = stream_->read();
    if (bytes.empty()) break;
    start_ += bytes;
  }
  if (start_.empty())
    return fail(input_.path + ": " +
                (stream_->problem().empty() ? std::string("is empty") : stream_->problem()));
  return {};
}

Result<void, std::string> SourceReader::open_again() {
  auto const looked_at = std::exchange(start_, {});
  if (auto opened = open_stream(); !opened) return opened;
  if (!start_.starts_with(looked_at))  // rotation may have put another file in its place
    return fail(input_.path + ": it is another file than the one that was looked at");
  return {};
}

void SourceReader::close_stream() {
  opens_again_ = can_be_opened_again(input_);
  if (!opens_again_) return;
  stream_.reset();
  start_.resize(std::min(start_.size(), least_repeated));
  start_.shrink_to_fit();
}

std::string SourceReader::beginning() const {
  if (!opens_again_) return start_.substr(0, look_size);
  std::string out;
  auto stream = stream_of(input_);
  if (!stream) return out;
  while (out.size() < look_size) {
    auto const bytes = (*stream)->read();
    if (bytes.empty()) break;
    out += bytes.substr(0, look_size - out.size());
  }
  return out;
}

std::uint64_t SourceReader::length() const {
  auto out = decompressed_length(input_.path);
  for (auto const& path : input_.earlier) out += decompressed_length(path);
  return out;
}

void SourceReader::look(std::string_view start) {
  FirstTime first;
  auto source = whatif::make_source(evidence_, settings_, first);
  if (!source) return;
  source->feed(start);
  source->end();
  begins_ = first.first;
}

bool SourceReader::repeats(SourceReader const& a, SourceReader const& b) {
  auto const first = [](SourceReader const& reader) {
    return std::string_view(reader.start_).substr(0, least_repeated);
  };
  return begin_alike(first(a), first(b)) && begin_alike(a.beginning(), b.beginning());
}

}  // namespace postern::app
