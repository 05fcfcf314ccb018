// Signing what leaves: the message is read once before it is sent, through the door by which it will leave,
// so that what is signed is what is sent.
#include <chrono>

#include "net/wall_clock.hpp"
#include "session/client_session.hpp"
#include "wire/content_door.hpp"

namespace postern::session {
namespace {

std::uint64_t seconds_since_1970() {
  auto const since = net::wall_clock().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(since).count());
}

}  // namespace

net::Task<void> ClientSession::sign(dialogue::OutgoingMessage* message, SignatureCache* signatures) {
  auto const form = forms_ ? LeavesAs::seven_bit : LeavesAs::it_is;
  auto const seals_as = message->signing.seals_as;
  if (auto const* known = signatures->find(id_, form, seals_as)) {
    signature_ = *known;
  } else {
    bool const read = co_await make_signature(message);
    if (!read) co_return;
    signatures->keep(id_, form, seals_as, signature_);
  }
  message->size += signature_.text.size();
}

// False: the spool could not be read.
net::Task<bool> ClientSession::make_signature(dialogue::OutgoingMessage const* message) {
  auth::MessageSigner signer(message->signing);
  wire::ContentDoor door(wire::LeavesBy::chunks, message->body, forms_);
  bool more = true;
  for (std::size_t i = 0; more; ++i) {
    auto const piece = read_piece(i, message->top);
    if (!piece) {
      content_lost();
      co_return false;
    }
    bool const last = !piece->has_value();
    signer.feed(door.pass(last ? std::string_view() : std::string_view(**piece), last));
    more = !last && signer.wants_more();
    if (more) co_await let_others_run();
  }
  signature_ = signer.finish(seconds_since_1970());
  co_return true;
}

}  // namespace postern::session
