// The door by which content comes in, whoever brings it: SMTP, the maildrop, and what this server writes
// itself. The stages: every CR and LF alone becomes CRLF, except under BODY=BINARYMIME (RFC 3030 section 3);
// then the header section is closed against the trace fields above it and cleaned of fields that only we may
// write. What has passed once passes again unchanged.
//
// A stage of content takes bytes that are cut anywhere and appends what it makes of them to a string; at the
// end it may append a rest. It does no I/O, so that each stage is tested alone, over every short string.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "wire/bare_newlines.hpp"
#include "wire/content_traits.hpp"
#include "wire/header_filter.hpp"
#include "wire/mail_command.hpp"

namespace postern::wire {

class ContentIntake {
 public:
  // Before the first byte.
  void declare(Body body) { keeps_newlines_ = body == Body::binary_mime; }
  void also_remove(HeaderFilter::Judge judge) { filter_.also_remove(std::move(judge)); }
  void keep_all() { filter_.keep_all(); }

  void feed(std::string_view bytes, std::string& out);  // appends
  void finish(std::string& out);

  // What the last call has made, with what it has taken out: behind the header section it is what it
  // appended.
  bool in_body() const { return filter_.in_body(); }
  std::string take_all() { return filter_.take_all(); }

  std::uint64_t bare_newlines() const { return newlines_.bare(); }  // rewritten
  std::uint64_t removed() const { return filter_.removed(); }       // bytes

 private:
  NewlineNormalizer newlines_;
  HeaderFilter filter_{HeaderFilter::Removes::own_fields};
  bool keeps_newlines_ = false;
};

struct TakenIn {
  std::string content;
  ContentTraits traits;
};
TakenIn take_in(std::string_view content, Body body);  // all of it at once

}  // namespace postern::wire
