// A message between its content and its "250", while filters look at it and change it: its header section in
// memory, its body in pieces that lie in the spool and are not accepted yet. Thread: its event loop. Memory:
// the header section (smtp.max_header_size, and what filters add) and one piece. Lifetime: `content` outlives
// it and does not change meanwhile.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "session/message_intake.hpp"
#include "store/spool.hpp"
#include "wire/bare_newlines.hpp"
#include "wire/content_traits.hpp"
#include "wire/header_fields.hpp"

namespace postern::session {

class FilteredMessage {
 public:
  using Piece = Result<std::optional<std::string>, store::SpoolError>;  // absent past the last

  FilteredMessage(store::Spool& spool, net::EventLoop& loop, MessageIntake const& content)
      : spool_(spool), loop_(loop), content_(content) {}
  ~FilteredMessage();
  FilteredMessage(FilteredMessage const&) = delete;
  FilteredMessage& operator=(FilteredMessage const&) = delete;

  bool open();  // reads the header section; false: the spool cannot be read

  wire::HeaderFields& header() { return header_; }
  std::uint64_t size() const;
  bool changed() const { return header_.changed() || body_ != nullptr; }
  bool has_8bit_header() const;
  bool has_new_body() const { return body_ != nullptr; }

  // Reads it from its beginning, or its body alone.
  void rewind();
  void rewind_to_body();
  Piece next();

  // Another body comes in pieces, and stands for the present one after end_new_body(). False: the spool takes
  // no more of it.
  void begin_new_body();
  net::Task<bool> add_to_new_body(std::string bytes);
  void end_new_body();
  void drop_new_body();

 private:
  MessageIntake const& body() const { return body_ ? *body_ : content_; }

  store::Spool& spool_;
  net::EventLoop& loop_;
  MessageIntake const& content_;
  wire::HeaderFields header_;
  std::string separator_;                // the empty line; empty: there is none, and no body
  std::uint64_t body_at_ = 0;            // where in the present body's bytes it begins
  std::unique_ptr<MessageIntake> body_;  // null: that of `content`
  std::unique_ptr<MessageIntake> new_body_;
  wire::NewlineNormalizer newlines_;  // of the new body
  bool gives_header_ = false;
  std::size_t next_piece_ = 0;
  std::uint64_t to_skip_ = 0;
};

}  // namespace postern::session
