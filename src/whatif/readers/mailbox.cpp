#include "whatif/readers/mailbox.hpp"

#include <utility>

namespace postern::whatif {

void MessageFile::feed(std::string_view bytes) {
  stats_.bytes += bytes.size();
  header_.feed(bytes);
}

void MessageFile::end() {
  message(header_section_of(header_.take()), settings_.junk_folder, std::nullopt);
  StoredMail::end();
}

Mbox::Mbox(SourceSettings settings, ReceptionSink& sink)
    : StoredMail(std::move(settings), sink),
      parts_([this](std::string_view header, std::optional<Instant> filed) {
        message(header, settings_.junk_folder, filed);
      }) {}

void Mbox::feed(std::string_view bytes) {
  stats_.bytes += bytes.size();
  parts_.feed(bytes);
}

void Mbox::end() {
  parts_.end();
  StoredMail::end();
}

MailFiles::MailFiles(SourceSettings settings, ReceptionSink& sink, std::string_view kind)
    : StoredMail(std::move(settings), sink),
      kind_(kind),
      parts_([this](std::string_view header, std::optional<Instant> filed) {
        message(header, junk_folder_, filed);
      }) {}

void MailFiles::begin_file(bool junk_folder, std::optional<Instant> filed) {
  end_file();
  junk_folder_ = junk_folder;
  filed_ = filed;
  file_ = File::unknown;
}

void MailFiles::recognise_file() {
  file_ = start_.starts_with(MboxParts::from_line) ? File::mbox : File::message;
  auto const start = std::exchange(start_, {});
  if (file_ == File::mbox)
    parts_.feed(start);
  else
    header_.feed(start);
}

void MailFiles::feed(std::string_view bytes) {
  stats_.bytes += bytes.size();
  switch (file_) {
    case File::none: break;
    case File::unknown:
      start_ += bytes;
      if (start_.size() >= MboxParts::from_line.size()) recognise_file();
      break;
    case File::message: header_.feed(bytes); break;
    case File::mbox: parts_.feed(bytes); break;
  }
}

void MailFiles::end_file() {
  if (file_ == File::unknown && !start_.empty()) recognise_file();
  if (file_ == File::message) message(header_section_of(header_.take()), junk_folder_, filed_);
  if (file_ == File::mbox) parts_.end();
  file_ = File::none;
}

void MailFiles::end() {
  end_file();
  StoredMail::end();
}

}  // namespace postern::whatif
