// DATA and BDAT, and what becomes of the content.
#include <utility>

#include "base/assert.hpp"
#include "dialogue/server_dialogue.hpp"
#include "policy/decide.hpp"
#include "wire/bdat_command.hpp"

namespace postern::dialogue {

using policy::ConnectionEnd;
using policy::Outcome;
using policy::Stage;

Step ServerDialogue::on_data(std::string_view argument) {
  if (!argument.empty()) return bad(501, {5, 5, 4}, "DATA takes no argument");
  if (facts_.transaction.mail.body == wire::Body::binary_mime)  // RFC 3030 section 3
    return bad(503, {5, 5, 1}, "BODY=BINARYMIME needs BDAT");
  begin_content();
  return say(354, {}, "End the message with a dot on a line by itself", Then::read_content);
}

Step ServerDialogue::on_bdat(std::string_view argument) {
  auto const bdat = wire::parse_bdat(argument);
  if (!bdat) {  // where the chunk ends cannot be known, and its bytes must not be taken for commands
    on_end(ConnectionEnd::error, now_);
    return say(501, {5, 5, 4}, "BDAT needs a size; closing", Then::close);
  }
  bool const in_order = state_ == State::rcpt || state_ == State::chunks;
  bool const binary = facts_.transaction.mail.body == wire::Body::binary_mime;
  if (!content_ || state_ != State::chunks) begin_content();
  content_->begin_chunk(bdat->size, bdat->last, binary);
  if (in_order) {
    facts_.transaction.chunking = true;
    state_ = State::chunks;
  } else {  // RFC 3030 section 2: the chunk comes all the same
    content_->refuse();
    refusal_ =
        wire::Reply{503, {5, 5, 1}, state_ == State::start ? "EHLO or HELO first" : "No valid recipients"};
  }
  return {std::nullopt, Then::read_chunk};
}

void ServerDialogue::begin_content() {
  content_.emplace(*settings_);
  auto const& connection = facts_.connection;
  if (!connection.login.empty()) content_->watch_originators();
  if (!policy::is_own_host(*policy_, connection)) content_->take_out_forged(settings_->results_by());
  if (policy::verifies_messages(*policy_, connection)) content_->verify();
}

// Who wrote it and who sends it, by its header section: of interest where a user of ours has logged in.
void ServerDialogue::note_authors() {
  auto const& fields = content_->originators();
  if (!fields) return;
  auto authors = fields->authors();
  auto senders = fields->senders();
  auto& transaction = facts_.transaction;
  transaction.authors_missing = !fields->has_from();
  transaction.authors_problem.clear();
  if (senders)
    transaction.senders = *std::move(senders);
  else
    transaction.authors_problem = "Sender or Resent-From: " + senders.error();
  if (authors)
    transaction.authors = *std::move(authors);
  else
    transaction.authors_problem = "From: " + authors.error();
}

Step ServerDialogue::on_content() {
  if (refusal_) {
    auto const reply = *std::exchange(refusal_, std::nullopt);
    content_.reset();
    return bad(reply.code, reply.status, reply.text);
  }
  facts_.transaction.size = content_->size();
  facts_.transaction.content = content_->traits();
  facts_.transaction.bare_newlines = content_->bare_newlines();
  switch (content_->problem()) {
    case ContentProblem::too_large: return refuse_content(552, {5, 3, 4}, "Message too big");
    case ContentProblem::bare_newlines:
      return refuse_content(550, {5, 6, 0}, "Bare CR or LF in the message; lines end with CR LF");
    case ContentProblem::header_too_large: return refuse_content(552, {5, 3, 4}, "Header section too big");
    case ContentProblem::too_many_hops:
      return refuse_content(554, {5, 4, 6}, "Too many hops: the message goes in circles");
    case ContentProblem::none: break;
  }
  if (!content_->last()) {
    if (content_->keeps()) return say(250, {2, 0, 0}, "Chunk received");
    return on_stored(Stored::broken);  // a chunk could not be kept: say so now
  }
  note_authors();
  facts_.stage = Stage::content;
  return {std::nullopt, Then::ask_verdict};
}

void ServerDialogue::on_filtered(policy::FilterFacts filter, std::uint64_t size,
                                 wire::ContentTraits content) {
  POSTERN_ASSERT(facts_.stage == Stage::content);
  facts_.transaction.filter = std::move(filter);
  facts_.transaction.size = size;
  facts_.transaction.content = content;
}

Step ServerDialogue::refuse_content(std::uint16_t code, wire::EnhancedStatus status, std::string text) {
  finish_transaction(Outcome::refused, code, {.builtin = policy::Builtin::content});
  return say(code, status, std::move(text));
}

Step ServerDialogue::on_stored(Stored stored) {
  switch (stored) {
    case Stored::safe: {
      std::string text = "Ok: queued as " + facts_.transaction.id.print();
      ++facts_.connection.messages;
      idle_commands_ = 0;
      idle_transactions_ = 0;
      finish_transaction(Outcome::accepted, 250, {});
      return say(250, {2, 0, 0}, std::move(text));
    }
    case Stored::full:
      finish_transaction(Outcome::deferred, 452, {.builtin = policy::Builtin::spool});
      return say(452, {4, 3, 1}, "The mail system is full, try again later");
    case Stored::broken:
      finish_transaction(Outcome::deferred, 451, {.builtin = policy::Builtin::spool});
      return say(451, {4, 3, 0}, "The message could not be stored, try again later");
  }
  return {};
}

}  // namespace postern::dialogue
