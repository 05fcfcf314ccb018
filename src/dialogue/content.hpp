// A message's content on its way in, by DATA or BDAT: where it ends, what wire::ContentIntake makes of it,
// and whether it may be kept. Once a limit is passed nothing more is kept, but all is still read to its end,
// so that the client gets its answer. Bounds: keeps no bytes itself; what belongs to the message is appended
// to the caller's buffer.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "auth/message_check.hpp"
#include "dialogue/smtp_settings.hpp"
#include "wire/content_end.hpp"
#include "wire/content_intake.hpp"
#include "wire/content_traits.hpp"
#include "wire/header_section.hpp"
#include "wire/originator_fields.hpp"

namespace postern::dialogue {

enum class ContentProblem : std::uint8_t { none, too_large, bare_newlines, header_too_large, too_many_hops };

class Content {
 public:
  explicit Content(SmtpSettings const& settings) : settings_(&settings) {}

  void begin_chunk(std::uint64_t size, bool last, bool binary);  // BDAT; without it, DATA
  void refuse() { keeping_ = false; }                            // read, but keep nothing
  void watch_originators() { originators_.emplace(); }           // before the first byte
  // Before the first byte: fields that say what only this server, called `authserv_id`, may say are taken
  // out.
  void take_out_forged(std::string authserv_id);
  void verify();  // before the first byte: who stands behind it

  // Returns how many of `bytes` were taken; fewer than all when the content, or the chunk, is complete. To be
  // called at least once for each chunk: an empty last one ends the content, too.
  std::size_t feed(std::string_view bytes, std::string& out);

  bool wants_more() const { return chunked_ ? chunk_left_ > 0 : !end_.ended(); }
  bool last() const { return !chunked_ || last_; }
  bool keeps() const { return keeping_; }
  std::uint64_t size() const { return size_; }
  std::uint64_t bare_newlines() const { return intake_.bare_newlines(); }
  ContentProblem problem() const { return problem_; }
  // Absent: not watched.
  std::optional<wire::OriginatorFields> const& originators() const { return originators_; }
  // Null: it is not verified. The content has ended when last() and not wants_more().
  std::shared_ptr<auth::MessageCheck> const& message_check() const { return message_check_; }
  wire::ContentTraits traits() const {
    return {
        .header_8bit = header_.has_8bit(), .content_8bit = has_8bit_, .tls_optional = header_.tls_optional()};
  }

 private:
  void keep(std::string_view bytes, std::string& out);
  void complete(std::string& out);
  void check(std::string_view added);
  void verify(std::string_view added, bool was_in_body);
  void give_up(ContentProblem problem);

  SmtpSettings const* settings_;
  wire::ContentEnd end_;
  wire::ContentIntake intake_;
  wire::HeaderSection header_;
  std::optional<wire::OriginatorFields> originators_;
  std::shared_ptr<auth::MessageCheck> message_check_;
  std::uint64_t size_ = 0;
  std::uint64_t chunk_left_ = 0;
  ContentProblem problem_ = ContentProblem::none;
  bool chunked_ = false;
  bool last_ = false;
  bool keeping_ = true;
  bool has_8bit_ = false;
};

}  // namespace postern::dialogue
