// Stored messages as a source: a file of one, a mailbox file of many (RFC 4155), or the files of a Maildir.
// Bounds: 256 KiB of a header section are looked at.
#pragma once

#include <map>

#include "whatif/facts_source.hpp"
#include "whatif/readers/border.hpp"
#include "whatif/readers/reader_entry.hpp"

namespace postern::whatif {

// What they share: from header sections to receptions, and a note on the border.
class Mailbox : public FactsSource {
 public:
  static constexpr std::size_t max_header = 256 * 1024;

  void end() override;

 protected:
  Mailbox(SourceSettings settings, ReceptionSink& sink)
      : settings_(std::move(settings)), border_(settings_.border), sink_(sink) {}
  void message(std::string_view header, bool junk_folder);
  SourceSettings settings_;

 private:
  Border border_;
  ReceptionSink& sink_;
  std::map<std::string, std::uint64_t> borders_;  // who wrote the hops; the first 1,000
};

// The header section of a message: gathers bytes until the empty line.
class HeaderGatherer {
 public:
  bool feed(std::string_view bytes);  // whether the header section is complete
  std::string take();
  bool complete() const { return complete_; }

 private:
  std::string text_;
  bool complete_ = false;
};

class MessageFile : public Mailbox {
 public:
  MessageFile(SourceSettings settings, ReceptionSink& sink) : Mailbox(std::move(settings), sink) {}
  std::string_view kind() const override { return "message"; }
  static bool head_looks_like(std::string_view start);
  void feed(std::string_view bytes) override;
  void end() override;

 private:
  HeaderGatherer header_;
};

class Mbox : public Mailbox {
 public:
  Mbox(SourceSettings settings, ReceptionSink& sink) : Mailbox(std::move(settings), sink) {}
  std::string_view kind() const override { return "mbox"; }
  static bool head_looks_like(std::string_view start);
  void feed(std::string_view bytes) override;
  void end() override;

 private:
  void line(std::string_view text, bool whole);
  void finish_message();
  std::string header_, begun_;
  bool in_message_ = false, in_header_ = false, after_empty_ = true, cut_ = false;
};

// Fed one file at a time.
class Maildir : public Mailbox {
 public:
  Maildir(SourceSettings settings, ReceptionSink& sink) : Mailbox(std::move(settings), sink) {}
  std::string_view kind() const override { return "maildir"; }
  void feed(std::string_view bytes) override;
  void next_file(bool junk_folder);  // the one that was fed is whole

 private:
  HeaderGatherer header_;
  bool any_ = false;
};

inline constexpr ReaderEntry mbox_reader{.format = Format::mbox,
                                         .name = "mbox",
                                         .reads = "a mailbox in one file",
                                         .head_looks_like = Mbox::head_looks_like,
                                         .make = make_reader<Mbox>};
inline constexpr ReaderEntry message_reader{.format = Format::message,
                                            .name = "message",
                                            .reads = "one message",
                                            .head_looks_like = MessageFile::head_looks_like,
                                            .make = make_reader<MessageFile>};

}  // namespace postern::whatif
