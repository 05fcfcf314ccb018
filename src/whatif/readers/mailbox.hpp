// Stored messages as a source: a file of one, a mailbox file of many (RFC 4155), or many files of either.
#pragma once

#include "whatif/readers/mbox_parts.hpp"
#include "whatif/readers/message_header.hpp"
#include "whatif/readers/reader_entry.hpp"
#include "whatif/readers/stored_mail.hpp"

namespace postern::whatif {

class MessageFile : public StoredMail {
 public:
  MessageFile(SourceSettings settings, ReceptionSink& sink) : StoredMail(std::move(settings), sink) {}
  std::string_view kind() const override { return "message"; }
  void feed(std::string_view bytes) override;
  void end() override;

 private:
  HeaderGatherer header_;
};

class Mbox : public StoredMail {
 public:
  Mbox(SourceSettings settings, ReceptionSink& sink);
  std::string_view kind() const override { return "mbox"; }
  void feed(std::string_view bytes) override;
  void end() override;

 private:
  MboxParts parts_;
};

// The files of a Maildir, an MH folder, an archive: one after the other, each a message or a mailbox file, as
// its first bytes say.
class MailFiles : public StoredMail {
 public:
  // `kind` outlives it.
  MailFiles(SourceSettings settings, ReceptionSink& sink, std::string_view kind);
  std::string_view kind() const override { return kind_; }

  // `filed`: when the file was put there; of a mailbox file its From lines tell more.
  void begin_file(bool junk_folder, std::optional<Instant> filed);
  void feed(std::string_view bytes) override;
  bool wants_more() const { return file_ != File::message || !header_.complete(); }  // of this file
  void end_file();
  void end() override;

 private:
  enum class File : std::uint8_t { none, unknown, message, mbox };
  void recognise_file();

  std::string_view kind_;
  File file_ = File::none;
  std::string start_;  // of a file that is not known yet
  bool junk_folder_ = false;
  std::optional<Instant> filed_;
  HeaderGatherer header_;
  MboxParts parts_;
};

inline constexpr ReaderEntry mbox_reader{.format = Format::mbox,
                                         .name = "mbox",
                                         .reads = "a mailbox in one file",
                                         .head_looks_like = MboxParts::head_looks_like,
                                         .make = make_reader<Mbox>};
inline constexpr ReaderEntry message_reader{.format = Format::message,
                                            .name = "message",
                                            .reads = "one message",
                                            .head_looks_like = looks_like_message,
                                            .make = make_reader<MessageFile>};

}  // namespace postern::whatif
